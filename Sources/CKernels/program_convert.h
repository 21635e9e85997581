// LOAD and STORE: between any type in memory and any type of temporaries, with any strides.

#define CONVERSION(from, From, to, To, VALUE_OF)                                                   \
    static void convert_##from##_##to(const bk_block *k) {                                         \
        /* Stores of bytes might change what `k` points to, and then no loop could be vectorized. */ \
        const int64_t cols = k->cols, a_step = k->col[BK_A], dst_step = k->col[BK_DST];            \
        for (int64_t r = 0; r < k->rows; r++) {                                                    \
            const From *a = LINE(From, BK_A);                                                      \
            To *dst = LINE(To, BK_DST);                                                            \
            if (a_step == sizeof(From) && dst_step == sizeof(To)) {                                \
                for (int64_t i = 0; i < cols; i++) dst[i] = VALUE_OF(a[i]);                        \
                continue;                                                                          \
            }                                                                                      \
            for (int64_t i = 0; i < cols; i++) {                                                   \
                *(To *)((char *)dst + i * dst_step) = VALUE_OF(*(const From *)((const char *)a + i * a_step)); \
            }                                                                                      \
        }                                                                                          \
    }

// Floating point becomes an integer by dropping its fraction; what lies outside the range becomes the nearest end of
// it, and what is not a number becomes 0.
#define TRUNCATION(name, From, To, low, high, lowest, highest) \
    INLINE To name(From x) {                                   \
        if (!(x > low)) return x != x ? 0 : lowest;            \
        return x < high ? (To)x : highest;                     \
    }
TRUNCATION(f32_to_u8, float, uint8_t, 0.0f, 255.0f, 0, 255)
TRUNCATION(f64_to_u8, double, uint8_t, 0.0, 255.0, 0, 255)
TRUNCATION(f32_to_i32, float, int32_t, -0x1p31f, 0x1p31f, INT32_MIN, INT32_MAX)
TRUNCATION(f64_to_i32, double, int32_t, -0x1p31, 0x1p31, INT32_MIN, INT32_MAX)
TRUNCATION(f32_to_i64, float, int64_t, -0x1p63f, 0x1p63f, INT64_MIN, INT64_MAX)
TRUNCATION(f64_to_i64, double, int64_t, -0x1p63, 0x1p63, INT64_MIN, INT64_MAX)
#undef TRUNCATION

INLINE float bf16_to_f32(uint16_t x) {
    const uint32_t bits = (uint32_t)x << 16;
    float value;
    __builtin_memcpy(&value, &bits, 4);
    return value;
}
// To nearest, ties to even. What is not a number stays so: rounding could carry its last bits away.
INLINE uint16_t f32_to_bf16(float x) {
    uint32_t bits;
    __builtin_memcpy(&bits, &x, 4);
    const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return x != x ? (uint16_t)(bits >> 16 | 0x40) : (uint16_t)rounded;
}
#define BF16_TO_F64(x) ((double)bf16_to_f32(x))
#define BF16_TO_I64(x) f32_to_i64(bf16_to_f32(x))
#define TO_BF16(x) f32_to_bf16((float)(x))

#define SAME(x) (x)
#define NONZERO(x) ((x) != 0)

CONVERSION(u8, uint8_t, f32, float, SAME)
CONVERSION(i32, int32_t, f32, float, (float))
CONVERSION(i64, int64_t, f32, float, (float))
CONVERSION(f32, float, f32, float, SAME)
CONVERSION(f64, double, f32, float, (float))

CONVERSION(u8, uint8_t, f64, double, SAME)
CONVERSION(i32, int32_t, f64, double, SAME)
CONVERSION(i64, int64_t, f64, double, (double))
CONVERSION(f32, float, f64, double, SAME)
CONVERSION(f64, double, f64, double, SAME)

CONVERSION(u8, uint8_t, i64, int64_t, SAME)
CONVERSION(i32, int32_t, i64, int64_t, SAME)
CONVERSION(i64, int64_t, i64, int64_t, SAME)
CONVERSION(f32, float, i64, int64_t, f32_to_i64)
CONVERSION(f64, double, i64, int64_t, f64_to_i64)

CONVERSION(bf16, uint16_t, f32, float, bf16_to_f32)
CONVERSION(bf16, uint16_t, f64, double, BF16_TO_F64)
CONVERSION(bf16, uint16_t, i64, int64_t, BF16_TO_I64)
CONVERSION(f32, float, bf16, uint16_t, f32_to_bf16)
CONVERSION(f64, double, bf16, uint16_t, TO_BF16)
CONVERSION(i64, int64_t, bf16, uint16_t, TO_BF16)

CONVERSION(f32, float, bool, uint8_t, NONZERO)
CONVERSION(f32, float, u8, uint8_t, f32_to_u8)
CONVERSION(f32, float, i32, int32_t, f32_to_i32)

CONVERSION(f64, double, bool, uint8_t, NONZERO)
CONVERSION(f64, double, u8, uint8_t, f64_to_u8)
CONVERSION(f64, double, i32, int32_t, f64_to_i32)

CONVERSION(i64, int64_t, bool, uint8_t, NONZERO)
CONVERSION(i64, int64_t, u8, uint8_t, (uint8_t))
CONVERSION(i64, int64_t, i32, int32_t, (int32_t))

#undef CONVERSION
#undef BF16_TO_F64
#undef BF16_TO_I64
#undef TO_BF16
#undef SAME
#undef NONZERO
