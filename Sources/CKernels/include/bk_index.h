// Kernels that move data by index, and the ones that find an index.
#ifndef BK_INDEX_H
#define BK_INDEX_H

#include "bk_base.h"

// Rows of a table: `source` is [outer, table, inner], `indices` has `count` entries of index_type (I32 or I64),
// the result is [outer, count, inner]; all dense. Elements are `element_bytes` wide.
typedef struct {
    int64_t outer, table, inner, count;
    bk_type type, index_type;
} bk_gather_shape;

// Position of the first index outside [0, table), or -1.
int64_t bk_index_check(const bk_gather_shape *shape, const void *indices);
// The same for the indices that one task of a gather reads.
int64_t bk_gather_check(const bk_gather_shape *shape, const void *indices, int64_t task);
// Tasks cut the work; depends on the shape alone.
int64_t bk_gather_tasks(const bk_gather_shape *shape);
void bk_gather_run(const bk_gather_shape *shape, const void *source, const void *indices, void *result, int64_t task);
// result[outer, indices[i], inner] = the sum of updates[outer, i, inner], in the order of i for each element (so: the
// same bits always), and 0 where no index points; F32, F64, I32, I64.
int64_t bk_scatter_tasks(const bk_gather_shape *shape);
void bk_scatter_add_run(const bk_gather_shape *shape, const void *updates, const void *indices, void *result,
                        int64_t task);

// result[outer, indices[i], inner] = the greatest of updates[outer, i, inner], or the least value of the type where
// no index points; NaN beats all numbers; all types.
void bk_scatter_max_run(const bk_gather_shape *shape, const void *updates, const void *indices, void *result,
                        int64_t task);

// Index (I64) of the first greatest or least element along the middle of [outer, length, inner]. A NaN counts as
// both the greatest and the least, as in PyTorch.
int64_t bk_arg_tasks(int64_t outer, int64_t length, int64_t inner);
void bk_arg_run(bk_type type, bool greatest, int64_t outer, int64_t length, int64_t inner, const void *source,
                int64_t *result, int64_t task);

#endif
