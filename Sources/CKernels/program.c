// Block programs: running them over tiles.
#include "bk_program.h"

#include "program_run.h"

const bk_kernels *bk_program_kernels(void) {
    switch (bk_isa_current()) {
#if defined(__x86_64__)
    case BK_ISA_AVX512:
        return &bk_kernels_avx512;
    case BK_ISA_AVX2:
        return &bk_kernels_avx2;
#elif defined(__aarch64__)
    case BK_ISA_NEON:
        return &bk_kernels_neon;
#endif
    default:
        return &bk_kernels_plain;
    }
}

// Scratch memory holds, in this order: views, addresses, strides, steps, accumulators and temporaries.

static int64_t temp_bytes(const bk_program *program, const bk_operand *operand) {
    const int64_t elements = operand->extent == BK_SCALAR ? 1 : program->plan[PLAN_TILE_ELEMENTS];
    return bk_aligned(elements * bk_type_bytes(bk_lane_type(program->lane)));
}

static void count_temps(const bk_program *program, int64_t counts[4]) {
    for (int extent = 0; extent < 4; extent++) counts[extent] = 0;
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TEMP && o->slot >= counts[o->extent]) counts[o->extent] = o->slot + 1;
    }
}

static int64_t table_bytes(const bk_program *program, int64_t total_count) {
    return bk_aligned(program->operand_count * (int64_t)(sizeof(bk_view) + sizeof(char *) + 2 * sizeof(int64_t))) +
           bk_aligned(program->instruction_count * (int64_t)sizeof(bk_step)) +
           bk_aligned(total_count * (int64_t)sizeof(bk_total));
}

int64_t bk_program_scratch_bytes(const bk_program *program) {
    bk_total totals[bk_most_totals(program)];
    const int64_t total_count = bk_program_totals(program, totals);
    int64_t bytes = table_bytes(program, total_count);
    for (int64_t i = 0; i < total_count; i++) bytes += 2 * totals[i].bytes;
    int64_t counts[4];
    count_temps(program, counts);
    for (int extent = 0; extent < 4; extent++) {
        const bk_operand temp = {.kind = BK_TEMP, .extent = (uint8_t)extent};
        bytes += counts[extent] * temp_bytes(program, &temp);
    }
    return bytes;
}

// Finds the places of the tables; returns the end of the steps.
static char *place_tables(bk_runner *runner, char *scratch) {
    const int64_t operands = runner->program->operand_count;
    runner->views = (bk_view *)scratch;
    runner->at = (char **)(runner->views + operands);
    runner->row = (int64_t *)(runner->at + operands);
    runner->col = runner->row + operands;
    scratch += bk_aligned(operands * (int64_t)(sizeof(bk_view) + sizeof(char *) + 2 * sizeof(int64_t)));
    runner->steps = (bk_step *)scratch;
    scratch += bk_aligned(runner->program->instruction_count * (int64_t)sizeof(bk_step));
    runner->totals = (bk_total *)scratch;
    return scratch;
}

bk_runner bk_runner_start(const bk_program *program, void *const *pointers, bk_space space) {
    bk_runner runner = {.program = program, .kernels = bk_program_kernels(), .pointers = pointers, .space = space};
    char *place = bk_scratch(BK_SCRATCH_PROGRAM, (size_t)program->plan[PLAN_SCRATCH_BYTES]);
    const int64_t operands = program->operand_count;
    place = place_tables(&runner, place);
    if (bk_image_restore(&runner)) {
        bk_runner_set_batch(&runner, 0, 0);
        return runner;
    }
    runner.total_count = bk_program_totals(program, runner.totals);
    place += bk_aligned(runner.total_count * (int64_t)sizeof(bk_total));
    for (int64_t i = 0; i < runner.total_count; i++) {
        bk_total *total = &runner.totals[i];
        total->tile = place;
        total->sum = total->per_column ? place + total->bytes : place;
        place += 2 * total->bytes;
    }
    int64_t counts[4];
    count_temps(program, counts);
    char *temps[4];
    for (int extent = 0; extent < 4; extent++) {
        const bk_operand temp = {.kind = BK_TEMP, .extent = (uint8_t)extent};
        temps[extent] = place;
        place += counts[extent] * temp_bytes(program, &temp);
    }
    for (int i = 0; i < operands; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TEMP) {
            runner.at[i] = temps[o->extent] + o->slot * temp_bytes(program, o);
            continue;
        }
        const int64_t bytes = o->kind == BK_INDEX ? 1 : bk_type_bytes(o->type);
        const bool is_product = i == space.product;
        runner.views[i].row = is_product ? space.product_stride * bytes : bk_row_stride(o, space.row_axis) * bytes;
        runner.views[i].col = is_product ? bytes : bk_col_stride(o) * bytes;
    }
    bk_runner_set_batch(&runner, 0, 0);
    return runner;
}

void bk_runner_set_batch(bk_runner *runner, int64_t kept, int64_t batch) {
    const bk_program *program = runner->program;
    runner->batch = batch;
    int64_t index[BK_MAX_BATCH];
    for (int64_t axis = kept - 1; axis >= 0; axis--) {
        index[axis] = batch % program->batch[axis];
        batch /= program->batch[axis];
    }
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TEMP) continue;
        int64_t offset = 0;
        for (int64_t axis = 0; axis < kept; axis++) offset += index[axis] * o->batch_stride[axis];
        runner->views[i].base = o->kind == BK_INDEX
                                    ? (intptr_t)(o->slot + offset)
                                    : (intptr_t)runner->pointers[o->slot] + offset * bk_type_bytes(o->type);
    }
}

// MARK: Making steps

// Strides of each operand in a tile.
static void lay_out_tile(bk_runner *runner, int64_t cols) {
    const bk_program *program = runner->program;
    const int64_t bytes = bk_type_bytes(bk_lane_type(program->lane));
    for (int i = 0; i < program->operand_count; i++) {
        const bk_operand *o = &program->operands[i];
        if (o->kind == BK_TEMP) {
            runner->col[i] = bk_varies_by_col(o->extent) ? bytes : 0;
            runner->row[i] = o->extent == BK_FULL ? cols * bytes : o->extent == BK_ROW ? bytes : 0;
        } else {
            runner->row[i] = runner->views[i].row;
            runner->col[i] = runner->views[i].col;
        }
    }
}

static void swap_axes(bk_block *block, int count) {
    for (int i = 0; i < count; i++) {
        const int64_t row = block->row[i];
        block->row[i] = block->col[i];
        block->col[i] = row;
    }
    const int64_t rows = block->rows, row_step = block->row_step;
    block->rows = block->cols;
    block->cols = rows;
    block->row_step = block->col_step;
    block->col_step = row_step;
}

// A few long lines are cheaper than many short ones.
static void lengthen_lines(bk_step *step, bool any_stride, int64_t bytes) {
    bk_block *block = &step->block;
    const int more = block->more_row ? BK_ADAM_MORE_FULL : 0;
    if (block->rows == 1) return;
    if (block->cols == 1) {
        bool possible = !step->is_random || block->row_step == 1;
        for (int i = 0; i < step->count && !any_stride; i++) {
            possible = possible && (block->row[i] == bytes || (block->row[i] == 0 && i != BK_DST));
        }
        for (int i = 0; i < more; i++) possible = possible && block->more_row[i] == bytes;
        if (possible) swap_axes(block, step->count);
        return;
    }
    bool possible = block->row_step == block->cols * block->col_step;
    for (int i = 0; i < step->count; i++) possible = possible && block->row[i] == block->cols * block->col[i];
    for (int i = 0; i < more; i++) possible = possible && block->more_row[i] == block->cols * bytes;
    if (!possible) return;
    block->cols *= block->rows;
    block->rows = 1;
}

// Results from this size on are not expected to stay in the cache.
enum { PAST_CACHE_BYTES = 4 << 20 };

// LOAD and STORE: a plain copy, a transposition, or a loop for any strides and types.
static void choose_move(bk_runner *runner, bk_step *step, bool stores) {
    const bk_program *program = runner->program;
    const bk_kernels *kernels = runner->kernels;
    bk_block *block = &step->block;
    const bk_operand *far = &program->operands[step->operands[stores ? BK_DST : BK_A]];
    if (step->reads_index) {
        step->kernel = kernels->index[program->lane];
        return;
    }
    const bk_type type = far->kind == BK_TEMP ? bk_lane_type(program->lane) : (bk_type)far->type;
    const int64_t bytes = bk_type_bytes(type);
    const bool same_type = type == bk_lane_type(program->lane);
    const int64_t a = block->col[BK_A], dst = block->col[BK_DST];
    block->past_cache = program->operands[step->operands[BK_DST]].kind == BK_MEMORY &&
                        program->plan[PLAN_BATCHES] * runner->space.rows * runner->space.cols * bytes >= PAST_CACHE_BYTES;
    if (same_type && (dst == bytes || block->cols == 1) && (a == bytes || a == 0)) {
        step->kernel = kernels->map[program->lane][BK_OP_COPY][a != 0];
    } else if (same_type && block->rows > 1 && block->cols > 1 && dst == bytes && block->row[BK_A] == bytes) {
        step->kernel = kernels->transpose[program->lane];
    } else if (same_type && block->rows > 1 && block->cols > 1 && a == bytes && block->row[BK_DST] == bytes) {
        swap_axes(block, step->count);
        step->kernel = kernels->transpose[program->lane];
    } else {
        step->kernel = (stores ? kernels->store : kernels->load)[program->lane][type];
    }
}

// Arrays from this size on are asked for ahead of their use.
enum { ASK_AHEAD_BYTES = 256 << 10 };

// Whether an instruction before this one reads or writes the operand.
static bool is_known(const bk_program *program, int64_t number, uint16_t operand) {
    for (int64_t i = 0; i < number; i++) {
        const bk_instruction *other = &program->instructions[i];
        const uint16_t operands[] = {other->dst, other->a, other->b, other->c, other->d, other->e};
        for (int j = 0; j < BK_ARGUMENTS; j++) {
            if (operands[j] == operand) return true;
        }
    }
    return false;
}

// Tiles of whole rows are short: what lies closer than this would come too late.
enum { ASK_AT_LEAST_BYTES = 4096 };

// The first instruction that meets an array asks for what lies in the place of the next tile. With short tiles the
// processor finds the sources by itself, but not the results, which are written at the end of each. What takes whole rows
// one after the other asks for a row a little further down.
static void ask_ahead(const bk_runner *runner, bk_step *step, int64_t number) {
    const bk_program *program = runner->program;
    const int64_t bytes = bk_type_bytes(bk_lane_type(program->lane));
    const bool by_row = bk_is_whole_row(program->instructions[number].op);
    for (int i = 0; i < step->count; i++) {
        const uint16_t operand = step->operands[i];
        if (program->operands[operand].kind != BK_MEMORY || runner->col[operand] != bytes) continue;
        if (is_known(program, number, operand)) continue;
        if (program->whole_rows && !by_row && i != BK_DST) continue;
        const int64_t below = (by_row ? 1 : runner->shape_rows) * runner->row[operand];
        const int64_t tiles = program->whole_rows && below > 0 ? ceil_div(ASK_AT_LEAST_BYTES, below) : 1;
        step->block.ahead[i] = runner->shape_cols < runner->space.cols ? runner->shape_cols * bytes : tiles * below;
    }
}

static void make_step(bk_runner *runner, int64_t number) {
    const bk_program *program = runner->program;
    const bk_kernels *kernels = runner->kernels;
    const bk_instruction *instruction = &program->instructions[number];
    const int op = instruction->op, lane = program->lane;
    const int64_t bytes = bk_type_bytes(bk_lane_type(program->lane));
    bk_step *step = &runner->steps[number];
    const uint16_t operands[BK_ARGUMENTS] = {instruction->dst, instruction->a, instruction->b, instruction->c,
                                             instruction->d,   instruction->e};
    const bk_operand *dst = &program->operands[instruction->dst];
    bk_block *block = &step->block;
    *step = (bk_step){.is_random = op == BK_OP_RANDOM};
    while (step->count < BK_ARGUMENTS && operands[step->count] != BK_NONE) {
        const uint16_t operand = operands[step->count];
        step->operands[step->count] = operand;
        block->row[step->count] = runner->row[operand];
        block->col[step->count] = runner->col[operand];
        step->count++;
    }

    if (bk_is_row_reduction(op) || bk_is_total(op)) {
        // What varies by row only counts once a row in totals; along a row it is a line of equal values.
        bool once = bk_is_total(op);
        for (int i = BK_A; i < step->count; i++) once = once && program->operands[operands[i]].extent == BK_ROW;
        block->rows = runner->shape_rows;
        block->cols = once ? 1 : runner->shape_cols;
        step->first_col_only = once;
        if (op == BK_OP_STANDARDIZE_GRAD_TOTALS) {
            block->more = runner->at + instruction->e;
            block->more_row = runner->row + instruction->e;
        }
        const bool is_walk = !once && (bk_is_row_reduction(op) || dst->extent != BK_COL);
        if (runner->asks_ahead && is_walk) ask_ahead(runner, step, number);
        if (bk_is_row_reduction(op)) {
            step->kernel = kernels->row[lane][op];
        } else if (dst->extent == BK_COL) {
            step->kernel = kernels->column[lane][op];
        } else {
            step->kernel = kernels->whole[lane][op];
        }
        return;
    }

    // The shape is that of the result; in memory, rows that merged with a batch dimension may vary though the
    // operand's own extent does not say so.
    const bool by_row = bk_varies_by_row(dst->extent) || (dst->kind != BK_TEMP && runner->row[instruction->dst] != 0);
    const bool by_col = bk_varies_by_col(dst->extent);
    block->rows = by_row ? runner->shape_rows : 1;
    block->cols = by_col ? runner->shape_cols : 1;
    step->first_row_only = !by_row && dst->kind == BK_MEMORY;
    step->first_col_only = !by_col && dst->kind == BK_MEMORY;

    const bool moves = op == BK_OP_LOAD || op == BK_OP_STORE;
    if (op == BK_OP_LOAD && program->operands[instruction->a].kind == BK_INDEX) {
        step->reads_index = true;
        block->row_step = block->row[BK_A];
        block->col_step = block->col[BK_A];
    } else if (step->is_random) {
        block->row_step = runner->space.cols;
        block->col_step = 1;
    } else {
        block->row_step = block->col_step = 0;
    }
    if (step->is_random || step->reads_index) block->row[BK_A] = block->col[BK_A] = 0;
    if (op == BK_OP_ADAM) {
        block->more = runner->at + instruction->d;
        block->more_row = runner->row + instruction->d;
    }
    if (!bk_has_fixed_lines(op)) lengthen_lines(step, moves, bytes);

    if (moves) {
        choose_move(runner, step, op == BK_OP_STORE);
    } else if (step->is_random) {
        step->kernel = kernels->random[lane];
    } else if (op == BK_OP_ADAM) {
        step->kernel = kernels->adam[lane];
    } else {
        int variant = 0;
        for (int i = BK_A; i < step->count; i++) variant |= (block->col[i] != 0) << (i - BK_A);
        if (runner->asks_ahead) ask_ahead(runner, step, number);
        step->kernel = kernels->map[lane][op][variant];
    }
}

// MARK: Running tiles

// Whether the tile below can be found from the one that has just been run; asked only where there is one.
static bool can_follow(bk_runner *runner) {
    const bk_program *program = runner->program;
    if (runner->knows_way_below) return runner->can_follow;
    runner->knows_way_below = true;
    runner->can_follow = true;
    for (int64_t i = 0; i < program->instruction_count; i++) {
        bk_step *step = &runner->steps[i];
        if (program->instructions[i].op == BK_OP_ADAM) runner->can_follow = false;
        for (int j = 0; j < step->count; j++) {
            const int kind = program->operands[step->operands[j]].kind;
            const bool moves = kind == BK_MEMORY || kind == BK_INDEX;
            step->below[j] = moves ? runner->shape_rows * runner->views[step->operands[j]].row : 0;
        }
    }
    return runner->can_follow;
}

void bk_runner_tile(bk_runner *runner, int64_t row, int64_t rows, int64_t col, int64_t cols) {
    const bk_program *program = runner->program;
    if (rows != runner->shape_rows || cols != runner->shape_cols) {
        runner->shape_rows = rows;
        runner->shape_cols = cols;
        lay_out_tile(runner, cols);
        runner->asks_ahead = program->plan[PLAN_BATCHES] * runner->space.rows * runner->space.cols *
                                 bk_type_bytes(bk_lane_type(program->lane)) >= ASK_AHEAD_BYTES;
        for (int64_t i = 0; i < program->instruction_count; i++) make_step(runner, i);
        runner->knows_way_below = false;
        bk_image_leave(runner);
    }
    for (int i = 0; i < program->operand_count; i++) {
        const bk_view *view = &runner->views[i];
        const int kind = program->operands[i].kind;
        if (kind == BK_MEMORY || kind == BK_INDEX) {
            runner->at[i] = (char *)(view->base + row * view->row + col * view->col);
        }
    }
    const int64_t bytes = bk_type_bytes(bk_lane_type(program->lane));
    for (int64_t i = 0; i < runner->total_count; i++) {
        const bk_total *total = &runner->totals[i];
        const int64_t offset = total->per_column ? (col - runner->first_col) * bytes : 0;
        runner->at[total->target] = total->tile + offset;
    }
    for (int64_t i = 0; i < program->instruction_count; i++) {
        bk_step *step = &runner->steps[i];
        for (int j = 0; j < step->count; j++) step->block.at[j] = runner->at[step->operands[j]];
        if (step->is_random) step->block.first = (runner->batch * runner->space.rows + row) * runner->space.cols + col;
        else if (step->reads_index) step->block.first = (int64_t)step->block.at[BK_A];
        step->is_due = !(step->first_row_only && row != 0) && !(step->first_col_only && col != 0);
        if (step->is_due) step->kernel(&step->block);
    }
}

void bk_runner_tile_below(bk_runner *runner) {
    const int64_t count = runner->program->instruction_count;
    for (int64_t i = 0; i < count; i++) {
        bk_step *step = &runner->steps[i];
        if (!step->is_due || step->first_row_only) continue;
        for (int j = 0; j < step->count; j++) step->block.at[j] += step->below[j];
        if (step->is_random) step->block.first += runner->shape_rows * runner->space.cols;
        else if (step->reads_index) step->block.first = (int64_t)step->block.at[BK_A];
        step->kernel(&step->block);
    }
}

void bk_program_run(const bk_program *program, void *const *pointers, void *partials, int64_t task) {
    const int64_t *plan = program->plan;
    const int64_t rows = plan[PLAN_ROWS], cols = plan[PLAN_COLS];
    const int64_t row_chunks = ceil_div(rows, plan[PLAN_ROW_CHUNK]), col_chunks = ceil_div(cols, plan[PLAN_COL_CHUNK]);
    int64_t batch = 0, first_row = 0, first_col = 0;
    if (program->tasks > 1) {
        first_col = task % col_chunks * plan[PLAN_COL_CHUNK];
        first_row = task / col_chunks % row_chunks * plan[PLAN_ROW_CHUNK];
        batch = task / col_chunks / row_chunks * plan[PLAN_BATCH_CHUNK];
    }
    const int64_t last_batch = least(plan[PLAN_BATCHES], batch + plan[PLAN_BATCH_CHUNK]);
    const int64_t last_row = least(rows, first_row + plan[PLAN_ROW_CHUNK]);
    const int64_t last_col = least(cols, first_col + plan[PLAN_COL_CHUNK]);
    const int64_t tile_rows = plan[PLAN_TILE_ROWS], tile_cols = plan[PLAN_TILE_COLS];

    const bk_space space = {.rows = rows, .cols = cols, .row_axis = plan[PLAN_ROW_AXIS], .product = -1};
    bk_runner runner = bk_runner_start(program, pointers, space);
    runner.first_col = first_col;
    char *slot = (char *)partials + task * plan[PLAN_SLOT_BYTES];
    const int64_t width = last_col - first_col;
    if (runner.total_count) bk_totals_begin(&runner, false, width);
    for (int64_t first_batch = batch; batch < last_batch; batch++) {
        bk_runner_set_batch(&runner, plan[PLAN_KEPT], batch);
        if (runner.total_count) bk_totals_begin(&runner, true, width);
        for (int64_t row = first_row; row < last_row; row += tile_rows) {
            const int64_t height = least(tile_rows, last_row - row);
            const bool same_shape = height == runner.shape_rows && width == runner.shape_cols;
            if (row > first_row && same_shape && can_follow(&runner)) {
                bk_runner_tile_below(&runner);
            } else {
                for (int64_t col = first_col; col < last_col; col += tile_cols) {
                    bk_runner_tile(&runner, row, height, col, least(tile_cols, last_col - col));
                }
            }
            if (runner.total_count && (row + tile_rows) % plan[PLAN_ROW_GROUP] == 0) bk_totals_settle(&runner, width);
        }
        if (runner.total_count) {
            bk_totals_settle(&runner, width);
            bk_totals_end(&runner, true, slot, batch - first_batch, width);
        }
    }
    if (runner.total_count) bk_totals_end(&runner, false, slot, 0, width);
}

void bk_program_tile(const bk_program *program, void *const *pointers, int32_t product, void *tile,
                     int64_t tile_stride, int64_t batch, int64_t row, int64_t rows, int64_t col, int64_t cols) {
    const bk_space space = {.rows = program->rows, .cols = program->cols, .row_axis = -1,
                            .product = product, .product_stride = tile_stride};
    bk_runner runner = bk_runner_start(program, pointers, space);
    bk_runner_set_batch(&runner, program->batch_rank, batch);
    const int64_t bytes = bk_type_bytes(bk_lane_type(program->lane));
    runner.views[product].base = (intptr_t)tile - row * tile_stride * bytes - col * bytes;
    const int64_t room = program->plan[PLAN_TILE_ELEMENTS];
    const int64_t tile_cols = least(cols, room), tile_rows = least(rows, room / tile_cols);
    for (int64_t r = row; r < row + rows; r += tile_rows) {
        for (int64_t c = col; c < col + cols; c += tile_cols) {
            bk_runner_tile(&runner, r, least(tile_rows, row + rows - r), c, least(tile_cols, col + cols - c));
        }
    }
}
