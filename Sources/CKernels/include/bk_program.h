// Block programs: a fused cluster of elementwise operations, row reductions and accumulations, run over tiles
// that stay in the first-level cache.
#ifndef BK_PROGRAM_H
#define BK_PROGRAM_H

#include "bk_base.h"

// The iteration space is [batch dims...] x rows x cols; rank at most 8 in all.
#define BK_MAX_BATCH 6
#define BK_NONE 0xffff

// The one type that all temporaries of a program have. Comparisons and masks are 1 and 0 in that type.
typedef enum { BK_LANE_F32 = 0, BK_LANE_F64 = 1, BK_LANE_I64 = 2 } bk_lane;

// Where an operand varies: everywhere, by row only, by column only, or nowhere.
typedef enum { BK_FULL = 0, BK_ROW = 1, BK_COL = 2, BK_SCALAR = 3 } bk_extent;

typedef enum {
    BK_TEMP = 0,    // tile scratch: a full tile, or one value a row, a column or a tile
    BK_MEMORY = 1,  // an array: element (batch, r, c) at pointers[slot] + batch strides + r*row_stride + c*col_stride
    BK_INDEX = 2,   // no memory: the value batch strides + r*row_stride + c*col_stride + slot (an iota); LOAD only
    BK_TOTAL = 3,   // an accumulator: BK_COL reduces over rows (and over batch dims of stride 0), BK_SCALAR over
                    // everything; written to pointers[slot] when all tiles are done
} bk_kind;

typedef struct {
    uint8_t kind, extent, type;  // type: how BK_MEMORY and BK_TOTAL store it
    int32_t slot;                // memory: index into pointers; temp: its number among temps of its extent
    int64_t row_stride, col_stride;
    int64_t batch_stride[BK_MAX_BATCH];
} bk_operand;

typedef enum {
    // movement. LOAD takes any strides and any type; every other instruction takes memory operands only in the
    // lane's own type with col_stride 1 (BK_FULL, BK_COL) or 0. STORE takes any strides and any type.
    BK_OP_LOAD, BK_OP_STORE, BK_OP_COPY,
    // unary
    BK_OP_NEG, BK_OP_ABS, BK_OP_SIGN, BK_OP_FLOOR, BK_OP_CEIL, BK_OP_ROUND, BK_OP_TRUNC, BK_OP_NOT,
    BK_OP_EXP, BK_OP_EXPM1, BK_OP_LOG, BK_OP_LOG1P, BK_OP_SQRT, BK_OP_RSQRT,
    BK_OP_SIN, BK_OP_COS, BK_OP_TANH, BK_OP_SIGMOID, BK_OP_ERF,
    BK_OP_ERFC, BK_OP_ERFINV, BK_OP_LGAMMA,
    BK_OP_TO_BF16,  // the nearest number that a BF16 can hold, ties to even (F32 lane only)
    // binary; comparisons and logic give 1 or 0
    BK_OP_ADD, BK_OP_SUB, BK_OP_MUL, BK_OP_DIV, BK_OP_POW, BK_OP_MAX, BK_OP_MIN, BK_OP_ATAN2, BK_OP_REM,
    BK_OP_POLYGAMMA,  // the derivative of order a of digamma at b
    BK_OP_EQ, BK_OP_NE, BK_OP_LT, BK_OP_LE, BK_OP_GT, BK_OP_GE, BK_OP_AND, BK_OP_OR,
    // ternary
    BK_OP_SELECT,  // a != 0 ? b : c
    BK_OP_MULADD,  // a * b + c
    BK_OP_MULSUB,  // a * b - c
    BK_OP_NEGMULADD,  // c - a * b
    // Wide instructions (float lanes only): several of the above in one pass over the tile. Products are rounded before
    // they are added, here and in MULADD and its kin. Except where another meaning is given as near, the bits are those
    // of the expression, evaluated in the order that the parentheses give.
    BK_OP_GELU,          // near a/2 (1 + erf(a / sqrt(2))), the relative error small for negative a, too
    BK_OP_GELU_TANH,     // near a/2 (1 + tanh(sqrt(2/pi) (a + 0.044715 a^3)))
    BK_OP_EXPSUB,        // exp(a - b)
    BK_OP_TANH_GRAD,     // a * (1 - b * b)
    BK_OP_GELU_GRAD,     // near a * (derivative of GELU at b)
    BK_OP_GELU_TANH_GRAD,  // near a * (derivative of GELU_TANH at b)
    BK_OP_SUBMUL,        // (a - b) * c
    BK_OP_MULMUL,        // (a * b) * c
    BK_OP_MULADD_MUL,    // (a * b + c) * d
    BK_OP_MULMUL_ADD,    // (a * b) * c + d
    // a is BK_FULL, b and c have one value a line; d of the second is BK_FULL and its e has one value a line.
    BK_OP_SUBMUL_MULADD,  // ((a - b) * c) * d + e
    BK_OP_SUBMUL_MULSUB,  // (a - b) * c - d * e
    // One step of Adam or AdamW in the order of PyTorch; a: parameters p, b: gradients g, d: the first of eleven
    // operands that follow each other in `operands`: m, v, the new m, the new v, and the scalars c1 = 1 - beta1, beta2,
    // c2 = 1 - beta2, root = sqrt(1 - beta2^t), eps, decay = 1 - lr * weight_decay and size = lr / (1 - beta1^t).
    //     m += (g - m) * c1;  v = v * beta2 + (c2 * g) * g;  dst = p * decay - (size * m) / (sqrt(v) / root + eps)
    // The new m and v have these bits, dst is near. dst, p, g, m and v are BK_FULL, in memory or temps, and a result may
    // be in the place of its source; the scalars are BK_SCALAR.
    BK_OP_ADAM,
    // random: dst = uniform in [0, 1) (float lanes) or 63 random bits (integer lanes). a points at one uint64 key;
    // the counter is the element's dense linear index in the iteration space, so bits depend on neither tiling
    // nor threads.
    BK_OP_RANDOM,
    // along the columns of each row: dst is a BK_ROW temp. Fixed tree, the same for every instruction set width.
    BK_OP_ROW_SUM, BK_OP_ROW_MAX, BK_OP_ROW_MIN,
    BK_OP_ROW_DOT,      // sum of a * b, the bits of MUL and ROW_SUM (float lanes only)
    BK_OP_ROW_SQUARES,  // sum of (a - b) * (a - b), the bits of SUB, MUL and ROW_SUM (float lanes only)
    // Blocks and their sums along the rows (float lanes only); a is BK_FULL, and so is dst, the block.
    BK_OP_EXPSUB_SUM,  // dst = exp(a - b), b one value a line; c, a BK_ROW temp, is its ROW_SUM
    BK_OP_MUL_SUMS,    // dst = a * b; d and e, BK_ROW temps, are its ROW_SUM and its ROW_DOT with c, which is BK_FULL
    // Whole rows, one after the other (float lanes only): each is read from memory once and gone over in cache. The bits
    // are those of the instructions that the expressions are made of. a and dst are BK_FULL.
    BK_OP_SOFTMAX,        // dst = p * (1 / ROW_SUM(p)), p = exp(a - ROW_MAX(a)); b, a BK_FULL temp, is overwritten
    // The same with MAX(ROW_MAX(a), c) and MAX(ROW_SUM(p), 1): 0 where all of the row is below c, a BK_SCALAR.
    BK_OP_SOFTMAX_OR_ZERO,
    BK_OP_SOFTMAX_GRAD,   // dst = (a - ROW_DOT(a, b)) * b, b is BK_FULL
    // With m = ROW_SUM(a) * b and s = 1 / sqrt(ROW_SQUARES(a, m) * b + c); b and c have one value a line.
    BK_OP_STANDARDIZE,         // dst = (a - m) * s; d, a BK_ROW temp, is s
    BK_OP_STANDARDIZE_MULADD,  // dst = ((a - m) * s) * d + e
    // With p = a * b; c is BK_FULL, d and e have one value a line.
    BK_OP_STANDARDIZE_GRAD,  // dst = (p - ROW_SUM(p) * e) * d - c * ((ROW_DOT(p, c) * e) * d)
    // The same and what TOTAL_DOT of a and c and TOTAL_SUM of a do: the BK_COL accumulators
    // follow behind e in `operands`.
    BK_OP_STANDARDIZE_GRAD_TOTALS,
    // into a BK_TOTAL operand (dst), from full or row operands; what varies by row only counts once a row. Single sums
    // of float lanes are kept in double precision across rows. The order of operations depends on the
    // shape of the iteration space, not on what else the program does.
    BK_OP_TOTAL_SUM, BK_OP_TOTAL_MAX, BK_OP_TOTAL_MIN,
    BK_OP_TOTAL_DOT,  // sum of a * b, the bits of MUL and TOTAL_SUM (float lanes only)
    BK_OP_COUNT
} bk_opcode;

typedef struct {
    uint16_t op, dst, a, b, c, d, e;  // indices into operands, BK_NONE where unused
} bk_instruction;

typedef struct {
    bk_lane lane;
    int32_t batch_rank;
    int64_t batch[BK_MAX_BATCH];
    int64_t rows, cols;
    int32_t operand_count, instruction_count;
    const bk_operand *operands;
    const bk_instruction *instructions;
    int64_t row_share, col_share;  // rows and columns of a task where the caller decides; otherwise 0
    // Filled in by bk_program_prepare; depends on the program alone, never on the number of threads.
    bool whole_rows;         // reduces along rows (ROW_*): a tile must hold complete rows
    int64_t tasks;           // independent pieces of work
    int64_t partial_bytes;   // memory that the caller provides to all tasks of one run for accumulators
    int64_t plan[16];
    void **image;            // what runs leave behind for later ones
} bk_program;

void bk_program_prepare(bk_program *program);
// Frees what preparing and running have left.
void bk_program_discard(bk_program *program);
void bk_program_run(const bk_program *program, void *const *pointers, void *partials, int64_t task);
// After all tasks: combines accumulators in a fixed order. Does nothing where partial_bytes is 0.
void bk_program_finish(const bk_program *program, void *const *pointers, void *partials);
// Runs the program on one tile of the iteration space, for the epilogue of a matrix product: operand `product`
// (BK_MEMORY, BK_FULL, lane type) is read from `tile`, whose rows are `tile_stride` elements apart, instead of
// from memory. `batch` is the linear batch index. Programs with BK_TOTAL operands cannot be used here.
void bk_program_tile(const bk_program *program, void *const *pointers, int32_t product, void *tile,
                     int64_t tile_stride, int64_t batch, int64_t row, int64_t rows, int64_t col, int64_t cols);

#endif
