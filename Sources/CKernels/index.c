// Gathering, scattering and finding by index. Memory sets the pace here, so plain loops do.
#include "bk_index.h"

#include "kernel_cut.h"

#include <math.h>
#include <string.h>

static int64_t bytes_of(bk_type type) {
    static const int8_t bytes[] = {1, 1, 4, 8, 4, 8, 2};
    return bytes[type];
}

static int64_t index_at(const void *indices, bk_type type, int64_t i) {
    return type == BK_TYPE_I32 ? ((const int32_t *)indices)[i] : ((const int64_t *)indices)[i];
}

static int64_t first_bad(const bk_gather_shape *shape, const void *indices, int64_t first, int64_t last) {
    const uint64_t table = (uint64_t)shape->table;
    enum { BLOCK = 1024 };
    // A block at a time without branches; only a block with a bad index is searched.
    for (int64_t start = first; start < last; start += BLOCK) {
        const int64_t end = least(last, start + BLOCK);
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

int64_t bk_index_check(const bk_gather_shape *shape, const void *indices) {
    return first_bad(shape, indices, 0, shape->count);
}

int64_t bk_gather_check(const bk_gather_shape *shape, const void *indices, int64_t task) {
    const int64_t units = shape->outer * shape->count, share = units_of_task(units, shape->inner);
    const int64_t first = task * share, last = least(units, first + share);
    // Where the part wraps around, it holds most of the indices anyway.
    const bool wraps = shape->outer > 1 && (first / shape->count != (last - 1) / shape->count);
    return wraps ? bk_index_check(shape, indices)
                 : first_bad(shape, indices, first % shape->count, first % shape->count + last - first);
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

// A task owns some outer indices where there are enough of them, and some rows of the table otherwise, so that no two
// tasks touch one element and each sees its updates in order.
typedef struct {
    int64_t outer_share, row_share;
} scatter_cut;

static scatter_cut cut_scatter(const bk_gather_shape *shape) {
    // Each task looks at all indices, and passes over one in the time that a few additions take.
    enum { ENOUGH_OUTER = 8, ADDITIONS_OF_LOOK = 32, MOST_TASKS = 4 };
    scatter_cut cut = {most(1, units_of_task(shape->outer, shape->count * shape->inner)), most(1, shape->table)};
    if (shape->outer < ENOUGH_OUTER) {
        cut.outer_share = 1;
        const int64_t tasks = least(MOST_TASKS, shape->inner / ADDITIONS_OF_LOOK);
        const int64_t updates = shape->count / most(1, shape->table);  // of a row
        const int64_t enough = units_of_task(shape->table, (1 + updates) * shape->inner);
        cut.row_share = most(1, most(enough, ceil_div(shape->table, most(1, tasks))));
    }
    return cut;
}

static int64_t row_tasks(const bk_gather_shape *shape, const scatter_cut *cut) {
    return most(1, ceil_div(shape->table, cut->row_share));
}

int64_t bk_scatter_tasks(const bk_gather_shape *shape) {
    const scatter_cut cut = cut_scatter(shape);
    return most(1, ceil_div(shape->outer, cut.outer_share) * row_tasks(shape, &cut));
}

typedef struct {
    int64_t first_outer, last_outer, first_row, last_row;
} scatter_part;

static scatter_part part_of_task(const bk_gather_shape *shape, int64_t task) {
    const scatter_cut cut = cut_scatter(shape);
    const int64_t tasks = row_tasks(shape, &cut);
    const int64_t outer = task / tasks * cut.outer_share, row = task % tasks * cut.row_share;
    return (scatter_part){outer, least(shape->outer, outer + cut.outer_share), row,
                          least(shape->table, row + cut.row_share)};
}

#define SCATTER(Element, COMBINE)                                                                               \
    for (int64_t o = part.first_outer; o < part.last_outer; o++) {                                              \
        for (int64_t i = 0; i < shape->count; i++) {                                                            \
            const int64_t row = index_at(indices, shape->index_type, i);                                        \
            if (row < part.first_row || row >= part.last_row) continue;                                         \
            const Element *from = (const Element *)updates + (o * shape->count + i) * shape->inner;             \
            Element *to = (Element *)result + (o * shape->table + row) * shape->inner;                          \
            for (int64_t j = 0; j < shape->inner; j++) to[j] = COMBINE(to[j], from[j]);                         \
        }                                                                                                       \
    }

#define SUM(a, b) ((a) + (b))

// Fills the part of the task before the updates come.
#define FILL(Element, value)                                                                                    \
    for (int64_t o = part.first_outer; o < part.last_outer; o++) {                                              \
        Element *to = (Element *)result + (o * shape->table + part.first_row) * shape->inner;                   \
        for (int64_t j = 0; j < (part.last_row - part.first_row) * shape->inner; j++) to[j] = (value);          \
    }

#define SCATTER_ADD(Element)       \
    do {                           \
        FILL(Element, 0);          \
        SCATTER(Element, SUM);     \
    } while (0)

// Integers are added as unsigned ones, which wrap around.
void bk_scatter_add_run(const bk_gather_shape *shape, const void *updates, const void *indices, void *result,
                        int64_t task) {
    const scatter_part part = part_of_task(shape, task);
    switch (shape->type) {
    case BK_TYPE_F32: SCATTER_ADD(float); break;
    case BK_TYPE_F64: SCATTER_ADD(double); break;
    case BK_TYPE_I32: SCATTER_ADD(uint32_t); break;
    case BK_TYPE_I64: SCATTER_ADD(uint64_t); break;
    default: break;
    }
}

// The greater one; one that is not a number stays.
#define GREATER(a, b) ((b) > (a) || (b) != (b) ? (b) : (a))

#define SCATTER_MAX(Element, lowest) \
    do {                             \
        FILL(Element, lowest);       \
        SCATTER(Element, GREATER);   \
    } while (0)

void bk_scatter_max_run(const bk_gather_shape *shape, const void *updates, const void *indices, void *result,
                        int64_t task) {
    const scatter_part part = part_of_task(shape, task);
    switch (shape->type) {
    case BK_TYPE_BOOL:
    case BK_TYPE_U8: SCATTER_MAX(uint8_t, 0); break;
    case BK_TYPE_I32: SCATTER_MAX(int32_t, INT32_MIN); break;
    case BK_TYPE_I64: SCATTER_MAX(int64_t, INT64_MIN); break;
    case BK_TYPE_F32: SCATTER_MAX(float, -INFINITY); break;
    case BK_TYPE_F64: SCATTER_MAX(double, -INFINITY); break;
    case BK_TYPE_BF16: break;  // arrives as F32
    }
}

// MARK: First greatest or least

int64_t bk_arg_tasks(int64_t outer, int64_t length, int64_t inner) {
    return tasks_of(outer * line_groups(inner), length * least(inner, LINE_COLUMNS));
}

// A greatest element that is not a number beats all numbers, and the first one wins; x != x never holds for integers.
#define BETTER_GREATEST(x, best) (((x) > (best)) | ((x) != (x) && (best) == (best)))
#define BETTER_LEAST(x, best) (((x) < (best)) | ((x) != (x) && (best) == (best)))

#define ARG_COLUMN_LOOP(Element, BETTER)                                                   \
    do {                                                                                   \
        Element best[LINE_COLUMNS];                                                         \
        int64_t place[LINE_COLUMNS];                                                        \
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
    const int64_t groups = line_groups(inner), units = outer * groups;
    const int64_t share = units_of_task(units, length * least(inner, LINE_COLUMNS));
    const int64_t end = least(units, (task + 1) * share);
    for (int64_t unit = task * share; unit < end; unit++) {
        const int64_t o = unit / groups, first = unit % groups * LINE_COLUMNS;
        const int64_t columns = least(LINE_COLUMNS, inner - first);
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
