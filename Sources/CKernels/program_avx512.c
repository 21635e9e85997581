// The inner loops of block programs for AVX-512 (F, BW, VL, DQ).
#if defined(__x86_64__)
#include <immintrin.h>
#define BODY_TABLE bk_kernels_avx512
#define BODY_VECTOR_BYTES 64
#define BODY_REGISTERS 4
#define BODY_AVX512 1
#define BODY_FMA 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,prfchw"))), \
                             apply_to = function)
#include "program_body.h"
#pragma clang attribute pop
#endif
