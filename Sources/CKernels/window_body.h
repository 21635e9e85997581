// The loops over windows, for the instruction set of the file that includes this.
#include "arithmetic.h"
#include "window_loops.h"

// The part of a window that lies in the input, along one axis: `count` places from `start`, `dilation` apart.
typedef struct {
    int64_t start, count;
} extent;

static extent visible(const bk_window *window, int axis, int64_t place) {
    const int64_t dilation = window->dilation[axis], size = window->input[axis];
    const int64_t origin = place * window->stride[axis] - window->low[axis];
    const int64_t first = origin >= 0 ? 0 : ceil_div(-origin, dilation);
    const int64_t end = origin >= size ? 0 : least(window->window[axis], (size - 1 - origin) / dilation + 1);
    return (extent){origin + first * dilation, most(0, end - first)};
}

// What one pixel of the result sees.
typedef struct {
    int64_t batch, place[BK_SPATIAL];
    extent axis[BK_SPATIAL];
} view;

static view view_of(const bk_window *window, int64_t pixel) {
    view v;
    for (int axis = BK_SPATIAL - 1; axis >= 0; axis--) {
        const int64_t places = most(1, window->output[axis]);
        v.place[axis] = pixel % places;
        v.axis[axis] = visible(window, axis, v.place[axis]);
        pixel /= places;
    }
    v.batch = pixel;
    return v;
}

// Goes on to the next pixel.
static void advance(view *v, const bk_window *window) {
    for (int axis = BK_SPATIAL - 1; axis >= 0; axis--) {
        const bool wraps = ++v->place[axis] == window->output[axis];
        if (wraps) v->place[axis] = 0;
        v->axis[axis] = visible(window, axis, v->place[axis]);
        if (!wraps) return;
    }
    v->batch++;
}

// Runs the statement that follows for each input place of the view, where `place` counts within the batch entry.
#define FOR_EACH_PLACE(window, v)                                                                                   \
    for (int64_t i = 0, d = (v).axis[0].start; i < (v).axis[0].count; i++, d += (window)->dilation[0])              \
        for (int64_t j = 0, h = (v).axis[1].start; j < (v).axis[1].count; j++, h += (window)->dilation[1])          \
            for (int64_t k = 0, place = (d * (window)->input[1] + h) * (window)->input[2] + (v).axis[2].start;      \
                 k < (v).axis[2].count; k++, place += (window)->dilation[2])

#define SUM(Element)                                                                                                \
    view v = view_of(window, first);                                                                                \
    for (int64_t pixel = first; pixel < end; pixel++, advance(&v, window)) {                                        \
        const Element *from = (const Element *)input + v.batch * plane * channels;                                  \
        Element *to = (Element *)result + pixel * channels;                                                         \
        for (int64_t c = 0; c < channels; c++) to[c] = 0;                                                           \
        FOR_EACH_PLACE(window, v) {                                                                                 \
            const Element *at = from + place * channels;                                                            \
            for (int64_t c = 0; c < channels; c++) to[c] += at[c];                                                  \
        }                                                                                                           \
    }

static void sum_run(const bk_window *window, const void *input, void *result, int64_t task) {
    const int64_t share = window_pixels_of_task(window), first = task * share, end = least(window_pixels(window), first + share);
    const int64_t channels = window->channels, plane = window->input[0] * window->input[1] * window->input[2];
    if (window->type == BK_TYPE_F32) {
        SUM(float)
    } else {
        SUM(double)
    }
}

// The first place that is seen wins over having none.
#define ARG_MAX(Element)                                                                                            \
    view v = view_of(window, first);                                                                                \
    for (int64_t pixel = first; pixel < end; pixel++, advance(&v, window)) {                                        \
        for (int64_t start = 0; start < channels; start += WINDOW_CHANNELS) {                                       \
            const int64_t count = least(WINDOW_CHANNELS, channels - start);                                         \
            const Element *from = (const Element *)input + v.batch * plane * channels + start;                      \
            Element best[WINDOW_CHANNELS];                                                                          \
            int64_t winner[WINDOW_CHANNELS];                                                                        \
            for (int64_t c = 0; c < count; c++) best[c] = 0, winner[c] = -1;                                        \
            FOR_EACH_PLACE(window, v) {                                                                             \
                const Element *at = from + place * channels;                                                        \
                for (int64_t c = 0; c < count; c++) {                                                               \
                    const bool wins = (winner[c] < 0) | (at[c] > best[c]) | ((at[c] != at[c]) & (best[c] == best[c])); \
                    best[c] = wins ? at[c] : best[c];                                                               \
                    winner[c] = wins ? place : winner[c];                                                           \
                }                                                                                                   \
            }                                                                                                       \
            for (int64_t c = 0; c < count; c++) result[pixel * channels + start + c] = winner[c];                   \
        }                                                                                                           \
    }

static void arg_max_run(const bk_window *window, const void *input, int64_t *result, int64_t task) {
    const int64_t share = window_pixels_of_task(window), first = task * share, end = least(window_pixels(window), first + share);
    const int64_t channels = window->channels, plane = window->input[0] * window->input[1] * window->input[2];
    if (window->type == BK_TYPE_F32) {
        ARG_MAX(float)
    } else {
        ARG_MAX(double)
    }
}

// The greatest element so far gives way to a greater one, and to NaN.
#define MAX(Element)                                                                                                \
    view v = view_of(window, first);                                                                                \
    for (int64_t pixel = first; pixel < end; pixel++, advance(&v, window)) {                                        \
        const Element *from = (const Element *)input + v.batch * plane * channels;                                  \
        Element *restrict to = (Element *)result + pixel * channels;                                                \
        bool seen = false;                                                                                          \
        FOR_EACH_PLACE(window, v) {                                                                                 \
            const Element *at = from + place * channels;                                                            \
            if (seen) {                                                                                             \
                for (int64_t c = 0; c < channels; c++) to[c] = at[c] > to[c] || at[c] != at[c] ? at[c] : to[c];     \
            } else {                                                                                                \
                for (int64_t c = 0; c < channels; c++) to[c] = at[c];                                               \
                seen = true;                                                                                        \
            }                                                                                                       \
        }                                                                                                           \
    }

// Which element of the view is greatest for each of `count` channels: its number among those that are seen.
#define WINNERS(Element, Index, from)                                                                               \
    Element best[WINDOW_CHANNELS];                                                                                  \
    Index winner[WINDOW_CHANNELS], tap = 0;                                                                         \
    FOR_EACH_PLACE(window, v) {                                                                                     \
        const Element *at = (from) + place * channels;                                                              \
        if (tap == 0) {                                                                                             \
            for (int64_t c = 0; c < count; c++) best[c] = at[c], winner[c] = 0;                                     \
        } else {                                                                                                    \
            for (int64_t c = 0; c < count; c++) {                                                                   \
                const bool wins = (at[c] > best[c]) | ((at[c] != at[c]) & (best[c] == best[c]));                    \
                best[c] = wins ? at[c] : best[c];                                                                   \
                winner[c] = wins ? tap : winner[c];                                                                 \
            }                                                                                                       \
        }                                                                                                           \
        tap++;                                                                                                      \
    }                                                                                                               \
    tap = 0;

#define PICK(Element, Index)                                                                                        \
    view v = view_of(window, first);                                                                                \
    for (int64_t pixel = first; pixel < end; pixel++, advance(&v, window)) {                                        \
        for (int64_t start = 0; start < channels; start += WINDOW_CHANNELS) {                                       \
            const int64_t count = least(WINDOW_CHANNELS, channels - start);                                         \
            const int64_t offset = v.batch * plane * channels + start;                                              \
            const Element *from = (const Element *)values + offset;                                                 \
            Element *restrict to = (Element *)result + pixel * channels + start;                                    \
            WINNERS(Element, Index, (const Element *)input + offset)                                                \
            FOR_EACH_PLACE(window, v) {                                                                             \
                const Element *at = from + place * channels;                                                        \
                for (int64_t c = 0; c < count; c++) to[c] = winner[c] == tap ? at[c] : to[c];                       \
                tap++;                                                                                              \
            }                                                                                                       \
        }                                                                                                           \
    }

static void pick_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task) {
    const int64_t share = window_pixels_of_task(window), first = task * share, end = least(window_pixels(window), first + share);
    const int64_t channels = window->channels, plane = window->input[0] * window->input[1] * window->input[2];
    const bool single = window->type == BK_TYPE_F32;
    if (input == values) {
        if (single) {
            MAX(float)
        } else {
            MAX(double)
        }
    } else if (single) {
        PICK(float, int32_t)
    } else {
        PICK(double, int64_t)
    }
}

#define SPREAD(Element, Index)                                                                                      \
    for (int64_t unit = first; unit < end; unit++) {                                                                \
        const int64_t batch = unit / blocks, start = unit % blocks * WINDOW_CHANNELS;                               \
        const int64_t count = least(WINDOW_CHANNELS, channels - start), offset = batch * plane * channels + start;  \
        const Element *from = (const Element *)input + offset;                                                      \
        Element *to = (Element *)result + offset;                                                                   \
        for (int64_t place = 0; place < plane; place++) {                                                           \
            for (int64_t c = 0; c < count; c++) to[place * channels + c] = 0;                                       \
        }                                                                                                           \
        view v = view_of(window, batch * places);                                                                   \
        for (int64_t pixel = batch * places; pixel < (batch + 1) * places; pixel++, advance(&v, window)) {          \
            const Element *given = (const Element *)values + pixel * channels + start;                              \
            WINNERS(Element, Index, from)                                                                           \
            FOR_EACH_PLACE(window, v) {                                                                             \
                Element *restrict at = to + place * channels;                                                       \
                for (int64_t c = 0; c < count; c++) at[c] += winner[c] == tap ? given[c] : 0;                       \
                tap++;                                                                                              \
            }                                                                                                       \
        }                                                                                                           \
    }

static void spread_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task) {
    const int64_t blocks = ceil_div(window->channels, WINDOW_CHANNELS), share = window_units_of_task(window);
    const int64_t first = task * share, end = least(window_units(window), first + share), channels = window->channels;
    const int64_t plane = window->input[0] * window->input[1] * window->input[2];
    const int64_t places = window->output[0] * window->output[1] * window->output[2];
    if (window->type == BK_TYPE_F32) {
        SPREAD(float, int32_t)
    } else {
        SPREAD(double, int64_t)
    }
}

const window_loops WINDOW_LOOPS = {sum_run, arg_max_run, pick_run, spread_run};
