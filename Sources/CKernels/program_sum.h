// Blocks and their sums along the rows, in one pass (see program_lane.h).
//
// The sums have the order of the reductions (see program_reduce.h): element i of a block of a line belongs to chain i / W
// mod 4, where W is WIDE_LANES; of what is left behind the last four whole vectors, vector by vector to the chains from the
// first on, and a vector that is not whole to the last chain.

enum { N(CHAIN_LANES) = 4 * WIDE_LANES, N(CHAIN_PARTS) = N(CHAIN_LANES) / SIDE_LANES };
// The four chains, one behind the other.
typedef struct {
    SIDE(v) parts[N(CHAIN_PARTS)];
} N(chains);

INLINE W N(sum_of_chains)(const N(chains) * chains) {
    W s[4];
    memcpy(s, chains, sizeof s);
    W low = s[0] + s[1], high = s[2] + s[3];
    return low + high;
}

// A step computes one vector of the block and adds to the chains. It is written once, for vectors side by side, single
// ones and the last few elements: F names the vectors' functions, READ and WRITE move them, ADD adds to sum `which`.
// These macros go on in program_row.h.
#define READ_SIDE(p) SIDE(get)(p + i)
#define WRITE_SIDE(p, x) SIDE(put)(p + i, x)
#define ADD_SIDE(which, x) chains[which].parts[part] += x
#define READ_ONE(p) N(get)(p + i)
#define WRITE_ONE(p, x) N(put)(p + i, x)
#define ADD_ONE(which, x) N(put)(lanes[which] + lane, N(get)(lanes[which] + lane) + (x))
#define READ_PART(p) N(get_part)(p + i, end - i, N(splat)(0))
#define WRITE_PART(p, x) N(put_part)(p + i, x, end - i)
#define ADD_PART(which, x) \
    N(put_part)(lanes[which] + lane, N(get_part)(lanes[which] + lane, end - i, N(splat)(0)) + (x), end - i)

#define SUMMED_LINE(SUMS, ASK_FOR_ALL, STEP)                                                              \
    W sums[SUMS] = {0};                                                                                   \
    for (int64_t start = 0; start < n; start += N(REDUCE_BLOCK)) {                                        \
        const int64_t end = n - start < N(REDUCE_BLOCK) ? n : start + N(REDUCE_BLOCK);                    \
        N(chains) chains[SUMS] = {0};                                                                     \
        int64_t i = start;                                                                                \
        while (i + N(CHAIN_LANES) <= end) {                                                               \
            _Pragma("clang loop unroll(full)") for (int part = 0; part < N(CHAIN_PARTS); part++) {        \
                ASK_FOR_ALL                                                                               \
                STEP(SIDE, READ_SIDE, WRITE_SIDE, ADD_SIDE)                                               \
                i += SIDE_LANES;                                                                          \
            }                                                                                             \
        }                                                                                                 \
        if (i < end) {                                                                                    \
            T lanes[SUMS][N(CHAIN_LANES)];                                                                \
            memcpy(lanes, chains, sizeof lanes);                                                          \
            const int64_t first = i, whole = end - (end - first) % WIDE_LANES;                            \
            for (; i < end; i += LANES) {                                                                 \
                const int64_t lane = i < whole ? i - first : 3 * WIDE_LANES + i - whole;                  \
                if (i + LANES <= end) {                                                                   \
                    STEP(N, READ_ONE, WRITE_ONE, ADD_ONE)                                                 \
                } else {                                                                                  \
                    STEP(N, READ_PART, WRITE_PART, ADD_PART)                                              \
                }                                                                                         \
            }                                                                                             \
            memcpy(chains, lanes, sizeof lanes);                                                          \
        }                                                                                                 \
        for (int which = 0; which < SUMS; which++) sums[which] = N(sum_of_chains)(&chains[which]) + sums[which]; \
    }

#define EXPSUB_SUM_STEP(F, READ, WRITE, ADD)              \
    F(v) x = F(expsub)(READ(a), F(splat)(b0));            \
    WRITE(dst, x);                                        \
    ADD(0, x);

static void N(expsub_sum)(const bk_block *k) {
    const int64_t n = k->cols;
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *a = LINE(T, BK_A);
        const T b0 = *LINE(T, BK_B);
        SUMMED_LINE(1, ASK(BK_DST, dst, 1) ASK(BK_A, a, 1), EXPSUB_SUM_STEP)
        *LINE(T, BK_C) = ACROSS(SUM_OF, sums[0]);
    }
}

#define MUL_SUMS_STEP(F, READ, WRITE, ADD)                      \
    F(v) x = READ(a) * (vb ? READ(b) : F(splat)(b0));           \
    WRITE(dst, x);                                              \
    ADD(0, x);                                                  \
    ADD(1, x * READ(c));

INLINE void N(mul_sums_lines)(const bk_block *k, const bool vb) {
    const int64_t n = k->cols;
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *a = LINE(T, BK_A), *b = LINE(T, BK_B), *c = LINE(T, BK_C);
        const T b0 = *b;
        SUMMED_LINE(2, ASK(BK_DST, dst, 1) ASK(BK_A, a, 1) ASK(BK_B, b, vb) ASK(BK_C, c, 1), MUL_SUMS_STEP)
        *LINE(T, BK_D) = ACROSS(SUM_OF, sums[0]);
        *LINE(T, BK_E) = ACROSS(SUM_OF, sums[1]);
        (void)b0;
    }
}

static void N(mul_sums)(const bk_block *k) {
    if (k->col[BK_B]) N(mul_sums_lines)(k, true);
    else N(mul_sums_lines)(k, false);
}

#undef EXPSUB_SUM_STEP
#undef MUL_SUMS_STEP
