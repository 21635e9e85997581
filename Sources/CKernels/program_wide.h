// Wide instructions: what several instructions do, in one pass (see program_lane.h).

INLINE V N(tanh_grad)(V a, V b) { return a * (1 - b * b); }
INLINE V N(expsub)(V a, V b) { return N(exp)(a - b); }
INLINE V N(submul)(V a, V b, V c) { return (a - b) * c; }
INLINE V N(mulmul)(V a, V b, V c) { return (a * b) * c; }
INLINE V N(muladd_mul)(V a, V b, V c, V d) { return (a * b + c) * d; }
INLINE V N(mulmul_add)(V a, V b, V c, V d) { return (a * b) * c + d; }
INLINE V N(submul_muladd)(V a, V b, V c, V d, V e) { return ((a - b) * c) * d + e; }
INLINE V N(submul_mulsub)(V a, V b, V c, V d, V e) { return (a - b) * c - d * e; }

// F(-a) / e^(-a^2/2) for a >= 0, F the normal distribution function, from which both of its sides follow without
// cancellation; and e^(-a^2/2).
#if LANE_BYTES == 4
#define NORMAL_END 15.0f  // the bell is 0 there
// 2^y in place of e^x takes a step less.
INLINE V N(normal_bell)(V square) {
#if BODY_AVX512
    V y = square * -0.721347520f;
#define FRACTION(x, unused) _mm512_reduce_ps((__m512)(x), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)
    V fraction = BY_REGISTER(FRACTION, y, y);
#undef FRACTION
    return N(scale)(POLYNOMIAL(fraction, power_from_zero_terms), y, y);
#else
    V rounded = N(fma)(square, N(splat)(-0.721347520f), N(splat)(ROUNDER));
    V n = rounded - ROUNDER;
    V r = N(fma)(square, N(splat)(-0.721347520f), -n);
    return N(scale)(POLYNOMIAL(r, power_terms), n, rounded);
#endif
}
// Polynomials of degree 4 whose halves do not wait for each other.
INLINE V N(quartic)(V x, V square, const T *terms) {
    V low = N(fma)(x, N(splat)(terms[1]), N(splat)(terms[0]));
    V high = N(fma)(square, N(splat)(terms[4]), N(fma)(x, N(splat)(terms[3]), N(splat)(terms[2])));
    return N(fma)(high, square, low);
}
INLINE V N(normal_ratio)(V a, V *bell) {
    V square = a * a;
    *bell = N(normal_bell)(square);
    V over = N(quartic)(a, square, mills_over_terms_f32), under = N(quartic)(a, square, mills_under_terms_f32);
    return over * N(quick_reciprocal)(under);
}
#else
#define NORMAL_END 39.0
INLINE V N(normal_ratio)(V a, V *bell) {
    const T center = 5.0;
    *bell = N(near_exp)(a * a * -0.5);
    V inverse = N(quick_reciprocal)(a + center);
    return inverse * POLYNOMIAL((a - center) * inverse, normal_tail_terms);
}
#endif

// |x|, but no more than where the bell ends.
INLINE V N(normal_distance)(V x) {
    V a = N(magnitude)(x);
    return a > NORMAL_END ? N(splat)(NORMAL_END) : a;
}

// x F(x) is -a F(-a) below zero, and x - a F(-a) above.
INLINE V N(gelu)(V x) {
    V a = N(normal_distance)(x), bell, ratio = N(normal_ratio)(a, &bell);
    V above = x - (x < 0 ? x : N(splat)(0));
    return N(fma)(-(bell * a), ratio, above);
}

// F(x) + x F'(x), and 1 minus that of -x above zero.
INLINE V N(gelu_grad)(V g, V x) {
    V a = N(normal_distance)(x), bell, ratio = N(normal_ratio)(a, &bell);
    V below = bell * N(fma)(a, N(splat)(K(-0.398942280f, -0.39894228040143268)), ratio);
    return g * (x < 0 ? below : 1 - below);
}

#undef NORMAL_END

// The tanh form of GELU is x / (1 + e^-z), z = 2 sqrt(2/pi) (x + 0.044715 x^3), because (1 + tanh(z/2)) / 2 is the
// logistic function of z. So written, it keeps its relative accuracy for negative x, too.
#define GELU_TANH_1 K(1.59576912f, 1.5957691216057308)
#define GELU_TANH_3 K(0.0713548163f, 0.071354816272600248)

INLINE V N(gelu_tanh_minus_z)(V x, V square) {
    return x * N(fma)(square, N(splat)(-GELU_TANH_3), N(splat)(-GELU_TANH_1));
}

// Below this, e^-z would be past its limit; both functions are nothing there.
#define GELU_TANH_END K(-10.5f, -21.5)

INLINE V N(gelu_tanh)(V x) {
    V e = N(near_exp)(N(clamp)(N(gelu_tanh_minus_z)(x, x * x), K(-87.0f, -700.0), K(87.0f, 700.0)));
    V value = x * N(quick_reciprocal)(1 + e);
    return x > GELU_TANH_END ? value : x * 0;
}

// With s the logistic function of z: s + x s (1 - s) z'. Before e^-z or e^z comes to its limit, on either side, nothing
// changes any more.
INLINE V N(gelu_tanh_grad)(V a, V x) {
    V near = N(clamp)(x, K(-9.9f, -20.9), K(9.9f, 20.9));
    V square = near * near;
    V e = N(near_exp)(N(gelu_tanh_minus_z)(near, square));
    V s = N(quick_reciprocal)(1 + e);
    V slope = N(fma)(square, N(splat)(3 * GELU_TANH_3), N(splat)(GELU_TANH_1));
    V derivative = s * N(fma)(near * (e * s), slope, N(splat)(1));
    return a * (x > GELU_TANH_END ? derivative : near * 0);
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
