// bk_program_prepare: merges dimensions, chooses the tile and cuts the work into tasks.
#include "program_plan.h"
#include "program_run.h"

// Temporaries of a tile should stay in the first-level cache together with the memory that streams by.
enum { TEMP_BUDGET_BYTES = 16384, LEAST_TILE_BYTES = 4096, GREATEST_TILE_BYTES = 32768 };
// Tiles that turn columns into rows: as many columns as there are lines open at once on either side.
enum { TURNED_TILE_COLS = 64 };
// Work worth handing to another thread, in elements of one cheap instruction, and the most tasks of a run.
enum { TASK_COST = 49152, MOST_TASKS = 256, MOST_TASKS_WITH_TOTALS = 64 };

typedef struct {
    int64_t kept, rows, cols, row_axis;
} merged_space;

static bool has_uniform_temps(const bk_program *program) {
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TEMP && (o->extent == BK_COL || o->extent == BK_SCALAR)) return true;
    }
    return false;
}

// Whether batch dimension `axis`, the last one kept, can become part of the rows. Where there is but one row it can
// take the rows' place, with whatever strides it has.
static bool can_merge_batch(const bk_program *program, const merged_space *space, int64_t axis, bool uniform_temps) {
    if (program->batch[axis] == 1) return true;
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        const int64_t stride = o->batch_stride[axis];
        switch (o->kind) {
        case BK_TEMP:
            break;
        case BK_TOTAL:
            if (stride != 0) return false;
            break;
        default:
            if (space->rows != 1) {
                if (stride != space->rows * bk_row_stride(o, space->row_axis)) return false;
            } else if (uniform_temps && !bk_varies_by_row(o->extent) && stride != 0) {
                return false;  // a temporary may hold it, which has one value for all rows
            }
        }
    }
    return true;
}

static bool can_merge_rows(const bk_program *program, const merged_space *space) {
    if (program->whole_rows) return false;
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->extent == BK_ROW || o->extent == BK_COL) return false;
        if (o->kind == BK_TEMP || o->kind == BK_TOTAL) continue;
        if (bk_row_stride(o, space->row_axis) != space->cols * bk_col_stride(o)) return false;
    }
    return true;
}

static merged_space merge(const bk_program *program) {
    merged_space space = {program->batch_rank, program->rows, program->cols, -1};
    const bool uniform_temps = has_uniform_temps(program);
    for (;;) {
        const int64_t axis = space.kept - 1;
        if (space.rows > 1 && can_merge_rows(program, &space)) {
            space.cols *= space.rows;
            space.rows = 1;
        } else if (axis >= 0 && can_merge_batch(program, &space, axis, uniform_temps)) {
            if (space.rows == 1 && program->batch[axis] != 1) space.row_axis = axis;
            space.rows *= program->batch[axis];
            space.kept = axis;
        } else {
            return space;
        }
    }
}

// Cost of an instruction for one element, in units of a cheap one.
static int64_t cost_of(const bk_program *program, const bk_instruction *instruction) {
    switch (instruction->op) {
    case BK_OP_EXP: case BK_OP_EXPM1: case BK_OP_LOG: case BK_OP_LOG1P: case BK_OP_TANH: case BK_OP_SIGMOID:
    case BK_OP_RANDOM:
        return 8;
    case BK_OP_ERF: case BK_OP_SIN: case BK_OP_COS:
        return 16;
    case BK_OP_POW: case BK_OP_ATAN2: case BK_OP_REM:
        return 100;
    case BK_OP_DIV: case BK_OP_SQRT: case BK_OP_RSQRT: case BK_OP_RECIPROCAL:
        return program->lane == BK_LANE_I64 ? 30 : 4;
    case BK_OP_LOAD: case BK_OP_STORE:
        return 2;
    default:
        return 1;
    }
}

static int64_t cost_of_element(const bk_program *program) {
    int64_t cost = 0;
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_MEMORY && o->extent == BK_FULL) cost++;
    }
    for (int i = 0; i < program->instruction_count; i++) {
        const bk_instruction *instruction = &program->instructions[i];
        const bool reduces = bk_is_row_reduction(instruction->op) || bk_is_total(instruction->op);
        if (reduces || program->operands[instruction->dst].extent == BK_FULL) cost += cost_of(program, instruction);
    }
    return cost > 0 ? cost : 1;
}

// Some operand runs down the columns in memory while the tile is written along its rows.
static bool is_turned(const bk_program *program, int64_t row_axis) {
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind != BK_MEMORY || o->extent != BK_FULL) continue;
        int64_t row = bk_row_stride(o, row_axis), col = o->col_stride;
        row = row < 0 ? -row : row;
        col = col < 0 ? -col : col;
        if (row != 0 && row < col) return true;
    }
    return false;
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

static void choose_tile(bk_program *program) {
    const int64_t rows = program->plan[PLAN_ROWS], cols = program->plan[PLAN_COLS];
    const int64_t lane_bytes = bk_type_bytes(bk_lane_type(program->lane));
    int64_t temps = 0;
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TEMP && o->extent == BK_FULL) temps = most(temps, o->slot + 1);
    }
    const int64_t bytes = temps == 0 ? GREATEST_TILE_BYTES : most(TEMP_BUDGET_BYTES / temps, LEAST_TILE_BYTES);
    const int64_t elements = bytes / lane_bytes;
    int64_t tile_cols;
    if (program->whole_rows) {
        tile_cols = cols;
    } else if (rows > 1 && is_turned(program, program->plan[PLAN_ROW_AXIS])) {
        tile_cols = least(cols, most(TURNED_TILE_COLS, elements / rows));
    } else if (cols > elements) {
        tile_cols = least(cols, bk_aligned(bk_chunks(cols, bk_chunks(cols, elements))));
    } else {
        tile_cols = cols;
    }
    tile_cols = most(tile_cols, 1);
    const int64_t tile_rows = most(1, least(rows, elements / tile_cols));
    program->plan[PLAN_TILE_COLS] = tile_cols;
    program->plan[PLAN_TILE_ROWS] = tile_rows;
    // An epilogue's tiles have shapes of their own, so there is room for a usual number of elements at least.
    program->plan[PLAN_TILE_ELEMENTS] = most(most(tile_rows * tile_cols, elements), program->cols * program->whole_rows);
}

static void choose_tasks(bk_program *program) {
    int64_t *plan = program->plan;
    const int64_t rows = plan[PLAN_ROWS], cols = plan[PLAN_COLS], batches = plan[PLAN_BATCHES];
    const int64_t tile_rows = plan[PLAN_TILE_ROWS], tile_cols = plan[PLAN_TILE_COLS];
    bool totals = false, only_columns = true;
    for (int i = 0; i < program->operand_count; i++) {
        if (program->operands[i].kind != BK_TOTAL) continue;
        totals = true;
        only_columns = only_columns && program->operands[i].extent == BK_COL;
    }
    const int64_t total = batches * rows * cols;
    int64_t share = TASK_COST / cost_of_element(program);
    share = most(share, bk_chunks(total, totals ? MOST_TASKS_WITH_TOTALS : MOST_TASKS));
    share = most(share, tile_rows * tile_cols);

    const int64_t col_tiles = bk_chunks(cols, tile_cols);
    plan[PLAN_BATCH_CHUNK] = most(batches, 1);
    plan[PLAN_ROW_CHUNK] = most(rows, 1);
    plan[PLAN_COL_CHUNK] = most(cols, 1);
    if (total <= share) return;
    if (totals && only_columns && col_tiles * 2 >= bk_chunks(total, share)) {
        // Columns by themselves make enough tasks, and each task owns its columns.
        plan[PLAN_COL_CHUNK] = tile_cols * most(1, share / (batches * rows * tile_cols));
        return;
    }
    const int64_t whole_batches = share / (rows * cols);
    if (whole_batches >= 1) {
        plan[PLAN_BATCH_CHUNK] = whole_batches;
        return;
    }
    plan[PLAN_BATCH_CHUNK] = 1;
    const int64_t row_tiles = share / (tile_rows * cols);
    if (row_tiles >= 1) {
        plan[PLAN_ROW_CHUNK] = row_tiles * tile_rows;
    } else {
        plan[PLAN_ROW_CHUNK] = tile_rows;
        plan[PLAN_COL_CHUNK] = most(1, share / (tile_rows * tile_cols)) * tile_cols;
    }
}

int64_t bk_program_totals(const bk_program *program, bk_total *totals) {
    const int64_t *plan = program->plan;
    const bool one_row_chunk = plan[PLAN_ROW_CHUNK] >= plan[PLAN_ROWS];
    const bool one_col_chunk = plan[PLAN_COL_CHUNK] >= plan[PLAN_COLS];
    const bool one_batch_chunk = plan[PLAN_BATCH_CHUNK] >= plan[PLAN_BATCHES];
    int64_t count = 0, slot = 0;
    for (int i = 0; i < program->instruction_count; i++) {
        const bk_instruction *instruction = &program->instructions[i];
        if (!bk_is_total(instruction->op)) continue;
        const bk_operand *operand = &program->operands[instruction->dst];
        bk_total total = {.instruction = instruction, .operand = operand, .per_column = operand->extent == BK_COL};
        bool every_key = true;
        for (int64_t axis = 0; axis < plan[PLAN_KEPT]; axis++) {
            if (program->batch[axis] == 1) continue;
            if (operand->batch_stride[axis] != 0) total.keyed = true;
            else every_key = false;
        }
        total.direct = one_row_chunk && (total.per_column || one_col_chunk) &&
                       (total.keyed ? every_key : one_batch_chunk);
        const int64_t lane_bytes = bk_type_bytes(bk_lane_type(program->lane));
        total.bytes = bk_aligned(total.per_column ? plan[PLAN_COL_CHUNK] * lane_bytes : 8);
        total.slot = slot;
        if (!total.direct) slot += total.bytes * (total.keyed ? plan[PLAN_BATCH_CHUNK] : 1);
        if (totals) totals[count] = total;
        count++;
    }
    return count;
}

void bk_program_prepare(bk_program *program) {
    int64_t *plan = program->plan;
    program->whole_rows = false;
    for (int i = 0; i < program->instruction_count; i++) {
        if (bk_is_row_reduction(program->instructions[i].op)) program->whole_rows = true;
    }
    const merged_space space = merge(program);
    plan[PLAN_KEPT] = space.kept;
    plan[PLAN_ROWS] = space.rows;
    plan[PLAN_COLS] = space.cols;
    plan[PLAN_ROW_AXIS] = space.row_axis;
    plan[PLAN_BATCHES] = 1;
    for (int64_t axis = 0; axis < space.kept; axis++) plan[PLAN_BATCHES] *= program->batch[axis];
    choose_tile(program);
    choose_tasks(program);
    program->tasks = most(1, bk_chunks(plan[PLAN_BATCHES], plan[PLAN_BATCH_CHUNK])) *
                     most(1, bk_chunks(plan[PLAN_ROWS], plan[PLAN_ROW_CHUNK])) *
                     most(1, bk_chunks(plan[PLAN_COLS], plan[PLAN_COL_CHUNK]));
    plan[PLAN_SLOT_BYTES] = bk_program_slot_bytes(program);
    program->partial_bytes = plan[PLAN_SLOT_BYTES] * program->tasks;
    plan[PLAN_SCRATCH_BYTES] = bk_program_scratch_bytes(program);
}
