// The thread pool, and how threads walk through the waves of a plan together.
#ifndef BK_POOL_H
#define BK_POOL_H

#include <stdbool.h>
#include <stdint.h>

#define BK_MOST_HOMES 8

// Tasks that may run in any order and on any threads, once all waves before are done.
typedef struct {
    int64_t first, end;  // the numbers of its tasks
    // Where it shares: the first task of each home of the walk, counted from `first`, and their number at the end. A home
    // is what one thread should do, because it meets the same parts of arrays in one wave after the other.
    const int32_t *homes;
    int64_t done;        // what is done when the wave is: the tasks of all waves up to it, and one for each finish
    bool shares;         // whether other threads than the caller may take part
    bool finishes;       // whether something follows its tasks that one thread has to do
} bk_wave;

typedef struct {
    const bk_wave *waves;
    int64_t count;
    int64_t homes;       // at most BK_MOST_HOMES
    int64_t most_tasks;  // of a wave that is shared; 0 where none is
    void (*run)(void *context, int64_t task);
    void (*finish)(void *context, int64_t wave);
    void *context;
} bk_walk;

// Runs all waves in order and returns when they are done. Neither which thread runs a task nor in which order the tasks
// of a wave start is fixed. A nested call, or one made while another thread uses the pool, gets by without the others.
void bk_pool_walk(const bk_walk *walk);

// Threads that take part, the caller included: BACKPROP_THREADS, or the processors this process may use.
int bk_pool_threads(void);
void bk_pool_set_threads(int threads);

#endif
