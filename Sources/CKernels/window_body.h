// The greatest elements of windows, with the definitions of gemm_body.h: a few vectors of channels after the other.

typedef __typeof__((VECTOR){0} < (VECTOR){0}) NAME(lanes);  // all bits of a lane, or none; or a number for each

ALWAYS VECTOR NAME(chosen)(NAME(lanes) which, VECTOR a, VECTOR b) {
    return (VECTOR)((which & (NAME(lanes))a) | (~which & (NAME(lanes))b));
}

// NaN is greater than all numbers, and the first of equal elements stays.
ALWAYS NAME(lanes) NAME(beats)(VECTOR at, VECTOR best) { return (at > best) | ((at != at) & (best == best)); }

// `vectors` of channels of a pixel; one where it is `masked`.
ALWAYS void NAME(pick_vectors)(const int vectors, const bool same, const bool masked, const bk_window *window,
                               const view *v, const ELEMENT *input, const ELEMENT *values, ELEMENT *to, MASK mask) {
    VECTOR best[WINDOW_VECTORS], picked[WINDOW_VECTORS];
    bool seen = false;
    FOR_EACH_PLACE(window, *v) {
        const ELEMENT *at = input + place * window->channels, *value = values + place * window->channels;
        UNROLL for (int n = 0; n < vectors; n++) {
            const VECTOR x = NAME(load_masked_if)(masked, at + n * LANES, mask);
            const VECTOR y = same ? x : NAME(load_masked_if)(masked, value + n * LANES, mask);
            const NAME(lanes) wins = seen ? NAME(beats)(x, best[n]) : ~(NAME(lanes)){0};
            best[n] = seen ? NAME(chosen)(wins, x, best[n]) : x;
            picked[n] = seen ? NAME(chosen)(wins, y, picked[n]) : y;
        }
        seen = true;
    }
    UNROLL for (int n = 0; n < vectors; n++) {
        if (masked) STORE_MASKED(to, picked[n], mask); else NAME(store)(to + n * LANES, picked[n]);
    }
}

ALWAYS void NAME(pick_pixels)(const bool same, const bk_window *window, const ELEMENT *input, const ELEMENT *values,
                              ELEMENT *result, int64_t first, int64_t end) {
    enum { WIDE = WINDOW_VECTORS * LANES };
    const int64_t channels = window->channels, plane = window->input[0] * window->input[1] * window->input[2];
    const MASK mask = MASK_OF(channels % LANES);
    view v = view_of(window, first);
    for (int64_t pixel = first; pixel < end; pixel++, advance(&v, window)) {
        const ELEMENT *x = input + v.batch * plane * channels, *y = values + v.batch * plane * channels;
        ELEMENT *to = result + pixel * channels;
        int64_t c = 0;
        for (; c + WIDE <= channels; c += WIDE)
            NAME(pick_vectors)(WINDOW_VECTORS, same, false, window, &v, x + c, y + c, to + c, mask);
        for (; c + LANES <= channels; c += LANES)
            NAME(pick_vectors)(1, same, false, window, &v, x + c, y + c, to + c, mask);
        if (c < channels) NAME(pick_vectors)(1, same, true, window, &v, x + c, y + c, to + c, mask);
    }
}

static void NAME(window_pick)(const bk_window *window, const void *input, const void *values, void *result,
                              int64_t first, int64_t end) {
    if (input == values) NAME(pick_pixels)(true, window, input, values, result, first, end);
    else NAME(pick_pixels)(false, window, input, values, result, first, end);
}

ALWAYS void NAME(spread_vectors)(const int vectors, const bool masked, const bk_window *window, const view *v,
                                 const ELEMENT *input, const ELEMENT *from, ELEMENT *result, MASK mask) {
    VECTOR best[WINDOW_VECTORS];
    NAME(lanes) winner[WINDOW_VECTORS], tap = {0};
    FOR_EACH_PLACE(window, *v) {
        const bool seen = i + j + k > 0;
        UNROLL for (int n = 0; n < vectors; n++) {
            const VECTOR x = NAME(load_masked_if)(masked, input + place * window->channels + n * LANES, mask);
            const NAME(lanes) wins = seen ? NAME(beats)(x, best[n]) : ~(NAME(lanes)){0};
            best[n] = seen ? NAME(chosen)(wins, x, best[n]) : x;
            winner[n] = seen ? (wins & tap) | (~wins & winner[n]) : tap;
        }
        tap += 1;
    }
    VECTOR given[WINDOW_VECTORS];
    UNROLL for (int n = 0; n < vectors; n++) given[n] = NAME(load_masked_if)(masked, from + n * LANES, mask);
    tap = (NAME(lanes)){0};
    FOR_EACH_PLACE(window, *v) {
        UNROLL for (int n = 0; n < vectors; n++) {
            ELEMENT *to = result + place * window->channels + n * LANES;
            const VECTOR part = NAME(chosen)(winner[n] == tap, given[n], (VECTOR){0});
            const VECTOR sum = NAME(load_masked_if)(masked, to, mask) + part;
            if (masked) STORE_MASKED(to, sum, mask); else NAME(store)(to, sum);
        }
        tap += 1;
    }
}

// The channels from `first` to `end` of one image.
static void NAME(window_spread)(const bk_window *window, const void *input, const void *values, void *result,
                                int64_t batch, int64_t first, int64_t end) {
    enum { WIDE = WINDOW_VECTORS * LANES };
    const int64_t channels = window->channels, plane = window->input[0] * window->input[1] * window->input[2];
    const int64_t places = window->output[0] * window->output[1] * window->output[2];
    const ELEMENT *x = (const ELEMENT *)input + batch * plane * channels;
    const ELEMENT *from = (const ELEMENT *)values + batch * places * channels;
    ELEMENT *to = (ELEMENT *)result + batch * plane * channels;
    const MASK mask = MASK_OF((end - first) % LANES);
    for (int64_t place = 0; place < plane; place++)
        memset(to + place * channels + first, 0, (size_t)(end - first) * sizeof(ELEMENT));
    view v = view_of(window, batch * places);
    for (int64_t pixel = 0; pixel < places; pixel++, advance(&v, window), from += channels) {
        int64_t c = first;
        for (; c + WIDE <= end; c += WIDE)
            NAME(spread_vectors)(WINDOW_VECTORS, false, window, &v, x + c, from + c, to + c, mask);
        for (; c + LANES <= end; c += LANES) NAME(spread_vectors)(1, false, window, &v, x + c, from + c, to + c, mask);
        if (c < end) NAME(spread_vectors)(1, true, window, &v, x + c, from + c, to + c, mask);
    }
}
