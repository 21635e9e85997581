// bk_program_prepare: merges dimensions, chooses the tile and cuts the work into tasks.
#include "program_plan.h"
#include "program_run.h"

#include <stdlib.h>

// Temporaries of a tile should stay in the first-level cache together with the memory that streams by.
enum { TEMP_BUDGET_BYTES = 8192, GREATEST_TILE_BYTES = 8192 };
// Whole rows are gone over several times. In short tiles the passes over one row run beside those over the next, and
// memory does not rest while a row is in cache.
enum { WHOLE_ROWS_TILE_BYTES = 2048 };
// A tile that turns columns into rows is this wide across the lines of the memory that it turns; along these lines it
// is as long as it can be.
enum { TURNED_TILE_WIDTH = 32 };
// Work worth handing to another thread, in elements of one cheap instruction, and the most tasks of a run. Where there
// are totals the shape alone decides, so that fusing more or less into the program does not change their bits.
enum { TASK_COST = 49152, MOST_TASKS = 256 };
enum { TASK_ELEMENTS_WITH_TOTALS = 32768, MOST_TASKS_WITH_TOTALS = 64 };
// Rows whose sum down a column is one chain of additions: a power of two, fewer where rows are long.
enum { MOST_ROWS_IN_GROUP = 128, LEAST_ROWS_IN_GROUP = 16 };

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
    if (program->whole_rows || program->col_share > 0) return false;
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
    case BK_OP_RANDOM: case BK_OP_GELU_TANH: case BK_OP_EXPSUB: case BK_OP_EXPSUB_SUM: case BK_OP_SOFTMAX:
    case BK_OP_SOFTMAX_OR_ZERO: case BK_OP_ADAM:
        return 8;
    case BK_OP_ATAN2: case BK_OP_ERF: case BK_OP_SIN: case BK_OP_COS: case BK_OP_GELU: case BK_OP_GELU_GRAD: case BK_OP_GELU_TANH_GRAD:
        return 16;
    case BK_OP_POW: case BK_OP_REM: case BK_OP_ERFC: case BK_OP_ERFINV: case BK_OP_LGAMMA:
    case BK_OP_POLYGAMMA:
        return 100;
    case BK_OP_DIV: case BK_OP_SQRT: case BK_OP_RSQRT:
        return program->lane == BK_LANE_I64 ? 30 : 4;
    case BK_OP_LOAD: case BK_OP_STORE: case BK_OP_SOFTMAX_GRAD: case BK_OP_STANDARDIZE: case BK_OP_STANDARDIZE_MULADD:
    case BK_OP_STANDARDIZE_GRAD: case BK_OP_STANDARDIZE_GRAD_TOTALS:
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

// Some memory runs down the columns while the tile is written along its rows, or the other way round.
typedef enum { STRAIGHT, TURNED_SOURCE, TURNED_RESULT } direction;

static direction direction_of(const bk_program *program, int64_t row_axis) {
    direction found = STRAIGHT;
    for (int i = 0; i < program->instruction_count; i++) {
        const bk_instruction *instruction = &program->instructions[i];
        if (instruction->op != BK_OP_LOAD && instruction->op != BK_OP_STORE) continue;
        const bool stores = instruction->op == BK_OP_STORE;
        const bk_operand *o = &program->operands[stores ? instruction->dst : instruction->a];
        if (o->kind != BK_MEMORY || o->extent != BK_FULL) continue;
        int64_t row = bk_row_stride(o, row_axis), col = o->col_stride;
        row = row < 0 ? -row : row;
        col = col < 0 ? -col : col;
        if (row == 0 || row >= col) continue;
        if (!stores) return TURNED_SOURCE;
        found = TURNED_RESULT;
    }
    return found;
}

typedef enum { NO_TOTALS, COLUMN_TOTALS, SINGLE_TOTALS, BOTH_TOTALS } total_kinds;

static total_kinds totals_of(const bk_program *program) {
    int kinds = NO_TOTALS;
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TOTAL) kinds |= o->extent == BK_COL ? COLUMN_TOTALS : SINGLE_TOTALS;
    }
    return (total_kinds)kinds;
}

static int64_t power_of_two_below(int64_t x) {
    int64_t power = 1;
    while (power * 2 <= x) power *= 2;
    return power;
}

// Instructions that go over the elements of a tile.
static int passes_of(const bk_program *program) {
    int passes = 0;
    for (int i = 0; i < program->instruction_count; i++) {
        const bk_instruction *instruction = &program->instructions[i];
        const bool reduces = bk_is_row_reduction(instruction->op) || bk_is_total(instruction->op);
        if (reduces || program->operands[instruction->dst].extent == BK_FULL) passes++;
    }
    return passes;
}

static void choose_tile(bk_program *program) {
    const int64_t rows = program->plan[PLAN_ROWS], cols = program->plan[PLAN_COLS];
    const int64_t lane_bytes = bk_type_bytes(bk_lane_type(program->lane));
    int64_t temps = 0;
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TEMP && o->extent == BK_FULL) temps = most(temps, o->slot + 1);
    }
    const total_kinds totals = totals_of(program);
    const int64_t blocks = temps == 0 ? GREATEST_TILE_BYTES : most(TEMP_BUDGET_BYTES / temps, BK_TOTAL_BLOCK_BYTES);
    const int64_t elements = blocks / BK_TOTAL_BLOCK_BYTES * BK_TOTAL_BLOCK_BYTES / lane_bytes;
    const bool may_turn = rows > 1 && totals == NO_TOTALS;
    const direction turned = may_turn ? direction_of(program, program->plan[PLAN_ROW_AXIS]) : STRAIGHT;
    int64_t tile_cols = cols;
    if (program->whole_rows) {
        tile_cols = cols;
    } else if (turned == TURNED_SOURCE) {
        tile_cols = least(cols, most(TURNED_TILE_WIDTH, elements / rows));
    } else if (turned == TURNED_RESULT) {
        tile_cols = least(cols, most(elements / TURNED_TILE_WIDTH, elements / rows));
    } else {
        tile_cols = least(cols, elements);
    }
    tile_cols = most(tile_cols, 1);
    const bool is_short = program->whole_rows && totals == NO_TOTALS && passes_of(program) > 1;
    const int64_t room = is_short ? least(elements, WHOLE_ROWS_TILE_BYTES / lane_bytes) : elements;
    int64_t tile_rows = most(1, least(rows, room / tile_cols));
    const int64_t group = power_of_two_below(most(1, TASK_ELEMENTS_WITH_TOTALS / most(cols, 1)));
    program->plan[PLAN_ROW_GROUP] = most(LEAST_ROWS_IN_GROUP, least(MOST_ROWS_IN_GROUP, group));
    if (totals != NO_TOTALS) tile_rows = power_of_two_below(least(tile_rows, program->plan[PLAN_ROW_GROUP]));
    program->plan[PLAN_TILE_COLS] = tile_cols;
    program->plan[PLAN_TILE_ROWS] = tile_rows;
    // An epilogue's tiles have shapes of their own, so there is room for a usual number of elements at least.
    program->plan[PLAN_TILE_ELEMENTS] = most(most(tile_rows * tile_cols, elements), program->cols * program->whole_rows);
}

static void choose_tasks(bk_program *program) {
    int64_t *plan = program->plan;
    const int64_t rows = plan[PLAN_ROWS], cols = plan[PLAN_COLS], batches = plan[PLAN_BATCHES];
    const total_kinds totals = totals_of(program);
    const int64_t total = batches * rows * cols;
    int64_t share, row_unit, col_unit;
    if (totals == NO_TOTALS) {
        row_unit = plan[PLAN_TILE_ROWS];
        col_unit = plan[PLAN_TILE_COLS];
        share = most(TASK_COST / cost_of_element(program), ceil_div(total, MOST_TASKS));
        share = most(share, row_unit * col_unit);
    } else {
        row_unit = most(1, least(rows, plan[PLAN_ROW_GROUP]));
        col_unit = program->whole_rows ? cols : GREATEST_TILE_BYTES / bk_type_bytes(bk_lane_type(program->lane));
        share = most(TASK_ELEMENTS_WITH_TOTALS, ceil_div(total, MOST_TASKS_WITH_TOTALS));
    }

    plan[PLAN_BATCH_CHUNK] = most(batches, 1);
    plan[PLAN_ROW_CHUNK] = most(rows, 1);
    plan[PLAN_COL_CHUNK] = most(cols, 1);
    if (program->row_share > 0 && program->col_share > 0) {
        plan[PLAN_ROW_CHUNK] = program->row_share;
        plan[PLAN_COL_CHUNK] = program->col_share;
        return;
    }
    if (total <= share) return;
    if (totals == COLUMN_TOTALS && ceil_div(cols, col_unit) * 2 >= ceil_div(total, share)) {
        // Columns by themselves make enough tasks, and each task owns its columns.
        plan[PLAN_COL_CHUNK] = col_unit * most(1, share / (batches * rows * col_unit));
        return;
    }
    const int64_t whole_batches = share / (rows * cols);
    if (whole_batches >= 1) {
        plan[PLAN_BATCH_CHUNK] = whole_batches;
        return;
    }
    plan[PLAN_BATCH_CHUNK] = 1;
    if (row_unit * cols <= share || col_unit >= cols) {
        plan[PLAN_ROW_CHUNK] = row_unit * most(1, share / (row_unit * cols));
    } else {
        plan[PLAN_ROW_CHUNK] = row_unit;
        plan[PLAN_COL_CHUNK] = col_unit * most(1, share / (row_unit * col_unit));
    }
}

// The accumulators of an instruction, by what is accumulated and where; returns their number.
static int targets_of(const bk_instruction *instruction, int ops[2], uint16_t targets[2]) {
    if (bk_is_total(instruction->op)) {
        ops[0] = instruction->op;
        targets[0] = instruction->dst;
        return 1;
    }
    if (instruction->op != BK_OP_STANDARDIZE_GRAD_TOTALS) return 0;
    ops[0] = BK_OP_TOTAL_DOT;
    ops[1] = BK_OP_TOTAL_SUM;
    for (int i = 0; i < 2; i++) targets[i] = (uint16_t)(instruction->e + 1 + i);
    return 2;
}

static bk_total total_of(const bk_program *program, int op, uint16_t target) {
    const int64_t *plan = program->plan;
    const bk_operand *operand = &program->operands[target];
    bk_total total = {.op = op, .target = target, .operand = operand, .per_column = operand->extent == BK_COL};
    bool every_key = true;
    for (int64_t axis = 0; axis < plan[PLAN_KEPT]; axis++) {
        if (program->batch[axis] == 1) continue;
        if (operand->batch_stride[axis] != 0) total.keyed = true;
        else every_key = false;
    }
    const bool one_row_chunk = plan[PLAN_ROW_CHUNK] >= plan[PLAN_ROWS];
    const bool one_col_chunk = plan[PLAN_COL_CHUNK] >= plan[PLAN_COLS];
    const bool one_batch_chunk = plan[PLAN_BATCH_CHUNK] >= plan[PLAN_BATCHES];
    total.direct = one_row_chunk && (total.per_column || one_col_chunk) && (total.keyed ? every_key : one_batch_chunk);
    const int64_t lane_bytes = bk_type_bytes(bk_lane_type(program->lane));
    total.bytes = bk_aligned(total.per_column ? plan[PLAN_COL_CHUNK] * lane_bytes : 8);
    return total;
}

int64_t bk_program_totals(const bk_program *program, bk_total *totals) {
    int64_t count = 0, slot = 0;
    for (int i = 0; i < program->instruction_count; i++) {
        int ops[2];
        uint16_t targets[2];
        const int found = targets_of(&program->instructions[i], ops, targets);
        for (int j = 0; j < found; j++) {
            bk_total total = total_of(program, ops[j], targets[j]);
            total.slot = slot;
            if (!total.direct) slot += total.bytes * (total.keyed ? program->plan[PLAN_BATCH_CHUNK] : 1);
            totals[count++] = total;
        }
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
    program->tasks = most(1, ceil_div(plan[PLAN_BATCHES], plan[PLAN_BATCH_CHUNK])) *
                     most(1, ceil_div(plan[PLAN_ROWS], plan[PLAN_ROW_CHUNK])) *
                     most(1, ceil_div(plan[PLAN_COLS], plan[PLAN_COL_CHUNK]));
    plan[PLAN_SLOT_BYTES] = bk_program_slot_bytes(program);
    program->partial_bytes = plan[PLAN_SLOT_BYTES] * program->tasks;
    plan[PLAN_SCRATCH_BYTES] = bk_program_scratch_bytes(program);
    program->image = calloc(1, sizeof(void *));
}
