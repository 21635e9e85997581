// Reductions (see program_lane.h). A line is cut into blocks; in a block four chains of WIDE_LANES partial results
// each take every fourth vector; chains, blocks and lanes are then combined in a fixed tree. So the order depends on
// the length of the line only, and even the chains of a long line are short.

// These work on vectors of every width. All arithmetic here is on vectors, whose integers wrap around where single
// signed integers may not.
#define SUM_OF(x, y) ((x) + (y))
#define PROD_OF(x, y) ((x) * (y))
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

enum { N(REDUCE_BLOCK) = 4 * 64 * WIDE_LANES };

#define REDUCTION(name, OF, identity)                                                                   \
    INLINE T N(name##_line)(const T *a, int64_t n) {                                                    \
        W sum = (W)(identity);                                                                          \
        for (int64_t start = 0; start < n; start += N(REDUCE_BLOCK)) {                                  \
            const int64_t end = n - start < N(REDUCE_BLOCK) ? n : start + N(REDUCE_BLOCK);              \
            W s0 = (W)(identity), s1 = s0, s2 = s0, s3 = s0;                                            \
            int64_t i = start;                                                                          \
            for (; i + 4 * WIDE_LANES <= end; i += 4 * WIDE_LANES) {                                    \
                s0 = OF(N(get_wide)(a + i), s0);                                                        \
                s1 = OF(N(get_wide)(a + i + WIDE_LANES), s1);                                           \
                s2 = OF(N(get_wide)(a + i + 2 * WIDE_LANES), s2);                                       \
                s3 = OF(N(get_wide)(a + i + 3 * WIDE_LANES), s3);                                       \
            }                                                                                           \
            if (i + WIDE_LANES <= end) s0 = OF(N(get_wide)(a + i), s0), i += WIDE_LANES;                \
            if (i + WIDE_LANES <= end) s1 = OF(N(get_wide)(a + i), s1), i += WIDE_LANES;                \
            if (i + WIDE_LANES <= end) s2 = OF(N(get_wide)(a + i), s2), i += WIDE_LANES;                \
            if (i < end) s3 = OF(N(get_wide_part)(a + i, end - i, identity), s3);                       \
            W low = OF(s0, s1), high = OF(s2, s3);                                                      \
            W block = OF(low, high);                                                                    \
            sum = OF(block, sum);                                                                       \
        }                                                                                               \
        return ACROSS(OF, sum);                                                                         \
    }                                                                                                   \
    static void N(row_##name)(const bk_block *k) {                                                      \
        for (int64_t r = 0; r < k->rows; r++) {                                                         \
            const T *a = LINE(T, BK_A);                                                                 \
            T *dst = LINE(T, BK_DST);                                                                   \
            *dst = k->col[BK_A] ? N(name##_line)(a, k->cols) : N(name##_repeated)(*a, k->cols);         \
        }                                                                                               \
    }                                                                                                   \
    static void N(whole_##name)(const bk_block *k) {                                                    \
        N(total) total = (N(total))(*(TOTAL_TYPE *)k->at[BK_DST]);                                      \
        for (int64_t r = 0; r < k->rows; r++) {                                                         \
            const T *a = LINE(T, BK_A);                                                                 \
            T line = k->col[BK_A] ? N(name##_line)(a, k->cols) : N(name##_repeated)(*a, k->cols);       \
            total = OF((N(total))((TOTAL_TYPE)line), total);                                            \
        }                                                                                               \
        *(TOTAL_TYPE *)k->at[BK_DST] = total.x;                                                         \
    }                                                                                                   \
    static void N(column_##name)(const bk_block *k) {                                                   \
        const int64_t n = k->cols, step = k->row[BK_A];                                                 \
        for (int64_t i = 0; i < n; i += LANES) {                                                        \
            const int64_t part = n - i < LANES ? n - i : 0;                                             \
            const char *a = k->at[BK_A] + i * k->col[BK_A];                                             \
            T *dst = (T *)k->at[BK_DST] + i;                                                            \
            V s0 = N(splat)(identity), s1 = s0, s2 = s0, s3 = s0;                                       \
            int64_t r = 0;                                                                              \
            for (; r + 4 <= k->rows; r += 4, a += 4 * step) {                                           \
                s0 = OF(N(column_get)(a, k->col[BK_A], part), s0);                                      \
                s1 = OF(N(column_get)(a + step, k->col[BK_A], part), s1);                               \
                s2 = OF(N(column_get)(a + 2 * step, k->col[BK_A], part), s2);                           \
                s3 = OF(N(column_get)(a + 3 * step, k->col[BK_A], part), s3);                           \
            }                                                                                           \
            for (; r < k->rows; r++, a += step) s0 = OF(N(column_get)(a, k->col[BK_A], part), s0);      \
            V low = OF(s0, s1), high = OF(s2, s3);                                                      \
            V sum = OF(low, high);                                                                      \
            if (part) N(put_part)(dst, OF(N(get_part)(dst, part, N(splat)(0)), sum), part);             \
            else N(put)(dst, OF(N(get)(dst), sum));                                                     \
        }                                                                                               \
    }

// The first lanes of a line that may be one repeated value.
INLINE V N(column_get)(const char *a, int64_t col, int64_t part) {
    if (col == 0) return N(splat)(*(const T *)a);
    return part ? N(get_part)((const T *)a, part, N(splat)(0)) : N(get)((const T *)a);
}

// A line of `n` equal elements.
#if LANE_FLOAT
INLINE T N(sum_repeated)(T a, int64_t n) { return a * (T)n; }
#else
INLINE T N(sum_repeated)(T a, int64_t n) { return (T)((uint64_t)a * (uint64_t)n); }
#endif
INLINE T N(max_repeated)(T a, int64_t n) { return (void)n, a; }
INLINE T N(min_repeated)(T a, int64_t n) { return (void)n, a; }
INLINE T N(prod_repeated)(T a, int64_t n) {
    V product = N(splat)(1);
    for (int64_t i = 0; i < n; i++) product *= N(splat)(a);
    return product[0];
}

REDUCTION(sum, SUM_OF, 0)
REDUCTION(prod, PROD_OF, 1)
REDUCTION(max, MAX_OF, LEAST)
REDUCTION(min, MIN_OF, GREATEST)

#undef SUM_OF
#undef PROD_OF
#undef MAX_OF
#undef MIN_OF
#undef UNLESS_NAN
#undef LEAST
#undef GREATEST
#undef TOTAL_TYPE
#undef ACROSS
#undef EIGHT_OF
#undef REDUCTION
