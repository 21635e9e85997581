#ifdef BACKPROP_IMAGES

#include "bk_images.h"
#include "pixels.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// More scans than any encoder makes; each goes over the whole image again.
enum { most_scans = 500 };

// All that survives a jump, which is why it is no local variable of the function that jumps end in.
struct reading {
    jmp_buf escape;
    int channels;
    uint64_t most_pixels;
    struct bk_image *image;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    uint8_t *row;
};

static _Noreturn void give_up(struct reading *reading, enum bk_image_status status, const char *message) {
    reading->image->status = status;
    strncpy(reading->image->message, message, sizeof reading->image->message - 1);
    longjmp(reading->escape, 1);
}

static _Noreturn void fail(j_common_ptr jpeg) {
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    give_up(jpeg->client_data, jpeg->err->msg_code == JERR_OUT_OF_MEMORY ? bk_image_no_memory : bk_image_bad, message);
}

// Where bytes are missing or wrong, libjpeg makes up grey pixels and warns. Other warnings leave the image as it was meant.
static void note(j_common_ptr jpeg, int level) {
    const int code = jpeg->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE)) fail(jpeg);
}

static void say_nothing(j_common_ptr jpeg) { (void)jpeg; }

static void check_scans(j_common_ptr jpeg) {
    if (((j_decompress_ptr)jpeg)->input_scan_number > most_scans) {
        give_up(jpeg->client_data, bk_image_bad, "it has more scans than any encoder makes");
    }
}

// Inks to light, in place. Adobe's programs store them inverted, and say so.
static void convert_inks(uint8_t *row, uint64_t count, int is_inverted) {
    for (uint64_t pixel = 0; pixel < count; pixel++) {
        const uint8_t *from = row + 4 * pixel;
        uint8_t *to = row + 3 * pixel;
        const unsigned flip = is_inverted ? 0 : 255, black = from[3] ^ flip;
        const unsigned red = (from[0] ^ flip) * black, green = (from[1] ^ flip) * black, blue = (from[2] ^ flip) * black;
        to[0] = (uint8_t)((red + 127) / 255);
        to[1] = (uint8_t)((green + 127) / 255);
        to[2] = (uint8_t)((blue + 127) / 255);
    }
}

static void decode(struct reading *reading, const uint8_t *bytes, size_t count) {
    if (setjmp(reading->escape)) return;
    j_decompress_ptr jpeg = &reading->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->client_data = reading;
    jpeg->progress = &reading->progress;
    jpeg_mem_src(jpeg, (unsigned char *)bytes, count);
    jpeg_read_header(jpeg, TRUE);
    const uint64_t width = jpeg->image_width, height = jpeg->image_height;
    reading->image->width = (uint32_t)width;
    reading->image->height = (uint32_t)height;
    if (width * height > reading->most_pixels) give_up(reading, bk_image_too_large, "");
    const int is_grey = jpeg->num_components == 1;
    const int has_inks = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = is_grey ? JCS_GRAYSCALE : has_inks ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(jpeg);
    const int have = is_grey ? 1 : 3, stored = is_grey ? 1 : has_inks ? 4 : 3;
    if (jpeg->output_components != stored || jpeg->output_width != width || jpeg->output_height != height) {
        give_up(reading, bk_image_bad, "its colours are of an unknown kind");
    }
    const uint64_t row = width * (uint64_t)reading->channels;
    reading->row = malloc(width * (uint64_t)stored);
    reading->image->pixels = malloc(row * height);
    if (!reading->row || !reading->image->pixels) give_up(reading, bk_image_no_memory, "no memory");
    while (jpeg->output_scanline < height) {
        const uint64_t y = jpeg->output_scanline;
        if (jpeg_read_scanlines(jpeg, &reading->row, 1) != 1) give_up(reading, bk_image_bad, "the file ends too early");
        if (has_inks) convert_inks(reading->row, width, jpeg->saw_Adobe_marker);
        bk_convert_pixels(reading->row, have, reading->image->pixels + y * row, reading->channels, width);
    }
    jpeg_finish_decompress(jpeg);
    reading->image->status = bk_image_good;
}

void bk_image_read_jpeg(const uint8_t *bytes, size_t count, int channels, uint64_t most_pixels, struct bk_image *image) {
    struct reading reading = {.channels = channels, .most_pixels = most_pixels, .image = image};
    memset(image, 0, sizeof *image);
    reading.jpeg.err = jpeg_std_error(&reading.errors);
    // Creation may fail, and forgets everything but the handler of errors and this.
    reading.jpeg.client_data = &reading;
    reading.errors.error_exit = fail;
    reading.errors.emit_message = note;
    reading.errors.output_message = say_nothing;
    reading.progress.progress_monitor = check_scans;
    decode(&reading, bytes, count);
    jpeg_destroy_decompress(&reading.jpeg);
    free(reading.row);
    if (image->status != bk_image_good) {
        free(image->pixels);
        image->pixels = NULL;
    }
}

#endif
