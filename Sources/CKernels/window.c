// Sliding windows: how they are cut into tasks, and which instruction set runs these.
#include "window_loops.h"

#include "arithmetic.h"

enum { TASK_ELEMENTS = 65536, MOST_TASKS = 256 };

static int64_t taps_of(const bk_window *window) { return window->window[0] * window->window[1] * window->window[2]; }

int64_t window_pixels(const bk_window *window) {
    return window->batch * window->output[0] * window->output[1] * window->output[2];
}

int64_t window_pixels_of_task(const bk_window *window) {
    const int64_t enough = TASK_ELEMENTS / most(1, window->channels * taps_of(window));
    return most(1, most(enough, ceil_div(window_pixels(window), MOST_TASKS)));
}

int64_t bk_window_tasks(const bk_window *window) {
    return window->channels == 0 ? 0 : ceil_div(window_pixels(window), window_pixels_of_task(window));
}

int64_t window_units(const bk_window *window) { return window->batch * ceil_div(window->channels, WINDOW_CHANNELS); }

int64_t window_units_of_task(const bk_window *window) {
    const int64_t pixels = window_pixels(window) / most(1, window->batch);
    const int64_t work = pixels * taps_of(window) * least(WINDOW_CHANNELS, window->channels);
    return most(1, most(TASK_ELEMENTS / most(1, work), ceil_div(window_units(window), MOST_TASKS)));
}

int64_t bk_window_spread_tasks(const bk_window *window) {
    return ceil_div(window_units(window), window_units_of_task(window));
}

static const window_loops *loops(void) {
    switch (bk_isa_current()) {
#if defined(__x86_64__)
    case BK_ISA_AVX2:
        return &window_loops_avx2;
    case BK_ISA_AVX512:
        return &window_loops_avx512;
#endif
    default:
        return &window_loops_plain;
    }
}

void bk_window_sum_run(const bk_window *window, const void *input, void *result, int64_t task) {
    loops()->sum(window, input, result, task);
}

void bk_window_arg_max_run(const bk_window *window, const void *input, int64_t *result, int64_t task) {
    loops()->arg_max(window, input, result, task);
}

void bk_window_pick_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task) {
    loops()->pick(window, input, values, result, task);
}

void bk_window_spread_run(const bk_window *window, const void *input, const void *values, void *result, int64_t task) {
    loops()->spread(window, input, values, result, task);
}
