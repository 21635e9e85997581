// What program.c and the inner loops know of each other: an instruction that is ready to run on one tile, and the
// table of loops that each instruction set offers.
#ifndef PROGRAM_KERNELS_H
#define PROGRAM_KERNELS_H

#include "bk_program.h"

enum { BK_DST = 0, BK_A = 1, BK_B = 2, BK_C = 3, BK_D = 4, BK_E = 5, BK_ARGUMENTS = 6 };
enum { BK_LANES = 3, BK_TYPES = 7 };
enum { BK_TOTAL_BLOCK_BYTES = 4096 };

// One instruction on one tile: `rows` lines of `cols` elements.
typedef struct {
    char *at[BK_ARGUMENTS];          // first element of each argument
    int64_t row[BK_ARGUMENTS];       // bytes from one line to the next
    int64_t col[BK_ARGUMENTS];       // bytes from one element to the next; 0 where it is the same for a whole line
    int64_t rows, cols;
    int64_t first, row_step, col_step;  // BK_INDEX and BK_OP_RANDOM: the number of the first element, and its steps
    int64_t ahead[BK_ARGUMENTS];     // how far beyond an argument lies the memory to ask for in advance; 0: nothing
    bool past_cache;                 // the result is too large to be found in the cache later
    char *const *more;               // addresses, and line strides, of operands behind one of the arguments
    const int64_t *more_row;
} bk_block;

typedef void (*bk_kernel)(const bk_block *block);

typedef struct {
    // Elementwise loops: variant number v of an instruction reads argument i (A = bit 0, ...) as a line where the
    // bit is set, and as one value a line where it is not.
    const bk_kernel *map[BK_LANES][BK_OP_COUNT];
    bk_kernel row[BK_LANES][BK_OP_COUNT];     // ROW_*, *_SUM(S) and whole rows
    bk_kernel column[BK_LANES][BK_OP_COUNT];  // TOTAL_* into one accumulator a column
    bk_kernel whole[BK_LANES][BK_OP_COUNT];   // TOTAL_* into one: a double, or an int64_t
    bk_kernel adam[BK_LANES];
    bk_kernel random[BK_LANES];
    bk_kernel index[BK_LANES];
    bk_kernel transpose[BK_LANES];  // lines of the source run down the rows
    bk_kernel load[BK_LANES][BK_TYPES], store[BK_LANES][BK_TYPES];  // any strides, any type
} bk_kernels;

extern const bk_kernels bk_kernels_plain;
#if defined(__x86_64__)
extern const bk_kernels bk_kernels_avx2, bk_kernels_avx512;
#elif defined(__aarch64__)
extern const bk_kernels bk_kernels_neon;
#endif

#endif
