// Wide instructions: what several instructions do, in one pass (see program_lane.h).

INLINE V N(relu)(V a) { return N(max)(a, N(splat)(0)); }
INLINE V N(relu_grad)(V a, V b) { return b > 0 ? a : N(splat)(0); }
INLINE V N(sigmoid_grad)(V a, V b) { return (a * b) * (1 - b); }
INLINE V N(tanh_grad)(V a, V b) { return a * (1 - b * b); }
INLINE V N(expsub)(V a, V b) { return N(exp)(a - b); }
INLINE V N(submul)(V a, V b, V c) { return (a - b) * c; }
INLINE V N(mulmul)(V a, V b, V c) { return (a * b) * c; }
INLINE V N(scaled_sum)(V a, V b, V c, V d) { return a * c + b * d; }

// The tanh form of GELU is x / (1 + e^-z), z = 2 sqrt(2/pi) (x + 0.044715 x^3), because (1 + tanh(z/2)) / 2 is the
// logistic function of z. So written, it keeps its relative accuracy for negative x, too.
#define GELU_1 K(1.59576912f, 1.5957691216057308)
#define GELU_3 K(0.0713548163f, 0.071354816272600248)

// e^-z, kept finite.
INLINE V N(gelu_exp)(V x, V square) {
    V minus_z = x * N(fma)(square, N(splat)(-GELU_3), N(splat)(-GELU_1));
    V n, rounded;
    V p = N(reduced_expm1)(N(clamp)(minus_z, K(-87.0f, -700.0), K(87.0f, 700.0)), &n, &rounded);
    return N(scale)(p + 1, n, rounded);
}

// Below this, e^-z would be past its limit; both functions are nothing there.
#define GELU_END K(-10.5f, -21.5)

INLINE V N(gelu)(V x) {
    V value = x / (1 + N(gelu_exp)(x, x * x));
    return x > GELU_END ? value : x * 0;
}

// With s the logistic function of z: s + x s (1 - s) z'.
INLINE V N(gelu_grad)(V a, V x) {
    V square = x * x;
    V e = N(gelu_exp)(x, square);
    V s = 1 / (1 + e);
    V slope = N(fma)(square, N(splat)(3 * GELU_3), N(splat)(GELU_1));
    V derivative = s * N(fma)(x * (e * s), slope, N(splat)(1));
    return a * (x > GELU_END ? derivative : x * 0);
}

#undef GELU_END

#undef GELU_1
#undef GELU_3

// sqrt(x) within one unit in the last place: one step of Newton from the processor's estimate of 1/sqrt(x), which leaves
// the divider to the division that follows.
INLINE V N(quick_sqrt)(V x) {
#if BODY_AVX512 && LANE_BYTES == 4
    V y = (V)_mm512_rsqrt14_ps((__m512)x);
    V root = x * y;
    V better = N(fma)(N(fma)(-root, root, x), 0.5f * y, root);
    return ((x > 0) & (x < INFINITE)) ? better : x;  // 0, infinite or not a number
#else
    return __builtin_elementwise_sqrt(x);
#endif
}

typedef struct {
    V c1, beta2, c2, root_inverse, eps, decay, size;
} N(adam_scalars);

// See BK_OP_ADAM. Dividing by `root` is done once for all elements.
INLINE V N(adam_update)(V p, V g, V *m, V *v, const N(adam_scalars) * s) {
    *m = *m + (g - *m) * s->c1;
    *v = *v * s->beta2 + (s->c2 * g) * g;
    V denominator = N(fma)(N(quick_sqrt)(*v), s->root_inverse, s->eps);
    return p * s->decay - (s->size * *m) / denominator;
}

static void N(adam)(const bk_block *k) {
    enum { OLD_M, OLD_V, NEW_M, NEW_V, SCALARS };
    const int64_t n = k->cols;
#define SCALAR(i) N(splat)(*(const T *)k->more[SCALARS + (i)])
    const N(adam_scalars) s = {SCALAR(0), SCALAR(1), SCALAR(2), 1 / SCALAR(3), SCALAR(4), SCALAR(5), SCALAR(6)};
#undef SCALAR
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *p = LINE(T, BK_A), *g = LINE(T, BK_B);
        const T *m = (const T *)(k->more[OLD_M] + r * k->more_row[OLD_M]);
        const T *v = (const T *)(k->more[OLD_V] + r * k->more_row[OLD_V]);
        T *new_m = (T *)(k->more[NEW_M] + r * k->more_row[NEW_M]);
        T *new_v = (T *)(k->more[NEW_V] + r * k->more_row[NEW_V]);
        int64_t i = 0;
        for (; i + LANES <= n; i += LANES) {
            V mi = N(get)(m + i), vi = N(get)(v + i);
            V pi = N(adam_update)(N(get)(p + i), N(get)(g + i), &mi, &vi, &s);
            N(put)(new_m + i, mi);
            N(put)(new_v + i, vi);
            N(put)(dst + i, pi);
        }
        if (i < n) {
            const int64_t left = n - i;
            const V zero = N(splat)(0);
            V mi = N(get_part)(m + i, left, zero), vi = N(get_part)(v + i, left, zero);
            V pi = N(adam_update)(N(get_part)(p + i, left, zero), N(get_part)(g + i, left, zero), &mi, &vi, &s);
            N(put_part)(new_m + i, mi, left);
            N(put_part)(new_v + i, vi, left);
            N(put_part)(dst + i, pi, left);
        }
    }
}
