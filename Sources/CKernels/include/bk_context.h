// The recording state of a thread. It is thread-local rather than task-local because it is read once for every
// recorded operator, and because the scopes that set it take synchronous closures.
#ifndef BK_CONTEXT_H
#define BK_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

// References to a Swift object, from the Swift runtime. Asked for through a bare address: every way of naming the object
// in Swift may add a reference of its own.
extern size_t swift_retainCount(const void *object);
static inline size_t bk_reference_count(const void *object) { return swift_retainCount(object); }

// The task that runs on this thread, NULL outside of tasks. From the Swift runtime as well.
extern void *swift_task_getCurrent(void);

typedef struct {
    int32_t gradients_off;    // depth of nested `withoutGradients`
    int32_t transform_depth;  // depth of nested `grad` and its relatives
    int32_t walk_depth;       // inside a traversal, which holds the lock of the graph
    int32_t checkpoint_depth; // depth of nested `checkpoint`
    int32_t observing;        // whether there is an observer
    int32_t autocast;         // whether products are taken in a narrower dtype
    int32_t evaluations;      // that have begun here
    int32_t device;           // the number of the device that runs what is evaluated, zero for the processors
    void *graph_lock;         // where it leaves things for later while it holds the lock of the graph, NULL otherwise
    int64_t memory_budget;    // bytes that a plan may hold, zero without a bound
    const void *observer;     // who sees what is recorded, NULL where nobody does
    const void *stopwatch;    // who times the kernels of plans, NULL where nobody does
    const void *stand_ins;    // values in the place of those of parameters, NULL where there are none
} bk_context;

extern _Thread_local bk_context bk_context_of_thread;

static inline int32_t bk_gradients_off(void) { return bk_context_of_thread.gradients_off; }
static inline void bk_gradients_off_add(int32_t delta) { bk_context_of_thread.gradients_off += delta; }
static inline int32_t bk_transform_depth(void) { return bk_context_of_thread.transform_depth; }
static inline void bk_transform_depth_add(int32_t delta) { bk_context_of_thread.transform_depth += delta; }
static inline int32_t bk_walk_depth(void) { return bk_context_of_thread.walk_depth; }
static inline void bk_walk_depth_add(int32_t delta) { bk_context_of_thread.walk_depth += delta; }
static inline int32_t bk_checkpoint_depth(void) { return bk_context_of_thread.checkpoint_depth; }
static inline void bk_checkpoint_depth_add(int32_t delta) { bk_context_of_thread.checkpoint_depth += delta; }
static inline const void *bk_observer(void) { return bk_context_of_thread.observer; }
static inline void bk_observer_set(const void *observer) {
    bk_context_of_thread.observer = observer;
    bk_context_of_thread.observing = observer != NULL;
}
static inline const void *bk_stopwatch(void) { return bk_context_of_thread.stopwatch; }
static inline void bk_stopwatch_set(const void *stopwatch) { bk_context_of_thread.stopwatch = stopwatch; }
// Whether anything is to be done with every node that is recorded.
static inline int32_t bk_marks_nodes(void) { return bk_context_of_thread.checkpoint_depth | bk_context_of_thread.observing; }
static inline int64_t bk_memory_budget(void) { return bk_context_of_thread.memory_budget; }
static inline void bk_memory_budget_set(int64_t bytes) { bk_context_of_thread.memory_budget = bytes; }
static inline int32_t bk_autocast(void) { return bk_context_of_thread.autocast; }
static inline void bk_autocast_set(int32_t value) { bk_context_of_thread.autocast = value; }
static inline int32_t bk_device(void) { return bk_context_of_thread.device; }
static inline void bk_device_set(int32_t number) { bk_context_of_thread.device = number; }
static inline int32_t bk_evaluations(void) { return bk_context_of_thread.evaluations; }
static inline void bk_evaluations_add(void) { bk_context_of_thread.evaluations = (int32_t)((uint32_t)bk_context_of_thread.evaluations + 1); }
static inline void *bk_graph_lock(void) { return bk_context_of_thread.graph_lock; }
static inline void bk_graph_lock_set(void *place) { bk_context_of_thread.graph_lock = place; }
static inline const void *bk_stand_ins(void) { return bk_context_of_thread.stand_ins; }
static inline void bk_stand_ins_set(const void *table) { bk_context_of_thread.stand_ins = table; }

// A number that no other thread has.
static inline uintptr_t bk_thread_identity(void) { return (uintptr_t)&bk_context_of_thread; }

// The same number as long as the same task records, on whatever thread; outside of tasks, the same thread.
static inline uintptr_t bk_recorder_identity(void) {
    const void *task = swift_task_getCurrent();
    return (uintptr_t)(task ? task : (const void *)&bk_context_of_thread);
}

#endif
