// The loops over windows for AVX-512.
#if defined(__x86_64__)
#define WINDOW_LOOPS window_loops_avx512
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)
#include "window_body.h"
#pragma clang attribute pop
#endif
