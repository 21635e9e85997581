// Scratch memory: one growing buffer for each thread and slot, freed when the thread ends.
#include "bk_base.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };

typedef struct {
    void *memory;
    size_t bytes;
} buffer;

static _Thread_local buffer buffers[BK_SCRATCH_SLOTS];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

// The thread-local array itself may be gone when keys are destroyed, so each thread's key holds its own copy
// of what must be freed.
static void free_all(void *owned) {
    void **memory = owned;
    for (int slot = 0; slot < BK_SCRATCH_SLOTS; slot++) free(memory[slot]);
    free(memory);
}

static void make_key(void) {
    if (pthread_key_create(&key, free_all) != 0) {
        fprintf(stderr, "Backprop cannot create a thread key for its scratch memory\n");
        abort();
    }
}

static __attribute__((noinline)) void *grow(bk_scratch_slot slot, size_t bytes) {
    pthread_once(&key_once, make_key);
    void **owned = pthread_getspecific(key);
    if (!owned) {
        owned = calloc(BK_SCRATCH_SLOTS, sizeof *owned);
        if (owned) pthread_setspecific(key, owned);
    }
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    free(buffers[slot].memory);
    buffers[slot] = (buffer){NULL, 0};
    void *memory = owned ? aligned_alloc(ALIGNMENT, bytes) : NULL;
    if (!memory) {
        fprintf(stderr, "out of memory: %zu bytes of scratch for one thread\n", bytes);
        exit(EXIT_FAILURE);
    }
    owned[slot] = memory;
    buffers[slot] = (buffer){memory, bytes};
    return memory;
}

void *bk_scratch(bk_scratch_slot slot, size_t bytes) {
    buffer found = buffers[slot];
    return __builtin_expect(bytes <= found.bytes && found.memory, 1) ? found.memory : grow(slot, bytes);
}
