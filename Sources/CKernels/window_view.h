// What a pixel of the result sees of the input of a window, for those who go over the pixels.
#ifndef WINDOW_VIEW_H
#define WINDOW_VIEW_H

#include "arithmetic.h"
#include "bk_window.h"

// The part of a window that lies in the input, along one axis: `count` places from `start`, `dilation` apart.
typedef struct {
    int64_t start, count;
} extent;

static inline extent visible(const bk_window *window, int axis, int64_t place) {
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

static inline view view_of(const bk_window *window, int64_t pixel) {
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
static inline void advance(view *v, const bk_window *window) {
    for (int axis = BK_SPATIAL - 1; axis >= 0; axis--) {
        const bool wraps = ++v->place[axis] == window->output[axis];
        if (wraps) v->place[axis] = 0;
        v->axis[axis] = visible(window, axis, v->place[axis]);
        if (!wraps) return;
    }
    v->batch++;
}

enum { WINDOW_VECTORS = 4 };  // that are gone through together

// Runs the statement that follows for each input place of the view, where `place` counts within the batch entry.
#define FOR_EACH_PLACE(window, v)                                                                                   \
    for (int64_t i = 0, d = (v).axis[0].start; i < (v).axis[0].count; i++, d += (window)->dilation[0])              \
        for (int64_t j = 0, h = (v).axis[1].start; j < (v).axis[1].count; j++, h += (window)->dilation[1])          \
            for (int64_t k = 0, place = (d * (window)->input[1] + h) * (window)->input[2] + (v).axis[2].start;      \
                 k < (v).axis[2].count; k++, place += (window)->dilation[2])

#endif
