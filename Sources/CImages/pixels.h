#ifndef BK_PIXELS_H
#define BK_PIXELS_H

#include <stdint.h>

// The weights of ITU-R BT.601 in 16 bits, rounded.
static inline uint8_t bk_grey(uint8_t red, uint8_t green, uint8_t blue) {
    return (uint8_t)((red * 19595u + green * 38470u + blue * 7471u + 32768u) >> 16);
}

// Converts pixels of 1 (grey), 2 (grey, alpha), 3 or 4 (red, green, blue, alpha) channels to 1, 3 or 4. Alpha is dropped where it
// is not wanted, and full where there was none.
static inline void bk_convert_pixels(const uint8_t *from, int have, uint8_t *to, int want, uint64_t count) {
    for (uint64_t pixel = 0; pixel < count; pixel++, from += have, to += want) {
        const int has_colour = have >= 3;
        const uint8_t red = from[0], green = has_colour ? from[1] : red, blue = has_colour ? from[2] : red;
        if (want == 1) {
            to[0] = has_colour ? bk_grey(red, green, blue) : red;
            continue;
        }
        to[0] = red;
        to[1] = green;
        to[2] = blue;
        if (want == 4) to[3] = have == 2 ? from[1] : have == 4 ? from[3] : 255;
    }
}

#endif
