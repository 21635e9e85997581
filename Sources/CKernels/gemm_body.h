// The one source of the micro-kernels and of packing. A file that includes it for one element type defines
//   ELEMENT           float or double
//   NAME(x)           x with the suffix of this instruction set and element type
//   LANES             elements of a vector
//   ROWS, VECTORS     the largest strip: its rows, and the vectors of its columns
//   MASKED_LOADS      1 where the last vector of a row can be loaded under a mask at full speed
//   BROADCAST(p)      a vector of copies of *p
// and, with MASKED_LOADS, MASK, MASK_OF(count), LOAD_MASKED(p, mask), STORE_MASKED(p, vector, mask).

#define ALWAYS static inline __attribute__((always_inline))
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

// `rows` rows by `vectors` vectors of C, the last of them with `count` columns. Both sizes are constants where
// this is inlined, so that the accumulators stay in registers.
ALWAYS void NAME(tile)(const int rows, const int vectors, const gemm_strip *strip, const ELEMENT *b, ELEMENT *c,
                       int64_t count) {
    const int last = vectors - 1;
    const int64_t a_row = strip->a_row, a_col = strip->a_col, b_row = strip->b_row, c_row = strip->c_row;
    const MASK mask = MASK_OF(count);
    VECTOR sum[ROWS][VECTORS];
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (VECTOR){0};

    // One pointer serves three rows: the others are reached through scaled index registers.
    const ELEMENT *a[(ROWS + 2) / 3];
    UNROLL for (int r = 0; r < rows; r += 3) a[r / 3] = (const ELEMENT *)strip->a + r * a_row;

    for (int64_t k = strip->k; k > 0; k--) {
        VECTOR right[VECTORS];
        UNROLL for (int v = 0; v < last; v++) right[v] = NAME(load)(b + v * LANES);
        right[last] = MASKED_LOADS ? LOAD_MASKED(b + last * LANES, mask) : NAME(load)(b + last * LANES);
        b += b_row;
        UNROLL for (int r = 0; r < rows; r++) {
            const VECTOR left = BROADCAST(a[r / 3] + r % 3 * a_row);
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += left * right[v];
        }
        UNROLL for (int r = 0; r < rows; r += 3) a[r / 3] += a_col;
    }

    UNROLL for (int r = 0; r < rows; r++, c += c_row) {
        UNROLL for (int v = 0; v < vectors; v++) {
            ELEMENT *at = c + v * LANES;
            if (v < last || count == LANES) {
                if (strip->accumulate) sum[r][v] += NAME(load)(at);
                NAME(store)(at, sum[r][v]);
            } else {
                if (strip->accumulate) sum[r][v] += LOAD_MASKED(at, mask);
                STORE_MASKED(at, sum[r][v], mask);
            }
        }
    }
}

ALWAYS void NAME(strip)(const int rows, const gemm_strip *strip) {
    const ELEMENT *b = strip->b;
    ELEMENT *c = strip->c;
    int64_t cols = strip->cols;
    for (; cols > (VECTORS - 1) * LANES; cols -= VECTORS * LANES) {
        const int64_t count = cols - (VECTORS - 1) * LANES;
        NAME(tile)(rows, VECTORS, strip, b, c, count < LANES ? count : LANES);
        b += strip->b_panel;
        c += VECTORS * LANES;
    }
    UNROLL for (int vectors = VECTORS - 1; vectors > 0; vectors--) {
        if (cols <= (vectors - 1) * LANES) continue;
        NAME(tile)(rows, vectors, strip, b, c, cols - (vectors - 1) * LANES);
        return;
    }
}

#define STRIP(rows) \
    static void NAME(strip_##rows)(const gemm_strip *strip) { NAME(strip)(rows, strip); }
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

static void NAME(pack_b)(void *to, const void *from, int64_t b_row, int64_t b_col, int64_t k, int64_t n) {
    ELEMENT *packed = to;
    const ELEMENT *b = from;
    for (; n > 0; n -= VECTORS * LANES, b += VECTORS * LANES * b_col, packed += k * VECTORS * LANES) {
        UNROLL for (int v = 0; v < VECTORS; v++) {
            const int64_t left = n - v * LANES, count = left < LANES ? left : LANES;
            if (count <= 0) break;
            const ELEMENT *source = b + v * LANES * b_col;
            ELEMENT *target = packed + v * LANES;
            const MASK mask = MASK_OF(count);
            if (b_col == 1 && count == LANES) {
                for (int64_t p = 0; p < k; p++)
                    NAME(store)(target + p * VECTORS * LANES, NAME(load)(source + p * b_row));
            } else if (b_col == 1) {
                for (int64_t p = 0; p < k; p++)
                    NAME(store)(target + p * VECTORS * LANES, LOAD_MASKED(source + p * b_row, mask));
            } else if (b_row == 1 && k * count > 64) {
                NAME(pack_transposed)(target, VECTORS * LANES, source, b_col, k, count);
            } else {
                for (int64_t p = 0; p < k; p++) {
                    for (int64_t j = 0; j < LANES; j++)
                        target[p * VECTORS * LANES + j] = j < count ? source[p * b_row + j * b_col] : 0;
                }
            }
        }
    }
}

static void NAME(pack_a)(void *to, const void *from, int64_t a_row, int64_t a_col, int64_t rows, int64_t k) {
    ELEMENT *packed = to;
    const ELEMENT *a = from;
    if (a_row == 1 && rows <= LANES) {
        // Whole vectors are stored: the next one overwrites what lies beyond `rows`.
        const MASK mask = MASK_OF(rows);
        for (; k > 0; k--, packed += rows, a += a_col) NAME(store)(packed, LOAD_MASKED(a, mask));
        return;
    }
    for (; k > 0; k--, packed += rows, a += a_col) {
        for (int64_t r = 0; r < rows; r++) packed[r] = a[r * a_row];
    }
}

const gemm_kernels NAME(gemm) = {
    .rows = ROWS,
    .cols = VECTORS * LANES,
    .lanes = LANES,
    .masked_loads = MASKED_LOADS,
    .strip = {NAME(strip_1), NAME(strip_2), NAME(strip_3), NAME(strip_4),
#if ROWS > 4
              NAME(strip_5), NAME(strip_6),
#endif
#if ROWS > 6
              NAME(strip_7), NAME(strip_8),
#endif
#if ROWS > 8
              NAME(strip_9), NAME(strip_10), NAME(strip_11), NAME(strip_12),
#endif
    },
    .pack_b = NAME(pack_b),
    .pack_a = NAME(pack_a),
};
