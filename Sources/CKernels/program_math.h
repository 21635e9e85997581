// What each instruction does to a vector of elements (see program_lane.h).
//
// exp, log and their kin reduce the argument to a short interval and evaluate a polynomial there, in the way of
// Cody and Waite, "Software Manual for the Elementary Functions" (1980); log of doubles follows the arrangement of
// terms of Tang, "Table-driven implementation of the logarithm function" (1990), without the table.

#define EACH_LANE(expression)                                      \
    ({                                                             \
        V result_;                                                 \
        for (int lane = 0; lane < LANES; lane++) result_[lane] = (expression); \
        result_;                                                   \
    })

// An intrinsic, which knows one register only, applied to each register of the operands.
#if REGISTERS == 1
#define BY_REGISTER(OF, a, b) ((V)OF(a, b))
#elif REGISTERS == 2
#define BY_REGISTER(OF, a, b)         \
    ({                                \
        V result_;                    \
        result_.lo = OF(a.lo, b.lo);  \
        result_.hi = OF(a.hi, b.hi);  \
        result_;                      \
    })
#else
#define BY_REGISTER(OF, a, b)                  \
    ({                                         \
        V result_;                             \
        result_.lo.lo = OF(a.lo.lo, b.lo.lo);  \
        result_.lo.hi = OF(a.lo.hi, b.lo.hi);  \
        result_.hi.lo = OF(a.hi.lo, b.hi.lo);  \
        result_.hi.hi = OF(a.hi.hi, b.hi.hi);  \
        result_;                               \
    })
#endif

#if LANE_FLOAT
#define UNLESS_NAN(x, y) ((x) != (x) ? (x) : (y))
#else
#define UNLESS_NAN(x, y) (y)
#endif

INLINE V N(copy)(V a) { return a; }
INLINE V N(not)(V a) { return a == 0 ? N(splat)(1) : N(splat)(0); }
INLINE V N(eq)(V a, V b) { return a == b ? N(splat)(1) : N(splat)(0); }
INLINE V N(ne)(V a, V b) { return a != b ? N(splat)(1) : N(splat)(0); }
INLINE V N(lt)(V a, V b) { return a < b ? N(splat)(1) : N(splat)(0); }
INLINE V N(le)(V a, V b) { return a <= b ? N(splat)(1) : N(splat)(0); }
INLINE V N(gt)(V a, V b) { return a > b ? N(splat)(1) : N(splat)(0); }
INLINE V N(ge)(V a, V b) { return a >= b ? N(splat)(1) : N(splat)(0); }
INLINE V N(and)(V a, V b) { return ((a != 0) & (b != 0)) ? N(splat)(1) : N(splat)(0); }
INLINE V N(or)(V a, V b) { return ((a != 0) | (b != 0)) ? N(splat)(1) : N(splat)(0); }
INLINE V N(select)(V a, V b, V c) { return a != 0 ? b : c; }
INLINE V N(sign)(V a) {
    V s = a > 0 ? N(splat)(1) : N(splat)(0);
    s = a < 0 ? N(splat)(-1) : s;
    return UNLESS_NAN(a, s);
}
// Where one is not a number, so is the result.
INLINE V N(max)(V a, V b) {
    V m = a > b ? a : b;
    return UNLESS_NAN(a, m);
}
INLINE V N(min)(V a, V b) {
    V m = a < b ? a : b;
    return UNLESS_NAN(a, m);
}

#if !LANE_FLOAT

// Integers wrap around, as they do in PyTorch; the unsigned detour makes that defined.
INLINE V N(neg)(V a) { return (V)(0 - (U)a); }
INLINE V N(abs)(V a) { return a < 0 ? N(neg)(a) : a; }
INLINE V N(add)(V a, V b) { return (V)((U)a + (U)b); }
INLINE V N(sub)(V a, V b) { return (V)((U)a - (U)b); }
INLINE V N(mul)(V a, V b) { return (V)((U)a * (U)b); }
// Division by zero gives 0. The divisors 0 and -1 are kept from the processor, which may trap on both.
INLINE T N(quotient)(T a, T b) { return b == 0 ? 0 : b == -1 ? (T)(0 - (uint64_t)a) : a / b; }
INLINE T N(remainder)(T a, T b) {
    if (b == 0 || b == -1) return 0;
    T m = a % b;
    return m != 0 && (m ^ b) < 0 ? m + b : m;
}
INLINE V N(div)(V a, V b) { return EACH_LANE(N(quotient)(a[lane], b[lane])); }
INLINE V N(rem)(V a, V b) { return EACH_LANE(N(remainder)(a[lane], b[lane])); }

#else

#if LANE_BYTES == 4
#define K(single, twice) single  // a constant of this lane's type
#else
#define K(single, twice) twice
#endif

#define MANTISSA_BITS K(23, 52)
#define EXPONENT_BIAS K(127, 1023)
// Adding it rounds to an integer, which then stands in the low bits of the sum.
#define ROUNDER K(0x1.8p23f, 0x1.8p52)
#define LN2_HI K(0.693145751953125f, 0x1.62e42fefa2p-1)  // few enough bits for exact products with exponents
#define LN2_LO K(1.42860682031e-6f, 7.371002565167799e-13)
#define INFINITE ((T)INFINITY)

INLINE V N(fma)(V a, V b, V c) {
#if BODY_FMA
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

INLINE V N(polynomial)(V x, const T *terms, int count) {
    V p = N(splat)(terms[count - 1]);
#pragma clang loop unroll(full)
    for (int i = count - 2; i >= 0; i--) p = N(fma)(p, x, N(splat)(terms[i]));
    return p;
}
#define POLYNOMIAL(x, terms) N(polynomial)(x, L(terms), COUNT(L(terms)))

// p * 2^n. `n` is an integer in floating point and `rounded` is n + ROUNDER. Two factors reach the numbers below
// the normal range and the overflow above it.
INLINE V N(scale)(V p, V n, V rounded) {
#if BODY_AVX512 && LANE_BYTES == 4
    (void)rounded;
#define SCALE(p, n) _mm512_scalef_ps((__m512)(p), (__m512)(n))
    return BY_REGISTER(SCALE, p, n);
#undef SCALE
#elif BODY_AVX512
    (void)rounded;
#define SCALE(p, n) _mm512_scalef_pd((__m512d)(p), (__m512d)(n))
    return BY_REGISTER(SCALE, p, n);
#undef SCALE
#else
    (void)n;
    I whole = (I)((U)rounded - (U)N(splat)(ROUNDER));
    I half = whole >> 1;
    V first = (V)((U)(half + EXPONENT_BIAS) << MANTISSA_BITS);
    V second = (V)((U)(whole - half + EXPONENT_BIAS) << MANTISSA_BITS);
    return p * first * second;
#endif
}

// Between `low` and `high`; not a number stays so.
INLINE V N(clamp)(V x, T low, T high) {
    x = x < low ? N(splat)(low) : x;
    return x > high ? N(splat)(high) : x;
}

// x = n ln(2) + r, |r| <= ln(2)/2; gives r.
INLINE V N(reduced)(V x, V *n, V *rounded) {
    *rounded = N(fma)(x, N(splat)(K(1.44269504f, 1.4426950408889634)), N(splat)(ROUNDER));
    *n = *rounded - ROUNDER;
    V r = N(fma)(*n, N(splat)(-LN2_HI), x);
    return N(fma)(*n, N(splat)(-LN2_LO), r);
}

// e^r - 1.
INLINE V N(reduced_expm1)(V x, V *n, V *rounded) {
    V r = N(reduced)(x, n, rounded);
    return N(fma)(r * r, POLYNOMIAL(r, exp_terms), r);
}


// 1/x within one unit in the last place, for x well inside of the range: a step of Newton from the processor's estimate
// takes a quarter of the time of a division.
INLINE V N(quick_reciprocal)(V x) {
#if BODY_AVX512 && LANE_BYTES == 4
#define ESTIMATE(x, unused) _mm512_rcp14_ps((__m512)(x))
    V y = BY_REGISTER(ESTIMATE, x, x);
#undef ESTIMATE
    return N(fma)(N(fma)(-x, y, N(splat)(1)), y, y);
#else
    return 1 / x;
#endif
}

// e^x for x that is not far out of the range of the result.
INLINE V N(near_exp)(V x) {
    V n, rounded, r = N(reduced)(x, &n, &rounded);
    V p = N(fma)(POLYNOMIAL(r, exp_terms), r, N(splat)(1));
    return N(scale)(N(fma)(p, r, N(splat)(1)), n, rounded);
}

INLINE V N(exp)(V x) { return N(near_exp)(N(clamp)(x, K(-104.0f, -746.0), K(89.0f, 710.0))); }

INLINE V N(expm1)(V x) {
    V n, rounded;
    V p = N(reduced_expm1)(N(clamp)(x, K(-20.0f, -40.0), K(89.0f, 710.0)), &n, &rounded);
    // 2^n (p + 1) - 1 in halves, as 2^n itself may be out of range where the result is not.
    U half_bits = ((U)rounded - (U)N(splat)(ROUNDER) + (EXPONENT_BIAS - 1)) << MANTISSA_BITS;
    V half = (V)half_bits;
    V y = 2 * N(fma)(half, p, half - K(0.5f, 0.5));
    return x == 0 ? x : y;
}

// log(x) + correction; the correction is small beside it, or x is 1.
INLINE V N(log_plus)(V x, V correction) {
    I tiny = x < K(0x1p-126f, 0x1p-1022);
    V scaled = tiny ? x * K(0x1p23f, 0x1p52) : x;
    // scaled = 2^e (1 + f), sqrt(1/2) <= 1 + f < sqrt(2)
    U root_half = (U)N(splat)(K(0.70710678f, 0.70710678118654752));
    U offset = (U)scaled - root_half;
    I exponent = (I)offset >> MANTISSA_BITS;
    V e = (V)((U)exponent + (U)N(splat)(ROUNDER)) - ROUNDER;
    e = tiny ? e - MANTISSA_BITS : e;
    V f = (V)((offset & (((U)(1) << MANTISSA_BITS) - 1)) + root_half) - 1;
#if LANE_BYTES == 4
    V square = f * f;
    V y = f * square * POLYNOMIAL(f, log_terms);
    y = N(fma)(e, N(splat)(LN2_LO), y) + correction;
    y = y - 0.5f * square;
    V result = N(fma)(e, N(splat)(LN2_HI), f + y);
#else
    V s = f / (f + 2);
    V z = s * s;
    V half_square = 0.5 * f * f;
    V rest = z * POLYNOMIAL(z, log_terms);
    V low = N(fma)(s, half_square + rest, N(fma)(e, N(splat)(LN2_LO), correction));
    V result = N(fma)(e, N(splat)(LN2_HI), f - (half_square - low));
#endif
    V special = x == 0 ? N(splat)(-INFINITE) : N(splat)((T)NAN);
    special = x == INFINITE ? x : special;
    return ((x > 0) & (x < INFINITE)) ? result : special;
}

INLINE V N(log)(V x) { return N(log_plus)(x, N(splat)(0)); }

INLINE V N(log1p)(V x) {
    V u = 1 + x;
    V lost = x > 1 ? 1 - (u - x) : x - (u - 1);  // what rounding took from u
    V y = N(log_plus)(u, lost / u);
    return x == 0 ? x : y;
}

INLINE V N(magnitude)(V x) { return __builtin_elementwise_abs(x); }

// (e^2x - 1) / (e^2x + 1), in a form that keeps small arguments accurate.
INLINE V N(tanh)(V x) {
    V a = N(magnitude)(x);
    a = a > K(10.0f, 22.0) ? N(splat)(K(10.0f, 22.0)) : a;
    V n, rounded;
    V p = N(reduced_expm1)(a + a, &n, &rounded);
    U power_bits = ((U)rounded - (U)N(splat)(ROUNDER) + EXPONENT_BIAS) << MANTISSA_BITS;
    V power = (V)power_bits;
    V t = N(fma)(power, p, power - 1);
    return __builtin_elementwise_copysign(t * N(quick_reciprocal)(t + 2), x);
}

INLINE V N(sigmoid)(V x) {
    V e = N(exp)(-N(magnitude)(x));
    return (x < 0 ? e : N(splat)(1)) * N(quick_reciprocal)(1 + e);
}

INLINE V N(erf)(V x) {
    V a = N(magnitude)(x);
    V near = N(fma)(x, POLYNOMIAL(x * x, erf_terms), x);
    const T top = K(4.0f, 6.0), center = K(2.0f, 3.0);
    V b = a > top ? N(splat)(top) : a;
    V tail = POLYNOMIAL((b - center) * N(quick_reciprocal)(b + center), erfc_terms);
    V far = __builtin_elementwise_copysign(1 - N(exp)(-(b * b)) * tail, x);
    return a < 1 ? near : far;
}

// sin(x) for turn = 0 and cos(x) for turn = 1, up to |x| = 10^6; larger ones go to the library one by one.
INLINE V N(sine)(V x, int turn) {
#if LANE_BYTES == 4
    typedef double D __attribute__((ext_vector_type(REGISTERS * BODY_VECTOR_BYTES / 4)));
    D wide = __builtin_convertvector(x, D);
    D n = (wide * 0.63661977236758134 + 0x1.8p52) - 0x1.8p52;
    V r = __builtin_convertvector((wide - n * HALF_PI_1) - n * (HALF_PI_2 + HALF_PI_3), V);
    U quadrant = (U)(__builtin_convertvector(n, V) + ROUNDER) + (U)turn;
#else
    V rounded = x * 0.63661977236758134 + ROUNDER;
    V n = rounded - ROUNDER;
    V r = ((x - n * HALF_PI_1) - n * HALF_PI_2) - n * HALF_PI_3;
    U quadrant = (U)rounded + (U)turn;
#endif
    V z = r * r;
    V s = N(fma)(r * z, POLYNOMIAL(z, sin_terms), r);
    V c = N(fma)(z * z, POLYNOMIAL(z, cos_terms), 1 - K(0.5f, 0.5) * z);
    V y = (quadrant & 1) != 0 ? c : s;
    y = (quadrant & 2) != 0 ? -y : y;
    if (turn == 0) y = x == 0 ? x : y;
    I small = N(magnitude)(x) <= K(1e6f, 1e6);
    if (__builtin_reduce_and(small) == 0) {
        for (int lane = 0; lane < LANES; lane++) {
            if (small[lane]) continue;
            y[lane] = turn ? K(cosf, cos)(x[lane]) : K(sinf, sin)(x[lane]);
        }
    }
    return y;
}
INLINE V N(sin)(V x) { return N(sine)(x, 0); }
INLINE V N(cos)(V x) { return N(sine)(x, 1); }

INLINE V N(neg)(V a) { return -a; }
INLINE V N(abs)(V a) { return N(magnitude)(a); }
INLINE V N(floor)(V a) { return __builtin_elementwise_floor(a); }
INLINE V N(ceil)(V a) { return __builtin_elementwise_ceil(a); }
INLINE V N(round)(V a) { return __builtin_elementwise_rint(a); }  // half to even
INLINE V N(trunc)(V a) { return __builtin_elementwise_trunc(a); }
INLINE V N(sqrt)(V a) { return __builtin_elementwise_sqrt(a); }
INLINE V N(rsqrt)(V a) { return 1 / __builtin_elementwise_sqrt(a); }
INLINE V N(add)(V a, V b) { return a + b; }
INLINE V N(sub)(V a, V b) { return a - b; }
INLINE V N(mul)(V a, V b) { return a * b; }
INLINE V N(div)(V a, V b) { return a / b; }

// The remainder with the sign of the divisor, as in Python and PyTorch.
INLINE T N(remainder)(T a, T b) {
    T m = K(fmodf, fmod)(a, b);
    return m != 0 && (b < 0) != (m < 0) ? m + b : m;
}
INLINE V N(rem)(V a, V b) { return EACH_LANE(N(remainder)(a[lane], b[lane])); }
#if LANE_BYTES == 4
// Adding just under half of the last place that stays, and one more where that place is odd, carries into what stays.
INLINE V N(to_bf16)(V a) {
    const U bits = (U)a;
    const U rounded = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000u;
    return a == a ? (V)rounded : a;
}
#endif
INLINE V N(pow)(V a, V b) { return EACH_LANE(K(powf, pow)(a[lane], b[lane])); }

#endif

INLINE V N(muladd)(V a, V b, V c) { return N(add)(N(mul)(a, b), c); }
INLINE V N(mulsub)(V a, V b, V c) { return N(sub)(N(mul)(a, b), c); }
INLINE V N(negmuladd)(V a, V b, V c) { return N(sub)(c, N(mul)(a, b)); }

#if LANE_FLOAT
#include "program_special.h"
#include "program_wide.h"
#undef K
#endif

#undef EACH_LANE
#undef BY_REGISTER
#undef POLYNOMIAL
#undef MANTISSA_BITS
#undef EXPONENT_BIAS
#undef ROUNDER
#undef LN2_HI
#undef LN2_LO
#undef INFINITE
#undef UNLESS_NAN
