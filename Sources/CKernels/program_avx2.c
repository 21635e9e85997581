// The inner loops of block programs for AVX2 with fused multiply-add.
#if defined(__x86_64__)
#include <immintrin.h>
#define BODY_TABLE bk_kernels_avx2
#define BODY_VECTOR_BYTES 32
#define BODY_REGISTERS 2
#define BODY_AVX2 1
#define BODY_FMA 1
#pragma clang attribute push(__attribute__((target("avx2,fma,prfchw"))), apply_to = function)
#include "program_body.h"
#pragma clang attribute pop
#endif
