// Kernels along one axis in which the order of elements matters. All arrays are [outer, length, inner] and dense where
// nothing else is said; tasks depend on the shape alone.
#ifndef BK_ORDER_H
#define BK_ORDER_H

#include "bk_base.h"

// Indices (I64) that sort each line; equal elements keep their order, NaN counts as the greatest. Any type.
int64_t bk_argsort_tasks(int64_t outer, int64_t length, int64_t inner);
void bk_argsort_run(bk_type type, bool descending, int64_t outer, int64_t length, int64_t inner, const void *source,
                    int64_t *result, int64_t task);

// Index (I64) of the greatest or least element so far; of equal ones the last. A NaN stays until the next NaN.
int64_t bk_cumulative_arg_tasks(int64_t outer, int64_t length, int64_t inner);
void bk_cumulative_arg_run(bk_type type, bool greatest, int64_t outer, int64_t length, int64_t inner,
                           const void *source, int64_t *result, int64_t task);

// s[i] = a[i] * s[i-1] + b[i] along each line, where s[-1] is 0 whatever a[0] is; `reverse` walks from the end. F32, F64
// and I64; F32 is carried along in double precision. a has strides of its own.
typedef struct {
    bk_type type;
    bool reverse;
    int64_t outer, length, inner;
    int64_t a_outer, a_step, a_inner;
} bk_recurrence;

int64_t bk_recurrence_tasks(const bk_recurrence *shape);
void bk_recurrence_run(const bk_recurrence *shape, const void *a, const void *b, void *result, int64_t task);

#endif
