// Everything that depends on the type of the temporaries; included once for each lane (see program_body.h).

// W is the 64 bytes that reductions work in, whatever the registers' size, so that their order of summation is the same
// everywhere. For V and its kin see program_vector.h.
#define V N(v)
#define I N(i)
#define U N(u)
#define W N(w)
#define LANES ((int64_t)(REGISTERS * BODY_VECTOR_BYTES / LANE_BYTES))
#define WIDE_LANES ((int64_t)(64 / LANE_BYTES))

#if LANE_FLOAT
typedef struct {
    T c1, beta2, c2, root_inverse, eps, decay, size;
} L(adam_scalars);
#endif

// The functions of a vector exist twice: for one register, and for several that are worked on side by side. The steps of
// one element depend on each other, and a processor looks only so far ahead for steps of the next; side by side they
// are near. The second kind has SIDE in its names.
#define REGISTERS BODY_REGISTERS
#define SHAPE PASTE(LANE, side)
#include "program_vector.h"
#include "program_math.h"
#undef REGISTERS
#undef SHAPE
#define REGISTERS 1
#define SHAPE LANE
#include "program_vector.h"
#include "program_math.h"

#define SIDE(name) PASTE(name, PASTE(LANE, side))
#define SIDE_LANES (LANES * BODY_REGISTERS)

typedef T W __attribute__((ext_vector_type(64 / LANE_BYTES)));
typedef T N(unaligned_wide) __attribute__((ext_vector_type(64 / LANE_BYTES), aligned(LANE_BYTES)));

// The first `count` lanes, 0 < count < LANES; `fill` in the others.
INLINE V N(get_part)(const T *p, int64_t count, V fill) {
#if BODY_AVX512 && LANE_BYTES == 4
    return (V)_mm512_mask_loadu_epi32((__m512i)fill, (__mmask16)((1u << count) - 1), p);
#elif BODY_AVX512
    return (V)_mm512_mask_loadu_epi64((__m512i)fill, (__mmask8)((1u << count) - 1), p);
#else
    T lanes[BODY_VECTOR_BYTES / LANE_BYTES];
    N(put)(lanes, fill);
    memcpy(lanes, p, (size_t)count * LANE_BYTES);
    return N(get)(lanes);
#endif
}

INLINE void N(put_part)(T *p, V x, int64_t count) {
#if BODY_AVX512 && LANE_BYTES == 4
    _mm512_mask_storeu_epi32(p, (__mmask16)((1u << count) - 1), (__m512i)x);
#elif BODY_AVX512
    _mm512_mask_storeu_epi64(p, (__mmask8)((1u << count) - 1), (__m512i)x);
#else
    T lanes[BODY_VECTOR_BYTES / LANE_BYTES];
    N(put)(lanes, x);
    memcpy(p, lanes, (size_t)count * LANE_BYTES);
#endif
}

INLINE W N(get_wide)(const T *p) { return *(const N(unaligned_wide) *)p; }

// The first `count` lanes, 0 < count < WIDE_LANES; `fill` in the others.
INLINE W N(get_wide_part)(const T *p, int64_t count, T fill) {
#if BODY_AVX512
    return N(get_part)(p, count, N(splat)(fill));
#else
    T lanes[64 / LANE_BYTES];
    for (int64_t i = 0; i < WIDE_LANES; i += LANES) {
        if (i + LANES <= count) N(put)(lanes + i, N(get)(p + i));
        else if (i < count) N(put)(lanes + i, N(get_part)(p + i, count - i, N(splat)(fill)));
        else N(put)(lanes + i, N(splat)(fill));
    }
    return N(get_wide)(lanes);
#endif
}

// Memory is slow to come: the lines that a later tile reads, or writes, are asked for while this one is worked on.
#define ASK(which, x, varies)                                                                            \
    if ((varies) && k->ahead[which]) {                                                                   \
        for (int64_t byte = 0; byte < SIDE_LANES * LANE_BYTES; byte += 64) {                             \
            __builtin_prefetch((const char *)(x + i) + k->ahead[which] + byte, which == BK_DST, 3);      \
        }                                                                                                \
    }

#include "program_map.h"
#include "program_reduce.h"
#if LANE_FLOAT
#include "program_sum.h"
#include "program_row.h"
#endif
#include "program_move.h"
#if LANE_FLOAT
#include "program_adam.h"
#endif

#undef ASK
#undef ACROSS
#undef EIGHT_OF
#undef SUM_OF
#undef SIDE
#undef SIDE_LANES
#undef REGISTERS
#undef SHAPE
#undef V
#undef I
#undef U
#undef W
#undef LANES
#undef WIDE_LANES
