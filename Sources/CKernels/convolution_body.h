// The micro-kernels of convolution, with the definitions of gemm_body.h.

// `rows` pixels by `vectors` vectors of channels. Pixels are reached through pointers, so that strides, dilations and
// borders cost nothing here. Panels of weights are filled up with zeros, so only the stores are `masked`.
ALWAYS void NAME(convolution_tile)(const int rows, const int vectors, const bool masked,
                                   const convolution_strip *strip, const ELEMENT *panel, int64_t col, int64_t count) {
    const int64_t width = VECTORS * LANES, ahead = PREFETCH_STEPS * width;
    const int last = vectors - 1;
    VECTOR sum[ROWS][VECTORS];
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (VECTOR){0};

    const convolution_run *run = strip->runs, *const end = run + strip->count;
    for (; run < end; run++) {
        const ELEMENT *b = panel + run->weights;
        const ELEMENT *a[ROWS];
        // Counting up to zero leaves one register for both the step and its end.
        int64_t k = -run->length;
        UNROLL for (int r = 0; r < rows; r++) {
            a[r] = (const ELEMENT *)run->pixels[r] + (strip->offset + run->offset - k);
            __asm__("" : "+r"(a[r]));
        }
        for (; k <= -4; k += 4) {
            UNROLL for (int i = 0; i < 4; i++) {
                VECTOR right[VECTORS];
                UNROLL for (int v = 0; v < vectors; v += CACHE_LINE / (int)sizeof(VECTOR))
                    __builtin_prefetch(b + ahead + i * width + v * LANES);
                UNROLL for (int v = 0; v < vectors; v++) right[v] = NAME(load)(b + i * width + v * LANES);
                UNROLL for (int r = 0; r < rows; r++) {
                    const VECTOR left = BROADCAST(a[r] + k + i);
                    UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += left * right[v];
                }
            }
            b += 4 * width;
        }
        for (; k < 0; k++) {
            VECTOR right[VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) right[v] = NAME(load)(b + v * LANES);
            UNROLL for (int r = 0; r < rows; r++) {
                const VECTOR left = BROADCAST(a[r] + k);
                UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += left * right[v];
            }
            b += width;
        }
    }

    const MASK mask = MASK_OF(count);
    UNROLL for (int r = 0; r < rows; r++) {
        ELEMENT *c = (ELEMENT *)strip->c[r] + strip->c_offset + col;
        if (strip->accumulate) {
            UNROLL for (int v = 0; v < last; v++) sum[r][v] += NAME(load)(c + v * LANES);
            sum[r][last] += masked ? LOAD_MASKED(c + last * LANES, mask) : NAME(load)(c + last * LANES);
        }
        UNROLL for (int v = 0; v < last; v++) NAME(store)(c + v * LANES, sum[r][v]);
        if (masked) {
            STORE_MASKED(c + last * LANES, sum[r][last], mask);
        } else {
            NAME(store)(c + last * LANES, sum[r][last]);
        }
    }
}

ALWAYS void NAME(convolution_strip)(const int rows, const convolution_strip *strip) {
    const ELEMENT *panel = strip->weights;
    int64_t col = 0;
    for (; strip->cols - col >= VECTORS * LANES; col += VECTORS * LANES, panel += strip->panel)
        NAME(convolution_tile)(rows, VECTORS, false, strip, panel, col, LANES);
    const int64_t cols = strip->cols - col;
#if VECTORS > 2
    if (cols > 2 * LANES) NAME(convolution_tile)(rows, 3, true, strip, panel, col, cols - 2 * LANES); else
#endif
    if (cols > LANES) NAME(convolution_tile)(rows, 2, true, strip, panel, col, cols - LANES);
    else if (cols > 0) NAME(convolution_tile)(rows, 1, true, strip, panel, col, cols);
}

// MARK: - Each channel a group

enum { NAME(CHANNEL_ROWS) = 4 };

// A few vectors of channels of up to four pixels; rows that are not there repeat the last.
ALWAYS void NAME(channels_tile)(const int vectors, const bool masked, const convolution_channels *strip, int64_t row,
                                const ELEMENT *weights, int64_t channel, int64_t count) {
    const int64_t rows = strip->rows - row < NAME(CHANNEL_ROWS) ? strip->rows - row : NAME(CHANNEL_ROWS);
    const MASK mask = MASK_OF(count);
    VECTOR sum[NAME(CHANNEL_ROWS)][VECTORS];
    int64_t place[NAME(CHANNEL_ROWS)];
    UNROLL for (int r = 0; r < NAME(CHANNEL_ROWS); r++) {
        UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (VECTOR){0};
        place[r] = row + (r < rows ? r : rows - 1);
    }
    const convolution_run *run = strip->runs, *const end = run + strip->count;
    for (; run < end; run++) {
        const ELEMENT *b = weights + run->weights;
        VECTOR weight[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) weight[v] = NAME(load)(b + v * LANES);
        const int64_t offset = run->offset + channel;
        UNROLL for (int r = 0; r < NAME(CHANNEL_ROWS); r++) {
            const ELEMENT *pixel = (const ELEMENT *)run->pixels[place[r]] + offset;
            UNROLL for (int v = 0; v < vectors; v++)
                sum[r][v] += NAME(load_masked_if)(masked, pixel + v * LANES, mask) * weight[v];
        }
    }
    for (int64_t r = 0; r < rows; r++) {
        ELEMENT *c = (ELEMENT *)strip->c[row + r] + channel;
        UNROLL for (int v = 0; v < vectors; v++) {
            if (masked) STORE_MASKED(c + v * LANES, sum[r][v], mask); else NAME(store)(c + v * LANES, sum[r][v]);
        }
    }
}

static void NAME(channels)(const convolution_channels *strip) {
    const int64_t width = VECTORS * LANES;
    for (int64_t row = 0; row < strip->rows; row += NAME(CHANNEL_ROWS)) {
        int64_t channel = 0;
        const ELEMENT *panel = strip->weights;
        for (; strip->channels - channel >= width; channel += width, panel += strip->panel)
            NAME(channels_tile)(VECTORS, false, strip, row, panel, strip->first + channel, LANES);
        for (; strip->channels - channel >= LANES; channel += LANES, panel += LANES)
            NAME(channels_tile)(1, false, strip, row, panel, strip->first + channel, LANES);
        const int64_t rest = strip->channels - channel;
        if (rest > 0) NAME(channels_tile)(1, true, strip, row, panel, strip->first + channel, rest);
    }
}

// MARK: - Sums over pixels

ALWAYS void NAME(outer_tile)(const int rows, const int vectors, const bool image_is_right, const bool masked,
                             const convolution_outer *outer, int64_t col, int64_t count) {
    const int last = vectors - 1;
    const MASK mask = MASK_OF(count);
    const int64_t step = outer->other_step;
    const ELEMENT *other = (const ELEMENT *)outer->other + (image_is_right ? 0 : col);
    const int64_t offset = outer->image_offset + (image_is_right ? col : 0);
    VECTOR sum[ROWS][VECTORS];
    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = (VECTOR){0};
    const convolution_pair *pair = outer->pairs, *const end = pair + outer->count;
    for (; pair < end; pair++) {
        const ELEMENT *image = (const ELEMENT *)pair->image + offset, *mate = other + pair->pixel * step;
        const ELEMENT *a = image_is_right ? mate : image, *b = image_is_right ? image : mate;
        VECTOR right[VECTORS];
        UNROLL for (int v = 0; v < last; v++) right[v] = NAME(load)(b + v * LANES);
        right[last] = NAME(load_masked_if)(masked, b + last * LANES, mask);
        UNROLL for (int r = 0; r < rows; r++) {
            const VECTOR left = BROADCAST(a + r);
            UNROLL for (int v = 0; v < vectors; v++) sum[r][v] += left * right[v];
        }
    }
    ELEMENT *c = (ELEMENT *)outer->c + col;
    UNROLL for (int r = 0; r < rows; r++, c += outer->c_row) {
        if (outer->accumulate) {
            UNROLL for (int v = 0; v < last; v++) sum[r][v] += NAME(load)(c + v * LANES);
            sum[r][last] += NAME(load_masked_if)(masked, c + last * LANES, mask);
        }
        UNROLL for (int v = 0; v < last; v++) NAME(store)(c + v * LANES, sum[r][v]);
        if (masked) STORE_MASKED(c + last * LANES, sum[r][last], mask);
        else NAME(store)(c + last * LANES, sum[r][last]);
    }
}

ALWAYS void NAME(outer)(const int rows, const bool image_is_right, const convolution_outer *outer) {
    int64_t col = 0;
    for (; outer->cols - col >= VECTORS * LANES; col += VECTORS * LANES)
        NAME(outer_tile)(rows, VECTORS, image_is_right, false, outer, col, LANES);
    for (; outer->cols - col >= LANES; col += LANES)
        NAME(outer_tile)(rows, 1, image_is_right, false, outer, col, LANES);
    if (outer->cols > col) NAME(outer_tile)(rows, 1, image_is_right, true, outer, col, outer->cols - col);
}

// One vector of channels; four sums take turns, so that no addition waits for the one before.
ALWAYS void NAME(dot_tile_of_channels)(const bool masked, const convolution_outer *outer, int64_t col, int64_t count) {
    enum { TURNS = 4 };
    const MASK mask = MASK_OF(count);
    const int64_t offset = outer->image_offset + col;
    const ELEMENT *other = (const ELEMENT *)outer->other + col;
    VECTOR sum[TURNS];
    UNROLL for (int i = 0; i < TURNS; i++) sum[i] = (VECTOR){0};
    int64_t pair = 0;
    for (; pair + TURNS <= outer->count; pair += TURNS) {
        UNROLL for (int i = 0; i < TURNS; i++) {
            const convolution_pair *at = outer->pairs + pair + i;
            sum[i] += NAME(load_masked_if)(masked, (const ELEMENT *)at->image + offset, mask) *
                      NAME(load_masked_if)(masked, other + at->pixel * outer->other_step, mask);
        }
    }
    for (; pair < outer->count; pair++) {
        const convolution_pair *at = outer->pairs + pair;
        sum[0] += NAME(load_masked_if)(masked, (const ELEMENT *)at->image + offset, mask) *
                  NAME(load_masked_if)(masked, other + at->pixel * outer->other_step, mask);
    }
    ELEMENT *c = (ELEMENT *)outer->c + col;
    VECTOR total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    if (outer->accumulate) total += NAME(load_masked_if)(masked, c, mask);
    if (masked) STORE_MASKED(c, total, mask); else NAME(store)(c, total);
}

// Several vectors of channels, so that a pair is looked up once for all of them.
ALWAYS void NAME(dot_tiles_of_channels)(const int vectors, const convolution_outer *outer, int64_t col) {
    const int64_t offset = outer->image_offset + col;
    const ELEMENT *other = (const ELEMENT *)outer->other + col;
    ELEMENT *c = (ELEMENT *)outer->c + col;
    VECTOR sum[4];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = outer->accumulate ? NAME(load)(c + v * LANES) : (VECTOR){0};
    const convolution_pair *pair = outer->pairs, *const end = pair + outer->count;
    for (; pair < end; pair++) {
        const ELEMENT *image = (const ELEMENT *)pair->image + offset, *mate = other + pair->pixel * outer->other_step;
        UNROLL for (int v = 0; v < vectors; v++)
            sum[v] += NAME(load)(image + v * LANES) * NAME(load)(mate + v * LANES);
    }
    UNROLL for (int v = 0; v < vectors; v++) NAME(store)(c + v * LANES, sum[v]);
}

static void NAME(dot_channels)(const convolution_outer *outer) {
    int64_t col = 0;
    for (; outer->cols - col >= 4 * LANES; col += 4 * LANES) NAME(dot_tiles_of_channels)(4, outer, col);
    for (; outer->cols - col >= LANES; col += LANES) NAME(dot_tile_of_channels)(false, outer, col, LANES);
    if (outer->cols > col) NAME(dot_tile_of_channels)(true, outer, col, outer->cols - col);
}

#define OF_ROWS(rows)                                                                                              \
    static void NAME(convolution_strip_##rows)(const convolution_strip *s) { NAME(convolution_strip)(rows, s); }   \
    static void NAME(image_left_##rows)(const convolution_outer *o) { NAME(outer)(rows, false, o); }               \
    static void NAME(image_right_##rows)(const convolution_outer *o) { NAME(outer)(rows, true, o); }
#if ROWS == 4
#define FOR_ALL_ROWS(X) X(1) X(2) X(3) X(4)
#elif ROWS == 6
#define FOR_ALL_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6)
#elif ROWS == 8
#define FOR_ALL_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)
#elif ROWS == 12
#define FOR_ALL_ROWS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)
#endif
FOR_ALL_ROWS(OF_ROWS)

#define STRIP_OF(rows) NAME(convolution_strip_##rows),
#define LEFT_OF(rows) NAME(image_left_##rows),
#define RIGHT_OF(rows) NAME(image_right_##rows),
const convolution_kernels NAME(convolution) = {
    .rows = ROWS,
    .cols = VECTORS * LANES,
    .lanes = LANES,
    .strip = {FOR_ALL_ROWS(STRIP_OF)},
    .channels = NAME(channels),
    .outer_image_left = {FOR_ALL_ROWS(LEFT_OF)},
    .outer_image_right = {FOR_ALL_ROWS(RIGHT_OF)},
    .dot_channels = NAME(dot_channels),
    .window_pick = NAME(window_pick),
    .window_spread = NAME(window_spread),
    .pack_b = NAME(pack_b),
    .pack_a = NAME(pack_a),
};

#undef OF_ROWS
#undef FOR_ALL_ROWS
#undef STRIP_OF
#undef LEFT_OF
#undef RIGHT_OF
