// The loops over windows for AVX2.
#if defined(__x86_64__)
#define WINDOW_LOOPS window_loops_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "window_body.h"
#pragma clang attribute pop
#endif
