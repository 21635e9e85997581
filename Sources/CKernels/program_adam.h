// The loop of BK_OP_ADAM (see program_lane.h).

static void N(adam)(const bk_block *k) {
    enum { OLD_M, OLD_V, NEW_M, NEW_V, SCALARS };
    const int64_t n = k->cols;
#define SCALAR(i) N(splat)(*(const T *)k->more[SCALARS + (i)])
    const N(adam_scalars) s = {SCALAR(0), SCALAR(1), SCALAR(2), 1 / SCALAR(3), SCALAR(4), SCALAR(5), SCALAR(6)};
#undef SCALAR
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *p = LINE(T, BK_A), *g = LINE(T, BK_B);
        const T *m = (const T *)(k->more[OLD_M] + r * k->more_row[OLD_M]);
        const T *v = (const T *)(k->more[OLD_V] + r * k->more_row[OLD_V]);
        T *new_m = (T *)(k->more[NEW_M] + r * k->more_row[NEW_M]);
        T *new_v = (T *)(k->more[NEW_V] + r * k->more_row[NEW_V]);
        int64_t i = 0;
        for (; i + LANES <= n; i += LANES) {
            V mi = N(get)(m + i), vi = N(get)(v + i);
            V pi = N(adam_update)(N(get)(p + i), N(get)(g + i), &mi, &vi, &s);
            N(put)(new_m + i, mi);
            N(put)(new_v + i, vi);
            N(put)(dst + i, pi);
        }
        if (i < n) {
            const int64_t left = n - i;
            const V zero = N(splat)(0);
            V mi = N(get_part)(m + i, left, zero), vi = N(get_part)(v + i, left, zero);
            V pi = N(adam_update)(N(get_part)(p + i, left, zero), N(get_part)(g + i, left, zero), &mi, &vi, &s);
            N(put_part)(new_m + i, mi, left);
            N(put_part)(new_v + i, vi, left);
            N(put_part)(dst + i, pi, left);
        }
    }
}
