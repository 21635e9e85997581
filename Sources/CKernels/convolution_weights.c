// The weight gradient of convolution: for each tap the sum over pixels of outer products.
#include "convolution_task.h"

#include <string.h>

// Parts that the pixels, the groups, the output channels of a group, and the taps are cut into.
enum { PLAN_PIXELS, PLAN_GROUPS, PLAN_CHANNELS, PLAN_TAPS };

enum {
    BLOCK_PIXELS = 256,         // pixels that are taken together
    LEAST_PIXELS = 2048,        // of a task that shares its weights with others
    PARTIAL_BYTES = 16 << 20,   // the most memory for sums of parts of the pixels
    CHANNEL_UNIT = 24,          // output channels are cut at multiples of this
    LIST_BYTES = 128 << 10,     // the aim for the pairs of one block
    FEW_CHANNELS = 16,          // up to here vectors run along the output channels, where these are more
};

typedef struct {
    const bk_convolution *convolution;
    convolution_map map;
    const convolution_kernels *kernels;
    int64_t element;
    int64_t in, out;              // channels of a group
    range groups, channels, taps, pixels;
    const char *input, *gradient;
    char *weights;                // where the sums of this task go
} part;

static bool is_channelwise(const bk_convolution *convolution) {
    return convolution->groups > 1 && convolution->in_channels == convolution->groups &&
           convolution->out_channels == convolution->groups;
}

// Whether the vectors of a sum run along the output channels, because there are few input channels.
static bool is_turned(const bk_convolution *convolution) {
    const int64_t in = convolution->in_channels / convolution->groups;
    return in <= FEW_CHANNELS && convolution->out_channels / convolution->groups > in;
}

void convolution_prepare_weight_gradient(bk_convolution *convolution) {
    const convolution_map map = convolution_map_forward(convolution);
    const int64_t in = convolution->in_channels / convolution->groups;
    const int64_t out = convolution->out_channels / convolution->groups;
    const int64_t pixels = convolution_target_pixels(&map), weights = convolution->out_channels * map.taps * in;
    const int64_t element = convolution->type == BK_TYPE_F32 ? 4 : 8;
    int64_t left = convolution_tasks_for(pixels * weights);
    int64_t *plan = convolution->plan;
    const int64_t most_splits = least(pixels / LEAST_PIXELS, PARTIAL_BYTES / most(1, weights * element));
    plan[PLAN_PIXELS] = most(1, least(power_of_two(most_splits), left));
    left = ceil_div(left, plan[PLAN_PIXELS]);
    const int64_t group_unit = is_channelwise(convolution) ? CHANNEL_UNIT : 1;
    plan[PLAN_GROUPS] = most(1, least(convolution->groups / group_unit, left));
    left = ceil_div(left, plan[PLAN_GROUPS]);
    plan[PLAN_CHANNELS] = most(1, least(out / (2 * CHANNEL_UNIT), left));
    left = ceil_div(left, plan[PLAN_CHANNELS]);
    plan[PLAN_TAPS] = is_turned(convolution) ? 1 : most(1, least(map.taps, left));
    convolution->tasks =
        weights == 0 ? 0 : plan[PLAN_PIXELS] * plan[PLAN_GROUPS] * plan[PLAN_CHANNELS] * plan[PLAN_TAPS];
    convolution->partial_bytes = plan[PLAN_PIXELS] > 1 ? plan[PLAN_PIXELS] * weights * element : 0;
}

// MARK: - Lists of pairs

// The source pixels that the taps of one axis meet at the cursor; -1 where there is none.
static void sources_of(const convolution_map *map, const convolution_cursor *cursor, int axis, int64_t *sources) {
    const int64_t place = convolution_place(map, cursor, axis);
    for (int64_t k = 0; k < map->kernel[axis]; k++) sources[k] = convolution_source(map, axis, place, k);
}

// The pixels of a block that meet one of the input: those that do so at all taps, with what the first tap meets, and
// for each tap the others.
typedef struct {
    convolution_pair *whole, *pairs;  // [BLOCK_PIXELS] and [taps, BLOCK_PIXELS]
    int64_t whole_count, *count;
    int64_t *sources;                 // room for the taps of each axis
    range taps;
} pair_lists;

// How many taps are listed together.
static int64_t listed_taps(const part *p) {
    const int64_t fit = LIST_BYTES / (BLOCK_PIXELS * (int64_t)sizeof(convolution_pair));
    return least(p->taps.end - p->taps.start, fit);
}

// Whether taps meet pixels in steps of the dilation, so that one address leads to all of them.
static bool has_steps(const convolution_map *map) {
    return (map->spread[0] | map->spread[1] | map->spread[2]) == 1;
}

// Elements from what the first tap meets to what another one does.
static int64_t tap_offset(const part *p, int64_t tap) {
    const convolution_map *map = &p->map;
    const int64_t w = tap % map->kernel[2] * map->dilation[2];
    const int64_t h = tap / map->kernel[2] % map->kernel[1] * map->dilation[1];
    const int64_t d = tap / (map->kernel[2] * map->kernel[1]) * map->dilation[0];
    return ((d * map->source[1] + h) * map->source[2] + w) * p->convolution->in_channels;
}

static bool all_meet(const int64_t *sources, int64_t count) { return sources[0] >= 0 && sources[count - 1] >= 0; }

static void fill_lists(pair_lists *lists, const part *p, convolution_cursor *cursor, int64_t pixels) {
    const convolution_map *map = &p->map;
    const int64_t channels = p->convolution->in_channels * p->element;
    int64_t *const d = lists->sources, *const h = d + map->kernel[0], *const w = h + map->kernel[1];
    const bool steps = has_steps(map);
    bool line_is_whole = false;
    lists->whole_count = 0;
    memset(lists->count, 0, (size_t)(lists->taps.end - lists->taps.start) * sizeof *lists->count);
    for (int64_t pixel = 0; pixel < pixels; pixel++, convolution_advance(map, cursor, 1)) {
        if (pixel == 0 || cursor->place[2] == 0) {
            sources_of(map, cursor, 0, d);
            sources_of(map, cursor, 1, h);
            line_is_whole = steps && all_meet(d, map->kernel[0]) && all_meet(h, map->kernel[1]);
        }
        const int64_t place = convolution_place(map, cursor, 2);
        if (line_is_whole) {
            const int64_t first = place * map->stride[2] - map->low[2];
            if (first >= 0 && first + (map->kernel[2] - 1) * map->dilation[2] < map->source[2]) {
                const int64_t line = (cursor->batch * map->source[0] + d[0]) * map->source[1] + h[0];
                lists->whole[lists->whole_count++] =
                    (convolution_pair){p->input + (line * map->source[2] + first) * channels, pixel};
                continue;
            }
        }
        sources_of(map, cursor, 2, w);
        for (int64_t tap = lists->taps.start; tap < lists->taps.end; tap++) {
            const int64_t row = tap / map->kernel[2], k = w[tap % map->kernel[2]];
            const int64_t i = d[row / map->kernel[1]], j = h[row % map->kernel[1]];
            if ((i | j | k) < 0) continue;
            const int64_t line = (cursor->batch * map->source[0] + i) * map->source[1] + j;
            const int64_t list = tap - lists->taps.start;
            lists->pairs[list * BLOCK_PIXELS + lists->count[list]++] =
                (convolution_pair){p->input + (line * map->source[2] + k) * channels, pixel};
        }
    }
}

// MARK: - Sums

// What a task keeps in scratch memory beside its lists.
typedef struct {
    char *packed;  // strips of the gradient's channels
    char *turned;  // sums that are transposed at the end: [groups, taps * in, channels], or [taps, groups]
} workspace;

// Calls `body` with the pairs of one tap: first those of the pixels that meet all taps.
#define FOR_PAIRS_OF(tap, outer, body)                                                        \
    do {                                                                                      \
        const int64_t offset = (outer).image_offset, list = (tap) - lists->taps.start;        \
        if (lists->whole_count > 0) {                                                         \
            (outer).pairs = lists->whole, (outer).count = lists->whole_count;                 \
            (outer).image_offset = offset + tap_offset(p, tap);                               \
            body;                                                                             \
        }                                                                                     \
        (outer).image_offset = offset;                                                        \
        if (lists->count[list] > 0) {                                                         \
            (outer).pairs = lists->pairs + list * BLOCK_PIXELS;                               \
            (outer).count = lists->count[list];                                               \
            body;                                                                             \
        }                                                                                     \
    } while (0)

// C [output channels, input channels] of each tap, straight into the weights.
static void sum_upright(const part *p, const pair_lists *lists, const workspace *work, const char *gradient,
                        int64_t pixels) {
    const convolution_kernels *kernels = p->kernels;
    const int64_t channels = p->convolution->out_channels, taps = p->map.taps;
    const int64_t rows = p->channels.end - p->channels.start;
    const gemm_strips strips = gemm_cut_strips(rows, kernels->rows);
    const int64_t uses = (p->taps.end - p->taps.start) * ceil_div(p->in, kernels->cols);
    const bool packs = uses >= 4 && pixels >= 16;
    for (int64_t group = p->groups.start; group < p->groups.end; group++) {
        const int64_t first = group * p->out + p->channels.start;
        if (packs) {
            kernels->pack_a(work->packed, kernels->rows * pixels, gradient + first * p->element, 1, channels, &strips, 0,
                            strips.count, pixels);
        }
        for (int64_t tap = lists->taps.start; tap < lists->taps.end; tap++) {
            convolution_outer outer = {.c_row = taps * p->in, .accumulate = true};
            for (int64_t column = 0; column < p->in; column += kernels->cols) {
                outer.cols = least(kernels->cols, p->in - column);
                for (int64_t s = 0; s < strips.count; s++) {
                    const int64_t start = gemm_strip_start(&strips, s), end = gemm_strip_start(&strips, s + 1);
                    outer.image_offset = group * p->in + column;
                    outer.other = packs ? work->packed + s * kernels->rows * pixels * p->element
                                        : gradient + (first + start) * p->element;
                    outer.other_step = packs ? end - start : channels;
                    outer.c = p->weights + (((first + start) * taps + tap) * p->in + column) * p->element;
                    FOR_PAIRS_OF(tap, outer, kernels->outer_image_right[end - start - 1](&outer));
                }
            }
        }
    }
}

// C [some input channels of some taps that lie side by side, output channels] from the pairs of the first of them.
static void add_turned(const part *p, convolution_outer outer, int64_t group, int64_t offset, int64_t rows,
                       char *sums) {
    const gemm_strips strips = gemm_cut_strips(rows, p->kernels->rows);
    for (int64_t s = 0; s < strips.count; s++) {
        const int64_t start = gemm_strip_start(&strips, s), end = gemm_strip_start(&strips, s + 1);
        outer.image_offset = offset + group * p->in + start;
        outer.c = sums + start * outer.c_row * p->element;
        p->kernels->outer_image_left[end - start - 1](&outer);
    }
}

// C [input channels of all taps, output channels], to be transposed at the end.
static void sum_turned(const part *p, const pair_lists *lists, const workspace *work, const char *gradient) {
    const int64_t across = p->map.kernel[2], columns = p->channels.end - p->channels.start;
    // Where the channels of neighbouring taps lie side by side, pixels that meet them all have them summed together.
    const bool joins = p->convolution->groups == 1 && p->map.dilation[2] == 1;
    for (int64_t group = p->groups.start; group < p->groups.end; group++) {
        char *sums = work->turned + (group - p->groups.start) * p->map.taps * p->in * columns * p->element;
        convolution_outer outer = {.other = gradient + (group * p->out + p->channels.start) * p->element,
                                   .other_step = p->convolution->out_channels, .c_row = columns, .cols = columns,
                                   .accumulate = true};
        for (int64_t tap = lists->taps.start; tap < lists->taps.end; tap++) {
            char *c = sums + tap * p->in * columns * p->element;
            const int64_t list = tap - lists->taps.start;
            outer.pairs = lists->pairs + list * BLOCK_PIXELS, outer.count = lists->count[list];
            if (outer.count > 0) add_turned(p, outer, group, 0, p->in, c);
            const bool is_joined = joins && tap % across != 0 && tap != lists->taps.start;
            if (lists->whole_count == 0 || is_joined) continue;
            const int64_t joined = joins ? least(across - tap % across, lists->taps.end - tap) : 1;
            outer.pairs = lists->whole, outer.count = lists->whole_count;
            add_turned(p, outer, group, tap_offset(p, tap), joined * p->in, c);
        }
    }
}

static void sum_channelwise(const part *p, const pair_lists *lists, const workspace *work, const char *gradient) {
    const int64_t count = p->groups.end - p->groups.start;
    for (int64_t tap = lists->taps.start; tap < lists->taps.end; tap++) {
        convolution_outer outer = {.image_offset = p->groups.start,
                                   .other = gradient + p->groups.start * p->element,
                                   .other_step = p->convolution->groups,
                                   .c = work->turned + (tap - p->taps.start) * count * p->element,
                                   .cols = count, .accumulate = true};
        FOR_PAIRS_OF(tap, outer, p->kernels->dot_channels(&outer));
    }
}

// Copies the transpose of [rows, columns]; elements of one column of `from` are `to_row` apart from the next column's.
static void transpose_into(char *to, int64_t to_row, const char *from, int64_t rows, int64_t columns,
                           int64_t element) {
    for (int64_t c = 0; c < columns; c++) {
        for (int64_t r = 0; r < rows; r++)
            memcpy(to + (c * to_row + r) * element, from + (r * columns + c) * element, (size_t)element);
    }
}

// MARK: - Tasks

static void clear_weights(const part *p) {
    const int64_t run = (p->taps.end - p->taps.start) * p->in * p->element;
    for (int64_t group = p->groups.start; group < p->groups.end; group++) {
        for (int64_t channel = p->channels.start; channel < p->channels.end; channel++) {
            const int64_t weight = (group * p->out + channel) * p->map.taps + p->taps.start;
            memset(p->weights + weight * p->in * p->element, 0, (size_t)run);
        }
    }
}

static void write_turned(const part *p, const workspace *work, bool channelwise) {
    const int64_t taps = p->taps.end - p->taps.start, groups = p->groups.end - p->groups.start;
    if (channelwise) {
        char *to = p->weights + (p->groups.start * p->map.taps + p->taps.start) * p->element;
        transpose_into(to, p->map.taps, work->turned, taps, groups, p->element);
        return;
    }
    const int64_t columns = p->channels.end - p->channels.start, rows = p->map.taps * p->in;
    for (int64_t group = 0; group < groups; group++) {
        const int64_t channel = (p->groups.start + group) * p->out + p->channels.start;
        transpose_into(p->weights + channel * rows * p->element, rows, work->turned + group * rows * columns * p->element,
                       rows, columns, p->element);
    }
}

static void run_part(const part *p) {
    const bool channelwise = is_channelwise(p->convolution), turned = !channelwise && is_turned(p->convolution);
    const int64_t step = listed_taps(p);
    const int64_t channels = p->channels.end - p->channels.start, groups = p->groups.end - p->groups.start;

    const int64_t sources = p->map.kernel[0] + p->map.kernel[1] + p->map.kernel[2];
    const int64_t sums = turned ? groups * p->map.taps * p->in * channels
                                : channelwise ? (p->taps.end - p->taps.start) * groups : 0;
    const int64_t list_bytes = (step + 1) * BLOCK_PIXELS * (int64_t)sizeof(convolution_pair);
    char *memory = bk_scratch(BK_SCRATCH_TILE,
                              (size_t)(list_bytes + (step + sources) * (int64_t)sizeof(int64_t) + sums * p->element));
    pair_lists lists = {.whole = (convolution_pair *)memory};
    lists.pairs = lists.whole + BLOCK_PIXELS;
    lists.count = (int64_t *)(memory + list_bytes);
    lists.sources = lists.count + step;
    workspace work = {.turned = (char *)(lists.sources + sources)};
    if (sums > 0) memset(work.turned, 0, (size_t)(sums * p->element));
    if (!turned && !channelwise) {
        clear_weights(p);
        const int64_t rows = ceil_div(channels, p->kernels->rows) * p->kernels->rows;
        work.packed = bk_scratch(BK_SCRATCH_PACK, (size_t)(rows * BLOCK_PIXELS * p->element));
    }

    for (int64_t pixel = p->pixels.start; pixel < p->pixels.end; pixel += BLOCK_PIXELS) {
        const int64_t pixels = least(BLOCK_PIXELS, p->pixels.end - pixel);
        const char *gradient = p->gradient + pixel * p->convolution->out_channels * p->element;
        for (int64_t tap = p->taps.start; tap < p->taps.end; tap += step) {
            lists.taps = (range){tap, least(p->taps.end, tap + step)};
            convolution_cursor cursor = convolution_seek(&p->map, pixel);
            fill_lists(&lists, p, &cursor, pixels);
            if (channelwise) sum_channelwise(p, &lists, &work, gradient);
            else if (turned) sum_turned(p, &lists, &work, gradient);
            else sum_upright(p, &lists, &work, gradient, pixels);
        }
    }
    if (turned || channelwise) write_turned(p, &work, channelwise);
}

void convolution_run_weight_gradient(const bk_convolution *convolution, const char *input, const char *gradient,
                                     char *result, char *partials, int64_t task) {
    const int64_t *plan = convolution->plan;
    part p = {.convolution = convolution, .map = convolution_map_forward(convolution), .input = input,
              .gradient = gradient, .element = convolution->type == BK_TYPE_F32 ? 4 : 8,
              .kernels = convolution_kernels_for(convolution->type),
              .in = convolution->in_channels / convolution->groups,
              .out = convolution->out_channels / convolution->groups};
    // Pixels are taken in memory order, because that is how the gradient of the output is read.
    for (int axis = 0; axis < BK_SPATIAL; axis++) p.map.phases[axis] = 1;
    p.taps = part_of(p.map.taps, 1, task % plan[PLAN_TAPS], plan[PLAN_TAPS]);
    task /= plan[PLAN_TAPS];
    p.channels = part_of(p.out, CHANNEL_UNIT, task % plan[PLAN_CHANNELS], plan[PLAN_CHANNELS]);
    task /= plan[PLAN_CHANNELS];
    p.groups = part_of(convolution->groups, is_channelwise(convolution) ? CHANNEL_UNIT : 1, task % plan[PLAN_GROUPS],
                       plan[PLAN_GROUPS]);
    task /= plan[PLAN_GROUPS];
    p.pixels = part_of(convolution_target_pixels(&p.map), BLOCK_PIXELS, task, plan[PLAN_PIXELS]);
    const int64_t weights = convolution->out_channels * p.map.taps * p.in;
    p.weights = plan[PLAN_PIXELS] > 1 ? partials + task * weights * p.element : result;
    run_part(&p);
}

void bk_convolution_finish(const bk_convolution *convolution, void *result, const void *partials) {
    if (convolution->partial_bytes == 0) return;
    const int64_t splits = convolution->plan[PLAN_PIXELS];
    const int64_t bytes = convolution->partial_bytes / splits;
    memcpy(result, partials, (size_t)bytes);
    for (int64_t split = 1; split < splits; split++) {
        const char *from = (const char *)partials + split * bytes;
        if (convolution->type == BK_TYPE_F32) {
            float *to = result;
            for (int64_t i = 0; i < bytes / 4; i++) to[i] += ((const float *)from)[i];
        } else {
            double *to = result;
            for (int64_t i = 0; i < bytes / 8; i++) to[i] += ((const double *)from)[i];
        }
    }
}
