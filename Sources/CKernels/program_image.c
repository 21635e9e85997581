// The tables of a program that has been made ready for tiles of one shape. A plan runs the same programs on the same shapes
// step after step: what was made ready once is copied from then on.
#include "program_run.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const bk_kernels *kernels;
    bk_space space;
    int64_t shape_rows, shape_cols, total_count;
    bool asks_ahead;
    char *scratch;  // where the tables were
    int64_t bytes;
    _Alignas(64) char tables[];
} image;

static int64_t bytes_of_tables(const bk_runner *runner) {
    return (char *)(runner->totals + runner->total_count) - (char *)runner->views;
}

static bool same_space(const bk_space *a, const bk_space *b) {
    return a->rows == b->rows && a->cols == b->cols && a->row_axis == b->row_axis && a->product == b->product &&
           a->product_stride == b->product_stride;
}

// Addresses inside of the scratch memory, which may lie elsewhere now.
static void move_tables(bk_runner *runner, ptrdiff_t distance) {
    const bk_program *program = runner->program;
    for (int i = 0; i < program->operand_count; i++) {
        if (program->operands[i].kind == BK_TEMP) runner->at[i] += distance;
    }
    for (int64_t i = 0; i < runner->total_count; i++) {
        runner->totals[i].tile += distance;
        runner->totals[i].sum += distance;
    }
    for (int64_t i = 0; i < program->instruction_count; i++) {
        bk_block *block = &runner->steps[i].block;
        if (!block->more) continue;
        block->more = (char *const *)((const char *)block->more + distance);
        block->more_row = (const int64_t *)((const char *)block->more_row + distance);
    }
}

bool bk_image_restore(bk_runner *runner) {
    const image *known = __atomic_load_n((image **)runner->program->image, __ATOMIC_ACQUIRE);
    if (!known || known->kernels != runner->kernels || !same_space(&known->space, &runner->space)) return false;
    char *scratch = (char *)runner->views;
    memcpy(scratch, known->tables, (size_t)known->bytes);
    runner->shape_rows = known->shape_rows;
    runner->shape_cols = known->shape_cols;
    runner->total_count = known->total_count;
    runner->asks_ahead = known->asks_ahead;
    if (scratch != known->scratch) move_tables(runner, scratch - known->scratch);
    return true;
}

void bk_image_leave(const bk_runner *runner) {
    image **place = (image **)runner->program->image;
    if (__atomic_load_n(place, __ATOMIC_RELAXED)) return;
    const int64_t bytes = bytes_of_tables(runner);
    void *memory = NULL;
    if (posix_memalign(&memory, 64, sizeof(image) + (size_t)bytes) != 0) return;
    image *made = memory, *none = NULL;
    *made = (image){.kernels = runner->kernels, .space = runner->space, .shape_rows = runner->shape_rows,
                    .shape_cols = runner->shape_cols, .total_count = runner->total_count,
                    .asks_ahead = runner->asks_ahead, .scratch = (char *)runner->views, .bytes = bytes};
    memcpy(made->tables, runner->views, (size_t)bytes);
    if (!__atomic_compare_exchange_n(place, &none, made, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) free(made);
}

void bk_program_discard(bk_program *program) {
    free(*program->image);
    free(program->image);
}
