// The thread pool. A walk through waves is announced by one store; workers that are awake join it and leave when it is
// over, or when they have waited for too long. The caller waits for workers that are inside, never for one that sleeps.
#if defined(__linux__)
#define _GNU_SOURCE  // sched_getaffinity
#endif

#include "walk.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_THREADS = 1024 };

// `state` packs the number of the walk (upper half), whether it still takes workers, and how many are inside. One
// compare-and-swap joins, so that nobody can join a walk that is over or has been replaced.
#define STATE_INSIDE UINT64_C(1)
#define STATE_INSIDE_MASK UINT64_C(0xffff)
#define STATE_OPEN (UINT64_C(1) << 16)
#define STATE_WALK (UINT64_C(1) << 32)

static struct {
    _Alignas(CACHE_LINE_PAIR) _Atomic uint64_t state;
    const bk_walk *walk;
    _Atomic uint64_t walks;                       // that have begun
    _Atomic uint64_t wanted;                      // workers that find something to do
    _Alignas(CACHE_LINE_PAIR) _Atomic bool busy;  // a walk is shared, or the threads are being changed
    _Atomic int threads;                          // 0 until first asked
    _Atomic int sleepers;
    _Atomic bool stop;
    int workers;  // started; guarded by `busy`
    pthread_t handles[MAX_THREADS];
    pthread_mutex_t mutex;
    pthread_cond_t wake;
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_walk;

// What a worker has seen: how far which walk was when it left.
typedef struct {
    uint64_t walk;
    int64_t done;
} sight;

// Whether a walk takes workers, and has got on since this one left it.
static bool may_join(uint64_t state, sight seen) {
    return (state & STATE_OPEN) && (state & STATE_INSIDE_MASK) < atomic_load(&pool.wanted) &&
           (state / STATE_WALK != seen.walk || walk_done() > seen.done);
}

typedef enum { NOT_JOINED, JOINED, TIRED } visit;

static visit join_walk(int thread, sight *seen) {
    uint64_t state = atomic_load(&pool.state);
    while (may_join(state, *seen)) {
        if (!atomic_compare_exchange_weak(&pool.state, &state, state + STATE_INSIDE)) continue;
        const bool over = walk_follow(pool.walk, thread);
        *seen = (sight){state / STATE_WALK, walk_done()};
        atomic_fetch_sub(&pool.state, STATE_INSIDE);
        return over ? JOINED : TIRED;
    }
    return NOT_JOINED;
}

static void *worker(void *number) {
    const int thread = (int)(intptr_t)number;
    inside_walk = true;
    sight seen = {0, 0};
    int64_t idle_since = nanoseconds();
    while (!atomic_load_explicit(&pool.stop, memory_order_relaxed)) {
        visit visit = NOT_JOINED;
        for (int i = 0; i < PAUSES_BETWEEN_CLOCKS && visit == NOT_JOINED; i++) {
            visit = join_walk(thread, &seen);
            if (visit == NOT_JOINED) pause_briefly();
        }
        const int64_t now = nanoseconds();
        if (visit == JOINED) {
            idle_since = now;
        } else if (visit == TIRED || now - idle_since > SLEEP_NANOSECONDS) {
            // The count of sleepers is raised before the last look at the walk, and whoever gets the walk on looks at
            // the count afterwards: one of the two must notice the other.
            pthread_mutex_lock(&pool.mutex);
            atomic_fetch_add(&pool.sleepers, 1);
            // Once, not until there is work: who wakes too late spins for what comes next.
            if (!atomic_load(&pool.stop) && !may_join(atomic_load(&pool.state), seen)) {
                pthread_cond_wait(&pool.wake, &pool.mutex);
            }
            atomic_fetch_sub(&pool.sleepers, 1);
            pthread_mutex_unlock(&pool.mutex);
            idle_since = nanoseconds();
        } else if (now - idle_since > SPIN_NANOSECONDS) {
            sched_yield();
        }
    }
    return NULL;
}

void pool_wake(int64_t wanted) {
    const int sleepers = atomic_load(&pool.sleepers);
    if (sleepers == 0) return;
    pthread_mutex_lock(&pool.mutex);
    if (wanted >= sleepers) {
        pthread_cond_broadcast(&pool.wake);
    } else {
        for (int64_t i = 0; i < wanted; i++) pthread_cond_signal(&pool.wake);
    }
    pthread_mutex_unlock(&pool.mutex);
}

static void start_workers(int wanted) {
    while (pool.workers < wanted) {
        // A system that refuses more threads gets by with fewer; the results are the same.
        void *number = (void *)(intptr_t)(pool.workers + 1);
        if (pthread_create(&pool.handles[pool.workers], NULL, worker, number) != 0) break;
        pool.workers++;
    }
}

static void stop_workers(void) {
    atomic_store(&pool.stop, true);
    pool_wake(MAX_THREADS);
    for (int i = 0; i < pool.workers; i++) pthread_join(pool.handles[i], NULL);
    pool.workers = 0;
    atomic_store(&pool.stop, false);
}

static void share_walk(const bk_walk *walk, int64_t first, int threads) {
    if (pool.workers + 1 < threads) start_workers(threads - 1);
    pool.walk = walk;
    atomic_store_explicit(&pool.wanted, (uint64_t)(walk->most_tasks - 1), memory_order_relaxed);
    walk_open(walk, first);
    const uint64_t number = atomic_load_explicit(&pool.state, memory_order_relaxed) / STATE_WALK + 1;
    atomic_store(&pool.state, (uint32_t)number * STATE_WALK | STATE_OPEN);
    pool_wake(walk->most_tasks - 1);

    inside_walk = true;
    walk_lead(walk, first);
    inside_walk = false;

    atomic_fetch_and_explicit(&pool.state, ~STATE_OPEN, memory_order_relaxed);
    int64_t start = 0;
    while (atomic_load_explicit(&pool.state, memory_order_acquire) & STATE_INSIDE_MASK) {
        pause_briefly();
        // A worker that lost its processor on the way out needs ours.
        const int64_t now = nanoseconds();
        if (start == 0) start = now;
        if (now - start > SPIN_NANOSECONDS) sched_yield();
    }
}

void bk_pool_walk(const bk_walk *walk) {
    atomic_fetch_add_explicit(&pool.walks, 1, memory_order_relaxed);
    const int threads = walk_is_shareable(walk) && !inside_walk ? bk_pool_threads() : 1;
    for (int64_t wave = 0; wave < walk->count; wave++) {
        if (threads > 1 && walk->waves[wave].shares && !atomic_exchange_explicit(&pool.busy, true, memory_order_acquire)) {
            share_walk(walk, wave, threads);
            atomic_store_explicit(&pool.busy, false, memory_order_release);
            return;
        }
        walk_alone(walk, wave);
    }
}

uint64_t pool_walks(void) { return atomic_load_explicit(&pool.walks, memory_order_relaxed); }

static int processors(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

static int initial_threads(void) {
    const char *wish = getenv("BACKPROP_THREADS");
    if (!wish || !*wish) {
        int found = processors();
        return found < MAX_THREADS ? found : MAX_THREADS;
    }
    char *end;
    errno = 0;
    long threads = strtol(wish, &end, 10);
    if (errno != 0 || *end != '\0' || threads < 1 || threads > MAX_THREADS) {
        fprintf(stderr, "BACKPROP_THREADS is '%s'; it must be a number from 1 to %d\n", wish, MAX_THREADS);
        exit(2);
    }
    return (int)threads;
}

int bk_pool_threads(void) {
    int threads = atomic_load_explicit(&pool.threads, memory_order_relaxed);
    if (threads == 0) {
        threads = initial_threads();
        atomic_store_explicit(&pool.threads, threads, memory_order_relaxed);
    }
    return threads;
}

void bk_pool_set_threads(int threads) {
    if (threads < 1) threads = 1;
    if (threads > MAX_THREADS) threads = MAX_THREADS;
    while (atomic_exchange_explicit(&pool.busy, true, memory_order_acquire)) sched_yield();
    stop_workers();
    atomic_store_explicit(&pool.threads, threads, memory_order_relaxed);
    atomic_store_explicit(&pool.busy, false, memory_order_release);
}
