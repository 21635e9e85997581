// Vectors of the current shape: V is REGISTERS registers full of lanes, I the integers (and masks) beside it, U the
// unsigned ones.

typedef T V __attribute__((ext_vector_type(REGISTERS * BODY_VECTOR_BYTES / LANE_BYTES)));
typedef T N(unaligned) __attribute__((ext_vector_type(REGISTERS * BODY_VECTOR_BYTES / LANE_BYTES), aligned(LANE_BYTES)));
typedef __typeof__((V){0} > (V){0}) I;
#if LANE_BYTES == 4
typedef uint32_t U __attribute__((ext_vector_type(REGISTERS * BODY_VECTOR_BYTES / 4)));
#else
typedef uint64_t U __attribute__((ext_vector_type(REGISTERS * BODY_VECTOR_BYTES / 8)));
#endif

INLINE V N(splat)(T x) { return (V)(x); }
INLINE V N(get)(const T *p) { return *(const N(unaligned) *)p; }
INLINE void N(put)(T *p, V x) { *(N(unaligned) *)p = x; }
