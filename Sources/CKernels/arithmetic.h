// Small arithmetic of whole numbers, by which kernels cut their work.
#ifndef ARITHMETIC_H
#define ARITHMETIC_H

#include <stdint.h>

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

// The largest power of two that is at most `x`, or 1.
static inline int64_t power_of_two(int64_t x) {
    int64_t power = 1;
    while (power * 2 <= x) power *= 2;
    return power;
}

#endif
