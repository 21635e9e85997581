// A program on its way through its tiles, in the scratch memory of one thread.
#ifndef PROGRAM_RUN_H
#define PROGRAM_RUN_H

#include "program_plan.h"

// An operand in memory: where its element (batch, 0, 0) is, and its strides in bytes. For BK_INDEX the same in units.
typedef struct {
    intptr_t base, row, col;
} bk_view;

// An instruction made ready for tiles of one shape; only the addresses change from tile to tile.
typedef struct {
    bk_kernel kernel;
    uint16_t operands[BK_ARGUMENTS];
    uint8_t count;
    bool first_row_only, first_col_only;  // writes what other tiles would write again
    bool is_random, reads_index;
    bool is_due;                          // runs on tiles of this place in its row of tiles
    int64_t below[BK_ARGUMENTS];  // bytes from an argument to the same one of the tile below
    bk_block block;
} bk_step;

// What a runner goes over: the merged space of the program, or the original one as the tiles of a product.
typedef struct {
    int64_t rows, cols, row_axis;
    int64_t product;         // the operand that is read from a tile, or -1;
    int64_t product_stride;  // elements from one row of the tile to the next
} bk_space;

typedef struct {
    const bk_program *program;
    const bk_kernels *kernels;
    void *const *pointers;
    bk_space space;
    int64_t batch;                   // the current one, linear
    int64_t shape_rows, shape_cols;  // of the tiles that the steps are ready for
    bool asks_ahead;                 // the arrays are so large that what comes next is asked for
    bool can_follow;                 // the steps hold all addresses, so that the tile below is found from this one
    bool knows_way_below;            // `can_follow` and the steps' ways down are those of the present shape
    int64_t first_col;               // of the box that the accumulators belong to
    bk_view *views;
    char **at;                       // of each operand in the current tile
    int64_t *row, *col;              // byte strides of each operand in a tile
    bk_step *steps;
    bk_total *totals;
    int64_t total_count;
} bk_runner;

int64_t bk_program_slot_bytes(const bk_program *program);
int64_t bk_program_scratch_bytes(const bk_program *program);

// Makes ready to run tiles of a space.
bk_runner bk_runner_start(const bk_program *program, void *const *pointers, bk_space space);
// Chooses the linear index over the first `kept` batch dimensions.
void bk_runner_set_batch(bk_runner *runner, int64_t kept, int64_t batch);
void bk_runner_tile(bk_runner *runner, int64_t row, int64_t rows, int64_t col, int64_t cols);
// The tile of the same shape below the one that has just been run. Short tiles are much quicker to find this way.
void bk_runner_tile_below(bk_runner *runner);

const bk_kernels *bk_program_kernels(void);

// What one run leaves for later ones (program_image.c). Takes over the tables that an earlier run has left for the same
// space, if there are any.
bool bk_image_restore(bk_runner *runner);
// Leaves the tables, unless there are some already.
void bk_image_leave(const bk_runner *runner);

// Accumulators (program_total.c). `keyed` chooses those that have a result for each batch.
void bk_totals_begin(bk_runner *runner, bool keyed, int64_t cols);
void bk_totals_settle(bk_runner *runner, int64_t cols);
void bk_totals_end(bk_runner *runner, bool keyed, char *slot, int64_t batch_in_slot, int64_t cols);

#endif
