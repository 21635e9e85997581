// What window.c and the loops over windows know of each other. All channels of a pixel lie side by side, so plain loops over
// channels do, compiled for each instruction set.
#ifndef WINDOW_LOOPS_H
#define WINDOW_LOOPS_H

#include "bk_window.h"

enum { WINDOW_CHANNELS = 64 };  // that are gone through together

typedef struct {
    void (*sum)(const bk_window *, const void *input, void *result, int64_t task);
    void (*arg_max)(const bk_window *, const void *input, int64_t *result, int64_t task);
    void (*pick)(const bk_window *, const void *input, const void *values, void *result, int64_t task);
    void (*spread)(const bk_window *, const void *input, const void *values, void *result, int64_t task);
} window_loops;

extern const window_loops window_loops_plain;
#if defined(__x86_64__)
extern const window_loops window_loops_avx2, window_loops_avx512;
#endif

// Pixels of the result, and how many a task takes.
int64_t window_pixels(const bk_window *window);
int64_t window_pixels_of_task(const bk_window *window);
// Windows may overlap, but not those of different images, nor those of different channels: a unit is both.
int64_t window_units(const bk_window *window);
int64_t window_units_of_task(const bk_window *window);

#endif
