// Gathering, scattering and finding by index. Memory sets the pace here, so plain loops do.
#include "bk_index.h"

#include <string.h>

// Elements worth handing to another thread, and the most tasks of a run.
enum { TASK_ELEMENTS = 16384, MOST_TASKS = 256 };

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t bytes_of(bk_type type) {
    static const int8_t bytes[] = {1, 1, 4, 8, 4, 8, 2};
    return bytes[type];
}

static int64_t index_at(const void *indices, bk_type type, int64_t i) {
    return type == BK_TYPE_I32 ? ((const int32_t *)indices)[i] : ((const int64_t *)indices)[i];
}

// Cuts `units` equal pieces of `elements` each into tasks; gives the pieces of one task.
static int64_t units_of_task(int64_t units, int64_t elements) {
    const int64_t enough = TASK_ELEMENTS / most(elements, 1);
    return most(1, most(enough, (units + MOST_TASKS - 1) / MOST_TASKS));
}

static int64_t tasks_of(int64_t units, int64_t elements) {
    const int64_t share = units_of_task(units, elements);
    return most(1, (units + share - 1) / share);
}

int64_t bk_index_check(const bk_gather_shape *shape, const void *indices) {
    const uint64_t table = (uint64_t)shape->table;
    enum { BLOCK = 1024 };
    // A block at a time without branches; only a block with a bad index is searched.
    for (int64_t start = 0; start < shape->count; start += BLOCK) {
        const int64_t end = least(shape->count, start + BLOCK);
        int bad = 0;
        if (shape->index_type == BK_TYPE_I32) {
            const int32_t *values = indices;
            for (int64_t i = start; i < end; i++) bad |= (uint64_t)(int64_t)values[i] >= table;
        } else {
            const int64_t *values = indices;
            for (int64_t i = start; i < end; i++) bad |= (uint64_t)values[i] >= table;
        }
        if (!bad) continue;
        for (int64_t i = start; i < end; i++) {
            if ((uint64_t)index_at(indices, shape->index_type, i) >= table) return i;
        }
    }
    return -1;
}

// MARK: Gather

int64_t bk_gather_tasks(const bk_gather_shape *shape) { return tasks_of(shape->outer * shape->count, shape->inner); }

#define GATHER_SINGLE(Element)                                                                                  \
    do {                                                                                                        \
        const Element *from = source;                                                                           \
        Element *to = result;                                                                                   \
        for (; i < end; i++) {                                                                                  \
            to[i] = from[i / count * shape->table + index_at(indices, shape->index_type, i % count)];           \
        }                                                                                                       \
    } while (0)

void bk_gather_run(const bk_gather_shape *shape, const void *source, const void *indices, void *result, int64_t task) {
    const int64_t units = shape->outer * shape->count, count = shape->count;
    const int64_t share = units_of_task(units, shape->inner);
    int64_t i = task * share;
    const int64_t end = least(units, i + share);
    const int64_t element = bytes_of(shape->type);
    if (shape->inner == 1) {
        switch (element) {
        case 1: GATHER_SINGLE(uint8_t); return;
        case 2: GATHER_SINGLE(uint16_t); return;
        case 4: GATHER_SINGLE(uint32_t); return;
        default: GATHER_SINGLE(uint64_t); return;
        }
    }
    const int64_t bytes = shape->inner * element;
    for (; i < end; i++) {
        const int64_t row = i / count * shape->table + index_at(indices, shape->index_type, i % count);
        memcpy((char *)result + i * bytes, (const char *)source + row * bytes, (size_t)bytes);
    }
}

// MARK: Scatter

// A task owns some outer indices where there are enough of them, and some inner ones otherwise, so that no two tasks
// touch one element and each sees its updates in order.
typedef struct {
    int64_t outer_share, inner_share;
} scatter_cut;

static scatter_cut cut_scatter(const bk_gather_shape *shape) {
    enum { LINE = 16, ENOUGH_OUTER = 8 };
    scatter_cut cut = {most(1, units_of_task(shape->outer, shape->count * shape->inner)), most(1, shape->inner)};
    if (shape->outer < ENOUGH_OUTER && shape->inner > LINE) {
        cut.outer_share = 1;
        const int64_t lines = (shape->inner + LINE - 1) / LINE;
        cut.inner_share = LINE * units_of_task(lines, shape->count * LINE);
    }
    return cut;
}

int64_t bk_scatter_add_tasks(const bk_gather_shape *shape) {
    const scatter_cut cut = cut_scatter(shape);
    const int64_t outer = (shape->outer + cut.outer_share - 1) / cut.outer_share;
    const int64_t inner = (shape->inner + cut.inner_share - 1) / cut.inner_share;
    return most(1, outer * inner);
}

// Integers are added as unsigned ones, which wrap around.
#define SCATTER(Element)                                                                                        \
    for (int64_t o = first_outer; o < last_outer; o++) {                                                        \
        for (int64_t i = 0; i < shape->count; i++) {                                                            \
            const int64_t row = o * shape->table + index_at(indices, shape->index_type, i);                     \
            const Element *from = (const Element *)updates + (o * shape->count + i) * shape->inner;             \
            Element *to = (Element *)result + row * shape->inner;                                               \
            for (int64_t j = first_inner; j < last_inner; j++) to[j] += from[j];                                \
        }                                                                                                       \
    }

void bk_scatter_add_run(const bk_gather_shape *shape, const void *updates, const void *indices, void *result,
                        int64_t task) {
    const scatter_cut cut = cut_scatter(shape);
    const int64_t inner_tasks = most(1, (shape->inner + cut.inner_share - 1) / cut.inner_share);
    const int64_t first_outer = task / inner_tasks * cut.outer_share;
    const int64_t last_outer = least(shape->outer, first_outer + cut.outer_share);
    const int64_t first_inner = task % inner_tasks * cut.inner_share;
    const int64_t last_inner = least(shape->inner, first_inner + cut.inner_share);
    switch (shape->type) {
    case BK_TYPE_F32: SCATTER(float); break;
    case BK_TYPE_F64: SCATTER(double); break;
    case BK_TYPE_I32: SCATTER(uint32_t); break;
    case BK_TYPE_I64: SCATTER(uint64_t); break;
    default: break;
    }
}

// MARK: First greatest or least

enum { ARG_COLUMNS = 64 };

// A task does a range of lines (outer, inner), where neighbouring inner ones are searched together.
static int64_t arg_groups(int64_t inner) { return (inner + ARG_COLUMNS - 1) / ARG_COLUMNS; }

int64_t bk_arg_tasks(int64_t outer, int64_t length, int64_t inner) {
    return tasks_of(outer * arg_groups(inner), length * least(inner, ARG_COLUMNS));
}

// A greatest element that is not a number beats all numbers, and the first one wins; x != x never holds for integers.
#define BETTER_GREATEST(x, best) (((x) > (best)) | ((x) != (x) && (best) == (best)))
#define BETTER_LEAST(x, best) (((x) < (best)) | ((x) != (x) && (best) == (best)))

#define ARG_COLUMN_LOOP(Element, BETTER)                                                   \
    do {                                                                                   \
        Element best[ARG_COLUMNS];                                                         \
        int64_t place[ARG_COLUMNS];                                                        \
        const Element *from = (const Element *)source + o * length * inner + first;        \
        for (int64_t c = 0; c < columns; c++) best[c] = from[c], place[c] = 0;             \
        for (int64_t i = 1; i < length; i++) {                                             \
            const Element *line = from + i * inner;                                        \
            for (int64_t c = 0; c < columns; c++) {                                        \
                const bool better = BETTER(line[c], best[c]);                              \
                best[c] = better ? line[c] : best[c];                                      \
                place[c] = better ? i : place[c];                                          \
            }                                                                              \
        }                                                                                  \
        for (int64_t c = 0; c < columns; c++) result[o * inner + first + c] = place[c];    \
    } while (0)

// Along a contiguous line: the best of each of several interleaved parts, then the best of these.
#define ARG_LINE_LOOP(Element, BETTER)                                                     \
    do {                                                                                   \
        enum { PARTS = 16 };                                                               \
        const Element *from = (const Element *)source + o * length;                        \
        Element best[PARTS];                                                               \
        int64_t place[PARTS];                                                              \
        const int64_t parts = least(length, PARTS);                                        \
        for (int64_t c = 0; c < parts; c++) best[c] = from[c], place[c] = c;               \
        int64_t i = PARTS;                                                                 \
        for (; i + PARTS <= length; i += PARTS) {                                          \
            for (int64_t c = 0; c < PARTS; c++) {                                          \
                const bool better = BETTER(from[i + c], best[c]);                          \
                best[c] = better ? from[i + c] : best[c];                                  \
                place[c] = better ? i + c : place[c];                                      \
            }                                                                              \
        }                                                                                  \
        for (int64_t c = 0; i + c < length; c++) {                                         \
            if (BETTER(from[i + c], best[c])) best[c] = from[i + c], place[c] = i + c;     \
        }                                                                                  \
        int64_t winner = 0;                                                                \
        for (int64_t c = 1; c < parts; c++) {                                              \
            const bool better = BETTER(best[c], best[winner]);                             \
            const bool worse = BETTER(best[winner], best[c]);                              \
            if (better || (!worse && place[c] < place[winner])) winner = c;                \
        }                                                                                  \
        result[o] = place[winner];                                                         \
    } while (0)

#define ARG_LOOP(Element, BETTER)                         \
    do {                                                  \
        if (inner == 1) ARG_LINE_LOOP(Element, BETTER);   \
        else ARG_COLUMN_LOOP(Element, BETTER);            \
    } while (0)

#define ARG(Element)                                      \
    do {                                                  \
        if (greatest) ARG_LOOP(Element, BETTER_GREATEST); \
        else ARG_LOOP(Element, BETTER_LEAST);             \
    } while (0)

void bk_arg_run(bk_type type, bool greatest, int64_t outer, int64_t length, int64_t inner, const void *source,
                int64_t *result, int64_t task) {
    const int64_t groups = arg_groups(inner), units = outer * groups;
    const int64_t share = units_of_task(units, length * least(inner, ARG_COLUMNS));
    const int64_t end = least(units, (task + 1) * share);
    for (int64_t unit = task * share; unit < end; unit++) {
        const int64_t o = unit / groups, first = unit % groups * ARG_COLUMNS;
        const int64_t columns = least(ARG_COLUMNS, inner - first);
        switch (type) {
        case BK_TYPE_BOOL:
        case BK_TYPE_U8: ARG(uint8_t); break;
        case BK_TYPE_I32: ARG(int32_t); break;
        case BK_TYPE_I64: ARG(int64_t); break;
        case BK_TYPE_F32: ARG(float); break;
        case BK_TYPE_F64: ARG(double); break;
        case BK_TYPE_BF16: break;  // arrives as F32
        }
    }
}
