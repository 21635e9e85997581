// What the thread pool and the walk through waves ask of each other.
#ifndef WALK_H
#define WALK_H

#include "bk_pool.h"

#include <time.h>

enum {
    CACHE_LINE_PAIR = 128,        // bytes that processors fetch together
    SPIN_NANOSECONDS = 30000,     // how long a thread waits before it offers its processor to others,
    SLEEP_NANOSECONDS = 1000000,  // and before it goes to sleep
    PAUSES_BETWEEN_CLOCKS = 16,
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

static inline int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Whether threads can share the walk; its caller runs others alone.
bool walk_is_shareable(const bk_walk *walk);
// Runs one wave without the others.
void walk_alone(const bk_walk *walk, int64_t wave);
// Makes the waves from `first` on ready to be walked through by several threads.
void walk_open(const bk_walk *walk, int64_t first);
// The caller's way through the waves: returns when all are done.
void walk_lead(const bk_walk *walk, int64_t first);
// A worker's way, from the wave that is being run: returns when all are done, or false when it has waited for too long.
bool walk_follow(const bk_walk *walk, int thread);
// How far the walk is, as in `bk_wave.done`.
int64_t walk_done(void);

// Walks that have begun: what a thread remembers of one holds until the number changes.
uint64_t pool_walks(void);
// Wakes up to `wanted` workers that sleep.
void pool_wake(int64_t wanted);

#endif
