// The matrix product, convolution and windows in NEON: strips of 8 rows, 24 accumulators.
#if defined(__aarch64__)
#include "convolution_kernels.h"

#define ROWS 8
#define VECTORS 3
#define MASKED_LOADS 0

#define ELEMENT float
#define NAME(x) x##_neon_f32
#define LANES 4
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#define BROADCAST(p) (*(p) - (VECTOR){0})
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"

#define ELEMENT double
#define NAME(x) x##_neon_f64
#define LANES 2
#define LOW_HALVES 0, 2
#define HIGH_HALVES 1, 3
#define BROADCAST(p) (*(p) - (VECTOR){0})
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"

#endif
