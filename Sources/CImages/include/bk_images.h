#ifndef BK_IMAGES_H
#define BK_IMAGES_H

#include <stddef.h>
#include <stdint.h>

// Decoding of PNG and JPEG. There is nothing here unless the package is built with the trait "Images".

enum bk_image_status {
    bk_image_good,
    // The bytes break a rule of their format, or end too early.
    bk_image_bad,
    // More pixels than allowed.
    bk_image_too_large,
    bk_image_no_memory,
};

// An image, or why there is none.
struct bk_image {
    enum bk_image_status status;
    uint32_t width, height;
    // Row by row from the top left, `channels` bytes a pixel, from malloc; whoever asked for the image frees it.
    uint8_t *pixels;
    // One line.
    char message[256];
};

// Decodes an image to 1 channel (grey), 3 (red, green, blue) or 4 (with alpha). Sizes are checked before memory is taken for
// pixels. No error of the libraries ends the program or leaves these functions by any other way than a return.
void bk_image_read_png(const uint8_t *bytes, size_t count, int channels, uint64_t most_pixels, struct bk_image *image);
void bk_image_read_jpeg(const uint8_t *bytes, size_t count, int channels, uint64_t most_pixels, struct bk_image *image);

#endif
