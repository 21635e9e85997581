// The matrix product C = A * B, batched, any strides, cut into independent tasks.
#ifndef BK_GEMM_H
#define BK_GEMM_H

#include "bk_base.h"

// Called when a tile of C is finished while it is still in cache. `tile` is its first element, `tile_stride`
// the elements from one of its rows to the next; it covers rows [row, row+rows) and columns [col, col+cols).
typedef void (*bk_tile_done)(void *context, void *tile, int64_t tile_stride, int64_t batch, int64_t row,
                             int64_t rows, int64_t col, int64_t cols);

typedef struct {
    // The problem. Strides count elements and may be 0 (broadcast) or anything else.
    bk_type type;  // BK_TYPE_F32 or BK_TYPE_F64
    int64_t batch, m, n, k;
    int64_t a_batch, a_row, a_col;
    int64_t b_batch, b_row, b_col;
    int64_t c_batch, c_row;  // columns of C are contiguous
    int64_t row_share, col_share;  // rows and columns of a task where the caller decides; otherwise 0
    // Filled in by bk_gemm_prepare; depends on the problem alone, never on the number of threads, so that the
    // bits of the result do not either.
    int64_t tasks;
    int64_t plan[12];
} bk_gemm;

void bk_gemm_prepare(bk_gemm *gemm);
// Computes the part of C that belongs to `task`. Where `c` is NULL the product only passes through `done`, in
// scratch memory; otherwise `done` may be NULL. k == 0 gives zeros.
void bk_gemm_run(const bk_gemm *gemm, const void *a, const void *b, void *c, int64_t task, bk_tile_done done,
                 void *context);
// Asks for a small B that lies in memory already, while there is something else to do.
void bk_gemm_fetch(const bk_gemm *gemm, const void *b);

#endif
