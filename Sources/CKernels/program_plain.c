// The inner loops of block programs in the instructions that every processor of the architecture has.
#define BODY_TABLE bk_kernels_plain
#define BODY_VECTOR_BYTES 16
#define BODY_REGISTERS 2
#include "program_body.h"
