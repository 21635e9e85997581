// Whole rows, one after the other, each in several passes (see program_lane.h): a row comes from memory in the first pass
// and is in the first-level cache for the others. The sums are those of program_reduce.h and program_sum.h.

// One vector of the result after the other, by a step like those of sums.
#define EACH_OF_LINE(ASK_FOR_ALL, STEP)                                                                   \
    {                                                                                                     \
        const int64_t end = n;                                                                            \
        int64_t i = 0;                                                                                    \
        for (; i + SIDE_LANES <= end; i += SIDE_LANES) {                                                  \
            ASK_FOR_ALL                                                                                   \
            STEP(SIDE, READ_SIDE, WRITE_SIDE)                                                             \
        }                                                                                                 \
        for (; i + LANES <= end; i += LANES) {                                                            \
            STEP(N, READ_ONE, WRITE_ONE)                                                                  \
        }                                                                                                 \
        if (i < end) {                                                                                    \
            STEP(N, READ_PART, WRITE_PART)                                                                \
        }                                                                                                 \
    }

static const int64_t N(nothing_ahead)[BK_ARGUMENTS] = {0};

#define POWER_STEP(F, READ, WRITE, ADD)                     \
    F(v) x = F(expsub)(READ(a), F(splat)(greatest));        \
    WRITE(powers, x);                                       \
    ADD(0, x);
#define SHARE_STEP(F, READ, WRITE) WRITE(dst, READ(powers) * F(splat)(share));

// With a floor, which is below all but minus infinity, a row without anything above it becomes 0.
INLINE void N(softmax_lines)(const bk_block *k, const T *floor) {
    const int64_t n = k->cols;
    T *powers = (T *)k->at[BK_B];
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *a = LINE(T, BK_A);
        T greatest = N(max_line)(a, a, n, true, true, N(nothing_ahead));
        if (floor && greatest < *floor) greatest = *floor;
        SUMMED_LINE(1, ASK(BK_DST, dst, 1) ASK(BK_A, a, 1), POWER_STEP)
        T sum = ACROSS(SUM_OF, sums[0]);
        if (floor && sum < 1) sum = 1;
        const T share = 1 / sum;
        EACH_OF_LINE(, SHARE_STEP)
    }
}

static void N(softmax)(const bk_block *k) { N(softmax_lines)(k, NULL); }

static void N(softmax_or_zero)(const bk_block *k) { N(softmax_lines)(k, (const T *)k->at[BK_C]); }

#define SOFTMAX_GRAD_STEP(F, READ, WRITE) WRITE(dst, F(submul)(READ(a), F(splat)(dot), READ(b)));

static void N(softmax_grad)(const bk_block *k) {
    const int64_t n = k->cols;
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *a = LINE(T, BK_A), *b = LINE(T, BK_B);
        const T dot = N(dot_line)(a, b, n, true, true, k->ahead);
        EACH_OF_LINE(ASK(BK_DST, dst, 1), SOFTMAX_GRAD_STEP)
    }
}

// The mean of a row and its inverse deviation.
INLINE T N(moments)(const bk_block *k, int64_t r, T *mean) {
    const T *a = LINE(T, BK_A);
    const T share = *LINE(T, BK_B), epsilon = *LINE(T, BK_C);
    const T m = N(sum_line)(a, a, k->cols, true, true, k->ahead) * share;
    const T variance = N(squares_line)(a, &m, k->cols, true, false, N(nothing_ahead)) * share;
    *mean = m;
    return N(rsqrt)(N(splat)(variance + epsilon))[0];
}

#define STANDARDIZE_STEP(F, READ, WRITE) WRITE(dst, F(submul)(READ(a), F(splat)(mean), F(splat)(scale)));

static void N(standardize)(const bk_block *k) {
    const int64_t n = k->cols;
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *a = LINE(T, BK_A);
        T mean, scale = N(moments)(k, r, &mean);
        *LINE(T, BK_D) = scale;
        EACH_OF_LINE(ASK(BK_DST, dst, 1), STANDARDIZE_STEP)
    }
}

#define STANDARDIZE_MULADD_STEP(F, READ, WRITE)                                                                      \
    WRITE(dst, F(submul_muladd)(READ(a), F(splat)(mean), F(splat)(scale), vd ? READ(d) : F(splat)(d0),              \
                                ve ? READ(e) : F(splat)(e0)));

INLINE void N(standardize_muladd_lines)(const bk_block *k, const bool vd, const bool ve) {
    const int64_t n = k->cols;
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *a = LINE(T, BK_A), *d = LINE(T, BK_D), *e = LINE(T, BK_E);
        const T d0 = *d, e0 = *e;
        T mean, scale = N(moments)(k, r, &mean);
        EACH_OF_LINE(ASK(BK_DST, dst, 1), STANDARDIZE_MULADD_STEP)
        (void)d0, (void)e0;
    }
}

static void N(standardize_muladd)(const bk_block *k) {
    if (k->col[BK_D] && k->col[BK_E]) N(standardize_muladd_lines)(k, true, true);
    else if (k->col[BK_D]) N(standardize_muladd_lines)(k, true, false);
    else if (k->col[BK_E]) N(standardize_muladd_lines)(k, false, true);
    else N(standardize_muladd_lines)(k, false, false);
}

#define SCALED(F, READ) (READ(a) * (vb ? READ(b) : F(splat)(b0)))
#define SCALED_SUMS_STEP(F, READ, WRITE, ADD)   \
    F(v) x = SCALED(F, READ);                   \
    ADD(0, x);                                  \
    ADD(1, x * READ(c));                        \
    if (totals) {                               \
        F(v) y = READ(a);                       \
        WRITE(dots, READ(dots) + y * READ(c));  \
        WRITE(plain, READ(plain) + y);          \
    }
#define STANDARDIZE_GRAD_STEP(F, READ, WRITE)                                                             \
    WRITE(dst, F(submul_mulsub)(SCALED(F, READ), F(splat)(mean), F(splat)(scale), READ(c), F(splat)(along)));

INLINE void N(standardize_grad_lines)(const bk_block *k, const bool vb, const bool totals) {
    const int64_t n = k->cols;
    T *dots = totals ? (T *)k->more[1] : NULL, *plain = totals ? (T *)k->more[2] : NULL;
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *a = LINE(T, BK_A), *b = LINE(T, BK_B), *c = LINE(T, BK_C);
        const T b0 = *b, scale = *LINE(T, BK_D), share = *LINE(T, BK_E);
        SUMMED_LINE(2, ASK(BK_DST, dst, 1) ASK(BK_A, a, 1) ASK(BK_C, c, 1), SCALED_SUMS_STEP)
        const T mean = ACROSS(SUM_OF, sums[0]) * share;
        const T along = ACROSS(SUM_OF, sums[1]) * share * scale;
        EACH_OF_LINE(, STANDARDIZE_GRAD_STEP)
        (void)b0;
    }
}

static void N(standardize_grad)(const bk_block *k) {
    if (k->col[BK_B]) N(standardize_grad_lines)(k, true, false);
    else N(standardize_grad_lines)(k, false, false);
}

static void N(standardize_grad_totals)(const bk_block *k) {
    if (k->col[BK_B]) N(standardize_grad_lines)(k, true, true);
    else N(standardize_grad_lines)(k, false, true);
}

#undef POWER_STEP
#undef SHARE_STEP
#undef SOFTMAX_GRAD_STEP
#undef STANDARDIZE_STEP
#undef STANDARDIZE_MULADD_STEP
#undef SCALED
#undef SCALED_SUMS_STEP
#undef STANDARDIZE_GRAD_STEP
#undef READ_SIDE
#undef WRITE_SIDE
#undef ADD_SIDE
#undef READ_ONE
#undef WRITE_ONE
#undef ADD_ONE
#undef READ_PART
#undef WRITE_PART
#undef ADD_PART
#undef SUMMED_LINE
#undef EACH_OF_LINE
