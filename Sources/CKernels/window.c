// Sliding windows. All channels of a pixel lie side by side, so plain loops over channels do.
#include "arithmetic.h"
#include "bk_window.h"

static int64_t pixels_of(const bk_window *window) {
    return window->batch * window->output[0] * window->output[1] * window->output[2];
}

static int64_t pixels_of_task(const bk_window *window) {
    enum { TASK_ELEMENTS = 65536, MOST_TASKS = 256 };
    const int64_t taps = window->window[0] * window->window[1] * window->window[2];
    const int64_t enough = TASK_ELEMENTS / most(1, window->channels * taps);
    return most(1, most(enough, ceil_div(pixels_of(window), MOST_TASKS)));
}

int64_t bk_window_tasks(const bk_window *window) {
    const int64_t share = pixels_of_task(window);
    return window->channels == 0 ? 0 : ceil_div(pixels_of(window), share);
}

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
    int64_t batch;
    extent axis[BK_SPATIAL];
} view;

static view view_of(const bk_window *window, int64_t pixel) {
    view v;
    for (int axis = BK_SPATIAL - 1; axis >= 0; axis--) {
        v.axis[axis] = visible(window, axis, pixel % window->output[axis]);
        pixel /= window->output[axis];
    }
    v.batch = pixel;
    return v;
}

// Runs the statement that follows for each input place of the view, where `place` counts within the batch entry.
#define FOR_EACH_PLACE(window, v)                                                                                   \
    for (int64_t i = 0, d = (v).axis[0].start; i < (v).axis[0].count; i++, d += (window)->dilation[0])              \
        for (int64_t j = 0, h = (v).axis[1].start; j < (v).axis[1].count; j++, h += (window)->dilation[1])          \
            for (int64_t k = 0, place = (d * (window)->input[1] + h) * (window)->input[2] + (v).axis[2].start;      \
                 k < (v).axis[2].count; k++, place += (window)->dilation[2])

#define SUM(Element)                                                                                                \
    for (int64_t pixel = first; pixel < end; pixel++) {                                                             \
        const view v = view_of(window, pixel);                                                                      \
        const Element *from = (const Element *)input + v.batch * plane * channels;                                  \
        Element *to = (Element *)result + pixel * channels;                                                         \
        for (int64_t c = 0; c < channels; c++) to[c] = 0;                                                           \
        FOR_EACH_PLACE(window, v) {                                                                                 \
            const Element *at = from + place * channels;                                                            \
            for (int64_t c = 0; c < channels; c++) to[c] += at[c];                                                  \
        }                                                                                                           \
    }

void bk_window_sum_run(const bk_window *window, const void *input, void *result, int64_t task) {
    const int64_t share = pixels_of_task(window), first = task * share, end = least(pixels_of(window), first + share);
    const int64_t channels = window->channels, plane = window->input[0] * window->input[1] * window->input[2];
    if (window->type == BK_TYPE_F32) {
        SUM(float)
    } else {
        SUM(double)
    }
}

enum { CHANNELS = 64 };

// The first place that is seen wins over having none.
#define ARG_MAX(Element)                                                                                            \
    for (int64_t pixel = first; pixel < end; pixel++) {                                                             \
        const view v = view_of(window, pixel);                                                                      \
        for (int64_t start = 0; start < channels; start += CHANNELS) {                                              \
            const int64_t count = least(CHANNELS, channels - start);                                                \
            const Element *from = (const Element *)input + v.batch * plane * channels + start;                      \
            Element best[CHANNELS];                                                                                 \
            int64_t winner[CHANNELS];                                                                               \
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

void bk_window_arg_max_run(const bk_window *window, const void *input, int64_t *result, int64_t task) {
    const int64_t share = pixels_of_task(window), first = task * share, end = least(pixels_of(window), first + share);
    const int64_t channels = window->channels, plane = window->input[0] * window->input[1] * window->input[2];
    if (window->type == BK_TYPE_F32) {
        ARG_MAX(float)
    } else {
        ARG_MAX(double)
    }
}
