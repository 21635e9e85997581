// What convolution and windows ask of an instruction set, for one element type.
#ifndef CONVOLUTION_KERNELS_H
#define CONVOLUTION_KERNELS_H

#include "gemm_kernels.h"
#include "window_view.h"

#include <string.h>

// Some taps of the kernel whose elements lie side by side, in the image as well as in the packed weights.
typedef struct {
    const void *const *pixels;  // for each row of the strip a place in the image,
    int64_t offset;             // and how many elements behind it they start
    int64_t weights;            // where they start in a panel of weights
    int64_t length;
} convolution_run;

// A strip of the result: a few pixels, all channels of one block. A row of C is the sum over all runs of the
// elements of the image times their rows of weights.
typedef struct {
    const convolution_run *runs;
    int64_t count;
    int64_t offset;       // of the first channel in each pixel of the image
    const void *weights;  // panels of `panel` elements
    int64_t panel;
    void *const *c;       // the rows of C
    int64_t c_offset, cols;
    bool accumulate;
} convolution_strip;

// A strip where each channel is a group of its own: c = the sum over runs of pixel times weight, channel by channel.
typedef struct {
    const convolution_run *runs;
    int64_t count, rows;
    const void *weights;  // panels of `panel` elements
    int64_t panel;
    void *const *c;
    int64_t channels;
    int64_t first;        // channel in the image and in C
} convolution_channels;

// A pixel of the image, and the pixel of the other operand that meets it.
typedef struct {
    const void *image;
    int64_t pixel;
} convolution_pair;

// C = the sum over pairs of the outer product of a few elements of one operand (the rows) with many of the other;
// the rows come from the image, or (`image_is_right`) the columns do. With `accumulate` C += that.
typedef struct {
    const convolution_pair *pairs;
    int64_t count;
    int64_t image_offset;
    const void *other;    // pixel p of the other operand starts `p * other_step` elements from here
    int64_t other_step;
    void *c;
    int64_t c_row, cols;
    bool accumulate;
} convolution_outer;

typedef struct {
    int rows, cols, lanes;
    void (*strip[GEMM_MAX_ROWS])(const convolution_strip *strip);
    void (*channels)(const convolution_channels *strip);
    void (*outer_image_left[GEMM_MAX_ROWS])(const convolution_outer *outer);
    void (*outer_image_right[GEMM_MAX_ROWS])(const convolution_outer *outer);
    // The same with the product element by element: one row of C.
    void (*dot_channels)(const convolution_outer *outer);
    // The greatest elements of windows: pixels of the result, and channels of an image.
    void (*window_pick)(const bk_window *window, const void *input, const void *values, void *result, int64_t first,
                        int64_t end);
    void (*window_spread)(const bk_window *window, const void *input, const void *values, void *result, int64_t batch,
                          int64_t first, int64_t end);
    // As those of the matrix product.
    void (*pack_b)(void *packed, int64_t panel, const void *b, int64_t b_row, int64_t b_col, int64_t k, int64_t n);
    void (*pack_a)(void *packed, int64_t strip, const void *a, int64_t a_row, int64_t a_col,
                   const gemm_strips *strips, int64_t first, int64_t end, int64_t k);
} convolution_kernels;

extern const convolution_kernels convolution_plain_f32, convolution_plain_f64;
#if defined(__x86_64__)
extern const convolution_kernels convolution_avx2_f32, convolution_avx2_f64, convolution_avx512_f32,
    convolution_avx512_f64;
#elif defined(__aarch64__)
extern const convolution_kernels convolution_neon_f32, convolution_neon_f64;
#endif

#endif
