// The linear recurrence, of which running sums and products are special cases.
#include "bk_order.h"
#include "kernel_cut.h"

// Lines that are walked side by side: neighbours in memory, or several of them where each is contiguous, so that the
// additions of one do not wait for each other alone.
enum { SIDE_BY_SIDE = 8 };

typedef struct {
    int64_t blocks, lines;  // blocks of lines
    int64_t block_stride, line_stride, step;
    int64_t a_block, a_line;
} walk;

static walk walk_of(const bk_recurrence *shape) {
    if (shape->inner == 1) return (walk){1, shape->outer, 0, shape->length, 1, 0, shape->a_outer};
    return (walk){shape->outer, shape->inner, shape->length * shape->inner, 1, shape->inner, shape->a_outer,
                  shape->a_inner};
}

static int64_t group_of(const bk_recurrence *shape) { return shape->inner == 1 ? SIDE_BY_SIDE : LINE_COLUMNS; }

static int64_t groups_of(const bk_recurrence *shape) {
    return (walk_of(shape).lines + group_of(shape) - 1) / group_of(shape);
}

static int64_t elements_of_group(const bk_recurrence *shape) {
    return shape->length * least(walk_of(shape).lines, group_of(shape));
}

int64_t bk_recurrence_tasks(const bk_recurrence *shape) {
    return tasks_of(walk_of(shape).blocks * groups_of(shape), elements_of_group(shape));
}

// `lines` lines at once. What is constant where this is inlined makes a loop of its own.
#define DEFINE_RECURRENCE(name, Element, Carry)                                                                     \
    static inline __attribute__((always_inline)) void name(                                                         \
        const Element *a, const Element *b, Element *result, int64_t lines, int64_t length, int64_t line_stride,    \
        int64_t step, int64_t a_line, int64_t a_step, bool adds) {                                                  \
        Carry carry[LINE_COLUMNS];                                                                                  \
        for (int64_t c = 0; c < lines; c++) {                                                                       \
            carry[c] = (Carry)b[c * line_stride];                                                                   \
            result[c * line_stride] = b[c * line_stride];                                                           \
        }                                                                                                           \
        for (int64_t i = 1; i < length; i++) {                                                                      \
            const Element *terms = b + i * step, *factors = a + i * a_step;                                         \
            Element *sums = result + i * step;                                                                      \
            for (int64_t c = 0; c < lines; c++) {                                                                   \
                const Carry term = (Carry)terms[c * line_stride];                                                   \
                carry[c] = adds ? carry[c] + term : (Carry)factors[c * a_line] * carry[c] + term;                   \
                sums[c * line_stride] = (Element)carry[c];                                                          \
            }                                                                                                       \
        }                                                                                                           \
    }

DEFINE_RECURRENCE(recurrence_f32, float, double)
DEFINE_RECURRENCE(recurrence_f64, double, double)
DEFINE_RECURRENCE(recurrence_i64, uint64_t, uint64_t)

// A walk from the other end is one with negative steps.
#define RUN(name, Element)                                                                                          \
    do {                                                                                                            \
        const int64_t last = shape->reverse ? length - 1 : 0, step = shape->reverse ? -way.step : way.step;         \
        const int64_t a_step = shape->reverse ? -shape->a_step : shape->a_step, a_line = way.a_line;                \
        const Element *factors =                                                                                    \
            (const Element *)a + block * way.a_block + first * a_line + last * shape->a_step;                       \
        const int64_t start = block * way.block_stride + first * way.line_stride + last * way.step;                 \
        const Element *terms = (const Element *)b + start;                                                          \
        Element *sums = (Element *)result + start;                                                                  \
        const bool adds = a_line == 0 && a_step == 0 && *factors == 1;                                              \
        if (way.line_stride == 1 && adds) name(factors, terms, sums, lines, length, 1, step, 0, 0, true);           \
        else if (way.line_stride == 1) name(factors, terms, sums, lines, length, 1, step, a_line, a_step, false);   \
        else if (lines == 1 && adds) name(factors, terms, sums, 1, length, 0, step, 0, 0, true);                    \
        else if (lines == 1) name(factors, terms, sums, 1, length, 0, step, 0, a_step, false);                      \
        else name(factors, terms, sums, lines, length, way.line_stride, step, a_line, a_step, adds);                \
    } while (0)

void bk_recurrence_run(const bk_recurrence *shape, const void *a, const void *b, void *result, int64_t task) {
    const walk way = walk_of(shape);
    const int64_t length = shape->length, groups = groups_of(shape), units = way.blocks * groups;
    const int64_t share = units_of_task(units, elements_of_group(shape)), end = least(units, (task + 1) * share);
    if (length == 0) return;
    for (int64_t unit = task * share; unit < end; unit++) {
        const int64_t block = unit / groups, first = unit % groups * group_of(shape);
        const int64_t lines = least(group_of(shape), way.lines - first);
        switch (shape->type) {
        case BK_TYPE_F32: RUN(recurrence_f32, float); break;
        case BK_TYPE_F64: RUN(recurrence_f64, double); break;
        case BK_TYPE_I64: RUN(recurrence_i64, uint64_t); break;
        default: break;
        }
    }
}
