// How threads walk through waves together. Each takes tasks of the wave at hand, those of its own home first, then
// waits until what the others have taken is done, and goes on by itself: nobody has to be told. A thread that has lost
// its processor without a task in hand holds up nobody, and one that comes late starts where the others are.
#include "walk.h"

#include <sched.h>
#include <stdatomic.h>

// For each home, the range of tasks that are not taken yet and the number of the wave that they belong to. Whoever comes
// first in a wave sets the range.
enum {
    TASK_BITS = 22,
    WAVE_BITS = 64 - 2 * TASK_BITS,
};
#define TASK_MASK ((UINT64_C(1) << TASK_BITS) - 1)

static struct {
    struct {
        _Alignas(CACHE_LINE_PAIR) _Atomic uint64_t range;
    } homes[BK_MOST_HOMES];
    _Alignas(CACHE_LINE_PAIR) _Atomic int64_t done;
} shared;

static uint64_t range_of(uint64_t stamp, uint64_t next, uint64_t end) {
    return stamp << (2 * TASK_BITS) | next << TASK_BITS | end;
}

typedef enum { FROM_THE_FRONT, FROM_THE_BACK } side;

// Takes a task of the wave from a home; -1 where none is left.
static int64_t take(const bk_wave *wave, int64_t number, int64_t home, side side) {
    _Atomic uint64_t *place = &shared.homes[home].range;
    const uint64_t stamp = (uint64_t)number + 1;
    uint64_t found = atomic_load_explicit(place, memory_order_relaxed);
    for (;;) {
        uint64_t next, end;
        if (found >> (2 * TASK_BITS) == stamp) {
            next = found >> TASK_BITS & TASK_MASK;
            end = found & TASK_MASK;
        } else if (found >> (2 * TASK_BITS) < stamp) {
            next = (uint64_t)wave->homes[home];
            end = (uint64_t)wave->homes[home + 1];
        } else {
            return -1;  // the others are past this wave
        }
        if (next == end) return -1;
        const bool front = side == FROM_THE_FRONT;
        const uint64_t rest = front ? range_of(stamp, next + 1, end) : range_of(stamp, next, end - 1);
        // What the task reads was seen when the wave before was seen to be done.
        if (atomic_compare_exchange_weak_explicit(place, &found, rest, memory_order_relaxed, memory_order_relaxed)) {
            return wave->first + (int64_t)(front ? next : end - 1);
        }
    }
}

// Runs tasks until none is left that nobody has taken; says how many.
static int64_t run_tasks(const bk_walk *walk, int64_t number, int64_t home) {
    const bk_wave *wave = &walk->waves[number];
    int64_t count = 0, task;
    while ((task = take(wave, number, home, FROM_THE_FRONT)) >= 0) {
        walk->run(walk->context, task);
        count++;
    }
    for (int64_t i = 1; i < walk->homes; i++) {
        const int64_t other = (home + i) % walk->homes;
        while ((task = take(wave, number, other, FROM_THE_BACK)) >= 0) {
            walk->run(walk->context, task);
            count++;
        }
    }
    return count;
}

static void call_sleepers(const bk_walk *walk, int64_t next) {
    if (next < walk->count && walk->waves[next].shares) pool_wake(walk->waves[next].end - walk->waves[next].first - 1);
}

// Adds to what is done; true where this ends the wave.
static bool report(const bk_walk *walk, int64_t number, int64_t count) {
    const bk_wave *wave = &walk->waves[number];
    const int64_t done = atomic_fetch_add(&shared.done, count) + count;
    if (done != wave->done - wave->finishes) return false;
    if (wave->finishes) {
        walk->finish(walk->context, number);
        atomic_store(&shared.done, wave->done);
    }
    call_sleepers(walk, number + 1);
    return true;
}

// Waits until so much is done. False where this took longer than `patience`.
static bool wait_until(int64_t done, int64_t patience) {
    int64_t start = 0;
    for (;;) {
        for (int i = 0; i < PAUSES_BETWEEN_CLOCKS; i++) {
            if (atomic_load_explicit(&shared.done, memory_order_acquire) >= done) return true;
            pause_briefly();
        }
        const int64_t now = nanoseconds();
        if (start == 0) start = now;
        if (now - start > patience) return false;
        // Whoever has lost the processor in the middle of a task may need ours.
        if (now - start > SPIN_NANOSECONDS) sched_yield();
    }
}

bool walk_is_shareable(const bk_walk *walk) {
    return walk->most_tasks > 1 && walk->most_tasks <= (int64_t)TASK_MASK && walk->count + 1 < INT64_C(1) << WAVE_BITS;
}

void walk_alone(const bk_walk *walk, int64_t number) {
    const bk_wave *wave = &walk->waves[number];
    for (int64_t task = wave->first; task < wave->end; task++) walk->run(walk->context, task);
    if (wave->finishes) walk->finish(walk->context, number);
}

void walk_open(const bk_walk *walk, int64_t first) {
    for (int64_t i = 0; i < walk->homes; i++) atomic_store_explicit(&shared.homes[i].range, 0, memory_order_relaxed);
    atomic_store_explicit(&shared.done, first > 0 ? walk->waves[first - 1].done : 0, memory_order_relaxed);
}

void walk_lead(const bk_walk *walk, int64_t first) {
    for (int64_t number = first; number < walk->count; number++) {
        const bk_wave *wave = &walk->waves[number];
        if (wave->shares) {
            const int64_t count = run_tasks(walk, number, 0);
            if (count == 0 || !report(walk, number, count)) wait_until(wave->done, INT64_MAX);
        } else {
            walk_alone(walk, number);
            // Said once for waves that follow each other.
            if (number + 1 == walk->count || walk->waves[number + 1].shares) {
                atomic_store(&shared.done, wave->done);
                call_sleepers(walk, number + 1);
            }
        }
    }
}

bool walk_follow(const bk_walk *walk, int thread) {
    const int64_t done = atomic_load_explicit(&shared.done, memory_order_acquire);
    int64_t number = 0;
    while (number < walk->count && walk->waves[number].done <= done) number++;
    for (; number < walk->count; number++) {
        const bk_wave *wave = &walk->waves[number];
        const int64_t count = wave->shares ? run_tasks(walk, number, thread % walk->homes) : 0;
        if (count > 0 && report(walk, number, count)) continue;
        if (!wait_until(wave->done, SLEEP_NANOSECONDS)) return false;
    }
    return true;
}

int64_t walk_done(void) { return atomic_load(&shared.done); }
