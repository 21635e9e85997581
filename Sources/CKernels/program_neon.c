// The inner loops of block programs for 64-bit Arm.
#if defined(__aarch64__)
#define BODY_TABLE bk_kernels_neon
#define BODY_VECTOR_BYTES 16
#define BODY_REGISTERS 4
#define BODY_FMA 1
#include "program_body.h"
#endif
