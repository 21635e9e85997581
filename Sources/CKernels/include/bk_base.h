// What every kernel shares: element types, instruction sets and scratch memory.
#ifndef BK_BASE_H
#define BK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How an element is stored in memory. The numbers equal `DType.rawValue` on the Swift side.
typedef enum {
    BK_TYPE_BOOL = 0,  // one byte, 0 or 1
    BK_TYPE_U8 = 1,
    BK_TYPE_I32 = 2,
    BK_TYPE_I64 = 3,
    BK_TYPE_F32 = 4,
    BK_TYPE_F64 = 5,
    BK_TYPE_BF16 = 6,  // the upper half of an F32; computed with in the F32 lane
} bk_type;

// The instruction sets that one source is compiled for.
typedef enum { BK_ISA_PLAIN = 0, BK_ISA_NEON = 1, BK_ISA_AVX2 = 2, BK_ISA_AVX512 = 3 } bk_isa;

const char *bk_isa_name(bk_isa isa);
bool bk_isa_available(bk_isa isa);
// The set in use: the best one available, or the one that BACKPROP_ISA (plain, neon, avx2, avx512) names.
bk_isa bk_isa_current(void);
// Switches the set for the whole process; false where the machine lacks it. No kernel may be running.
bool bk_isa_select(bk_isa isa);

// Memory of this thread that survives until the next call with the same slot; 64-byte aligned.
// Slots keep nested users apart: a matrix product holds its packed panels while its epilogue runs a program.
typedef enum {
    BK_SCRATCH_PACK = 0,
    BK_SCRATCH_TILE = 1,
    BK_SCRATCH_PROGRAM = 2,
    BK_SCRATCH_WORK = 3,  // of kernels that run alone
    BK_SCRATCH_KEPT = 4,  // of what one task of a product leaves to the next
    BK_SCRATCH_SLOTS = 5,
} bk_scratch_slot;
void *bk_scratch(bk_scratch_slot slot, size_t bytes);

#endif
