// The thread pool. A region is announced by one store; workers that are awake join it, take tasks from a shared
// counter and leave. The caller waits only for workers that joined, never for one that is asleep.
#if defined(__linux__)
#define _GNU_SOURCE  // sched_getaffinity
#endif

#include "bk_base.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 1024, SPIN_NANOSECONDS = 30000, PAUSES_BETWEEN_CLOCKS = 16, CACHE_LINE = 128 };

// `state` packs the number of the region (upper half), whether it still takes workers, and how many joined.
// One compare-and-swap joins, so that nobody can join a region that has closed or been replaced.
#define STATE_JOINED UINT64_C(1)
#define STATE_JOINED_MASK UINT64_C(0xffff)
#define STATE_OPEN (UINT64_C(1) << 16)
#define STATE_REGION (UINT64_C(1) << 32)

static struct {
    _Alignas(CACHE_LINE) _Atomic uint64_t state;
    bk_task_body body;
    void *context;
    int64_t tasks;
    _Alignas(CACHE_LINE) _Atomic int64_t next;
    _Alignas(CACHE_LINE) _Atomic uint64_t left;
    _Alignas(CACHE_LINE) _Atomic bool busy;  // a region runs, or the threads are being changed
    _Atomic int threads;                     // 0 until first asked
    _Atomic int sleepers;
    _Atomic bool stop;
    int workers;  // started; guarded by `busy`
    pthread_t handles[MAX_THREADS];
    pthread_mutex_t mutex;
    pthread_cond_t wake;
} pool = {.mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_region;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void run_tasks(bk_task_body body, void *context, int64_t tasks) {
    for (;;) {
        int64_t task = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed);
        if (task >= tasks) return;
        body(context, task);
    }
}

// Joins the open region, if there is one that this worker has not seen yet.
static bool join_region(uint64_t state, uint64_t *seen) {
    while ((state & STATE_OPEN) && state / STATE_REGION != *seen) {
        if (!atomic_compare_exchange_weak_explicit(&pool.state, &state, state + STATE_JOINED,
                                                   memory_order_acquire, memory_order_relaxed)) {
            continue;
        }
        *seen = state / STATE_REGION;
        run_tasks(pool.body, pool.context, pool.tasks);
        atomic_fetch_add_explicit(&pool.left, 1, memory_order_release);
        return true;
    }
    return false;
}

static bool something_to_do(uint64_t seen) {
    uint64_t state = atomic_load(&pool.state);
    return atomic_load(&pool.stop) || ((state & STATE_OPEN) && state / STATE_REGION != seen);
}

static void *worker(void *unused) {
    (void)unused;
    inside_region = true;
    uint64_t seen = 0;
    int64_t asleep_at = nanoseconds() + SPIN_NANOSECONDS;
    while (!atomic_load_explicit(&pool.stop, memory_order_relaxed)) {
        bool worked = false;
        for (int i = 0; i < PAUSES_BETWEEN_CLOCKS && !worked; i++) {
            worked = join_region(atomic_load_explicit(&pool.state, memory_order_relaxed), &seen);
            if (!worked) pause_briefly();
        }
        int64_t now = nanoseconds();
        if (worked) {
            asleep_at = now + SPIN_NANOSECONDS;
        } else if (now > asleep_at) {
            // The count of sleepers is raised before the last look at `state`, and the caller looks at the count
            // after it has stored `state`: one of the two must notice the other.
            pthread_mutex_lock(&pool.mutex);
            atomic_fetch_add(&pool.sleepers, 1);
            // Once, not until there is work: who wakes too late for one region spins for the next.
            if (!something_to_do(seen)) pthread_cond_wait(&pool.wake, &pool.mutex);
            atomic_fetch_sub(&pool.sleepers, 1);
            pthread_mutex_unlock(&pool.mutex);
            asleep_at = nanoseconds() + SPIN_NANOSECONDS;
        }
    }
    return NULL;
}

static void wake_sleepers(int64_t wanted) {
    int sleepers = atomic_load(&pool.sleepers);
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
        if (pthread_create(&pool.handles[pool.workers], NULL, worker, NULL) != 0) break;
        pool.workers++;
    }
}

static void stop_workers(void) {
    atomic_store(&pool.stop, true);
    wake_sleepers(MAX_THREADS);
    for (int i = 0; i < pool.workers; i++) pthread_join(pool.handles[i], NULL);
    pool.workers = 0;
    atomic_store(&pool.stop, false);
}

static void run_region(bk_task_body body, void *context, int64_t tasks) {
    pool.body = body;
    pool.context = context;
    pool.tasks = tasks;
    atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool.left, 0, memory_order_relaxed);
    uint64_t region = atomic_load_explicit(&pool.state, memory_order_relaxed) / STATE_REGION + 1;
    atomic_store(&pool.state, (uint32_t)region * STATE_REGION | STATE_OPEN);
    wake_sleepers(tasks - 1);

    inside_region = true;
    run_tasks(body, context, tasks);
    inside_region = false;

    uint64_t joined = atomic_fetch_and_explicit(&pool.state, ~STATE_OPEN, memory_order_relaxed) & STATE_JOINED_MASK;
    int64_t yield_at = 0;
    while (atomic_load_explicit(&pool.left, memory_order_acquire) != joined) {
        pause_briefly();
        // A worker that lost its processor in the middle of a task needs ours.
        int64_t now = nanoseconds();
        if (yield_at == 0) yield_at = now + SPIN_NANOSECONDS;
        if (now > yield_at) sched_yield();
    }
}

void bk_pool_run(bk_task_body body, void *context, int64_t tasks) {
    if (tasks > 1 && !inside_region && bk_pool_threads() > 1 &&
        !atomic_exchange_explicit(&pool.busy, true, memory_order_acquire)) {
        if (pool.workers + 1 < bk_pool_threads()) start_workers(bk_pool_threads() - 1);
        run_region(body, context, tasks);
        atomic_store_explicit(&pool.busy, false, memory_order_release);
        return;
    }
    for (int64_t task = 0; task < tasks; task++) body(context, task);
}

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
