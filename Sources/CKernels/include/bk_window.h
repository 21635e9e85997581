// Sums and greatest elements of windows that slide over up to three spatial axes.
#ifndef BK_WINDOW_H
#define BK_WINDOW_H

#include "bk_base.h"
#include "bk_convolution.h"

// Input [batch, input..., channels] and result [batch, output..., channels] are dense; axes that are not there have
// extent 1. Place o of the result sees the input at o * stride - low + k * dilation for 0 <= k < window; places that
// are not in the input do not count.
typedef struct {
    bk_type type;  // BK_TYPE_F32 or BK_TYPE_F64
    int64_t batch, channels;
    int64_t input[BK_SPATIAL], window[BK_SPATIAL], output[BK_SPATIAL];
    int64_t stride[BK_SPATIAL], low[BK_SPATIAL], dilation[BK_SPATIAL];
} bk_window;

// Tasks cut the work; depends on the shape alone.
int64_t bk_window_tasks(const bk_window *window);
void bk_window_sum_run(const bk_window *window, const void *input, void *result, int64_t task);
// Where the first greatest element of each window lies among the places of the input, counted in row-major order. NaN
// is greater than all numbers. Every window must see an element.
void bk_window_arg_max_run(const bk_window *window, const void *input, int64_t *result, int64_t task);
// The elements of `values`, which is like the input, where the input is greatest within each window.
void bk_window_pick_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task);
// Adds the elements of `values`, one for each window, to zeros where the input is greatest; the result is like the input.
int64_t bk_window_spread_tasks(const bk_window *window);
void bk_window_spread_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task);

#endif
