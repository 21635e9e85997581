// The inner loops of block programs: one source, included once for each instruction set by a file that says how
// wide its vectors are (BODY_VECTOR_BYTES), how many it works on side by side (BODY_REGISTERS) and what it has
// (BODY_FMA, BODY_AVX2, BODY_AVX512), and names its table.
//
// Two rules hold everywhere. An element's value depends on its operands alone, never on its place in a line: the
// end of a line goes through the same vector code, with masked loads and stores. And nothing is contracted into a
// fused multiply-add unless the code says so, so that a wide instruction gives the bits of what it stands for.
#pragma STDC FP_CONTRACT OFF
// Functions that take vectors wider than the registers are all inlined, so they have no calling convention.
#pragma clang diagnostic ignored "-Wpsabi"

#include "program_kernels.h"

#include <math.h>
#include <string.h>

#include "bk_special.h"
#include "program_constants.h"

// Without line tables of their own (`nodebug`): each call would repeat them, which is a good part of the compile time.
// Without optimization inlining makes the code twice as long and no faster.
#ifdef __OPTIMIZE__
#define INLINE static inline __attribute__((always_inline, nodebug))
#else
#define INLINE static inline __attribute__((unused))
#endif
#define PASTE_(name, lane) name##_##lane
#define PASTE(name, lane) PASTE_(name, lane)
#define N(name) PASTE(name, SHAPE)  // the name of this lane's version of something, for vectors of this shape
#define L(name) PASTE(name, LANE)   // the same for all shapes
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

// The line of argument `which` in row `r` of the block `k`.
#define LINE(type, which) ((type *)(k->at[which] + r * k->row[which]))

#define LANE f32
#define T float
#define LANE_BYTES 4
#define LANE_FLOAT 1
#include "program_lane.h"
#undef LANE
#undef T
#undef LANE_BYTES
#undef LANE_FLOAT

#define LANE f64
#define T double
#define LANE_BYTES 8
#define LANE_FLOAT 1
#include "program_lane.h"
#undef LANE
#undef T
#undef LANE_BYTES
#undef LANE_FLOAT

#define LANE i64
#define T int64_t
#define LANE_BYTES 8
#define LANE_FLOAT 0
#include "program_lane.h"
#undef LANE
#undef T
#undef LANE_BYTES
#undef LANE_FLOAT

#include "program_convert.h"
#include "program_random.h"
#include "program_table.h"
