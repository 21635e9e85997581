// Functions that are computed element by element in double precision, by the C library or by special.c; the bits are
// the same for every instruction set.

INLINE V N(erfc)(V a) { return EACH_LANE((T)erfc(a[lane])); }
INLINE V N(erfinv)(V a) { return EACH_LANE((T)bk_erfinv(a[lane])); }
INLINE V N(lgamma)(V a) { return EACH_LANE((T)bk_lgamma(a[lane])); }
INLINE V N(polygamma)(V a, V b) { return EACH_LANE((T)bk_polygamma(a[lane], b[lane])); }
