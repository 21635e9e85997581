// Convolution and its two gradients over up to three spatial axes, cut into independent tasks.
#ifndef BK_CONVOLUTION_H
#define BK_CONVOLUTION_H

#include "bk_base.h"

#define BK_SPATIAL 3

typedef enum {
    BK_CONVOLUTION_FORWARD = 0,          // a: input, b: weights, result: output
    BK_CONVOLUTION_INPUT_GRADIENT = 1,   // a: gradient of the output, b: weights, result: gradient of the input
    BK_CONVOLUTION_WEIGHT_GRADIENT = 2,  // a: input, b: gradient of the output, result: gradient of the weights
} bk_convolution_kind;

// Input [batch, input..., in_channels], weights [out_channels, kernel..., in_channels / groups] and output
// [batch, output..., out_channels] are dense; axes that are not there have extent 1. Output place o meets tap t of the
// kernel at place o * stride - low + t * dilation of the spread input, which has input_dilation - 1 zeros between
// neighbours and zeros all around. `low` may be negative, which leaves out the first places.
typedef struct {
    bk_convolution_kind kind;
    bk_type type;  // BK_TYPE_F32 or BK_TYPE_F64
    int64_t batch, groups, in_channels, out_channels;
    int64_t input[BK_SPATIAL], kernel[BK_SPATIAL], output[BK_SPATIAL];
    int64_t stride[BK_SPATIAL], low[BK_SPATIAL], dilation[BK_SPATIAL], input_dilation[BK_SPATIAL];
    // Filled in by bk_convolution_prepare; depends on the problem alone, never on the number of threads.
    int64_t tasks;
    int64_t partial_bytes;  // memory that the caller provides to all tasks of one run
    int64_t plan[4];
} bk_convolution;

void bk_convolution_prepare(bk_convolution *convolution);
void bk_convolution_run(const bk_convolution *convolution, const void *a, const void *b, void *result, void *partials,
                        int64_t task);
// After all tasks: adds up the partial results in a fixed order. Does nothing where partial_bytes is 0.
void bk_convolution_finish(const bk_convolution *convolution, void *result, const void *partials);

#endif
