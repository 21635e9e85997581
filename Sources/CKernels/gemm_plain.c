// The matrix product, convolution and windows in vectors of 16 bytes, which every machine can be relied on to have or to imitate.
#include "convolution_kernels.h"

#define ROWS 4
#define VECTORS 2
#define MASKED_LOADS 0

#define ELEMENT float
#define NAME(x) x##_plain_f32
#define LANES 4
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#define BROADCAST(p) (*(p) - (VECTOR){0})
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"

#define ELEMENT double
#define NAME(x) x##_plain_f64
#define LANES 2
#define LOW_HALVES 0, 2
#define HIGH_HALVES 1, 3
#define BROADCAST(p) (*(p) - (VECTOR){0})
#include "gemm_body.h"
#include "window_body.h"
#include "convolution_body.h"
#include "gemm_body_end.h"
