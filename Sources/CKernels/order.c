// Sorting and running extrema.
#include "bk_order.h"

#include <string.h>

#include "kernel_cut.h"

// MARK: Sorting

typedef struct {
    uint64_t key;
    int64_t index;
} item;

// Keys are unsigned numbers in the order of the elements.
static const uint64_t HIGHEST_BIT = (uint64_t)1 << 63;

static uint64_t key_of_integer(int64_t value) { return (uint64_t)value ^ HIGHEST_BIT; }

static uint64_t key_of_number(double value) {
    if (value != value) return UINT64_MAX;
    const double one_zero = value + 0.0;  // -0 equals 0
    uint64_t bits;
    memcpy(&bits, &one_zero, sizeof bits);
    return bits & HIGHEST_BIT ? ~bits : bits | HIGHEST_BIT;
}

#define READ_KEYS(Element, key_of)                                                                       \
    for (int64_t i = 0; i < length; i++) {                                                               \
        items[i] = (item){key_of(((const Element *)source)[first + i * stride]) ^ flip, i};              \
    }

static void read_keys(bk_type type, const void *source, int64_t first, int64_t length, int64_t stride, uint64_t flip,
                      item *items) {
    switch (type) {
    case BK_TYPE_BOOL:
    case BK_TYPE_U8: READ_KEYS(uint8_t, key_of_integer); break;
    case BK_TYPE_I32: READ_KEYS(int32_t, key_of_integer); break;
    case BK_TYPE_I64: READ_KEYS(int64_t, key_of_integer); break;
    case BK_TYPE_F32: READ_KEYS(float, key_of_number); break;
    case BK_TYPE_F64: READ_KEYS(double, key_of_number); break;
    case BK_TYPE_BF16: break;  // arrives as F32
    }
}

enum { SHORT_RUN = 16, RADIX_BITS = 8, RADIX = 1 << RADIX_BITS, DIGITS = 64 / RADIX_BITS, ENOUGH_FOR_RADIX = 1024 };

static void sort_short_run(item *items, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        const item moved = items[i];
        int64_t j = i;
        for (; j > 0 && items[j - 1].key > moved.key; j--) items[j] = items[j - 1];
        items[j] = moved;
    }
}

static void merge(const item *left, const item *middle, const item *end, item *to) {
    const item *right = middle;
    while (left < middle && right < end) *to++ = right->key < left->key ? *right++ : *left++;
    memcpy(to, left, (size_t)((const char *)middle - (const char *)left));
    to += middle - left;
    memcpy(to, right, (size_t)((const char *)end - (const char *)right));
}

// Both give the one of the two arrays that holds the sorted items.
static item *sort_by_merging(item *items, item *spare, int64_t count) {
    for (int64_t i = 0; i < count; i += SHORT_RUN) sort_short_run(items + i, least(SHORT_RUN, count - i));
    for (int64_t run = SHORT_RUN; run < count; run *= 2) {
        for (int64_t i = 0; i < count; i += 2 * run) {
            const int64_t middle = least(i + run, count), end = least(i + 2 * run, count);
            merge(items + i, items + middle, items + end, spare + i);
        }
        item *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}

static item *sort_by_digits(item *items, item *spare, int64_t count) {
    int64_t counts[DIGITS][RADIX];
    memset(counts, 0, sizeof counts);
    for (int64_t i = 0; i < count; i++) {
        for (int digit = 0; digit < DIGITS; digit++) {
            counts[digit][items[i].key >> (digit * RADIX_BITS) & (RADIX - 1)]++;
        }
    }
    for (int digit = 0; digit < DIGITS; digit++) {
        const int shift = digit * RADIX_BITS;
        // All keys have the same digit here.
        if (counts[digit][items[0].key >> shift & (RADIX - 1)] == count) continue;
        int64_t start = 0;
        for (int value = 0; value < RADIX; value++) {
            const int64_t width = counts[digit][value];
            counts[digit][value] = start;
            start += width;
        }
        for (int64_t i = 0; i < count; i++) {
            spare[counts[digit][items[i].key >> shift & (RADIX - 1)]++] = items[i];
        }
        item *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}

// A task sorts some lines; about ten passes over each.
int64_t bk_argsort_tasks(int64_t outer, int64_t length, int64_t inner) { return tasks_of(outer * inner, 10 * length); }

void bk_argsort_run(bk_type type, bool descending, int64_t outer, int64_t length, int64_t inner, const void *source,
                    int64_t *result, int64_t task) {
    const int64_t lines = outer * inner, share = units_of_task(lines, 10 * length);
    const int64_t end = least(lines, (task + 1) * share);
    item *items = bk_scratch(BK_SCRATCH_WORK, (size_t)(2 * length) * sizeof(item));
    for (int64_t line = task * share; line < end; line++) {
        const int64_t first = line / inner * length * inner + line % inner;
        read_keys(type, source, first, length, inner, descending ? UINT64_MAX : 0, items);
        const item *sorted = length < ENOUGH_FOR_RADIX ? sort_by_merging(items, items + length, length)
                                                       : sort_by_digits(items, items + length, length);
        for (int64_t i = 0; i < length; i++) result[first + i * inner] = sorted[i].index;
    }
}

// MARK: Running extrema

int64_t bk_cumulative_arg_tasks(int64_t outer, int64_t length, int64_t inner) {
    return tasks_of(outer * line_groups(inner), length * least(inner, LINE_COLUMNS));
}

// x != x never holds for integers.
#define TAKES_OVER_GREATEST(x, best) ((x) >= (best) || (x) != (x))
#define TAKES_OVER_LEAST(x, best) ((x) <= (best) || (x) != (x))

#define CUMULATIVE_LOOP(Element, TAKES_OVER)                                               \
    do {                                                                                   \
        const Element *from = (const Element *)source + start;                             \
        Element best[LINE_COLUMNS];                                                        \
        int64_t place[LINE_COLUMNS];                                                       \
        for (int64_t c = 0; c < columns; c++) best[c] = from[c], place[c] = 0;             \
        for (int64_t i = 0; i < length; i++) {                                             \
            for (int64_t c = 0; c < columns; c++) {                                        \
                const Element x = from[i * inner + c];                                     \
                const bool better = TAKES_OVER(x, best[c]);                                \
                best[c] = better ? x : best[c];                                            \
                place[c] = better ? i : place[c];                                          \
                result[start + i * inner + c] = place[c];                                  \
            }                                                                              \
        }                                                                                  \
    } while (0)

#define CUMULATIVE(Element)                                             \
    do {                                                                \
        if (greatest) CUMULATIVE_LOOP(Element, TAKES_OVER_GREATEST);    \
        else CUMULATIVE_LOOP(Element, TAKES_OVER_LEAST);                \
    } while (0)

void bk_cumulative_arg_run(bk_type type, bool greatest, int64_t outer, int64_t length, int64_t inner,
                           const void *source, int64_t *result, int64_t task) {
    const int64_t groups = line_groups(inner), units = outer * groups;
    const int64_t share = units_of_task(units, length * least(inner, LINE_COLUMNS));
    const int64_t end = least(units, (task + 1) * share);
    for (int64_t unit = task * share; unit < end; unit++) {
        const int64_t first = unit % groups * LINE_COLUMNS, columns = least(LINE_COLUMNS, inner - first);
        const int64_t start = unit / groups * length * inner + first;
        switch (type) {
        case BK_TYPE_BOOL:
        case BK_TYPE_U8: CUMULATIVE(uint8_t); break;
        case BK_TYPE_I32: CUMULATIVE(int32_t); break;
        case BK_TYPE_I64: CUMULATIVE(int64_t); break;
        case BK_TYPE_F32: CUMULATIVE(float); break;
        case BK_TYPE_F64: CUMULATIVE(double); break;
        case BK_TYPE_BF16: break;  // arrives as F32
        }
    }
}
