// The matrix product, convolution and windows in AVX2 with fused multiply-add: strips of 6 rows, 12 accumulators.
#if defined(__x86_64__)
#include "convolution_kernels.h"

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define ROWS 6
#define VECTORS 2
#define MASKED_LOADS 1

// In assembly, because the compiler gathers the broadcasts of neighbours into one load and many shuffles, which
// compete with the multiply-adds.
#define BROADCAST_FROM(instruction, p)                                    \
    ({                                                                    \
        VECTOR copies;                                                    \
        __asm__(instruction " %1, %0" : "=v"(copies) : "m"(*(p)));        \
        copies;                                                           \
    })

// A window into a row of ones followed by zeros is the mask of the first `count` lanes.
static const int ones_then_zeros[16] = {-1, -1, -1, -1, -1, -1, -1, -1};

#define ELEMENT float
#define NAME(x) x##_avx2_f32
#define LANES 8
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#define MASK __m256i
#define MASK_OF(count) _mm256_loadu_si256((const __m256i_u *)(ones_then_zeros + 8 - (count)))
#define LOAD_MASKED(p, mask) _mm256_maskload_ps(p, mask)
#define STORE_MASKED(p, v, mask) _mm256_maskstore_ps(p, mask, v)
#define BROADCAST(p) BROADCAST_FROM("vbroadcastss", p)
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"

#define ELEMENT double
#define NAME(x) x##_avx2_f64
#define LANES 4
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#define MASK __m256i
#define MASK_OF(count) _mm256_loadu_si256((const __m256i_u *)(ones_then_zeros + 8 - 2 * (count)))
#define LOAD_MASKED(p, mask) _mm256_maskload_pd(p, mask)
#define STORE_MASKED(p, v, mask) _mm256_maskstore_pd(p, mask, v)
#define BROADCAST(p) BROADCAST_FROM("vbroadcastsd", p)
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"

#pragma clang attribute pop
#endif
