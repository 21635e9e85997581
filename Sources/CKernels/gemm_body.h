// The one source of the micro-kernels and of packing. A file that includes it for one element type defines
//   ELEMENT           float or double
//   NAME(x)           x with the suffix of this instruction set and element type
//   LANES             elements of a vector
//   ROWS, VECTORS     the largest strip: its rows, and the vectors of its columns
//   MASKED_LOADS      1 where the last vector of a row can be loaded under a mask at full speed
//   BROADCAST(p)      a vector of copies of *p
// and, with MASKED_LOADS, MASK, MASK_OF(count), LOAD_MASKED(p, mask), STORE_MASKED(p, vector, mask).

#define ALWAYS static inline __attribute__((always_inline, nodebug))  // see INLINE in program_body.h
#define UNROLL _Pragma("clang loop unroll(full)")

typedef ELEMENT NAME(vector) __attribute__((vector_size(LANES * sizeof(ELEMENT))));
typedef ELEMENT NAME(unaligned)
    __attribute__((vector_size(LANES * sizeof(ELEMENT)), aligned(sizeof(ELEMENT)), may_alias));
#define VECTOR NAME(vector)

ALWAYS VECTOR NAME(load)(const ELEMENT *p) { return *(const NAME(unaligned) *)p; }
ALWAYS void NAME(store)(ELEMENT *p, VECTOR v) { *(NAME(unaligned) *)p = v; }

#if !MASKED_LOADS
#define MASK int64_t
#define MASK_OF(count) (count)
#define LOAD_MASKED(p, mask) NAME(load_some)(p, mask)
#define STORE_MASKED(p, v, mask) NAME(store_some)(p, v, mask)

ALWAYS VECTOR NAME(load_some)(const ELEMENT *p, int64_t count) {
    VECTOR v = {0};
    UNROLL for (int l = 0; l < LANES; l++) if (l < count) v[l] = p[l];
    return v;
}

ALWAYS void NAME(store_some)(ELEMENT *p, VECTOR v, int64_t count) {
    UNROLL for (int l = 0; l < LANES; l++) if (l < count) p[l] = v[l];
}
#endif

ALWAYS VECTOR NAME(load_masked_if)(const bool masked, const ELEMENT *p, MASK mask) {
    return masked ? LOAD_MASKED(p, mask) : NAME(load)(p);
}

// One step of k. `a` has one pointer for each three rows (the others are reached through scaled index registers)
// unless the rows lie side by side, where one pointer serves them all.
ALWAYS void NAME(step)(const int rows, const int vectors, const bool side_by_side, const bool masked,
                       VECTOR sum[ROWS][VECTORS], const ELEMENT *const *a, int64_t a_row, int64_t a_offset,
                       const ELEMENT *b, MASK mask) {
    const int last = vectors - 1;
    VECTOR right[VECTORS];
    UNROLL for (int v = 0; v < last; v++) right[v] = NAME(load)(b + v * LANES);
    right[last] = masked && MASKED_LOADS ? LOAD_MASKED(b + last * LANES, mask) : NAME(load)(b + last * LANES);
    UNROLL for (int r = 0; r < rows; r++) {
        const ELEMENT *at = side_by_side ? a[0] + r + a_offset : a[r / 3] + r % 3 * a_row + a_offset;
        const VECTOR left = BROADCAST(at);
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += left * right[v];
    }
}

// `rows` rows by `vectors` vectors of C, the last of them with `count` columns where it is `masked` (which costs an
// issue slot for each load). The sizes are constants where this is inlined, so that the accumulators stay in
// registers. The inner loop does four steps of k with hardly any arithmetic on addresses, which would take issue
// slots from the multiply-adds. Either the elements of one row of A lie side by side, or (`side_by_side`) those of
// one column. What lies `next` elements further in A is fetched into the second-level cache. A tile that `packs` copies
// its rows of A on the way: the multiply-adds leave time for that.
ALWAYS void NAME(tile)(const int rows, const int vectors, const bool side_by_side, const bool masked, const bool packs,
                       const gemm_strip *strip, const ELEMENT *b, ELEMENT *c, int64_t count, int64_t next) {
    const int last = vectors - 1, pointers = side_by_side ? 1 : (rows + 2) / 3;
    const int64_t a_row = strip->a_row, b_row = strip->b_row, c_row = strip->c_row;
    const int64_t a_step = side_by_side ? strip->a_col : 1, ahead = PREFETCH_STEPS * b_row;
    const bool accumulate = strip->accumulate;
    const MASK mask = MASK_OF(count);
    VECTOR sum[ROWS][VECTORS];
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (VECTOR){0};
    const ELEMENT *a[(ROWS + 2) / 3];
    UNROLL for (int i = 0; i < pointers; i++) a[i] = (const ELEMENT *)strip->a + 3 * i * a_row;

    ELEMENT *packed = strip->packed_a;

    int64_t k = strip->k;
    for (; k >= 4; k -= 4) {
        UNROLL for (int i = 0; i < 4; i++) {
            if (packs) {
                const ELEMENT *later = a[0] + (PREFETCH_STEPS + i) * a_step;
                __builtin_prefetch(later);
                __builtin_prefetch(later + rows - 1);
                memcpy(packed + i * rows, a[0] + i * a_step, (size_t)rows * sizeof(ELEMENT));
            }
            UNROLL for (int v = 0; v < vectors; v += CACHE_LINE / (int)sizeof(VECTOR))
                __builtin_prefetch(b + ahead + i * b_row + v * LANES);
            NAME(step)(rows, vectors, side_by_side, masked, sum, a, a_row, i * a_step, b + i * b_row, mask);
        }
        b += 4 * b_row;
        if (packs) packed += 4 * rows;
        if (!side_by_side) UNROLL for (int i = 0; i < pointers; i++) __builtin_prefetch(a[i] + next, 0, 2);
        // Hidden from the optimizer, which would otherwise express all pointers through the first.
        UNROLL for (int i = 0; i < pointers; i++) {
            a[i] += 4 * a_step;
            __asm__("" : "+r"(a[i]));
        }
    }
    for (; k > 0; k--) {
        if (packs) {
            memcpy(packed, a[0], (size_t)rows * sizeof(ELEMENT));
            packed += rows;
        }
        NAME(step)(rows, vectors, side_by_side, masked, sum, a, a_row, 0, b, mask);
        b += b_row;
        UNROLL for (int i = 0; i < pointers; i++) a[i] += a_step;
    }

    if (accumulate) {
        UNROLL for (int r = 0; r < rows; r++) {
            UNROLL for (int v = 0; v < last; v++) sum[r][v] += NAME(load)(c + r * c_row + v * LANES);
            const ELEMENT *at = c + r * c_row + last * LANES;
            sum[r][last] += masked ? LOAD_MASKED(at, mask) : NAME(load)(at);
        }
    }
    UNROLL for (int r = 0; r < rows; r++, c += c_row) {
        UNROLL for (int v = 0; v < last; v++) NAME(store)(c + v * LANES, sum[r][v]);
        if (masked) {
            STORE_MASKED(c + last * LANES, sum[r][last], mask);
        } else {
            NAME(store)(c + last * LANES, sum[r][last]);
        }
    }
}

ALWAYS void NAME(strip)(const int rows, const bool side_by_side, const gemm_strip *strip) {
    const ELEMENT *b = strip->b;
    ELEMENT *c = strip->c;
    int64_t cols = strip->cols;
    // While the first panels are computed, the rows of the next strip are fetched, a third of them for each panel.
    int64_t next = rows * strip->a_row;
    for (; cols >= VECTORS * LANES; cols -= VECTORS * LANES) {
        NAME(tile)(rows, VECTORS, side_by_side, false, false, strip, b, c, LANES, next);
        next = next < (rows + 2) * strip->a_row ? next + strip->a_row : 0;
        b += strip->b_panel;
        c += VECTORS * LANES;
    }
#if VECTORS > 2
    if (cols > 2 * LANES) NAME(tile)(rows, 3, side_by_side, true, false, strip, b, c, cols - 2 * LANES, 0); else
#endif
    if (cols > LANES) NAME(tile)(rows, 2, side_by_side, true, false, strip, b, c, cols - LANES, 0);
    else if (cols > 0) NAME(tile)(rows, 1, side_by_side, true, false, strip, b, c, cols, 0);
}

#define STRIP(rows)                                                                                      \
    static void NAME(strip_##rows)(const gemm_strip *strip) { NAME(strip)(rows, false, strip); }         \
    static void NAME(side_by_side_##rows)(const gemm_strip *strip) { NAME(strip)(rows, true, strip); }
STRIP(1) STRIP(2) STRIP(3) STRIP(4)
#if ROWS > 4
STRIP(5) STRIP(6)
#endif
#if ROWS > 6
STRIP(7) STRIP(8)
#endif
#if ROWS > 8
STRIP(9) STRIP(10) STRIP(11) STRIP(12)
#endif
#undef STRIP

// The first panel packs the strip of A, the others read the copy.
static void NAME(strip_packing)(const gemm_strip *strip) {
    NAME(tile)(ROWS, VECTORS, true, false, true, strip, strip->b, strip->c, LANES, 0);
    gemm_strip rest = *strip;
    rest.a = strip->packed_a;
    rest.a_col = ROWS;
    rest.b = (const ELEMENT *)strip->b + strip->b_panel;
    rest.c = (ELEMENT *)strip->c + VECTORS * LANES;
    rest.cols -= VECTORS * LANES;
    NAME(strip)(ROWS, true, &rest);
}

// Interleaving the first half of the rows with the second half, log2(LANES) times, transposes a square block.
ALWAYS void NAME(transpose)(VECTOR x[LANES]) {
    UNROLL for (int step = 1; step < LANES; step *= 2) {
        VECTOR y[LANES];
        UNROLL for (int i = 0; i < LANES / 2; i++) {
            y[2 * i] = __builtin_shufflevector(x[i], x[i + LANES / 2], LOW_HALVES);
            y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + LANES / 2], HIGH_HALVES);
        }
        UNROLL for (int i = 0; i < LANES; i++) x[i] = y[i];
    }
}

// One vector's width of B whose columns lie `b_col` apart and whose rows lie side by side.
static void NAME(pack_transposed)(ELEMENT *packed, int64_t packed_row, const ELEMENT *b, int64_t b_col, int64_t k,
                                  int64_t count) {
    VECTOR x[LANES];
    if (count == LANES) {
        for (; k >= LANES; k -= LANES, b += LANES, packed += LANES * packed_row) {
            UNROLL for (int j = 0; j < LANES; j++) x[j] = NAME(load)(b + j * b_col);
            NAME(transpose)(x);
            UNROLL for (int p = 0; p < LANES; p++) NAME(store)(packed + p * packed_row, x[p]);
        }
    }
    for (; k > 0; k -= LANES, b += LANES, packed += LANES * packed_row) {
        const int64_t steps = k < LANES ? k : LANES;
        const MASK mask = MASK_OF(steps);
        UNROLL for (int j = 0; j < LANES; j++) x[j] = j < count ? LOAD_MASKED(b + j * b_col, mask) : (VECTOR){0};
        NAME(transpose)(x);
        UNROLL for (int p = 0; p < LANES; p++) if (p < steps) NAME(store)(packed + p * packed_row, x[p]);
    }
}

static void NAME(transpose_lines)(void *to, int64_t to_row, const void *from, int64_t from_row, int64_t k,
                                  int64_t count) {
    NAME(pack_transposed)(to, to_row, from, from_row, k, count);
}

// Rows that lie side by side are copied a few at a time, so that memory is read along its pages.
static void NAME(pack_rows)(ELEMENT *packed, int64_t panel, const ELEMENT *b, int64_t b_row, int64_t k, int64_t n) {
    const int64_t width = VECTORS * LANES, whole = n / width * width;
    for (int64_t p = 0; p < k; p += PACK_STEPS) {
        const int64_t steps = k - p < PACK_STEPS ? k - p : PACK_STEPS;
        ELEMENT *target = packed + p * width;
        const ELEMENT *source = b + p * b_row;
        for (int64_t j = 0; j < whole; j += width, target += panel, source += width) {
            for (int64_t i = 0; i < steps; i++) {
                UNROLL for (int v = 0; v < VECTORS; v++)
                    NAME(store)(target + i * width + v * LANES, NAME(load)(source + i * b_row + v * LANES));
            }
        }
        UNROLL for (int v = 0; v < VECTORS; v++) {
            const int64_t left = n - whole - v * LANES;
            if (left <= 0) break;
            const MASK mask = MASK_OF(left < LANES ? left : LANES);
            for (int64_t i = 0; i < steps; i++)
                NAME(store)(target + i * width + v * LANES, LOAD_MASKED(source + i * b_row + v * LANES, mask));
        }
    }
}

static void NAME(pack_b)(void *to, int64_t panel, const void *from, int64_t b_row, int64_t b_col, int64_t k,
                         int64_t n) {
    const int64_t width = VECTORS * LANES;
    const ELEMENT *b = from;
    if (b_col == 1) {
        NAME(pack_rows)(to, panel, b, b_row, k, n);
        return;
    }
    for (int64_t col = 0; col < n; col += LANES, b += LANES * b_col) {
        const int64_t count = n - col < LANES ? n - col : LANES;
        ELEMENT *packed = (ELEMENT *)to + col / width * panel + col % width;
        if (b_row == 1 && k * count > 64) {
            NAME(pack_transposed)(packed, width, b, b_col, k, count);
        } else {
            for (int64_t p = 0; p < k; p++) {
                for (int64_t j = 0; j < LANES; j++) packed[p * width + j] = j < count ? b[p * b_row + j * b_col] : 0;
            }
        }
    }
}

// A few steps of k of a packed strip. Four elements at a time never straddle cache lines where memory is aligned;
// the last four may overlap those before. Apart from its callers, whose many variables would crowd the registers.
static __attribute__((noinline)) void NAME(copy_whole_strip)(ELEMENT *to, const ELEMENT *a, int64_t a_col, int64_t k) {
    for (; k > 0; k--, a += a_col, to += ROWS) memcpy(to, a, ROWS * sizeof(ELEMENT));
}

static __attribute__((noinline)) void NAME(copy_strip)(ELEMENT *to, const ELEMENT *a, int64_t a_row, int64_t a_col,
                                                       int64_t rows, int64_t k) {
    for (; k > 0; k--, a += a_col, to += rows) {
        if (a_row == 1 && rows >= 4) {
            for (int64_t r = 0; r + 4 <= rows; r += 4) memcpy(to + r, a + r, 4 * sizeof(ELEMENT));
            if (rows % 4 != 0) memcpy(to + rows - 4, a + rows - 4, 4 * sizeof(ELEMENT));
        } else {
            for (int64_t r = 0; r < rows; r++) to[r] = a[r * a_row];
        }
    }
}

static void NAME(pack_a)(void *to, int64_t strip, const void *from, int64_t a_row, int64_t a_col,
                         const gemm_strips *strips, int64_t first, int64_t end, int64_t k) {
    // Steps of k outside: where the rows lie side by side, memory is read in long runs.
    for (int64_t p = 0; p < k; p += PACK_STEPS) {
        const int64_t steps = k - p < PACK_STEPS ? k - p : PACK_STEPS;
        ELEMENT *packed = to;
        for (int64_t s = first; s < end; s++, packed += strip) {
            const int64_t start = gemm_strip_start(strips, s), rows = gemm_strip_start(strips, s + 1) - start;
            const ELEMENT *a = (const ELEMENT *)from + start * a_row + p * a_col;
            if (a_row == 1 && rows == ROWS) {
                NAME(copy_whole_strip)(packed + p * rows, a, a_col, steps);
            } else {
                NAME(copy_strip)(packed + p * rows, a, a_row, a_col, rows, steps);
            }
        }
    }
}

#include "gemm_dots.h"

const gemm_kernels NAME(gemm) = {
    .rows = ROWS,
    .cols = VECTORS * LANES,
    .lanes = LANES,
    .masked_loads = MASKED_LOADS,
    .strip = {
        NAME(strip_1), NAME(strip_2), NAME(strip_3), NAME(strip_4),
#if ROWS > 4
        NAME(strip_5), NAME(strip_6),
#endif
#if ROWS > 6
        NAME(strip_7), NAME(strip_8),
#endif
#if ROWS > 8
        NAME(strip_9), NAME(strip_10),
        NAME(strip_11), NAME(strip_12),
#endif
    },
    .strip_side_by_side = {
        NAME(side_by_side_1), NAME(side_by_side_2), NAME(side_by_side_3), NAME(side_by_side_4),
#if ROWS > 4
        NAME(side_by_side_5), NAME(side_by_side_6),
#endif
#if ROWS > 6
        NAME(side_by_side_7), NAME(side_by_side_8),
#endif
#if ROWS > 8
        NAME(side_by_side_9), NAME(side_by_side_10),
        NAME(side_by_side_11), NAME(side_by_side_12),
#endif
    },
    .strip_packing = NAME(strip_packing),
    .pack_b = NAME(pack_b),
    .transpose = NAME(transpose_lines),
    .pack_a = NAME(pack_a),
    .dots = NAME(dots),
};
