// Which instruction set the kernels use: found at run time, or named by BACKPROP_ISA.
#include "bk_base.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ISA_COUNT = 4, ISA_UNKNOWN = -1 };

static const char *const names[ISA_COUNT] = {"plain", "neon", "avx2", "avx512"};
static _Atomic int current = ISA_UNKNOWN;

const char *bk_isa_name(bk_isa isa) { return (unsigned)isa < ISA_COUNT ? names[isa] : "unknown"; }

bool bk_isa_available(bk_isa isa) {
    switch (isa) {
    case BK_ISA_PLAIN:
        return true;
#if defined(__aarch64__)
    case BK_ISA_NEON:
        return true;
#elif defined(__x86_64__)
    case BK_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case BK_ISA_AVX512:
        return bk_isa_available(BK_ISA_AVX2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq");
#endif
    default:
        return false;
    }
}

static bk_isa best_available(void) {
    int isa = ISA_COUNT - 1;
    while (!bk_isa_available((bk_isa)isa)) isa--;
    return (bk_isa)isa;
}

static bk_isa initial_choice(void) {
    const char *wish = getenv("BACKPROP_ISA");
    if (!wish || !*wish) return best_available();
    for (int isa = 0; isa < ISA_COUNT; isa++) {
        if (strcmp(wish, names[isa]) == 0 && bk_isa_available((bk_isa)isa)) return (bk_isa)isa;
    }
    fprintf(stderr, "BACKPROP_ISA is '%s', which is not an instruction set of this machine; it has:", wish);
    for (int isa = 0; isa < ISA_COUNT; isa++) {
        if (bk_isa_available((bk_isa)isa)) fprintf(stderr, " %s", names[isa]);
    }
    fprintf(stderr, "\n");
    exit(2);
}

// Threads that come here together for the first time find the same answer, so no lock is needed.
bk_isa bk_isa_current(void) {
    int isa = atomic_load_explicit(&current, memory_order_relaxed);
    if (isa == ISA_UNKNOWN) {
        isa = (int)initial_choice();
        atomic_store_explicit(&current, isa, memory_order_relaxed);
    }
    return (bk_isa)isa;
}

bool bk_isa_select(bk_isa isa) {
    if (!bk_isa_available(isa)) return false;
    atomic_store_explicit(&current, (int)isa, memory_order_relaxed);
    return true;
}
