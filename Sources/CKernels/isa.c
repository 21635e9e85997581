// Which instruction set the kernels use: found at run time, or named by BACKPROP_ISA.
#include "bk_base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ISA_COUNT = 4, ISA_UNKNOWN = -1 };

static const char *const names[ISA_COUNT] = {"plain", "neon", "avx2", "avx512"};
static _Atomic int current = ISA_UNKNOWN;
static pthread_once_t chosen = PTHREAD_ONCE_INIT;

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

static void choose(void) { atomic_store_explicit(&current, (int)initial_choice(), memory_order_relaxed); }

// Threads may come here together for the first time; one of them decides, or ends the program with one message.
bk_isa bk_isa_current(void) {
    if (atomic_load_explicit(&current, memory_order_relaxed) == ISA_UNKNOWN) pthread_once(&chosen, choose);
    return (bk_isa)atomic_load_explicit(&current, memory_order_relaxed);
}

bool bk_isa_select(bk_isa isa) {
    if (!bk_isa_available(isa)) return false;
    atomic_store_explicit(&current, (int)isa, memory_order_relaxed);
    return true;
}
