// How kernels over arrays cut their work into tasks: by shape alone, so that results do not depend on threads.
#ifndef BK_KERNEL_CUT_H
#define BK_KERNEL_CUT_H

#include "arithmetic.h"

// Elements worth handing to another thread, and the most tasks of a run.
enum { TASK_ELEMENTS = 16384, MOST_TASKS = 256 };

// Cuts `units` equal pieces of `elements` each into tasks; gives the pieces of one task.
static inline int64_t units_of_task(int64_t units, int64_t elements) {
    const int64_t enough = TASK_ELEMENTS / most(elements, 1);
    return most(1, most(enough, ceil_div(units, MOST_TASKS)));
}

static inline int64_t tasks_of(int64_t units, int64_t elements) {
    return most(1, ceil_div(units, units_of_task(units, elements)));
}

// Lines along the middle of [outer, length, inner]: neighbouring inner ones are walked together, in groups.
enum { LINE_COLUMNS = 64 };

static inline int64_t line_groups(int64_t inner) { return ceil_div(inner, LINE_COLUMNS); }

#endif
