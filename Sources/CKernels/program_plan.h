// How a program is laid over its iteration space: what bk_program_prepare finds out and the runs go by.
#ifndef PROGRAM_PLAN_H
#define PROGRAM_PLAN_H

#include "arithmetic.h"
#include "program_kernels.h"

// Places in bk_program.plan.
//
// Neighbouring dimensions are merged where all operands allow it: trailing batch dimensions into the rows, and rows
// into the columns. What remains is `BATCHES` (the first KEPT batch dimensions) x ROWS x COLS; where ROW_AXIS is not
// negative the rows are those of that batch dimension.
enum {
    PLAN_KEPT, PLAN_BATCHES, PLAN_ROWS, PLAN_COLS, PLAN_ROW_AXIS,
    PLAN_TILE_ROWS, PLAN_TILE_COLS,
    PLAN_TILE_ELEMENTS,  // room that every temporary has
    // A task does a box of so many batches, rows and columns (fewer at the ends).
    PLAN_BATCH_CHUNK, PLAN_ROW_CHUNK, PLAN_COL_CHUNK,
    PLAN_ROW_GROUP,      // rows after which the accumulators of a task are settled
    PLAN_SLOT_BYTES,     // partial results of one task
    PLAN_SCRATCH_BYTES,
};

static inline int64_t bk_type_bytes(int type) {
    static const int8_t bytes[BK_TYPES] = {1, 1, 4, 8, 4, 8, 2};
    return bytes[type];
}
static inline bk_type bk_lane_type(bk_lane lane) {
    return lane == BK_LANE_F32 ? BK_TYPE_F32 : lane == BK_LANE_F64 ? BK_TYPE_F64 : BK_TYPE_I64;
}
static inline bool bk_varies_by_row(int extent) { return extent == BK_FULL || extent == BK_ROW; }
static inline bool bk_varies_by_col(int extent) { return extent == BK_FULL || extent == BK_COL; }

// Strides, in elements, of an operand in memory over the merged rows (see ROW_AXIS) and columns.
static inline int64_t bk_row_stride(const bk_operand *operand, int64_t row_axis) {
    if (row_axis >= 0) return operand->batch_stride[row_axis];
    return bk_varies_by_row(operand->extent) ? operand->row_stride : 0;
}
static inline int64_t bk_col_stride(const bk_operand *operand) {
    return bk_varies_by_col(operand->extent) ? operand->col_stride : 0;
}

static inline int64_t bk_aligned(int64_t bytes) { return (bytes + 63) & ~(int64_t)63; }
// Operands of an instruction beyond its arguments, and how many of them come first that are not scalars.
enum { BK_ADAM_MORE = 11, BK_ADAM_MORE_FULL = 4 };
static inline bool bk_is_row_reduction(int op) { return op >= BK_OP_ROW_SUM && op <= BK_OP_STANDARDIZE_GRAD_TOTALS; }
// Whether the instruction takes whole rows through all passes, one row after the other.
static inline bool bk_is_whole_row(int op) { return op >= BK_OP_SOFTMAX && op <= BK_OP_STANDARDIZE_GRAD_TOTALS; }
// Whether the instruction tells operands that vary along a line from others by its name alone.
static inline bool bk_has_fixed_lines(int op) { return op == BK_OP_SUBMUL_MULADD || op == BK_OP_SUBMUL_MULSUB; }
static inline bool bk_is_total(int op) { return op >= BK_OP_TOTAL_SUM && op <= BK_OP_TOTAL_DOT; }

// One accumulator of a program.
typedef struct {
    int op;                     // TOTAL_*
    uint16_t target;            // the operand: its number, and itself
    const bk_operand *operand;
    bool per_column;  // otherwise a single value, kept as a double or an int64_t
    bool keyed;       // has a result for each index of some kept batch dimension
    bool direct;      // one task sees all that belongs to a result, and writes it to memory itself
    int64_t bytes;    // of one accumulator over the columns of a task
    int64_t slot;     // offset of its partial results in the slot of a task
    char *tile, *sum; // accumulators: where tiles add to, and of the whole task; the same for single values
} bk_total;

// Room for all accumulators of a program.
static inline int64_t bk_most_totals(const bk_program *program) { return 2 * (int64_t)program->instruction_count + 1; }
// Describes the accumulators of a program whose chunks are known, and returns their number.
int64_t bk_program_totals(const bk_program *program, bk_total *totals);

#endif
