// Elementwise loops (see program_lane.h). For each instruction there is one loop for every choice of the arguments
// that vary along a line; the others are one value a line. Vectors side by side come first, then single ones, then the
// end of the line.

#define SIDE_VALUE(x, varies) ((varies) ? SIDE(get)(x + i) : SIDE(splat)(x##0))
#define VALUE(x, varies) ((varies) ? N(get)(x + i) : N(splat)(x##0))
#define PART(x, varies) ((varies) ? N(get_part)(x + i, n - i, N(splat)(0)) : N(splat)(x##0))

#define LINES(name, ASK_FOR_SOURCES, SIDE_RESULT, RESULT, PART_RESULT)                 \
    int64_t i = 0;                                                                     \
    for (; i + SIDE_LANES <= n; i += SIDE_LANES) {                                     \
        ASK(BK_DST, dst, 1)                                                            \
        ASK_FOR_SOURCES                                                                \
        SIDE(put)(dst + i, SIDE_RESULT);                                               \
    }                                                                                  \
    for (; i + LANES <= n; i += LANES) N(put)(dst + i, RESULT);                        \
    if (i < n) N(put_part)(dst + i, PART_RESULT, n - i);

#define MAP1(name, va)                                                                                                 \
    static void N(name##_map##va)(const bk_block *k) {                                                                 \
        const int64_t n = k->cols;                                                                                     \
        for (int64_t r = 0; r < k->rows; r++) {                                                                        \
            T *dst = LINE(T, BK_DST);                                                                                  \
            const T *a = LINE(T, BK_A);                                                                                \
            const T a0 = *a;                                                                                           \
            LINES(name, ASK(BK_A, a, va),                                                                              \
                  SIDE(name)(SIDE_VALUE(a, va)),                                                                       \
                  N(name)(VALUE(a, va)),                                                                               \
                  N(name)(PART(a, va)))                                                                                \
            (void)a0;                                                                                                  \
        }                                                                                                              \
    }
#define MAP1_ALL(name) \
    MAP1(name, 0)      \
    MAP1(name, 1)      \
    static const bk_kernel N(name##_maps)[2] = {N(name##_map0), N(name##_map1)};

#define MAP2(name, suffix, va, vb)                                                                                     \
    static void N(name##_map##suffix)(const bk_block *k) {                                                             \
        const int64_t n = k->cols;                                                                                     \
        for (int64_t r = 0; r < k->rows; r++) {                                                                        \
            T *dst = LINE(T, BK_DST);                                                                                  \
            const T *a = LINE(T, BK_A), *b = LINE(T, BK_B);                                                            \
            const T a0 = *a, b0 = *b;                                                                                  \
            LINES(name, ASK(BK_A, a, va) ASK(BK_B, b, vb),                                                             \
                  SIDE(name)(SIDE_VALUE(a, va), SIDE_VALUE(b, vb)),                                                    \
                  N(name)(VALUE(a, va), VALUE(b, vb)),                                                                 \
                  N(name)(PART(a, va), PART(b, vb)))                                                                   \
            (void)a0, (void)b0;                                                                                        \
        }                                                                                                              \
    }
#define MAP2_ALL(name)    \
    MAP2(name, 0, 0, 0)   \
    MAP2(name, 1, 1, 0)   \
    MAP2(name, 2, 0, 1)   \
    MAP2(name, 3, 1, 1)   \
    static const bk_kernel N(name##_maps)[4] = {N(name##_map0), N(name##_map1), N(name##_map2), N(name##_map3)};

#define MAP3(name, suffix, va, vb, vc)                                                                                 \
    static void N(name##_map##suffix)(const bk_block *k) {                                                             \
        const int64_t n = k->cols;                                                                                     \
        for (int64_t r = 0; r < k->rows; r++) {                                                                        \
            T *dst = LINE(T, BK_DST);                                                                                  \
            const T *a = LINE(T, BK_A), *b = LINE(T, BK_B), *c = LINE(T, BK_C);                                        \
            const T a0 = *a, b0 = *b, c0 = *c;                                                                         \
            LINES(name, ASK(BK_A, a, va) ASK(BK_B, b, vb) ASK(BK_C, c, vc),                                            \
                  SIDE(name)(SIDE_VALUE(a, va), SIDE_VALUE(b, vb), SIDE_VALUE(c, vc)),                                 \
                  N(name)(VALUE(a, va), VALUE(b, vb), VALUE(c, vc)),                                                   \
                  N(name)(PART(a, va), PART(b, vb), PART(c, vc)))                                                      \
            (void)a0, (void)b0, (void)c0;                                                                              \
        }                                                                                                              \
    }
#define MAP3_ALL(name)                                                                                             \
    MAP3(name, 0, 0, 0, 0)                                                                                         \
    MAP3(name, 1, 1, 0, 0)                                                                                         \
    MAP3(name, 2, 0, 1, 0)                                                                                         \
    MAP3(name, 3, 1, 1, 0)                                                                                         \
    MAP3(name, 4, 0, 0, 1)                                                                                         \
    MAP3(name, 5, 1, 0, 1)                                                                                         \
    MAP3(name, 6, 0, 1, 1)                                                                                         \
    MAP3(name, 7, 1, 1, 1)                                                                                         \
    static const bk_kernel N(name##_maps)[8] = {N(name##_map0), N(name##_map1), N(name##_map2), N(name##_map3),    \
                                                N(name##_map4), N(name##_map5), N(name##_map6), N(name##_map7)};

#define MAP4(name, va, vb, vc, vd)                                                                                     \
    static void N(name##_map##va##vb##vc##vd)(const bk_block *k) {                                                     \
        const int64_t n = k->cols;                                                                                     \
        for (int64_t r = 0; r < k->rows; r++) {                                                                        \
            T *dst = LINE(T, BK_DST);                                                                                  \
            const T *a = LINE(T, BK_A), *b = LINE(T, BK_B), *c = LINE(T, BK_C), *d = LINE(T, BK_D);                    \
            const T a0 = *a, b0 = *b, c0 = *c, d0 = *d;                                                                \
            LINES(name, ASK(BK_A, a, va) ASK(BK_B, b, vb) ASK(BK_C, c, vc) ASK(BK_D, d, vd),                           \
                  SIDE(name)(SIDE_VALUE(a, va), SIDE_VALUE(b, vb), SIDE_VALUE(c, vc), SIDE_VALUE(d, vd)),              \
                  N(name)(VALUE(a, va), VALUE(b, vb), VALUE(c, vc), VALUE(d, vd)),                                     \
                  N(name)(PART(a, va), PART(b, vb), PART(c, vc), PART(d, vd)))                                         \
            (void)a0, (void)b0, (void)c0, (void)d0;                                                                    \
        }                                                                                                              \
    }
#define MAP4_QUARTER(name, vc, vd) \
    MAP4(name, 0, 0, vc, vd)       \
    MAP4(name, 1, 0, vc, vd)       \
    MAP4(name, 0, 1, vc, vd)       \
    MAP4(name, 1, 1, vc, vd)
#define MAP4_NAMES(name, vc, vd) \
    N(name##_map00##vc##vd), N(name##_map10##vc##vd), N(name##_map01##vc##vd), N(name##_map11##vc##vd)
#define MAP4_ALL(name)                                                                                 \
    MAP4_QUARTER(name, 0, 0)                                                                           \
    MAP4_QUARTER(name, 1, 0)                                                                           \
    MAP4_QUARTER(name, 0, 1)                                                                           \
    MAP4_QUARTER(name, 1, 1)                                                                           \
    static const bk_kernel N(name##_maps)[16] = {MAP4_NAMES(name, 0, 0), MAP4_NAMES(name, 1, 0),       \
                                                 MAP4_NAMES(name, 0, 1), MAP4_NAMES(name, 1, 1)};

// Of a, b, c, d and e the first varies along a line, the next two do not.
#define MAP5(name, suffix, vd, ve)                                                                                     \
    static void N(name##_map##suffix)(const bk_block *k) {                                                             \
        const int64_t n = k->cols;                                                                                     \
        for (int64_t r = 0; r < k->rows; r++) {                                                                        \
            T *dst = LINE(T, BK_DST);                                                                                  \
            const T *a = LINE(T, BK_A), *d = LINE(T, BK_D), *e = LINE(T, BK_E);                                        \
            const T b0 = *LINE(T, BK_B), c0 = *LINE(T, BK_C), d0 = *d, e0 = *e;                                        \
            LINES(name, ASK(BK_A, a, 1) ASK(BK_D, d, vd) ASK(BK_E, e, ve),                                             \
                  SIDE(name)(SIDE(get)(a + i), SIDE(splat)(b0), SIDE(splat)(c0), SIDE_VALUE(d, vd), SIDE_VALUE(e, ve)),\
                  N(name)(N(get)(a + i), N(splat)(b0), N(splat)(c0), VALUE(d, vd), VALUE(e, ve)),                      \
                  N(name)(N(get_part)(a + i, n - i, N(splat)(0)), N(splat)(b0), N(splat)(c0), PART(d, vd), PART(e, ve)))\
            (void)d0, (void)e0;                                                                                        \
        }                                                                                                              \
    }

MAP1_ALL(copy)
MAP1_ALL(neg)
MAP1_ALL(abs)
MAP1_ALL(sign)
MAP1_ALL(not)
MAP2_ALL(add)
MAP2_ALL(sub)
MAP2_ALL(mul)
MAP2_ALL(div)
MAP2_ALL(rem)
MAP2_ALL(max)
MAP2_ALL(min)
MAP2_ALL(eq)
MAP2_ALL(ne)
MAP2_ALL(lt)
MAP2_ALL(le)
MAP2_ALL(gt)
MAP2_ALL(ge)
MAP2_ALL(and)
MAP2_ALL(or)
MAP3_ALL(select)
MAP3_ALL(muladd)
MAP3_ALL(mulsub)
MAP3_ALL(negmuladd)
#if LANE_FLOAT
MAP1_ALL(floor)
MAP1_ALL(ceil)
MAP1_ALL(round)
MAP1_ALL(trunc)
MAP1_ALL(exp)
MAP1_ALL(expm1)
MAP1_ALL(log)
MAP1_ALL(log1p)
MAP1_ALL(sqrt)
MAP1_ALL(rsqrt)
MAP1_ALL(sin)
MAP1_ALL(cos)
MAP1_ALL(tanh)
MAP1_ALL(sigmoid)
MAP1_ALL(erf)
MAP1_ALL(erfc)
MAP1_ALL(erfinv)
MAP1_ALL(lgamma)
MAP2_ALL(pow)
MAP2_ALL(atan2)
MAP2_ALL(polygamma)
MAP1_ALL(gelu)
MAP1_ALL(gelu_tanh)
MAP2_ALL(expsub)
MAP2_ALL(tanh_grad)
MAP2_ALL(gelu_grad)
MAP2_ALL(gelu_tanh_grad)
MAP3_ALL(submul)
MAP3_ALL(mulmul)
MAP4_ALL(muladd_mul)
MAP4_ALL(mulmul_add)
MAP5(submul_muladd, 1, 0, 0)
MAP5(submul_muladd, 9, 1, 0)
MAP5(submul_muladd, 17, 0, 1)
MAP5(submul_muladd, 25, 1, 1)
static const bk_kernel N(submul_muladd_maps)[32] = {
    [1] = N(submul_muladd_map1), [9] = N(submul_muladd_map9), [17] = N(submul_muladd_map17),
    [25] = N(submul_muladd_map25)};
MAP5(submul_mulsub, 9, 1, 0)
static const bk_kernel N(submul_mulsub_maps)[32] = {[9] = N(submul_mulsub_map9)};
#if LANE_BYTES == 4
MAP1_ALL(to_bf16)
#endif
#endif

#undef SIDE_VALUE
#undef VALUE
#undef LINES
#undef PART
#undef MAP1
#undef MAP2
#undef MAP3
#undef MAP1_ALL
#undef MAP2_ALL
#undef MAP3_ALL
#undef MAP4
#undef MAP4_QUARTER
#undef MAP4_NAMES
#undef MAP4_ALL
#undef MAP5
