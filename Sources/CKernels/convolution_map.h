// Which pixel of the source a tap of the kernel meets, for the convolution and its input gradient, which are both
// sums over taps: the second reads the gradient of the output with stride and input dilation exchanged.
#ifndef CONVOLUTION_MAP_H
#define CONVOLUTION_MAP_H

#include "arithmetic.h"
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

// A walk over the pixels of the target: one phase after the other, each in memory order.
typedef struct {
    int64_t phase[BK_SPATIAL], count[BK_SPATIAL];  // the phase, and how many places it has along each axis
    int64_t batch, place[BK_SPATIAL];              // the entry of the batch, and the place among those of the phase
    int64_t left;                                  // pixels up to the end of the phase
} convolution_cursor;

int64_t convolution_target_pixels(const convolution_map *map);
convolution_cursor convolution_seek(const convolution_map *map, int64_t pixel);
void convolution_next_line(const convolution_map *map, convolution_cursor *cursor);

// Over `count` pixels of a line; at the end of a phase to the first one of the next.
static inline void convolution_advance(const convolution_map *map, convolution_cursor *cursor, int64_t count) {
    cursor->left -= count;
    cursor->place[2] += count;
    if (cursor->place[2] == cursor->count[2]) convolution_next_line(map, cursor);
}

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

// The taps of one axis that can meet a pixel in a phase: `first`, `first + step`, ... Place j of the phase meets pixel
// `start + j * advance + t * spacing` at the t-th of them, where that lies in the source.
typedef struct {
    int64_t count, first, step;
    int64_t start, advance, spacing;
    int64_t source;
} convolution_taps;

convolution_taps convolution_taps_of(const convolution_map *map, int64_t phase, int axis);

typedef struct {
    int64_t start, end;
} range;

// Which of the taps meet a pixel, where the first would meet `pixel`.
static inline range convolution_visible(const convolution_taps *taps, int64_t pixel) {
    if (pixel >= 0 && pixel + (taps->count - 1) * taps->spacing < taps->source)
        return (range){0, taps->count};
    const int64_t start = pixel >= 0 ? 0 : (-pixel + taps->spacing - 1) / taps->spacing;
    int64_t end = pixel >= taps->source ? 0 : (taps->source - 1 - pixel) / taps->spacing + 1;
    if (end > taps->count) end = taps->count;
    return (range){start, end};
}

// The places of the phase from which all taps meet a pixel.
static inline range convolution_inner(const convolution_taps *taps) {
    const int64_t last = taps->source - 1 - most(0, taps->count - 1) * taps->spacing - taps->start;
    const int64_t first = taps->start >= 0 ? 0 : ceil_div(-taps->start, taps->advance);
    return (range){first, last < 0 ? 0 : last / taps->advance + 1};
}

#endif
