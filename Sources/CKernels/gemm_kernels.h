// What the matrix product asks of an instruction set: micro-kernels and packing, for one element type.
#ifndef GEMM_KERNELS_H
#define GEMM_KERNELS_H

#include "bk_gemm.h"

#include <string.h>

// A strip of C: a few rows, all columns of one block. C = A * B, or C += A * B with `accumulate`.
typedef struct {
    const void *a;
    int64_t a_row, a_col;
    void *packed_a;           // where a strip that packs its part of A leaves it
    const void *b;            // the columns of one panel lie side by side
    int64_t b_row, b_panel;   // elements from one k to the next, and from one panel to the next
    void *c;
    int64_t c_row;
    int64_t cols, k;
    bool accumulate;
} gemm_strip;

typedef void strip_kernel(const gemm_strip *strip);

// C = A * B where the elements of a row of A and of a column of B lie side by side, for few rows.
typedef struct {
    const void *a;
    int64_t a_row;
    const void *b;
    int64_t b_col;
    void *c;
    int64_t c_row, c_col;
    int64_t rows, cols, k;
} gemm_dots;

// How rows are cut into strips: all have `rows` rows but the last two, where a thin last strip would be slow.
typedef struct {
    int64_t count, rows, last_start, end;
} gemm_strips;

static inline gemm_strips gemm_cut_strips(int64_t rows, int64_t most) {
    const int64_t count = (rows + most - 1) / most, rest = rows - (count - 1) * most;
    const int64_t last = count > 1 && rest < most / 2 ? (most + rest) / 2 : rest;
    return (gemm_strips){count, most, rows - last, rows};
}

static inline int64_t gemm_strip_start(const gemm_strips *strips, int64_t s) {
    if (s == strips->count) return strips->end;
    return s + 1 == strips->count ? strips->last_start : s * strips->rows;
}

enum {
    GEMM_MAX_ROWS = 12,
    CACHE_LINE = 64,
    PREFETCH_STEPS = 8,  // rows of B that are fetched ahead of their use
    PACK_STEPS = 8,      // steps of k that are packed together
};

typedef struct {
    int rows;           // the most rows of a strip
    int cols;           // the columns of a panel
    int lanes;          // the elements of a vector
    bool masked_loads;  // B may be read in place even where its columns do not fill whole vectors
    // For 1, 2, ... rows, where a_col is 1, or (side by side) a_row.
    strip_kernel *strip[GEMM_MAX_ROWS];
    strip_kernel *strip_side_by_side[GEMM_MAX_ROWS];
    // The same for the most rows, side by side, and one whole panel at least; packs its part of A on the way.
    strip_kernel *strip_packing;
    // Copies the block of B into panels, each `k` rows of `cols` elements, the last one filled up with zeros. They
    // begin `panel` elements apart.
    void (*pack_b)(void *packed, int64_t panel, const void *b, int64_t b_row, int64_t b_col, int64_t k, int64_t n);
    // Turns `count` (at most `lanes`) rows of `k` elements into columns; whole vectors are written.
    void (*transpose)(void *to, int64_t to_row, const void *from, int64_t from_row, int64_t k, int64_t count);
    // Copies strips `first` to `end` of A, so that the rows lie side by side, to places `strip` elements apart.
    void (*pack_a)(void *packed, int64_t strip, const void *a, int64_t a_row, int64_t a_col,
                   const gemm_strips *strips, int64_t first, int64_t end, int64_t k);
    void (*dots)(const gemm_dots *dots);
} gemm_kernels;

extern const gemm_kernels gemm_plain_f32, gemm_plain_f64;
#if defined(__x86_64__)
extern const gemm_kernels gemm_avx2_f32, gemm_avx2_f64, gemm_avx512_f32, gemm_avx512_f64;
#elif defined(__aarch64__)
extern const gemm_kernels gemm_neon_f32, gemm_neon_f64;
#endif

#endif
