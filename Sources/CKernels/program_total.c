// Accumulators of block programs: from the tiles of a task to the task, and from the tasks to memory.
//
// For each column a task keeps one accumulator for the latest group of rows and one for all that came before, so that no
// chain of additions is long; for a single value, one of higher precision. It leaves the result in its slot of the
// partial results, once for each batch where the operand is keyed. bk_program_finish combines the slots
// of one result in pairs, pairs of pairs and so on.
#include "program_run.h"

#include <math.h>
#include <string.h>

int64_t bk_program_slot_bytes(const bk_program *program) {
    bk_total totals[bk_most_totals(program)];
    const int64_t count = bk_program_totals(program, totals);
    int64_t bytes = 0;
    for (int64_t i = 0; i < count; i++) {
        if (totals[i].direct) continue;
        bytes = totals[i].slot + totals[i].bytes * (totals[i].keyed ? program->plan[PLAN_BATCH_CHUNK] : 1);
    }
    return bytes;
}

static void combine_values(bk_lane lane, int op, void *into, const void *from) {
    if (lane == BK_LANE_I64) {
        int64_t *x = into;
        const int64_t y = *(const int64_t *)from;
        switch (op) {
        case BK_OP_TOTAL_MAX: *x = y > *x ? y : *x; break;
        case BK_OP_TOTAL_MIN: *x = y < *x ? y : *x; break;
        default: *x = (int64_t)((uint64_t)*x + (uint64_t)y);
        }
    } else {
        double *x = into;
        const double y = *(const double *)from;
        switch (op) {
        case BK_OP_TOTAL_MAX: *x = y > *x || y != y ? y : *x; break;
        case BK_OP_TOTAL_MIN: *x = y < *x || y != y ? y : *x; break;
        default: *x += y;
        }
    }
}

static void combine(const bk_program *program, const bk_kernels *kernels, const bk_total *total, char *into,
                    const char *from, int64_t cols) {
    const int op = total->op;
    if (!total->per_column) {
        combine_values(program->lane, op, into, from);
        return;
    }
    static const uint8_t elementwise[] = {BK_OP_ADD, BK_OP_MAX, BK_OP_MIN, BK_OP_ADD};
    const int64_t bytes = bk_type_bytes(bk_lane_type(program->lane));
    const bk_block block = {.at = {into, into, (char *)from}, .col = {bytes, bytes, bytes}, .rows = 1, .cols = cols};
    kernels->map[program->lane][elementwise[op - BK_OP_TOTAL_SUM]][3](&block);
}

// Fills an accumulator with what changes nothing.
static void clear(const bk_program *program, const bk_total *total, char *accumulator, int64_t cols) {
    const int order = total->op - BK_OP_TOTAL_SUM;
    static const double neutral[] = {0, -INFINITY, INFINITY, 0};
    static const int64_t neutral_i64[] = {0, INT64_MIN, INT64_MAX, 0};
    const int64_t count = total->per_column ? cols : 1;
    if (program->lane == BK_LANE_I64) {
        for (int64_t i = 0; i < count; i++) ((int64_t *)accumulator)[i] = neutral_i64[order];
    } else if (program->lane == BK_LANE_F64 || !total->per_column) {
        for (int64_t i = 0; i < count; i++) ((double *)accumulator)[i] = neutral[order];
    } else {
        for (int64_t i = 0; i < count; i++) ((float *)accumulator)[i] = (float)neutral[order];
    }
}

// Writes a finished accumulator as the operand wants it; `place` is its first element in memory.
static void write_result(const bk_program *program, const bk_kernels *kernels, const bk_total *total, char *place,
                         char *accumulator, int64_t cols) {
    const int64_t bytes = bk_type_bytes(bk_lane_type(program->lane));
    float narrow;
    if (!total->per_column && program->lane == BK_LANE_F32) {
        narrow = (float)*(double *)accumulator;
        accumulator = (char *)&narrow;
    }
    const bk_operand *operand = total->operand;
    const bk_block block = {.at = {place, accumulator},
                            .col = {operand->col_stride * bk_type_bytes(operand->type), bytes},
                            .rows = 1,
                            .cols = total->per_column ? cols : 1};
    kernels->store[program->lane][operand->type](&block);
}

void bk_totals_begin(bk_runner *runner, bool keyed, int64_t cols) {
    for (int64_t i = 0; i < runner->total_count; i++) {
        const bk_total *total = &runner->totals[i];
        if (total->keyed != keyed) continue;
        clear(runner->program, total, total->tile, cols);
        clear(runner->program, total, total->sum, cols);
    }
}

void bk_totals_settle(bk_runner *runner, int64_t cols) {
    for (int64_t i = 0; i < runner->total_count; i++) {
        const bk_total *total = &runner->totals[i];
        if (!total->per_column) continue;
        combine(runner->program, runner->kernels, total, total->sum, total->tile, cols);
        clear(runner->program, total, total->tile, cols);
    }
}

void bk_totals_end(bk_runner *runner, bool keyed, char *slot, int64_t batch_in_slot, int64_t cols) {
    for (int64_t i = 0; i < runner->total_count; i++) {
        const bk_total *total = &runner->totals[i];
        if (total->keyed != keyed) continue;
        if (total->direct) {
            const bk_view *view = &runner->views[total->target];
            char *place = (char *)(view->base + (total->per_column ? runner->first_col * view->col : 0));
            write_result(runner->program, runner->kernels, total, place, total->sum, cols);
        } else {
            memcpy(slot + total->slot + (keyed ? batch_in_slot * total->bytes : 0), total->sum, (size_t)total->bytes);
        }
    }
}

// MARK: Finishing

// The partial results of one result, numbered as the tree takes them: by batch, row chunk and column chunk.
typedef struct {
    const bk_program *program;
    const bk_total *total;
    char *partials;
    int64_t first_batch;            // of the result
    int64_t batches;                // that belong to it (unkeyed: chunks of batches)
    int64_t row_chunks, col_chunks;
    int64_t col_chunk;              // per column: the one in question
} partial_results;

static char *partial_result(const partial_results *results, int64_t number) {
    const bk_program *program = results->program;
    const int64_t *plan = program->plan;
    int64_t col_chunk = results->col_chunk;
    if (!results->total->per_column) {
        col_chunk = number % results->col_chunks;
        number /= results->col_chunks;
    }
    const int64_t row_chunk = number % results->row_chunks;
    int64_t rest = number / results->row_chunks;
    int64_t batch_chunk = rest, batch_in_slot = 0;
    if (results->total->keyed) {
        // `rest` counts the dimensions that the result does not depend on.
        int64_t batch = results->first_batch, step = 1;
        for (int64_t axis = plan[PLAN_KEPT] - 1; axis >= 0; axis--) {
            if (results->total->operand->batch_stride[axis] == 0) {
                batch += rest % program->batch[axis] * step;
                rest /= program->batch[axis];
            }
            step *= program->batch[axis];
        }
        batch_chunk = batch / plan[PLAN_BATCH_CHUNK];
        batch_in_slot = batch % plan[PLAN_BATCH_CHUNK];
    }
    const int64_t task = (batch_chunk * results->row_chunks + row_chunk) * results->col_chunks + col_chunk;
    return results->partials + task * plan[PLAN_SLOT_BYTES] + results->total->slot +
           batch_in_slot * results->total->bytes;
}

static void finish_result(const partial_results *results, const bk_kernels *kernels, char *place, int64_t cols) {
    const int64_t count =
        results->batches * results->row_chunks * (results->total->per_column ? 1 : results->col_chunks);
    for (int64_t step = 1; step < count; step *= 2) {
        for (int64_t i = 0; i + step < count; i += 2 * step) {
            combine(results->program, kernels, results->total, partial_result(results, i),
                    partial_result(results, i + step), cols);
        }
    }
    write_result(results->program, kernels, results->total, place, partial_result(results, 0), cols);
}

static void finish_total(const bk_program *program, const bk_total *total, char *pointer, char *partials) {
    const int64_t *plan = program->plan;
    const bk_kernels *kernels = bk_program_kernels();
    const bk_operand *operand = total->operand;
    const int64_t bytes = bk_type_bytes(operand->type);
    partial_results results = {.program = program, .total = total, .partials = partials};
    results.row_chunks = ceil_div(plan[PLAN_ROWS], plan[PLAN_ROW_CHUNK]);
    results.col_chunks = ceil_div(plan[PLAN_COLS], plan[PLAN_COL_CHUNK]);
    results.batches = ceil_div(plan[PLAN_BATCHES], plan[PLAN_BATCH_CHUNK]);
    int64_t keys = 1;
    if (total->keyed) {
        results.batches = 1;
        for (int64_t axis = 0; axis < plan[PLAN_KEPT]; axis++) {
            if (operand->batch_stride[axis] != 0) keys *= program->batch[axis];
            else results.batches *= program->batch[axis];
        }
    }
    for (int64_t key = 0; key < keys; key++) {
        int64_t rest = key, step = 1, offset = 0;
        results.first_batch = 0;
        for (int64_t axis = plan[PLAN_KEPT] - 1; axis >= 0; axis--) {
            if (operand->batch_stride[axis] != 0) {
                const int64_t index = rest % program->batch[axis];
                rest /= program->batch[axis];
                results.first_batch += index * step;
                offset += index * operand->batch_stride[axis];
            }
            step *= program->batch[axis];
        }
        char *place = pointer + offset * bytes;
        if (!total->per_column) {
            finish_result(&results, kernels, place, 1);
            continue;
        }
        for (results.col_chunk = 0; results.col_chunk < results.col_chunks; results.col_chunk++) {
            const int64_t first_col = results.col_chunk * plan[PLAN_COL_CHUNK];
            const int64_t left = plan[PLAN_COLS] - first_col;
            finish_result(&results, kernels, place + first_col * operand->col_stride * bytes,
                          left < plan[PLAN_COL_CHUNK] ? left : plan[PLAN_COL_CHUNK]);
        }
    }
}

void bk_program_finish(const bk_program *program, void *const *pointers, void *partials) {
    if (program->partial_bytes == 0) return;
    bk_total totals[bk_most_totals(program)];
    const int64_t count = bk_program_totals(program, totals);
    for (int64_t i = 0; i < count; i++) {
        if (!totals[i].direct) finish_total(program, &totals[i], pointers[totals[i].operand->slot], partials);
    }
}
