#ifdef BACKPROP_IMAGES

#include "bk_images.h"
#include "pixels.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// All that survives a jump, which is why it is no local variable of the function that jumps end in.
struct reading {
    jmp_buf escape;
    const uint8_t *bytes;
    size_t count, position;
    int channels;
    uint64_t most_pixels;
    struct bk_image *image;
    png_structp png;
    png_infop info;
    uint8_t *raw;
    png_bytep *rows;
};

static _Noreturn void give_up(struct reading *reading, enum bk_image_status status, const char *message) {
    reading->image->status = status;
    strncpy(reading->image->message, message, sizeof reading->image->message - 1);
    longjmp(reading->escape, 1);
}

static void fail(png_structp png, png_const_charp message) { give_up(png_get_error_ptr(png), bk_image_bad, message); }

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void next_bytes(png_structp png, png_bytep target, size_t count) {
    struct reading *reading = png_get_io_ptr(png);
    if (count > reading->count - reading->position) give_up(reading, bk_image_bad, "the file ends too early");
    memcpy(target, reading->bytes + reading->position, count);
    reading->position += count;
}

static void decode(struct reading *reading) {
    if (setjmp(reading->escape)) return;
    reading->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reading, fail, ignore);
    if (!reading->png) give_up(reading, bk_image_no_memory, "no memory");
    png_structp png = reading->png;
    reading->info = png_create_info_struct(png);
    if (!reading->info) give_up(reading, bk_image_no_memory, "no memory");
    png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_set_chunk_malloc_max(png, 8 << 20);
    png_set_chunk_cache_max(png, 128);
    png_set_read_fn(png, reading, next_bytes);
    png_read_info(png, reading->info);
    const uint64_t width = png_get_image_width(png, reading->info), height = png_get_image_height(png, reading->info);
    reading->image->width = (uint32_t)width;
    reading->image->height = (uint32_t)height;
    if (width * height > reading->most_pixels) give_up(reading, bk_image_too_large, "");
    // A packed byte stands for 1032 bytes at most.
    const uint64_t packed = png_get_rowbytes(png, reading->info) * height;
    if (packed / 1032 > reading->count) give_up(reading, bk_image_bad, "it is said to have more pixels than its bytes can hold");
    png_set_expand(png);
    if (png_get_bit_depth(png, reading->info) == 16) png_set_scale_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, reading->info);
    const int have = png_get_channels(png, reading->info);
    const uint64_t row = png_get_rowbytes(png, reading->info);
    if (row != width * (uint64_t)have) give_up(reading, bk_image_bad, "its rows have an unexpected length");
    reading->raw = malloc(row * height);
    reading->rows = malloc(height * sizeof *reading->rows);
    if (!reading->raw || !reading->rows) give_up(reading, bk_image_no_memory, "no memory");
    for (uint64_t y = 0; y < height; y++) reading->rows[y] = reading->raw + y * row;
    png_read_image(png, reading->rows);
    png_read_end(png, NULL);
    if (have == reading->channels) {
        reading->image->pixels = reading->raw;
        reading->raw = NULL;
    } else {
        reading->image->pixels = malloc(width * height * (uint64_t)reading->channels);
        if (!reading->image->pixels) give_up(reading, bk_image_no_memory, "no memory");
        bk_convert_pixels(reading->raw, have, reading->image->pixels, reading->channels, width * height);
    }
    reading->image->status = bk_image_good;
}

void bk_image_read_png(const uint8_t *bytes, size_t count, int channels, uint64_t most_pixels, struct bk_image *image) {
    struct reading reading = {
        .bytes = bytes, .count = count, .channels = channels, .most_pixels = most_pixels, .image = image};
    memset(image, 0, sizeof *image);
    decode(&reading);
    png_destroy_read_struct(&reading.png, &reading.info, NULL);
    free(reading.raw);
    free(reading.rows);
}

#endif
