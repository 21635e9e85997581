// What the parts of convolution share: the cut into tasks, and the kernels of the instruction set in use.
#ifndef CONVOLUTION_TASK_H
#define CONVOLUTION_TASK_H

#include "arithmetic.h"
#include "convolution_kernels.h"
#include "convolution_map.h"

// Part `part` of `parts` of 0..<count, cut at multiples of `unit`.
static inline range part_of(int64_t count, int64_t unit, int64_t part, int64_t parts) {
    const int64_t units = ceil_div(count, unit);
    return (range){least(count, units * part / parts * unit), least(count, units * (part + 1) / parts * unit)};
}

// The tasks that some multiply-adds are worth.
static inline int64_t convolution_tasks_for(int64_t work) {
    enum { SPLIT_WORK = 3 << 19, TASK_WORK = 4 << 20, MOST_TASKS = 32 };
    if (work < SPLIT_WORK) return 1;
    return power_of_two(least(MOST_TASKS, most(4, work / TASK_WORK)));
}

const convolution_kernels *convolution_kernels_for(bk_type type);

void convolution_prepare_weight_gradient(bk_convolution *convolution);
void convolution_run_weight_gradient(const bk_convolution *convolution, const char *input, const char *gradient,
                                     char *result, char *partials, int64_t task);

#endif
