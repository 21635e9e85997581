#define QUARTER_TURN_HI K(1.57079637f, 1.5707963267948966)
#define QUARTER_TURN_LO K(-4.37113883e-8f, 6.123233995736766e-17)

// The angle of the point (x, y): the arc tangent of the smaller coordinate over the larger one, turned and mirrored to
// where the point is.
INLINE V N(atan2)(V y, V x) {
    V a = N(magnitude)(y), b = N(magnitude)(x);
    V larger = a > b ? a : b, smaller = a > b ? b : a;
    V equal = larger > 0 ? N(splat)(1) : N(splat)(0);  // two infinite coordinates are on the diagonal, the origin is not
    V t = smaller == larger ? equal : smaller / larger;
    I is_steep = t > K(0.41421356f, 0.41421356237309503);  // tan(pi/8)
    V s = is_steep ? (t - 1) / (t + 1) : t;
    V z = s * s;
    V r = N(fma)(s * z, POLYNOMIAL(z, atan_terms), s);
    r = is_steep ? (r + K(0.5f, 0.5) * QUARTER_TURN_LO) + K(0.5f, 0.5) * QUARTER_TURN_HI : r;
    r = a > b ? QUARTER_TURN_HI - (r - QUARTER_TURN_LO) : r;
    r = (I)x < 0 ? 2 * QUARTER_TURN_HI - (r - 2 * QUARTER_TURN_LO) : r;  // minus zero is on the left
    return __builtin_elementwise_copysign(r, y);
}

#undef QUARTER_TURN_HI
#undef QUARTER_TURN_LO

// Functions that are computed element by element in double precision, by the C library or by special.c; the bits are
// the same for every instruction set.

INLINE V N(erfc)(V a) { return EACH_LANE((T)erfc(a[lane])); }
INLINE V N(erfinv)(V a) { return EACH_LANE((T)bk_erfinv(a[lane])); }
INLINE V N(lgamma)(V a) { return EACH_LANE((T)bk_lgamma(a[lane])); }
INLINE V N(polygamma)(V a, V b) { return EACH_LANE((T)bk_polygamma(a[lane], b[lane])); }
