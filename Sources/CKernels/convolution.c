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

// The pixels of a strip: for each tap and row a pointer to the source or to zeros.
typedef struct {
    const void **pixels;   // [taps, most rows]
    bool *is_used;         // for each tap: whether any row meets a pixel
    void *target[GEMM_MAX_ROWS];
    convolution_run *runs;
    int64_t *sources;      // room for the taps of each axis
    const char *zeros;     // as many as the longest run reads
    int64_t rows;
    bool is_whole;         // every row meets pixels at all taps of the last axis
} strip;

static strip make_strip(const product *p) {
    const int64_t taps = p->map.taps, rows = p->kernels->rows;
    const int64_t zeros = ceil_div(most(1, p->map.kernel[2]) * p->depth * p->groups * p->element, CACHE_LINE) * CACHE_LINE;
    const int64_t sources = p->map.kernel[0] + p->map.kernel[1] + p->map.kernel[2];
    const int64_t bytes = taps * rows * (int64_t)sizeof(void *) + taps * (int64_t)sizeof(convolution_run) +
                          sources * (int64_t)sizeof(int64_t) + zeros + taps;
    char *memory = bk_scratch(BK_SCRATCH_TILE, (size_t)bytes);
    strip s = {.zeros = memory};
    memset(memory, 0, (size_t)zeros);
    memory += zeros;
    s.pixels = (const void **)memory;
    memory += taps * rows * (int64_t)sizeof(void *);
    s.runs = (convolution_run *)memory;
    memory += taps * (int64_t)sizeof(convolution_run);
    s.sources = (int64_t *)memory;
    memory += sources * (int64_t)sizeof(int64_t);
    s.is_used = (bool *)memory;
    return s;
}

// Points row `row` of the strip at what the pixel at the cursor meets.
static void fill_row(strip *s, const product *p, const convolution_cursor *cursor, const char *source, int64_t row) {
    const convolution_map *map = &p->map;
    const int64_t pixel = p->depth * p->groups * p->element, most_rows = p->kernels->rows;
    int64_t *const d = s->sources, *const h = d + map->kernel[0], *const w = h + map->kernel[1];
    convolution_sources(map, cursor, 0, d);
    convolution_sources(map, cursor, 1, h);
    convolution_sources(map, cursor, 2, w);
    const int64_t across = map->kernel[2];
    s->is_whole &= w[0] >= 0 && w[across - 1] >= 0;
    const void **at = s->pixels + row;
    bool *used = s->is_used;
    for (int64_t i = 0; i < map->kernel[0]; i++) {
        for (int64_t j = 0; j < map->kernel[1]; j++, used += across) {
            if ((d[i] | h[j]) < 0) {
                for (int64_t k = 0; k < across; k++, at += most_rows) *at = s->zeros;
                continue;
            }
            const int64_t line = (cursor->batch * map->source[0] + d[i]) * map->source[1] + h[j];
            const char *start = source + line * map->source[2] * pixel;
            for (int64_t k = 0; k < across; k++, at += most_rows) {
                *at = w[k] < 0 ? s->zeros : start + w[k] * pixel;
                used[k] |= w[k] >= 0;
            }
        }
    }
}

// Takes the next pixels, at most up to the end of the phase.
static void next_strip(strip *s, const product *p, convolution_cursor *cursor, int64_t most_rows, const char *source,
                       char *target) {
    s->rows = least(least(most_rows, p->kernels->rows), cursor->left);
    s->is_whole = convolution_taps_are_neighbours(&p->map);
    memset(s->is_used, 0, (size_t)p->map.taps);
    for (int64_t row = 0; row < s->rows; row++) {
        fill_row(s, p, cursor, source, row);
        s->target[row] = target + convolution_pixel(&p->map, cursor) * p->channels * p->groups * p->element;
        convolution_advance(&p->map, cursor);
    }
}

// The runs of a strip over `depth` channels; taps that meet zeros only are left out, and neighbours are joined where
// their channels lie side by side.
static int64_t find_runs(strip *s, const product *p, int64_t depth) {
    const int64_t across = p->map.kernel[2], rows = p->kernels->rows, width = p->kernels->cols;
    const bool joins = s->is_whole && depth == p->depth && p->groups == 1;
    const int64_t taps_of_run = joins ? across : 1;
    int64_t count = 0;
    for (int64_t tap = 0; tap < p->map.taps; tap += taps_of_run) {
        if (!s->is_used[tap]) continue;
        s->runs[count++] = (convolution_run){s->pixels + tap * rows, tap * depth * width, taps_of_run * depth};
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
            p->kernels->pack_b(packed, weights + place * p->element, p->w_depth, p->w_channel, steps,
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
    if (p->map.taps > 0) p->kernels->pack_b(packed, first, p->w_tap, p->w_group, p->map.taps, count);
    strip s = make_strip(p);
    convolution_cursor cursor = convolution_seek(&p->map, pixels.start);
    for (int64_t pixel = pixels.start; pixel < pixels.end; pixel += s.rows) {
        next_strip(&s, p, &cursor, pixels.end - pixel, source, target);
        p->kernels->channels(&(convolution_channels){s.pixels, p->map.taps, s.rows, packed, s.target, count,
                                                     groups.start});
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
    strip s = make_strip(p);

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
                convolution_cursor cursor = convolution_seek(&p->map, pixels.start);
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
