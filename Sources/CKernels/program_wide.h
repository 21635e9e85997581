// Wide instructions: what several instructions do, in one pass (see program_lane.h).

INLINE V N(relu)(V a) { return N(max)(a, N(splat)(0)); }
INLINE V N(relu_grad)(V a, V b) { return b > 0 ? a : N(splat)(0); }
INLINE V N(sigmoid_grad)(V a, V b) { return (a * b) * (1 - b); }
INLINE V N(tanh_grad)(V a, V b) { return a * (1 - b * b); }
INLINE V N(expsub)(V a, V b) { return N(exp)(a - b); }
INLINE V N(submul)(V a, V b, V c) { return (a - b) * c; }
INLINE V N(mulmul)(V a, V b, V c) { return (a * b) * c; }
INLINE V N(muladd_mul)(V a, V b, V c, V d) { return (a * b + c) * d; }
INLINE V N(mulmul_add)(V a, V b, V c, V d) { return (a * b) * c + d; }
INLINE V N(scaled_sum)(V a, V b, V c, V d) { return a * c + b * d; }

// The normal distribution function at -|x|, from which both sides follow without cancellation, and e^(-x^2/2).
INLINE V N(normal_tail)(V x, V *bell) {
    const T center = K(3.5f, 5.0), end = K(15.0f, 39.0);  // the bell is 0 at the end
    V a = N(magnitude)(x);
    a = a > end ? N(splat)(end) : a;
    *bell = N(near_exp)(a * a * K(-0.5f, -0.5));
    V inverse = N(quick_reciprocal)(a + center);
    return *bell * (inverse * POLYNOMIAL((a - center) * inverse, normal_tail_terms));
}

INLINE V N(gelu)(V x) {
    V bell, tail = N(normal_tail)(x, &bell);
    return x * (x < 0 ? tail : 1 - tail);
}

INLINE V N(gelu_grad)(V a, V x) {
    V bell, tail = N(normal_tail)(x, &bell);
    V below = x < 0 ? tail : 1 - tail;
    return a * N(fma)(x * bell, N(splat)(K(0.398942280f, 0.39894228040143268)), below);
}

// The tanh form of GELU is x / (1 + e^-z), z = 2 sqrt(2/pi) (x + 0.044715 x^3), because (1 + tanh(z/2)) / 2 is the
// logistic function of z. So written, it keeps its relative accuracy for negative x, too.
#define GELU_TANH_1 K(1.59576912f, 1.5957691216057308)
#define GELU_TANH_3 K(0.0713548163f, 0.071354816272600248)

// e^-z, kept finite.
INLINE V N(gelu_tanh_exp)(V x, V square) {
    V minus_z = x * N(fma)(square, N(splat)(-GELU_TANH_3), N(splat)(-GELU_TANH_1));
    return N(near_exp)(N(clamp)(minus_z, K(-87.0f, -700.0), K(87.0f, 700.0)));
}

// Below this, e^-z would be past its limit; both functions are nothing there.
#define GELU_TANH_END K(-10.5f, -21.5)

INLINE V N(gelu_tanh)(V x) {
    V value = x * N(quick_reciprocal)(1 + N(gelu_tanh_exp)(x, x * x));
    return x > GELU_TANH_END ? value : x * 0;
}

// With s the logistic function of z: s + x s (1 - s) z'.
INLINE V N(gelu_tanh_grad)(V a, V x) {
    V square = x * x;
    V e = N(gelu_tanh_exp)(x, square);
    V s = N(quick_reciprocal)(1 + e);
    V slope = N(fma)(square, N(splat)(3 * GELU_TANH_3), N(splat)(GELU_TANH_1));
    V derivative = s * N(fma)(x * (e * s), slope, N(splat)(1));
    return a * (x > GELU_TANH_END ? derivative : x * 0);
}

#undef GELU_TANH_END
#undef GELU_TANH_1
#undef GELU_TANH_3

// sqrt(x) within one unit in the last place by a step of Newton from the processor's estimate of 1/sqrt(x); x below 1e-33
// counts as that, and beyond 1e36, too.
INLINE V N(quick_sqrt)(V x) {
#if BODY_AVX512 && LANE_BYTES == 4
    x = N(clamp)(x, 1e-33f, 1e36f);
#define ESTIMATE(x, unused) _mm512_rsqrt14_ps((__m512)(x))
    V y = BY_REGISTER(ESTIMATE, x, x);
#undef ESTIMATE
    V root = x * y;
    return N(fma)(N(fma)(-root, root, x), 0.5f * y, root);
#else
    return __builtin_elementwise_sqrt(x);
#endif
}

// See BK_OP_ADAM. Dividing by `root` is done once for all elements.
INLINE V N(adam_update)(V p, V g, V *m, V *v, const L(adam_scalars) * s) {
    *m = *m + (g - *m) * s->c1;
    *v = *v * s->beta2 + (s->c2 * g) * g;
    V denominator = N(fma)(N(quick_sqrt)(*v), s->root_inverse, s->eps);
    return p * s->decay - s->size * *m * N(quick_reciprocal)(denominator);
}
