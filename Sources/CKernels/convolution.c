// Convolution and its input gradient: how a problem is cut into tasks, and how a task walks over its pixels.
#include "convolution_task.h"

#include <string.h>

// What bk_convolution_prepare leaves in `plan`: parts that the pixels, the channels of a group, and the groups are
// cut into.
enum { PLAN_PIXELS, PLAN_CHANNELS, PLAN_GROUPS };

enum {
    PIXEL_UNIT = 48,         // pixels are cut at multiples of this, which all strips divide
    CHANNEL_UNIT = 64,       // channels likewise
    MOST_DEPTH = 1152,       // the aim for the products of one element before sums go to memory
    WEIGHT_BYTES = 1 << 20,  // packed weights, which stay in the second-level cache
};

// The convolution and its input gradient as the same sum: over taps of the map and `depth` channels of the source, of
// source times weight. Weight (group, tap, k, n) lies at group * w_group + tap * w_tap + k * w_depth + n * w_channel.
typedef struct {
    convolution_map map;
    const convolution_kernels *kernels;
    int64_t element;  // bytes
    int64_t groups, depth, channels;
    int64_t w_first, w_group, w_tap, w_depth, w_channel;
} product;

static product product_of(const bk_convolution *convolution) {
    const int64_t in = convolution->in_channels / convolution->groups;
    const int64_t out = convolution->out_channels / convolution->groups;
    product p = {.groups = convolution->groups, .element = convolution->type == BK_TYPE_F32 ? 4 : 8};
    if (convolution->kind == BK_CONVOLUTION_FORWARD) {
        p.map = convolution_map_forward(convolution);
        p.depth = in, p.channels = out;
        p.w_tap = in, p.w_depth = 1, p.w_channel = p.map.taps * in;
    } else {
        p.map = convolution_map_input_gradient(convolution);
        p.depth = out, p.channels = in;
        p.w_first = (p.map.taps - 1) * in;
        p.w_tap = -in, p.w_depth = p.map.taps * in, p.w_channel = 1;
    }
    p.w_group = out * p.map.taps * in;
    return p;
}

const convolution_kernels *convolution_kernels_for(bk_type type) {
    const bool f32 = type == BK_TYPE_F32;
    switch (bk_isa_current()) {
#if defined(__x86_64__)
    case BK_ISA_AVX512:
        return f32 ? &convolution_avx512_f32 : &convolution_avx512_f64;
    case BK_ISA_AVX2:
        return f32 ? &convolution_avx2_f32 : &convolution_avx2_f64;
#elif defined(__aarch64__)
    case BK_ISA_NEON:
        return f32 ? &convolution_neon_f32 : &convolution_neon_f64;
#endif
    default:
        return f32 ? &convolution_plain_f32 : &convolution_plain_f64;
    }
}

// MARK: - Cutting the problem

void bk_convolution_prepare(bk_convolution *convolution) {
    // Rough cycles: to find the pixel of a tap, and to pack a weight.
    enum { FIND_COST = 3, PACK_COST = 2 };
    convolution->partial_bytes = 0;
    if (convolution->kind == BK_CONVOLUTION_WEIGHT_GRADIENT) {
        convolution_prepare_weight_gradient(convolution);
        return;
    }
    const product p = product_of(convolution);
    const int64_t pixels = convolution_target_pixels(&p.map);
    const int64_t phases = p.map.phases[0] * p.map.phases[1] * p.map.phases[2];
    const int64_t weights = p.groups * p.channels * p.depth * p.map.taps;
    const int64_t work = pixels * (weights / phases + 8 * p.groups * p.channels);
    int64_t *plan = convolution->plan;
    plan[PLAN_PIXELS] = plan[PLAN_CHANNELS] = plan[PLAN_GROUPS] = 1;
    const int64_t most_pixels = power_of_two(pixels / PIXEL_UNIT), most_groups = power_of_two(p.groups);
    const int64_t most_channels = power_of_two(p.channels / CHANNEL_UNIT);
    const int64_t wanted = least(convolution_tasks_for(work), most_pixels * most_channels * most_groups);
    int64_t best = INT64_MAX;
    for (int64_t channels = 1; channels <= least(wanted, most_channels); channels *= 2) {
        for (int64_t groups = 1; groups <= least(wanted / channels, most_groups); groups *= 2) {
            const int64_t parts = wanted / channels / groups;
            const int64_t cost = channels * groups * pixels * p.map.taps * FIND_COST + parts * weights * PACK_COST;
            if (parts > most_pixels || cost >= best) continue;
            best = cost;
            plan[PLAN_PIXELS] = parts;
            plan[PLAN_CHANNELS] = channels;
            plan[PLAN_GROUPS] = groups;
        }
    }
    const bool is_empty = pixels == 0 || p.channels == 0;
    convolution->tasks = is_empty ? 0 : plan[PLAN_PIXELS] * plan[PLAN_CHANNELS] * plan[PLAN_GROUPS];
}

// MARK: - Strips

// A few pixels of the target, all of one phase, and the runs that they are sums of. Where all rows meet pixels of the
// source, a run is found from one place for each row; elsewhere each tap has a list of pointers, some of them to zeros.
typedef struct {
    int64_t rows;
    convolution_taps taps[BK_SPATIAL];  // of the phase
    int64_t phase[BK_SPATIAL];
    const void *source[GEMM_MAX_ROWS];  // what the first tap of each axis would meet
    void *target[GEMM_MAX_ROWS];
    range visible[BK_SPATIAL][GEMM_MAX_ROWS];
    range common[BK_SPATIAL], any[BK_SPATIAL];  // taps that all rows, and that some row can see
    range inner;                        // places along a line of the phase that see all taps
    const void **lists;                 // [taps, most rows]
    convolution_run *runs;
    const char *zeros;                  // a pixel of them
} strip;

static void enter_phase(strip *s, const product *p, const convolution_cursor *cursor) {
    for (int axis = 0; axis < BK_SPATIAL; axis++) {
        s->phase[axis] = cursor->phase[axis];
        s->taps[axis] = convolution_taps_of(&p->map, cursor->phase[axis], axis);
    }
    s->inner = convolution_inner(&s->taps[2]);
}

static void prepare_strip(strip *s, const product *p, const convolution_cursor *cursor) {
    const int64_t taps = p->map.taps, rows = p->kernels->rows;
    const int64_t zeros = ceil_div(p->depth * p->groups * p->element, CACHE_LINE) * CACHE_LINE;
    const int64_t lists = taps * rows * (int64_t)sizeof(void *), runs = taps * (int64_t)sizeof(convolution_run);
    char *memory = bk_scratch(BK_SCRATCH_TILE, (size_t)most(1, zeros + lists + runs));
    memset(memory, 0, (size_t)zeros);
    s->zeros = memory;
    s->lists = (const void **)(memory + zeros);
    s->runs = (convolution_run *)(memory + zeros + lists);
    enter_phase(s, p, cursor);
}

static range both(range a, range b) {
    return (range){most(a.start, b.start), least(a.end, b.end)};
}

static range either(range a, range b) {
    if (a.start >= a.end) return b;
    if (b.start >= b.end) return a;
    return (range){least(a.start, b.start), most(a.end, b.end)};
}

static inline int64_t met(const strip *s, const convolution_cursor *cursor, int axis) {
    return s->taps[axis].start + cursor->place[axis] * s->taps[axis].advance;
}

// Takes pixels of one line.
static void add_line(strip *s, const product *p, const convolution_cursor *cursor, int64_t count, const char *source,
                     char *target) {
    const convolution_map *map = &p->map;
    const int64_t from = p->depth * p->groups * p->element, to = p->channels * p->groups * p->element;
    const int64_t d = met(s, cursor, 0), h = met(s, cursor, 1);
    const range depth = convolution_visible(&s->taps[0], d), height = convolution_visible(&s->taps[1], h);
    s->common[0] = both(s->common[0], depth);
    s->common[1] = both(s->common[1], height);
    s->any[0] = either(s->any[0], depth);
    s->any[1] = either(s->any[1], height);

    const convolution_taps *across = &s->taps[2];
    const int64_t line = ((cursor->batch * map->source[0] + d) * map->source[1] + h) * map->source[2];
    const int64_t w = met(s, cursor, 2);
    // An address only: nothing is read where no tap is visible.
    uintptr_t pixel = (uintptr_t)source + (uintptr_t)((line + w) * from);
    char *result = target + convolution_pixel(map, cursor) * to;
    for (int64_t row = s->rows; row < s->rows + count; row++) {
        s->source[row] = (const void *)pixel;
        s->target[row] = result;
        s->visible[0][row] = depth;
        s->visible[1][row] = height;
        s->visible[2][row] = (range){0, across->count};
        pixel += (uintptr_t)(across->advance * from);
        result += map->phases[2] * to;
    }

    // Most pixels are so far from the borders that they see all taps.
    const int64_t place = cursor->place[2];
    const range inner = both(s->inner, (range){place, place + count});
    if (inner.start < inner.end) s->any[2] = (range){0, across->count};
    for (int64_t i = place; i < place + count; i++) {
        if (inner.start <= i && i < inner.end) {
            i = inner.end - 1;
            continue;
        }
        const range width = convolution_visible(across, w + (i - place) * across->advance);
        s->visible[2][s->rows + i - place] = width;
        s->common[2] = both(s->common[2], width);
        s->any[2] = either(s->any[2], width);
    }
    s->rows += count;
}

// Takes the next pixels, at most up to the end of the phase.
static void next_strip(strip *s, const product *p, convolution_cursor *cursor, int64_t most_rows, const char *source,
                       char *target) {
    if (memcmp(s->phase, cursor->phase, sizeof s->phase) != 0) enter_phase(s, p, cursor);
    const int64_t rows = least(least(most_rows, p->kernels->rows), cursor->left);
    s->rows = 0;
    for (int axis = 0; axis < BK_SPATIAL; axis++) {
        s->common[axis] = (range){0, s->taps[axis].count};
        s->any[axis] = (range){0, 0};
    }
    while (s->rows < rows) {
        const int64_t count = least(rows - s->rows, cursor->count[2] - cursor->place[2]);
        add_line(s, p, cursor, count, source, target);
        convolution_advance(&p->map, cursor, count);
    }
}

static bool holds(range range, int64_t tap) { return range.start <= tap && tap < range.end; }

// The pointers of one tap, which some rows do not see.
static const void **list_tap(const strip *s, const void **list, const int64_t tap[BK_SPATIAL], int64_t bytes) {
    for (int64_t row = 0; row < s->rows; row++) {
        const bool sees = holds(s->visible[0][row], tap[0]) && holds(s->visible[1][row], tap[1]) &&
                          holds(s->visible[2][row], tap[2]);
        list[row] = sees ? (const char *)s->source[row] + bytes : s->zeros;
    }
    return list;
}

// The runs of a strip over `depth` channels; taps that no row sees are left out, and neighbours are joined where their
// channels lie side by side.
static int64_t find_runs(strip *s, const product *p, int64_t depth) {
    const convolution_map *map = &p->map;
    const int64_t pixel = p->depth * p->groups, width = p->kernels->cols, rows = p->kernels->rows;
    const convolution_taps *taps = s->taps;
    const bool joins = depth == pixel && taps[2].step == 1 && taps[2].spacing == 1;
    const range across = s->any[2], seen = s->common[2];
    const void **list = s->lists;
    int64_t count = 0, tap[BK_SPATIAL];
    for (tap[0] = s->any[0].start; tap[0] < s->any[0].end; tap[0]++) {
        for (tap[1] = s->any[1].start; tap[1] < s->any[1].end; tap[1]++) {
            const bool all_see = holds(s->common[0], tap[0]) && holds(s->common[1], tap[1]);
            const int64_t place = (tap[0] * taps[0].spacing * map->source[1] + tap[1] * taps[1].spacing) * map->source[2];
            const int64_t kernel_row = (taps[0].first + tap[0] * taps[0].step) * map->kernel[1] + taps[1].first +
                                       tap[1] * taps[1].step;
            for (tap[2] = across.start; tap[2] < across.end; tap[2]++) {
                const int64_t offset = (place + tap[2] * taps[2].spacing) * pixel;
                const int64_t number = kernel_row * map->kernel[2] + taps[2].first + tap[2] * taps[2].step;
                convolution_run run = {s->source, offset, number * depth * width, depth};
                if (!all_see || !holds(seen, tap[2])) {
                    run.pixels = list_tap(s, list, tap, offset * p->element);
                    run.offset = 0;
                    list += rows;
                } else if (joins) {
                    run.length = (seen.end - tap[2]) * depth;
                    tap[2] = seen.end - 1;
                }
                s->runs[count++] = run;
            }
        }
    }
    return count;
}

// MARK: - Tasks

// Copies the weights of some channels of a group into panels of [taps, depth, columns].
static void pack(const product *p, char *packed, const char *weights, int64_t group, range channels, range depth) {
    const int64_t width = p->kernels->cols, steps = depth.end - depth.start;
    const int64_t first = p->w_first + group * p->w_group + depth.start * p->w_depth;
    for (int64_t n = channels.start; n < channels.end; n += width) {
        for (int64_t tap = 0; tap < p->map.taps; tap++, packed += steps * width * p->element) {
            const int64_t place = first + tap * p->w_tap + n * p->w_channel;
            p->kernels->pack_b(packed, steps * width, weights + place * p->element, p->w_depth, p->w_channel, steps,
                               least(width, channels.end - n));
        }
    }
}

static void run_channels(const product *p, const char *source, const char *weights, char *target, range pixels,
                         range groups) {
    const int64_t width = p->kernels->cols, count = groups.end - groups.start;
    const int64_t packed_bytes = ceil_div(count, width) * width * p->map.taps * p->element;
    char *packed = bk_scratch(BK_SCRATCH_PACK, (size_t)packed_bytes);
    // The taps take the place of the depth, and the groups that of the channels.
    const char *first = weights + (p->w_first + groups.start * p->w_group) * p->element;
    if (p->map.taps > 0) {
        p->kernels->pack_b(packed, width * p->map.taps, first, p->w_tap, p->w_group, p->map.taps, count);
    }
    convolution_cursor cursor = convolution_seek(&p->map, pixels.start);
    strip s;
    prepare_strip(&s, p, &cursor);
    for (int64_t pixel = pixels.start; pixel < pixels.end; pixel += s.rows) {
        next_strip(&s, p, &cursor, pixels.end - pixel, source, target);
        const int64_t runs = find_runs(&s, p, 1);
        p->kernels->channels(&(convolution_channels){s.runs, runs, s.rows, packed, p->map.taps * width, s.target,
                                                     count, groups.start});
    }
}

// The part of the result that belongs to some pixels, groups, and channels of each of these groups: blocks of weights
// are packed once each, and all strips pass over them.
static void run_blocks(const product *p, const char *source, const char *weights, char *target, range pixels,
                       range groups, range channels) {
    const int64_t width = p->kernels->cols, taps = p->map.taps;
    const int64_t depth_blocks = most(1, ceil_div(taps * p->depth, MOST_DEPTH));
    const int64_t depth_step = most(4, ceil_div(ceil_div(p->depth, depth_blocks), 4) * 4);
    const int64_t most_depth = least(depth_step, p->depth);
    const int64_t panel = taps * most_depth * width * p->element;
    const int64_t panels = ceil_div(channels.end - channels.start, width);
    const int64_t panels_of_block = most(1, least(panels, WEIGHT_BYTES / most(1, panel)));
    const bool is_one_block = panels_of_block == panels && most_depth == p->depth;
    const int64_t groups_of_block =
        is_one_block ? most(1, least(groups.end - groups.start, WEIGHT_BYTES / most(1, panels * panel))) : 1;
    char *packed = bk_scratch(BK_SCRATCH_PACK, (size_t)most(1, groups_of_block * panels_of_block * panel));
    convolution_cursor cursor = convolution_seek(&p->map, pixels.start);
    strip s;
    prepare_strip(&s, p, &cursor);

    for (int64_t group = groups.start; group < groups.end; group += groups_of_block) {
        const int64_t last_group = least(groups.end, group + groups_of_block);
        for (int64_t first = channels.start; first < channels.end; first += panels_of_block * width) {
            const range block = {first, least(channels.end, first + panels_of_block * width)};
            // Without depth the sums are empty, but still have to be written.
            for (int64_t k = 0; k == 0 || k < p->depth; k += depth_step) {
                const range depth = {k, least(p->depth, k + depth_step)};
                const int64_t packed_panel = taps * (depth.end - depth.start) * width;
                const int64_t packed_group = ceil_div(block.end - block.start, width) * packed_panel;
                if (packed_panel > 0) {
                    for (int64_t g = group; g < last_group; g++)
                        pack(p, packed + (g - group) * packed_group * p->element, weights, g, block, depth);
                }
                cursor = convolution_seek(&p->map, pixels.start);
                for (int64_t pixel = pixels.start; pixel < pixels.end; pixel += s.rows) {
                    next_strip(&s, p, &cursor, pixels.end - pixel, source, target);
                    convolution_strip strip = {.runs = s.runs, .panel = packed_panel, .c = s.target,
                                               .cols = block.end - block.start, .accumulate = k > 0};
                    strip.count = find_runs(&s, p, depth.end - depth.start);
                    for (int64_t g = group; g < last_group; g++) {
                        strip.offset = g * p->depth + k;
                        strip.weights = packed + (g - group) * packed_group * p->element;
                        strip.c_offset = g * p->channels + first;
                        p->kernels->strip[s.rows - 1](&strip);
                    }
                }
            }
        }
    }
}

void bk_convolution_run(const bk_convolution *convolution, const void *a, const void *b, void *result, void *partials,
                        int64_t task) {
    if (convolution->kind == BK_CONVOLUTION_WEIGHT_GRADIENT) {
        convolution_run_weight_gradient(convolution, a, b, result, partials, task);
        return;
    }
    product p = product_of(convolution);
    p.kernels = convolution_kernels_for(convolution->type);
    const int64_t *plan = convolution->plan;
    const range pixels = part_of(convolution_target_pixels(&p.map), PIXEL_UNIT,
                                 task / (plan[PLAN_CHANNELS] * plan[PLAN_GROUPS]), plan[PLAN_PIXELS]);
    const range groups = part_of(p.groups, 1, task / plan[PLAN_CHANNELS] % plan[PLAN_GROUPS], plan[PLAN_GROUPS]);
    const range channels = part_of(p.channels, CHANNEL_UNIT, task % plan[PLAN_CHANNELS], plan[PLAN_CHANNELS]);
    if (pixels.start == pixels.end) return;
    if (p.depth == 1 && p.channels == 1 && p.groups > 1) {
        run_channels(&p, a, b, result, pixels, groups);
    } else {
        run_blocks(&p, a, b, result, pixels, groups, channels);
    }
}
