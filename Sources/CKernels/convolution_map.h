// Which pixel of the source a tap of the kernel meets, for the convolution and its input gradient, which are both
// sums over taps: the second reads the gradient of the output with stride and input dilation exchanged.
#ifndef CONVOLUTION_MAP_H
#define CONVOLUTION_MAP_H

#include "bk_convolution.h"

// Place `o` of the target meets tap `k` at place o * stride - low + k * dilation of the source, whose pixels are
// `spread` places apart. Places of the target that differ by a multiple of `phases` meet pixels with the same taps.
typedef struct {
    int64_t batch, taps;
    int64_t source[BK_SPATIAL], target[BK_SPATIAL], kernel[BK_SPATIAL];
    int64_t stride[BK_SPATIAL], low[BK_SPATIAL], dilation[BK_SPATIAL], spread[BK_SPATIAL], phases[BK_SPATIAL];
} convolution_map;

// The source is the input of the convolution, and the target its output.
convolution_map convolution_map_forward(const bk_convolution *convolution);
// The source is the gradient of the output, and the target that of the input; the taps are in reverse order.
convolution_map convolution_map_input_gradient(const bk_convolution *convolution);

// The pixel that place `o` meets at tap `k` along an axis, or -1.
static inline int64_t convolution_source(const convolution_map *map, int axis, int64_t o, int64_t k) {
    int64_t place = o * map->stride[axis] - map->low[axis] + k * map->dilation[axis];
    const int64_t spread = map->spread[axis];
    if (place < 0) return -1;
    if (spread > 1) {
        if (place % spread != 0) return -1;
        place /= spread;
    }
    return place < map->source[axis] ? place : -1;
}

// Whether neighbouring taps of the last axis meet neighbouring pixels.
static inline bool convolution_taps_are_neighbours(const convolution_map *map) {
    return map->kernel[2] > 1 && map->dilation[2] == 1 && map->spread[2] == 1;
}

// A walk over the pixels of the target: one phase after the other, each in memory order.
typedef struct {
    int64_t phase[BK_SPATIAL], count[BK_SPATIAL];  // the phase, and how many places it has along each axis
    int64_t batch, place[BK_SPATIAL];              // the entry of the batch, and the place among those of the phase
    int64_t left;                                  // pixels up to the end of the phase
} convolution_cursor;

int64_t convolution_target_pixels(const convolution_map *map);
convolution_cursor convolution_seek(const convolution_map *map, int64_t pixel);
// To the next pixel; at the end of a phase to the first one of the next.
void convolution_advance(const convolution_map *map, convolution_cursor *cursor);

static inline int64_t convolution_place(const convolution_map *map, const convolution_cursor *cursor, int axis) {
    return cursor->phase[axis] + cursor->place[axis] * map->phases[axis];
}

// The pixel's number in the memory order of the target.
static inline int64_t convolution_pixel(const convolution_map *map, const convolution_cursor *cursor) {
    int64_t pixel = cursor->batch;
    for (int axis = 0; axis < BK_SPATIAL; axis++)
        pixel = pixel * map->target[axis] + convolution_place(map, cursor, axis);
    return pixel;
}

// The source pixels that the taps of one axis meet at the cursor; -1 where there is none.
static inline void convolution_sources(const convolution_map *map, const convolution_cursor *cursor, int axis,
                                       int64_t *sources) {
    const int64_t place = convolution_place(map, cursor, axis);
    for (int64_t k = 0; k < map->kernel[axis]; k++) sources[k] = convolution_source(map, axis, place, k);
}

#endif
