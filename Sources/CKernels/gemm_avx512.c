// The matrix product, convolution and windows in AVX-512: strips of 12 rows, 24 accumulators.
#if defined(__x86_64__)
#include "convolution_kernels.h"

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), \
                             apply_to = function)

#define ROWS 12
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

#define ELEMENT float
#define NAME(x) x##_avx512_f32
#define LANES 16
#define LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define MASK __mmask16
#define MASK_OF(count) ((__mmask16)((1u << (count)) - 1))
#define LOAD_MASKED(p, mask) _mm512_maskz_loadu_ps(mask, p)
#define STORE_MASKED(p, v, mask) _mm512_mask_storeu_ps(p, mask, v)
#define BROADCAST(p) BROADCAST_FROM("vbroadcastss", p)
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"

#define ELEMENT double
#define NAME(x) x##_avx512_f64
#define LANES 8
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#define MASK __mmask8
#define MASK_OF(count) ((__mmask8)((1u << (count)) - 1))
#define LOAD_MASKED(p, mask) _mm512_maskz_loadu_pd(mask, p)
#define STORE_MASKED(p, v, mask) _mm512_mask_storeu_pd(p, mask, v)
#define BROADCAST(p) BROADCAST_FROM("vbroadcastsd", p)
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"

#pragma clang attribute pop
#endif
