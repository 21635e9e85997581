// The walk over the pixels of a convolution.
#include "convolution_map.h"

static int64_t greatest_common_divisor(int64_t a, int64_t b) {
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static convolution_map with_phases(convolution_map map) {
    map.taps = map.kernel[0] * map.kernel[1] * map.kernel[2];
    for (int axis = 0; axis < BK_SPATIAL; axis++)
        map.phases[axis] = map.spread[axis] / greatest_common_divisor(map.spread[axis], map.stride[axis]);
    return map;
}

convolution_map convolution_map_forward(const bk_convolution *convolution) {
    convolution_map map = {.batch = convolution->batch};
    for (int axis = 0; axis < BK_SPATIAL; axis++) {
        map.source[axis] = convolution->input[axis];
        map.target[axis] = convolution->output[axis];
        map.kernel[axis] = convolution->kernel[axis];
        map.stride[axis] = convolution->stride[axis];
        map.low[axis] = convolution->low[axis];
        map.dilation[axis] = convolution->dilation[axis];
        map.spread[axis] = convolution->input_dilation[axis];
    }
    return with_phases(map);
}

convolution_map convolution_map_input_gradient(const bk_convolution *convolution) {
    convolution_map map = {.batch = convolution->batch};
    for (int axis = 0; axis < BK_SPATIAL; axis++) {
        map.source[axis] = convolution->output[axis];
        map.target[axis] = convolution->input[axis];
        map.kernel[axis] = convolution->kernel[axis];
        map.stride[axis] = convolution->input_dilation[axis];
        map.low[axis] = (convolution->kernel[axis] - 1) * convolution->dilation[axis] - convolution->low[axis];
        map.dilation[axis] = convolution->dilation[axis];
        map.spread[axis] = convolution->stride[axis];
    }
    return with_phases(map);
}

int64_t convolution_target_pixels(const convolution_map *map) {
    return map->batch * map->target[0] * map->target[1] * map->target[2];
}

// Counts the places of the cursor's phase and goes to the first.
static void enter_phase(const convolution_map *map, convolution_cursor *cursor) {
    cursor->left = map->batch;
    cursor->batch = 0;
    for (int axis = 0; axis < BK_SPATIAL; axis++) {
        const int64_t phases = map->phases[axis];
        cursor->count[axis] = (map->target[axis] - cursor->phase[axis] + phases - 1) / phases;
        if (cursor->count[axis] < 0) cursor->count[axis] = 0;
        cursor->left *= cursor->count[axis];
        cursor->place[axis] = 0;
    }
}

// To the next phase, empty ones included.
static void next_phase(const convolution_map *map, convolution_cursor *cursor) {
    for (int axis = BK_SPATIAL - 1; axis >= 0; axis--) {
        if (++cursor->phase[axis] < map->phases[axis]) break;
        cursor->phase[axis] = 0;
    }
    enter_phase(map, cursor);
}

convolution_cursor convolution_seek(const convolution_map *map, int64_t pixel) {
    convolution_cursor cursor = {.batch = 0};
    enter_phase(map, &cursor);
    while (pixel >= cursor.left) {
        pixel -= cursor.left;
        next_phase(map, &cursor);
    }
    cursor.left -= pixel;
    for (int axis = BK_SPATIAL - 1; axis >= 0; axis--) {
        cursor.place[axis] = pixel % cursor.count[axis];
        pixel /= cursor.count[axis];
    }
    cursor.batch = pixel;
    return cursor;
}

void convolution_next_line(const convolution_map *map, convolution_cursor *cursor) {
    if (cursor->left == 0) {
        // Phases may be empty; after the last pixel of all the walk is back at the first phase, which never is.
        do next_phase(map, cursor); while (cursor->left == 0);
        return;
    }
    cursor->place[2] = 0;
    for (int axis = 1; axis >= 0; axis--) {
        if (++cursor->place[axis] < cursor->count[axis]) return;
        cursor->place[axis] = 0;
    }
    cursor->batch++;
}

convolution_taps convolution_taps_of(const convolution_map *map, int64_t phase, int axis) {
    const int64_t spread = map->spread[axis], dilation = map->dilation[axis];
    const int64_t place = phase * map->stride[axis] - map->low[axis];
    convolution_taps taps = {.source = map->source[axis], .spacing = 1};
    taps.advance = map->phases[axis] * map->stride[axis] / spread;
    taps.step = spread / greatest_common_divisor(spread, dilation);
    taps.spacing = taps.step * dilation / spread;
    // Of every `step` taps one meets pixels, or none at all.
    while (taps.first < taps.step && (place + taps.first * dilation) % spread != 0) taps.first++;
    if (taps.first == taps.step || taps.first >= map->kernel[axis]) return taps;
    taps.start = (place + taps.first * dilation) / spread;
    taps.count = (map->kernel[axis] - taps.first - 1) / taps.step + 1;
    return taps;
}
