// Sliding windows. All channels of a pixel lie side by side, so loops over channels do.
#include "convolution_kernels.h"
#include "convolution_task.h"
#include "window_view.h"

enum { TASK_ELEMENTS = 65536, MOST_TASKS = 256 };

static int64_t taps_of(const bk_window *window) { return window->window[0] * window->window[1] * window->window[2]; }

static int64_t pixels_of(const bk_window *window) {
    return window->batch * window->output[0] * window->output[1] * window->output[2];
}

static int64_t pixels_of_task(const bk_window *window) {
    const int64_t enough = TASK_ELEMENTS / most(1, window->channels * taps_of(window));
    return most(1, most(enough, ceil_div(pixels_of(window), MOST_TASKS)));
}

int64_t bk_window_tasks(const bk_window *window) {
    const int64_t share = pixels_of_task(window);
    return window->channels == 0 ? 0 : ceil_div(pixels_of(window), share);
}

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
    view v = view_of(window, first);                                                                                \
    for (int64_t pixel = first; pixel < end; pixel++, advance(&v, window)) {                                        \
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

void bk_window_pick_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task) {
    const int64_t share = pixels_of_task(window), first = task * share;
    convolution_kernels_for(window->type)
        ->window_pick(window, input, values, result, first, least(pixels_of(window), first + share));
}

// Windows may overlap, but not those of different images or channels: a unit is a few channels of one image.
enum { UNIT_CHANNELS = 64 };

static int64_t blocks_of(const bk_window *window) { return ceil_div(window->channels, UNIT_CHANNELS); }

static int64_t units_of_task(const bk_window *window) {
    const int64_t pixels = pixels_of(window) / most(1, window->batch);
    const int64_t work = pixels * taps_of(window) * least(UNIT_CHANNELS, window->channels);
    return most(1, most(TASK_ELEMENTS / most(1, work), ceil_div(window->batch * blocks_of(window), MOST_TASKS)));
}

int64_t bk_window_spread_tasks(const bk_window *window) {
    return ceil_div(window->batch * blocks_of(window), units_of_task(window));
}

void bk_window_spread_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task) {
    const int64_t blocks = blocks_of(window), share = units_of_task(window), first = task * share;
    const convolution_kernels *kernels = convolution_kernels_for(window->type);
    for (int64_t unit = first; unit < least(window->batch * blocks, first + share); unit++) {
        const int64_t channel = unit % blocks * UNIT_CHANNELS;
        kernels->window_spread(window, input, values, result, unit / blocks, channel,
                               least(window->channels, channel + UNIT_CHANNELS));
    }
}
