// How kernels over arrays cut their work into tasks: by shape alone, so that results do not depend on threads.
#ifndef BK_KERNEL_CUT_H
#define BK_KERNEL_CUT_H

#include "bk_base.h"

// Elements worth handing to another thread, and the most tasks of a run.
enum { TASK_ELEMENTS = 16384, MOST_TASKS = 256 };

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

// Cuts `units` equal pieces of `elements` each into tasks; gives the pieces of one task.
static inline int64_t units_of_task(int64_t units, int64_t elements) {
    const int64_t enough = TASK_ELEMENTS / most(elements, 1);
    return most(1, most(enough, (units + MOST_TASKS - 1) / MOST_TASKS));
}

static inline int64_t tasks_of(int64_t units, int64_t elements) {
    const int64_t share = units_of_task(units, elements);
    return most(1, (units + share - 1) / share);
}

// Lines along the middle of [outer, length, inner]: neighbouring inner ones are walked together, in groups.
enum { LINE_COLUMNS = 64 };

static inline int64_t line_groups(int64_t inner) { return (inner + LINE_COLUMNS - 1) / LINE_COLUMNS; }

#endif
