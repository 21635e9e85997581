// Reductions (see program_lane.h). A line is cut into blocks; in a block four chains of WIDE_LANES partial results
// each take every fourth vector; chains, blocks and lanes are then combined in a fixed tree. So the order depends on
// the length of the line only, and even the chains of a long line are short.
//
// Totals take the rows one after the other, and a line of a total to a single value in blocks of BK_TOTAL_BLOCK_BYTES.
// Tiles begin and end where blocks do, so the size of a tile leaves no trace in the result.

// These work on vectors of every width. All arithmetic here is on vectors, whose integers wrap around where single
// signed integers may not.
#define SUM_OF(x, y) ((x) + (y))
#define MAX_OF(x, y)                              \
    ({                                            \
        __typeof__(x) x_ = (x), y_ = (y);         \
        __typeof__(x) m_ = x_ > y_ ? x_ : y_;     \
        UNLESS_NAN(x_, m_);                       \
    })
#define MIN_OF(x, y)                              \
    ({                                            \
        __typeof__(x) x_ = (x), y_ = (y);         \
        __typeof__(x) m_ = x_ < y_ ? x_ : y_;     \
        UNLESS_NAN(x_, m_);                       \
    })
#if LANE_FLOAT
#define UNLESS_NAN(x, y) ((x) != (x) ? (x) : (y))
#define LEAST (-(T)INFINITY)
#define GREATEST ((T)INFINITY)
#define TOTAL_TYPE double
#else
#define UNLESS_NAN(x, y) (y)
#define LEAST INT64_MIN
#define GREATEST INT64_MAX
#define TOTAL_TYPE int64_t
#endif
#if LANE_BYTES == 4
#define EIGHT_OF(OF, wide) OF((wide).lo, (wide).hi)
#else
#define EIGHT_OF(OF, wide) (wide)
#endif
#define ACROSS(OF, wide)                                        \
    ({                                                          \
        __auto_type eight_ = EIGHT_OF(OF, wide);                \
        __typeof__(eight_.lo) four_ = OF(eight_.lo, eight_.hi); \
        __typeof__(four_.lo) two_ = OF(four_.lo, four_.hi);     \
        OF(two_, two_.yx).x;                                    \
    })

typedef TOTAL_TYPE N(total) __attribute__((ext_vector_type(2)));

enum { N(REDUCE_BLOCK) = 4 * 64 * WIDE_LANES, N(TOTAL_BLOCK) = BK_TOTAL_BLOCK_BYTES / LANE_BYTES };

// What is reduced: READ takes a whole vector and READ_PART the first few elements of one, both from element i of the
// sources a and b, each a line where its flag says so and one value a line otherwise.
INLINE W N(read)(const T *p, bool line, int64_t i) { return line ? N(get_wide)(p + i) : (W)(*p); }
INLINE W N(read_part)(const T *p, bool line, int64_t i, int64_t count, T fill) {
    if (line) return N(get_wide_part)(p + i, count, fill);
    T same[64 / LANE_BYTES];
    for (int64_t lane = 0; lane < WIDE_LANES; lane++) same[lane] = lane < count ? *p : fill;
    return N(get_wide)(same);
}
INLINE V N(read_column)(const char *p, int64_t col, int64_t part) {
    if (col == 0) return N(splat)(*(const T *)p);
    return part ? N(get_part)((const T *)p, part, N(splat)(0)) : N(get)((const T *)p);
}
#define READ(i) N(read)(a, va, i)
#define READ_PART(i, count, fill) N(read_part)(a, va, i, count, fill)
#define READ_COLUMN(i) N(read_column)(a + (i) * a_col, a_col, part)
#define READ_PRODUCT(i) (N(read)(a, va, i) * N(read)(b, vb, i))
#define READ_PRODUCT_PART(i, count, fill) (N(read_part)(a, va, i, count, fill) * N(read_part)(b, vb, i, count, fill))
#define READ_PRODUCT_COLUMN(i) (READ_COLUMN(i) * N(read_column)(b + (i) * b_col, b_col, part))

#define SQUARED(x)             \
    ({                         \
        __auto_type x_ = (x);  \
        x_ * x_;               \
    })
#define READ_SQUARE(i) SQUARED(N(read)(a, va, i) - N(read)(b, vb, i))
#define READ_SQUARE_PART(i, count, fill) SQUARED(N(read_part)(a, va, i, count, fill) - N(read_part)(b, vb, i, count, fill))

// Asks for the memory that lies `ahead` of four wide vectors.
INLINE void N(ask)(const T *p, int64_t ahead) {
    for (int64_t byte = 0; byte < 256; byte += 64) __builtin_prefetch((const char *)p + ahead + byte, 0, 3);
}

// A line of a sum.
#define LINE_REDUCTION(name, OF, identity, FROM, second)                                                 \
    INLINE T N(name##_line)(const T *a, const T *b, int64_t n, bool va, bool vb, const int64_t *ahead) { \
        W sum = (W)(identity);                                                                           \
        for (int64_t start = 0; start < n; start += N(REDUCE_BLOCK)) {                                   \
            const int64_t end = n - start < N(REDUCE_BLOCK) ? n : start + N(REDUCE_BLOCK);               \
            W s0 = (W)(identity), s1 = s0, s2 = s0, s3 = s0;                                             \
            int64_t i = start;                                                                           \
            for (; i + 4 * WIDE_LANES <= end; i += 4 * WIDE_LANES) {                                     \
                if (ahead[BK_A]) N(ask)(a + i, ahead[BK_A]);                                             \
                if (second != BK_A && ahead[second]) N(ask)(b + i, ahead[second]);                       \
                s0 = OF(FROM(i), s0);                                                                    \
                s1 = OF(FROM(i + WIDE_LANES), s1);                                                       \
                s2 = OF(FROM(i + 2 * WIDE_LANES), s2);                                                   \
                s3 = OF(FROM(i + 3 * WIDE_LANES), s3);                                                   \
            }                                                                                            \
            if (i + WIDE_LANES <= end) s0 = OF(FROM(i), s0), i += WIDE_LANES;                            \
            if (i + WIDE_LANES <= end) s1 = OF(FROM(i), s1), i += WIDE_LANES;                            \
            if (i + WIDE_LANES <= end) s2 = OF(FROM(i), s2), i += WIDE_LANES;                            \
            if (i < end) s3 = OF(FROM##_PART(i, end - i, identity), s3);                                 \
            W low = OF(s0, s1), high = OF(s2, s3);                                                       \
            W block = OF(low, high);                                                                     \
            sum = OF(block, sum);                                                                        \
        }                                                                                                \
        (void)b, (void)vb;                                                                               \
        return ACROSS(OF, sum);                                                                          \
    }

// A line of a maximum or a minimum. Comparisons pass over what is not a number, so that is looked for beside them.
#define LINE_EXTREME(name, ORDERED, identity)                                                                        \
    INLINE T N(name##_line)(const T *a, const T *b, int64_t n, bool va, bool vb, const int64_t *ahead) {             \
        W s0 = (W)(identity), s1 = s0, s2 = s0, s3 = s0;                                                             \
        __typeof__(s0 > s0) odd0 = {0}, odd1 = {0};                                                                  \
        int64_t i = 0;                                                                                               \
        for (; i + 4 * WIDE_LANES <= n; i += 4 * WIDE_LANES) {                                                       \
            if (ahead[BK_A]) N(ask)(a + i, ahead[BK_A]);                                                             \
            W x0 = READ(i), x1 = READ(i + WIDE_LANES), x2 = READ(i + 2 * WIDE_LANES), x3 = READ(i + 3 * WIDE_LANES); \
            s0 = ORDERED(x0, s0), s1 = ORDERED(x1, s1), s2 = ORDERED(x2, s2), s3 = ORDERED(x3, s3);                  \
            odd0 |= (x0 != x0) | (x1 != x1);                                                                         \
            odd1 |= (x2 != x2) | (x3 != x3);                                                                         \
        }                                                                                                            \
        for (; i < n; i += WIDE_LANES) {                                                                             \
            W x = i + WIDE_LANES <= n ? READ(i) : READ_PART(i, n - i, identity);                                     \
            s0 = ORDERED(x, s0);                                                                                     \
            odd0 |= x != x;                                                                                          \
        }                                                                                                            \
        (void)b, (void)vb;                                                                                           \
        s0 = ORDERED(s0, s1), s2 = ORDERED(s2, s3);                                                                  \
        T most = ACROSS(ORDERED, ORDERED(s0, s2));                                                                   \
        return __builtin_reduce_or(odd0 | odd1) ? (T)NAN : most;                                                     \
    }

// Reductions along rows, from that of a line.
#define ROW_REDUCTION(name, second)                                                                 \
    INLINE T N(name##_any_line)(const bk_block *k, int64_t r) {                                     \
        const T *a = LINE(T, BK_A), *b = LINE(T, second);                                           \
        const bool va = k->col[BK_A] != 0, vb = k->col[second] != 0;                                \
        if (va && vb) return N(name##_line)(a, b, k->cols, true, true, k->ahead);                   \
        return N(name##_line)(a, b, k->cols, va, vb, k->ahead);                                     \
    }                                                                                               \
    static void N(row_##name)(const bk_block *k) {                                                  \
        for (int64_t r = 0; r < k->rows; r++) *LINE(T, BK_DST) = N(name##_any_line)(k, r);          \
    }

// Totals, from the reduction of a line and the operation of two elements.
#define TOTAL_REDUCTION(name, OF, identity, FROM, second)                                                 \
    static void N(whole_##name)(const bk_block *k) {                                                      \
        N(total) total = (N(total))(*(TOTAL_TYPE *)k->at[BK_DST]);                                        \
        const bool va = k->col[BK_A] != 0, vb = k->col[second] != 0;                                      \
        for (int64_t r = 0; r < k->rows; r++) {                                                           \
            const T *a = LINE(T, BK_A), *b = LINE(T, second);                                             \
            for (int64_t i = 0; i < k->cols; i += N(TOTAL_BLOCK)) {                                       \
                const int64_t n = k->cols - i < N(TOTAL_BLOCK) ? k->cols - i : N(TOTAL_BLOCK);            \
                T block = va && vb ? N(name##_line)(a + i, b + i, n, true, true, k->ahead)                \
                                   : N(name##_line)(va ? a + i : a, vb ? b + i : b, n, va, vb, k->ahead); \
                total = OF((N(total))((TOTAL_TYPE)block), total);                                         \
            }                                                                                             \
        }                                                                                                 \
        *(TOTAL_TYPE *)k->at[BK_DST] = total.x;                                                           \
    }                                                                                                     \
    INLINE void N(name##_columns)(const bk_block *k, int64_t i, int64_t part, const int count) {          \
        const int64_t a_col = k->col[BK_A], b_col = k->col[second];                                       \
        const char *a = k->at[BK_A] + i * a_col, *b = k->at[second] + i * b_col;                          \
        T *dst = (T *)k->at[BK_DST] + i;                                                                  \
        V sums[4];                                                                                        \
        for (int c = 0; c < count; c++) {                                                                 \
            sums[c] = part ? N(get_part)(dst, part, N(splat)(0)) : N(get)(dst + c * LANES);               \
        }                                                                                                 \
        for (int64_t r = 0; r < k->rows; r++, a += k->row[BK_A], b += k->row[second]) {                   \
            for (int c = 0; c < count; c++) sums[c] = OF(FROM##_COLUMN(c * LANES), sums[c]);              \
        }                                                                                                 \
        for (int c = 0; c < count; c++) {                                                                 \
            if (part) N(put_part)(dst, sums[c], part);                                                    \
            else N(put)(dst + c * LANES, sums[c]);                                                        \
        }                                                                                                 \
    }                                                                                                     \
    static void N(column_##name)(const bk_block *k) {                                                     \
        int64_t i = 0;                                                                                    \
        for (; i + 4 * LANES <= k->cols; i += 4 * LANES) N(name##_columns)(k, i, 0, 4);                   \
        for (; i + LANES <= k->cols; i += LANES) N(name##_columns)(k, i, 0, 1);                           \
        if (i < k->cols) N(name##_columns)(k, i, k->cols - i, 1);                                         \
    }

#define REDUCTION(name, OF, identity, FROM, second)     \
    LINE_REDUCTION(name, OF, identity, FROM, second)    \
    ROW_REDUCTION(name, second)                         \
    TOTAL_REDUCTION(name, OF, identity, FROM, second)

REDUCTION(sum, SUM_OF, 0, READ, BK_A)
#if LANE_FLOAT
#define GREATER_OF(x, y) ((x) > (y) ? (x) : (y))
#define LESSER_OF(x, y) ((x) < (y) ? (x) : (y))
LINE_EXTREME(max, GREATER_OF, LEAST)
LINE_EXTREME(min, LESSER_OF, GREATEST)
ROW_REDUCTION(max, BK_A)
ROW_REDUCTION(min, BK_A)
TOTAL_REDUCTION(max, MAX_OF, LEAST, READ, BK_A)
TOTAL_REDUCTION(min, MIN_OF, GREATEST, READ, BK_A)
REDUCTION(dot, SUM_OF, 0, READ_PRODUCT, BK_B)
LINE_REDUCTION(squares, SUM_OF, 0, READ_SQUARE, BK_B)
ROW_REDUCTION(squares, BK_B)
#undef GREATER_OF
#undef LESSER_OF
#else
REDUCTION(max, MAX_OF, LEAST, READ, BK_A)
REDUCTION(min, MIN_OF, GREATEST, READ, BK_A)
#endif

#undef READ
#undef READ_PART
#undef READ_COLUMN
#undef READ_PRODUCT
#undef READ_PRODUCT_PART
#undef READ_PRODUCT_COLUMN
#undef SQUARED
#undef READ_SQUARE
#undef READ_SQUARE_PART
#undef MAX_OF
#undef MIN_OF
#undef UNLESS_NAN
#undef LEAST
#undef GREATEST
#undef TOTAL_TYPE
#undef REDUCTION
#undef LINE_REDUCTION
#undef LINE_EXTREME
#undef ROW_REDUCTION
#undef TOTAL_REDUCTION
