// The matrix product: how a problem is cut into tasks, and how one task walks through its part of C.
#include "arithmetic.h"
#include "bk_gemm.h"
#include "gemm_kernels.h"
#include "walk.h"

#include <string.h>

// What bk_gemm_prepare leaves in `plan`.
enum {
    PLAN_BATCHES,    // batch entries of one task
    PLAN_ROW_TASKS,  // tasks that share the rows of one batch entry,
    PLAN_COL_TASKS,  // and its columns
    PLAN_K_BLOCKS,   // parts of k that are accumulated one after the other
    PLAN_KEPT,       // the operand that a thread packs once for the tasks beside or below each other
};

enum { KEPT_NONE, KEPT_A, KEPT_B };

enum {
    COL_UNIT = 32,                 // columns are cut at multiples of this
    MAX_COLS = 512,                // columns of one packed block of B
    MAX_K = 512,                   // the aim for the depth of a packed block
    MAX_SINGLE_K = 800,            // up to here k stays in one piece
    LARGE_BLOCK = 128 << 10,       // bytes of a block of B that several threads may well read at once,
    LARGEST_BLOCK = 1200 << 10,    // that leaves the second-level cache room for the rows of A and of C that pass,
    LARGE_BLOCK_APART = 64 << 10,  // and where its lines compete for the same places
    PACKED_STRIPS = 24,            // strips of A that are packed together
    NEAR_A = 1 << 20,              // bytes of A that the caches hold, so that it can be packed while it is used
    KEPT_BYTES = 8 << 20,          // the most that a thread keeps of a packed operand
    DONE_ELEMENTS = 4096,          // a finished tile has about this many elements
    TILE_BYTES = 1 << 20,          // where C has no memory: the size of a tile that is finished in several passes,
    LEAST_TILE_ROWS = 96,          // and the rows that it has at least
    STACK_BYTES = 4096,            // what is packed on the stack
};

static int64_t bytes_of(bk_type type) { return type == BK_TYPE_F32 ? 4 : 8; }

// MARK: - Cutting the problem

// Lines that are whole pages apart compete for the same places in the caches.
static bool pages_apart(int64_t stride, int64_t element) { return stride * element % 4096 == 0; }

// Parts of k that are accumulated one after the other.
static int64_t blocks_of_k(int64_t k) { return k <= MAX_SINGLE_K ? 1 : ceil_div(k, MAX_K); }

// Whether `cols` columns of a block of B, which lie side by side, stay in the second-level cache while strips read them
// in place.
static bool stays_in_cache(const bk_gemm *gemm, int64_t cols, int64_t element, int64_t most_bytes) {
    const int64_t bytes = cols * ceil_div(gemm->k, blocks_of_k(gemm->k)) * element;
    return bytes <= (pages_apart(gemm->b_row, element) ? LARGE_BLOCK_APART : most_bytes);
}

// Cuts one batch entry into `pieces` tasks, so that they pack as little as possible twice: tasks beside each other
// pack the same part of A, where it has to be packed, and tasks below each other the same part of B. Where B is not
// packed at all, tasks are whole rows: what follows on their tiles then goes through memory without gaps, and asks
// ahead for nothing that another thread is writing.
static void cut(const bk_gemm *gemm, int64_t pieces, int64_t *row_tasks, int64_t *col_tasks) {
    enum { MIN_ROWS = 48, MIN_COLS = 64 };
    const int64_t element = bytes_of(gemm->type);
    const int64_t cost_a = gemm->a_col == 1 ? 1 : 3;
    const int64_t most_bytes = gemm->a_col == 1 ? LARGE_BLOCK : LARGEST_BLOCK;
    const int64_t cost_b = gemm->b_col == 1 && stays_in_cache(gemm, gemm->n, element, most_bytes) ? 0 : 3;
    const int64_t most_rows = power_of_two(gemm->m / MIN_ROWS);
    const int64_t most_cols = power_of_two(gemm->n / MIN_COLS);
    pieces = least(pieces, most_rows * most_cols);
    int64_t best = INT64_MAX;
    for (int64_t rows = 1; rows <= least(pieces, most_rows); rows *= 2) {
        const int64_t cols = pieces / rows;
        const int64_t cost = cols * gemm->m * cost_a + rows * gemm->n * cost_b;
        if (cols > most_cols || cost >= best) continue;
        best = cost;
        *row_tasks = rows;
        *col_tasks = cols;
    }
}

// What tasks leave to those that follow: tasks beside each other read the same rows of A, those below each other the
// same columns of B.
static int64_t kept_operand(const bk_gemm *gemm, int64_t row_tasks, int64_t col_tasks) {
    enum { LEAST_TASKS_FOR_B = 8 };
    const int64_t element = bytes_of(gemm->type);
    if (gemm->a_col != 1) {
        const int64_t bytes = (ceil_div(gemm->m, row_tasks) + GEMM_MAX_ROWS) * gemm->k * element;
        return col_tasks > 1 && bytes <= KEPT_BYTES ? KEPT_A : KEPT_NONE;
    }
    const int64_t cols = ceil_div(gemm->n, col_tasks) + COL_UNIT;
    const bool keeps = row_tasks > 1 && row_tasks * col_tasks >= LEAST_TASKS_FOR_B && cols <= MAX_COLS;
    return keeps && cols * gemm->k * element <= KEPT_BYTES ? KEPT_B : KEPT_NONE;
}

void bk_gemm_prepare(bk_gemm *gemm) {
    enum { SPLIT_WORK = 7 << 17, FEW_WORK = 12 << 20, TASK_WORK = 128 << 20, BATCH_WORK = 4 << 20, MAX_TASKS = 32 };
    enum { READ_WORK = 4 };  // what an element costs that memory brings for one use
    const int64_t batch = gemm->batch, m = gemm->m, n = gemm->n, k = gemm->k;
    // In multiply-adds; an element of C costs as much to store as some of them.
    // A single row or column waits for memory, where every element of the other operand is used once.
    const int64_t work = m * n * (k + 8) * (least(m, n) == 1 ? READ_WORK : 1);
    int64_t batches = batch, row_tasks = 1, col_tasks = 1;
    if (gemm->row_share > 0 && gemm->col_share > 0) {
        row_tasks = ceil_div(m, gemm->row_share);
        col_tasks = ceil_div(n, gemm->col_share);
    } else if (work * batch >= SPLIT_WORK) {
        // Batch entries share nothing, so they may be spread more thinly than the parts of one.
        batches = ceil_div(batch, most(2, least(MAX_TASKS, work * batch / BATCH_WORK)));
        const int64_t few = work * batch >= FEW_WORK ? 4 : 2;
        const int64_t by_work = most(least(MAX_TASKS, work * batch / TASK_WORK),
                                     least(8 * MAX_TASKS, work * batch / (2 * TASK_WORK)));
        const int64_t wanted = power_of_two(most(few, by_work));
        if (batch < wanted) cut(gemm, power_of_two(ceil_div(wanted, batch)), &row_tasks, &col_tasks);
    }

    gemm->plan[PLAN_BATCHES] = batches;
    gemm->plan[PLAN_ROW_TASKS] = row_tasks;
    gemm->plan[PLAN_COL_TASKS] = col_tasks;
    gemm->plan[PLAN_K_BLOCKS] = blocks_of_k(k);
    gemm->plan[PLAN_KEPT] = kept_operand(gemm, row_tasks, col_tasks);
    gemm->tasks = m == 0 || n == 0 || batch == 0 ? 0 : ceil_div(batch, batches) * row_tasks * col_tasks;
}

// MARK: - One task

typedef struct {
    const bk_gemm *gemm;
    const gemm_kernels *kernels;
    int64_t element;  // bytes
    bk_tile_done done;
    void *context;
    int64_t row, rows, col, cols;  // the task's part of C
} part;

static const gemm_kernels *kernels_for(bk_type type) {
    const bool f32 = type == BK_TYPE_F32;
    switch (bk_isa_current()) {
#if defined(__x86_64__)
    case BK_ISA_AVX512:
        return f32 ? &gemm_avx512_f32 : &gemm_avx512_f64;
    case BK_ISA_AVX2:
        return f32 ? &gemm_avx2_f32 : &gemm_avx2_f64;
#elif defined(__aarch64__)
    case BK_ISA_NEON:
        return f32 ? &gemm_neon_f32 : &gemm_neon_f64;
#endif
    default:
        return f32 ? &gemm_plain_f32 : &gemm_plain_f64;
    }
}

// B can be read in place where its columns lie side by side. It pays while few rows would share the packed copy, or
// while the second-level cache holds the block.
static bool reads_b_in_place(const part *p) {
    const bk_gemm *gemm = p->gemm;
    if (gemm->b_col != 1) return false;
    if (!p->kernels->masked_loads && p->cols % p->kernels->lanes != 0) return false;
    return p->rows <= 32 || stays_in_cache(gemm, p->cols, p->element, LARGEST_BLOCK);
}

// The columns of B that strips pass over before the next ones come.
static int64_t columns_of_block(const part *p) {
    const bool all = reads_b_in_place(p) && stays_in_cache(p->gemm, p->cols, p->element, LARGEST_BLOCK);
    return all ? p->cols : least(MAX_COLS, p->cols);
}

// A is only ever broadcast, so it is read in place where the elements of a row lie side by side. Where those of a
// column do, each step of k touches another line, and a large part of A would not stay in the first-level cache;
// least of all if the lines are whole pages apart and compete for the same places in it.
static bool reads_a_in_place(const part *p) {
    const bk_gemm *gemm = p->gemm;
    if (gemm->a_col == 1) return true;
    return gemm->a_row == 1 && p->cols * gemm->k <= (pages_apart(gemm->a_col, p->element) ? 16384 : 98304);
}

// Reports rows [first, end) of a finished tile.
static void report(const part *p, char *tile, int64_t tile_row, int64_t batch, int64_t first, int64_t end) {
    p->done(p->context, tile, tile_row, batch, p->row + first, end - first, p->col, p->cols);
}

// Few rows or few columns give a packed copy too little use.
static bool is_dots(const bk_gemm *gemm) {
    enum { MOST_DOT_ROWS = 4, LEAST_DOT_K = 16 };
    return gemm->a_col == 1 && gemm->b_row == 1 && gemm->k >= LEAST_DOT_K && least(gemm->m, gemm->n) <= MOST_DOT_ROWS;
}

static void run_dots(const part *p, const char *a, const char *b, char *c, int64_t batch) {
    const bk_gemm *gemm = p->gemm;
    const int64_t element = p->element, tile_row = c ? gemm->c_row : p->cols;
    char *tile = c ? c + (p->row * tile_row + p->col) * element
                   : bk_scratch(BK_SCRATCH_TILE, (size_t)(p->rows * tile_row * element));
    const char *first_a = a + p->row * gemm->a_row * element, *first_b = b + p->col * gemm->b_col * element;
    gemm_dots dots = {first_a, gemm->a_row, first_b, gemm->b_col, tile, tile_row, 1, p->rows, p->cols, gemm->k};
    if (gemm->m > gemm->n) {
        dots = (gemm_dots){first_b, gemm->b_col, first_a, gemm->a_row, tile, 1, tile_row, p->cols, p->rows, gemm->k};
    }
    p->kernels->dots(&dots);
    if (p->done) report(p, tile, tile_row, batch, 0, p->rows);
}

// A few rows of A times a transposed B that lies as it is read: with the roles exchanged, the rows of A are the columns of
// a vector, and only they and the result are transposed instead of all of B.
static bool is_slim(const part *p) {
    const bk_gemm *gemm = p->gemm;
    const int64_t lanes = p->kernels->lanes;
    return gemm->a_col == 1 && gemm->b_row == 1 && gemm->plan[PLAN_K_BLOCKS] == 1 && p->rows <= lanes &&
           p->cols >= 2 * lanes && p->cols % lanes == 0;
}

static void run_slim(const part *p, const char *a, const char *b, char *c, int64_t batch) {
    const bk_gemm *gemm = p->gemm;
    const gemm_kernels *kernels = p->kernels;
    const int64_t element = p->element, width = kernels->cols, lanes = kernels->lanes;
    const int64_t panel = width * gemm->k, exchanged = width * p->cols;
    const int64_t tile_row = c ? gemm->c_row : p->cols;
    char *columns = bk_scratch(BK_SCRATCH_PACK, (size_t)((panel + exchanged) * element));
    char *result = columns + panel * element;
    char *tile = c ? c + (p->row * tile_row + p->col) * element
                   : bk_scratch(BK_SCRATCH_TILE, (size_t)(p->rows * tile_row * element));

    kernels->pack_b(columns, panel, a + p->row * gemm->a_row * element, 1, gemm->a_row, gemm->k, p->rows);
    gemm_strip strip = {.a_row = gemm->b_col, .a_col = 1, .b = columns, .b_row = width, .b_panel = panel,
                        .c_row = width, .k = gemm->k, .cols = p->rows};
    const gemm_strips strips = gemm_cut_strips(p->cols, kernels->rows);
    for (int64_t s = 0; s < strips.count; s++) {
        const int64_t first = gemm_strip_start(&strips, s), end = gemm_strip_start(&strips, s + 1);
        strip.a = b + (p->col + first) * gemm->b_col * element;
        strip.c = result + first * width * element;
        kernels->strip[end - first - 1](&strip);
    }
    for (int64_t col = 0; col < p->cols; col += lanes) {
        kernels->transpose(tile + col * element, tile_row, result + col * width * element, width, p->rows, lanes);
    }
    if (p->done) report(p, tile, tile_row, batch, 0, p->rows);
}

// Where a part has what it packs, and how. Small parts use the stack.
typedef struct {
    char *a, *b;               // NULL where the operand is read in place
    int64_t strips;            // of A, packed together
    int64_t strip, panel;      // elements from one to the next
    int64_t a_block, b_block;  // bytes from one part of k to the next, of an operand that is kept; otherwise 0
    bool has_a, has_b;         // it is packed already
} packing;

// Strips and panels are written side by side, a few lines of each in turn. At distances of whole pages these lines
// would compete for the same places in the first-level cache.
static int64_t spread(int64_t elements, int64_t element) {
    return elements * element % 2048 == 0 ? elements + 1024 / element : elements;
}

// Memory for what is packed of `count` rows or columns from `operand` on. It is packed already where this thread has
// left it there in the same walk; before the next one the data may have changed.
static char *kept_memory(const bk_gemm *gemm, const char *operand, int64_t count, int64_t bytes, bool *is_packed) {
    static _Thread_local struct {
        const bk_gemm *gemm;
        const char *operand;
        int64_t count;
        uint64_t walk;
    } last;
    const uint64_t walk = pool_walks();
    *is_packed = last.gemm == gemm && last.operand == operand && last.count == count && last.walk == walk;
    last.gemm = gemm;
    last.operand = operand;
    last.count = count;
    last.walk = walk;
    return bk_scratch(BK_SCRATCH_KEPT, (size_t)bytes);
}

// `a` and `b` are the first elements that the part reads.
static packing plan_packing(const part *p, const char *a, const char *b, int64_t strips, char *stack) {
    const gemm_kernels *kernels = p->kernels;
    const int64_t k_blocks = p->gemm->plan[PLAN_K_BLOCKS], block_k = ceil_div(p->gemm->k, k_blocks);
    const int64_t panels = ceil_div(least(p->cols, MAX_COLS), kernels->cols), kept = p->gemm->plan[PLAN_KEPT];
    const bool packs_a = !reads_a_in_place(p), packs_b = !reads_b_in_place(p);
    packing packed = {.strips = kept == KEPT_A ? strips : least(strips, PACKED_STRIPS),
                      .strip = spread(kernels->rows * block_k, p->element),
                      .panel = spread(kernels->cols * block_k, p->element)};
    const int64_t a_block = packs_a ? packed.strips * packed.strip * p->element : 0;
    const int64_t b_block = packs_b ? panels * packed.panel * p->element : 0;
    if (packs_a && kept == KEPT_A) {
        packed.a = kept_memory(p->gemm, a, p->rows, a_block * k_blocks, &packed.has_a);
        packed.a_block = a_block;
    } else if (packs_b && kept == KEPT_B) {
        packed.b = kept_memory(p->gemm, b, p->cols, b_block * k_blocks, &packed.has_b);
        packed.b_block = b_block;
    }
    const int64_t bytes = (packed.a ? 0 : a_block) + (packed.b ? 0 : b_block);
    char *memory = bytes <= STACK_BYTES ? stack : bk_scratch(BK_SCRATCH_PACK, (size_t)bytes);
    if (packs_b && !packed.b) {
        packed.b = memory;
        memory += b_block;
    }
    if (packs_a && !packed.a) packed.a = memory;
    return packed;
}

// Has `strip` read its rows of A from a packed copy, which is made where it is missing, at best by the kernel on its
// way. Gives the kernel.
static strip_kernel *use_packed_a(const part *p, const packing *packed, const gemm_strips *strips, int64_t s,
                                  const char *a, char *copies, gemm_strip *strip) {
    const bk_gemm *gemm = p->gemm;
    const gemm_kernels *kernels = p->kernels;
    const int64_t rows = gemm_strip_start(strips, s + 1) - gemm_strip_start(strips, s), place = s % packed->strips;
    char *copy = copies + place * packed->strip * p->element;
    if (!packed->has_a) {
        // From afar, long runs of memory are read for many strips together.
        const bool is_near = gemm->m * gemm->k * p->element <= NEAR_A;
        if (is_near && gemm->a_row == 1 && rows == kernels->rows && strip->cols >= kernels->cols) {
            strip->packed_a = copy;
            return kernels->strip_packing;
        }
        const int64_t end = is_near ? s + 1 : least(s + packed->strips, strips->count);
        if (is_near || place == 0) {
            kernels->pack_a(copy, packed->strip, a, gemm->a_row, gemm->a_col, strips, s, end, strip->k);
        }
    }
    strip->a = copy;
    strip->a_row = 1;
    strip->a_col = rows;
    return kernels->strip_side_by_side[rows - 1];
}

// The walk over a part of C. Each block of B is packed once, and strips of a few rows pass over it, so that a
// strip's part of A stays in the first-level cache while B streams from the second.
static void run_part(const part *p, const char *a, const char *b, char *c, int64_t batch) {
    const bk_gemm *gemm = p->gemm;
    const gemm_kernels *kernels = p->kernels;
    const int64_t element = p->element, k_blocks = gemm->plan[PLAN_K_BLOCKS];
    const gemm_strips strips = gemm_cut_strips(p->rows, kernels->rows);
    const int64_t strips_of_tile = ceil_div(DONE_ELEMENTS, kernels->rows * p->cols);
    const int64_t block_cols = columns_of_block(p);
    const bool one_column_block = p->cols == block_cols;

    // Where C has no memory, all rows of the part need scratch only if they are visited more than once.
    const bool rolling = !c && k_blocks == 1 && one_column_block;
    int64_t tile_row = gemm->c_row;
    char *tile;
    if (c) {
        tile = c + (p->row * tile_row + p->col) * element;
    } else {
        const int64_t kept = rolling ? least(p->rows, strips_of_tile * kernels->rows) : p->rows;
        tile_row = ceil_div(p->cols, 16) * 16;
        tile = bk_scratch(BK_SCRATCH_TILE, (size_t)(kept * tile_row * element));
    }
    _Alignas(64) char stack[STACK_BYTES];
    packing packed = plan_packing(p, a + p->row * gemm->a_row * element, b + p->col * gemm->b_col * element,
                                  strips.count, stack);

    gemm_strip strip = {.c_row = tile_row};
    for (int64_t col = 0; col < p->cols; col += block_cols) {
        strip.cols = least(block_cols, p->cols - col);
        for (int64_t block = 0; block < k_blocks; block++) {
            const int64_t k0 = gemm->k * block / k_blocks;
            strip.k = gemm->k * (block + 1) / k_blocks - k0;
            strip.accumulate = block > 0;

            const char *block_a = a + (p->row * gemm->a_row + k0 * gemm->a_col) * element;
            strip.b = b + (k0 * gemm->b_row + (p->col + col) * gemm->b_col) * element;
            strip.b_row = gemm->b_row;
            strip.b_panel = kernels->cols;
            if (packed.b) {
                char *copy = packed.b + block * packed.b_block;
                if (!packed.has_b) {
                    kernels->pack_b(copy, packed.panel, strip.b, gemm->b_row, gemm->b_col, strip.k, strip.cols);
                }
                strip.b = copy;
                strip.b_row = kernels->cols;
                strip.b_panel = packed.panel;
            }

            int64_t reported = 0;  // rows that `done` has seen
            for (int64_t s = 0; s < strips.count; s++) {
                const int64_t row = gemm_strip_start(&strips, s), end = gemm_strip_start(&strips, s + 1);
                strip.a = block_a + row * gemm->a_row * element;
                strip.a_row = gemm->a_row;
                strip.a_col = gemm->a_col;
                strip_kernel *run = gemm->a_row == 1 ? kernels->strip_side_by_side[end - row - 1]
                                                     : kernels->strip[end - row - 1];
                if (packed.a) {
                    run = use_packed_a(p, &packed, &strips, s, block_a, packed.a + block * packed.a_block, &strip);
                }
                strip.c = tile + ((rolling ? row - reported : row) * tile_row + col) * element;
                run(&strip);

                const bool finished = p->done && one_column_block && block + 1 == k_blocks;
                if (finished && ((s + 1) % strips_of_tile == 0 || s + 1 == strips.count)) {
                    report(p, rolling ? tile : tile + reported * tile_row * element, tile_row, batch, reported, end);
                    reported = end;
                }
            }
        }
        packed.has_a = packed.a_block > 0;
    }
    if (p->done && !one_column_block) {
        for (int64_t s = 0; s < strips.count; s += strips_of_tile) {
            const int64_t row = gemm_strip_start(&strips, s);
            const int64_t end = gemm_strip_start(&strips, least(s + strips_of_tile, strips.count));
            report(p, tile + row * tile_row * element, tile_row, batch, row, end);
        }
    }
}

// Cuts what a task owns of one batch entry into parts: no wider than a block of B, and no taller than its scratch tile
// should be.
static void run_entry(part p, const char *a, const char *b, char *c, int64_t batch) {
    const bk_gemm *gemm = p.gemm;
    if (is_dots(gemm)) {
        run_dots(&p, a, b, c, batch);
        return;
    }
    const int64_t end_row = p.row + p.rows, end_col = p.col + p.cols;
    const int64_t width = columns_of_block(&p);
    const int64_t height = c ? p.rows : most(LEAST_TILE_ROWS, TILE_BYTES / (least(p.cols, width) * p.element));
    for (; p.col < end_col; p.col += width) {
        p.cols = least(width, end_col - p.col);
        for (int64_t row = end_row - p.rows; row < end_row; row += height) {
            part q = p;
            q.row = row;
            q.rows = least(height, end_row - row);
            if (is_slim(&q)) run_slim(&q, a, b, c, batch);
            else run_part(&q, a, b, c, batch);
        }
    }
}

void bk_gemm_run(const bk_gemm *gemm, const void *a, const void *b, void *c, int64_t task, bk_tile_done done,
                 void *context) {
    const int64_t row_tasks = gemm->plan[PLAN_ROW_TASKS], col_tasks = gemm->plan[PLAN_COL_TASKS];
    const int64_t batches = gemm->plan[PLAN_BATCHES];
    part p = {.gemm = gemm, .kernels = kernels_for(gemm->type), .element = bytes_of(gemm->type),
              .done = done, .context = context, .rows = gemm->m, .cols = gemm->n};
    int64_t group = task;
    if (row_tasks * col_tasks > 1) {
        group = task / (row_tasks * col_tasks);
        // One after the other, a thread runs tasks that share what is kept.
        const bool below = gemm->plan[PLAN_KEPT] == KEPT_B;
        const int64_t row_task = below ? task % row_tasks : task / col_tasks % row_tasks;
        const int64_t col_task = below ? task / row_tasks % col_tasks : task % col_tasks;
        const int64_t units = ceil_div(gemm->n, COL_UNIT);
        if (gemm->row_share > 0 && gemm->col_share > 0) {
            p.row = row_task * gemm->row_share;
            p.rows = least(gemm->m - p.row, gemm->row_share);
            p.col = col_task * gemm->col_share;
            p.cols = least(gemm->n - p.col, gemm->col_share);
        } else {
            p.row = gemm->m * row_task / row_tasks;
            p.rows = gemm->m * (row_task + 1) / row_tasks - p.row;
            p.col = units * col_task / col_tasks * COL_UNIT;
            p.cols = least(gemm->n, units * (col_task + 1) / col_tasks * COL_UNIT) - p.col;
        }
    }
    const int64_t end = least(gemm->batch, (group + 1) * batches);
    for (int64_t i = group * batches; i < end; i++) {
        run_entry(p, (const char *)a + i * gemm->a_batch * p.element, (const char *)b + i * gemm->b_batch * p.element,
                  c ? (char *)c + i * gemm->c_batch * p.element : NULL, i);
    }
}

void bk_gemm_fetch(const bk_gemm *gemm, const void *b) {
    // What is packed is read in long runs, which the processor sees coming by itself.
    if (gemm->batch != 1 || gemm->b_col != 1 || gemm->b_row != gemm->n) return;
    const int64_t bytes = gemm->k * gemm->n * (gemm->type == BK_TYPE_F32 ? 4 : 8);
    for (int64_t i = 0; i < bytes; i += CACHE_LINE) __builtin_prefetch((const char *)b + i);
}
