// The loop of BK_OP_ADAM (see program_lane.h).

static void N(adam)(const bk_block *k) {
    enum { AHEAD = 2048 };
    enum { OLD_M, OLD_V, NEW_M, NEW_V, SCALARS };
    const int64_t n = k->cols;
#define SCALAR(i) (*(const T *)k->more[SCALARS + (i)])
    const L(adam_scalars) s = {SCALAR(0), SCALAR(1), SCALAR(2), 1 / SCALAR(3), SCALAR(4), SCALAR(5), SCALAR(6)};
#undef SCALAR
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const T *p = LINE(T, BK_A), *g = LINE(T, BK_B);
        const T *m = (const T *)(k->more[OLD_M] + r * k->more_row[OLD_M]);
        const T *v = (const T *)(k->more[OLD_V] + r * k->more_row[OLD_V]);
        T *new_m = (T *)(k->more[NEW_M] + r * k->more_row[NEW_M]);
        T *new_v = (T *)(k->more[NEW_V] + r * k->more_row[NEW_V]);
        int64_t i = 0;
        for (; i + SIDE_LANES <= n; i += SIDE_LANES) {
            // The memory is read and written once, as far apart as four arrays are.
            for (int64_t byte = AHEAD; byte < AHEAD + SIDE_LANES * LANE_BYTES; byte += 64) {
                __builtin_prefetch((const char *)(p + i) + byte, 1, 3);
                __builtin_prefetch((const char *)(g + i) + byte, 0, 3);
                __builtin_prefetch((const char *)(m + i) + byte, 1, 3);
                __builtin_prefetch((const char *)(v + i) + byte, 1, 3);
            }
            SIDE(v) mi = SIDE(get)(m + i), vi = SIDE(get)(v + i);
            SIDE(v) pi = SIDE(adam_update)(SIDE(get)(p + i), SIDE(get)(g + i), &mi, &vi, &s);
            SIDE(put)(new_m + i, mi);
            SIDE(put)(new_v + i, vi);
            SIDE(put)(dst + i, pi);
        }
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
