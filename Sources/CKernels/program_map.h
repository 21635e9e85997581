// Elementwise loops (see program_lane.h). For each instruction there is one loop for every choice of the arguments
// that vary along a line; the others are one value a line.

#define VALUE(x, varies, i) ((varies) ? N(get)(x + (i)) : x##0)
#define PART(x, varies, i, count) ((varies) ? N(get_part)(x + (i), count, N(splat)(0)) : x##0)

#define MAP1(name, va)                                                                      \
    static void N(name##_map##va)(const bk_block *k) {                                      \
        const int64_t n = k->cols;                                                          \
        for (int64_t r = 0; r < k->rows; r++) {                                             \
            T *dst = LINE(T, BK_DST);                                                       \
            const T *a = LINE(T, BK_A);                                                     \
            const V a0 = N(splat)(*a);                                                      \
            int64_t i = 0;                                                                  \
            for (; i + LANES <= n; i += LANES) N(put)(dst + i, N(name)(VALUE(a, va, i)));   \
            if (i < n) N(put_part)(dst + i, N(name)(PART(a, va, i, n - i)), n - i);         \
            (void)a0;                                                                       \
        }                                                                                   \
    }
#define MAP1_ALL(name) \
    MAP1(name, 0)      \
    MAP1(name, 1)      \
    static const bk_kernel N(name##_maps)[2] = {N(name##_map0), N(name##_map1)};

#define MAP2(name, suffix, va, vb)                                                                            \
    static void N(name##_map##suffix)(const bk_block *k) {                                                    \
        const int64_t n = k->cols;                                                                            \
        for (int64_t r = 0; r < k->rows; r++) {                                                               \
            T *dst = LINE(T, BK_DST);                                                                         \
            const T *a = LINE(T, BK_A), *b = LINE(T, BK_B);                                                   \
            const V a0 = N(splat)(*a), b0 = N(splat)(*b);                                                     \
            int64_t i = 0;                                                                                    \
            for (; i + LANES <= n; i += LANES) N(put)(dst + i, N(name)(VALUE(a, va, i), VALUE(b, vb, i)));    \
            if (i < n) N(put_part)(dst + i, N(name)(PART(a, va, i, n - i), PART(b, vb, i, n - i)), n - i);    \
            (void)a0, (void)b0;                                                                               \
        }                                                                                                     \
    }
#define MAP2_ALL(name)    \
    MAP2(name, 0, 0, 0)   \
    MAP2(name, 1, 1, 0)   \
    MAP2(name, 2, 0, 1)   \
    MAP2(name, 3, 1, 1)   \
    static const bk_kernel N(name##_maps)[4] = {N(name##_map0), N(name##_map1), N(name##_map2), N(name##_map3)};

#define MAP3(name, suffix, va, vb, vc)                                                                         \
    static void N(name##_map##suffix)(const bk_block *k) {                                                     \
        const int64_t n = k->cols;                                                                             \
        for (int64_t r = 0; r < k->rows; r++) {                                                                \
            T *dst = LINE(T, BK_DST);                                                                          \
            const T *a = LINE(T, BK_A), *b = LINE(T, BK_B), *c = LINE(T, BK_C);                                \
            const V a0 = N(splat)(*a), b0 = N(splat)(*b), c0 = N(splat)(*c);                                   \
            int64_t i = 0;                                                                                     \
            for (; i + LANES <= n; i += LANES)                                                                 \
                N(put)(dst + i, N(name)(VALUE(a, va, i), VALUE(b, vb, i), VALUE(c, vc, i)));                   \
            if (i < n)                                                                                         \
                N(put_part)(dst + i,                                                                           \
                            N(name)(PART(a, va, i, n - i), PART(b, vb, i, n - i), PART(c, vc, i, n - i)),      \
                            n - i);                                                                            \
            (void)a0, (void)b0, (void)c0;                                                                      \
        }                                                                                                      \
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

#define MAP4(name, va, vb, vc, vd)                                                                             \
    static void N(name##_map##va##vb##vc##vd)(const bk_block *k) {                                             \
        const int64_t n = k->cols;                                                                             \
        for (int64_t r = 0; r < k->rows; r++) {                                                                \
            T *dst = LINE(T, BK_DST);                                                                          \
            const T *a = LINE(T, BK_A), *b = LINE(T, BK_B), *c = LINE(T, BK_C), *d = LINE(T, BK_D);            \
            const V a0 = N(splat)(*a), b0 = N(splat)(*b), c0 = N(splat)(*c), d0 = N(splat)(*d);                \
            int64_t i = 0;                                                                                     \
            for (; i + LANES <= n; i += LANES)                                                                 \
                N(put)(dst + i, N(name)(VALUE(a, va, i), VALUE(b, vb, i), VALUE(c, vc, i), VALUE(d, vd, i)));  \
            if (i < n)                                                                                         \
                N(put_part)(dst + i,                                                                           \
                            N(name)(PART(a, va, i, n - i), PART(b, vb, i, n - i), PART(c, vc, i, n - i),       \
                                    PART(d, vd, i, n - i)),                                                    \
                            n - i);                                                                            \
            (void)a0, (void)b0, (void)c0, (void)d0;                                                            \
        }                                                                                                      \
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

MAP1_ALL(copy)
MAP1_ALL(neg)
MAP1_ALL(abs)
MAP1_ALL(sign)
MAP1_ALL(not)
MAP1_ALL(square)
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
MAP1_ALL(reciprocal)
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
MAP1_ALL(relu)
MAP1_ALL(gelu)
MAP2_ALL(expsub)
MAP2_ALL(relu_grad)
MAP2_ALL(sigmoid_grad)
MAP2_ALL(tanh_grad)
MAP2_ALL(gelu_grad)
MAP3_ALL(submul)
MAP3_ALL(mulmul)
MAP4_ALL(scaled_sum)
#if LANE_BYTES == 4
MAP1_ALL(to_bf16)
#endif
#endif

#undef VALUE
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
