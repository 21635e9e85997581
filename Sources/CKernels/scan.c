// The linear recurrence, of which running sums and products are special cases.
#include "bk_order.h"
#include "kernel_cut.h"

int64_t bk_recurrence_tasks(const bk_recurrence *shape) {
    return tasks_of(shape->outer * line_groups(shape->inner), shape->length * least(shape->inner, LINE_COLUMNS));
}

#define RECURRENCE(Element, Carry)                                                              \
    do {                                                                                        \
        const Element *factors = (const Element *)a + o * shape->a_outer + first * shape->a_inner; \
        const Element *terms = (const Element *)b + start;                                      \
        Element *sums = (Element *)result + start;                                              \
        Carry carry[LINE_COLUMNS];                                                              \
        for (int64_t k = 0; k < shape->length; k++) {                                           \
            const int64_t i = shape->reverse ? shape->length - 1 - k : k;                       \
            for (int64_t c = 0; c < columns; c++) {                                             \
                const Carry term = (Carry)terms[i * inner + c];                                 \
                const Carry factor = (Carry)factors[i * shape->a_step + c * shape->a_inner];    \
                carry[c] = k == 0 ? term : factor * carry[c] + term;                            \
                sums[i * inner + c] = (Element)carry[c];                                        \
            }                                                                                   \
        }                                                                                       \
    } while (0)

void bk_recurrence_run(const bk_recurrence *shape, const void *a, const void *b, void *result, int64_t task) {
    const int64_t inner = shape->inner, groups = line_groups(inner), units = shape->outer * groups;
    const int64_t share = units_of_task(units, shape->length * least(inner, LINE_COLUMNS));
    const int64_t end = least(units, (task + 1) * share);
    for (int64_t unit = task * share; unit < end; unit++) {
        const int64_t o = unit / groups, first = unit % groups * LINE_COLUMNS;
        const int64_t columns = least(LINE_COLUMNS, inner - first), start = o * shape->length * inner + first;
        switch (shape->type) {
        case BK_TYPE_F32: RECURRENCE(float, double); break;
        case BK_TYPE_F64: RECURRENCE(double, double); break;
        case BK_TYPE_I64: RECURRENCE(uint64_t, uint64_t); break;
        default: break;
        }
    }
}
