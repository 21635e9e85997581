// RANDOM: the counter-based generator Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3" (2011). The key is 64 bits, the counter the number of a group of four 32-bit words.
//
// Element i of an f32 program takes word i % 4 of group i / 4: its upper 24 bits over 2^24. Element i of an f64 or
// i64 program takes words 2(i % 2) (low half) and 2(i % 2) + 1 (high half) of group i / 2: the upper 53 bits of the
// 64 over 2^53, or the upper 63 bits.

enum { PHILOX_GROUPS = BODY_VECTOR_BYTES / 8, PHILOX_BYTES = PHILOX_GROUPS * 16 };
typedef uint64_t philox_words __attribute__((ext_vector_type(BODY_VECTOR_BYTES / 8)));

// Groups first ... first + PHILOX_GROUPS - 1, in order. Each word sits in the low half of a 64-bit lane, where
// products have room; what is left in the high halves is dropped at the next product or at the end.
INLINE void philox(uint64_t key, uint64_t first, uint32_t *words) {
    const philox_words low = (philox_words)(0xffffffff);
    philox_words counter;
    for (int i = 0; i < PHILOX_GROUPS; i++) counter[i] = first + (uint64_t)i;
    philox_words x0 = counter, x1 = counter >> 32, x2 = (philox_words)(0), x3 = (philox_words)(0);
    uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++) {
        philox_words p0 = (x0 & low) * 0xD2511F53u, p1 = (x2 & low) * 0xCD9E8D57u;
        x0 = (p1 >> 32) ^ x1 ^ (philox_words)(key0);
        x1 = p1;
        x2 = (p0 >> 32) ^ x3 ^ (philox_words)(key1);
        x3 = p0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    philox_words halves[2] = {(x0 & low) | x1 << 32, (x2 & low) | x3 << 32};
    uint64_t *pairs = (uint64_t *)words;
    for (int i = 0; i < PHILOX_GROUPS; i++) {
        pairs[2 * i] = halves[0][i];
        pairs[2 * i + 1] = halves[1][i];
    }
}

#define RANDOM(lane, T, Word, VALUE_OF)                                                                      \
    static void random_##lane(const bk_block *k) {                                                           \
        enum { per_group = 16 / sizeof(Word), batch = PHILOX_BYTES / sizeof(Word) };                         \
        uint64_t key;                                                                                        \
        memcpy(&key, k->at[BK_A], sizeof key);                                                               \
        for (int64_t r = 0; r < k->rows; r++) {                                                              \
            T *dst = LINE(T, BK_DST);                                                                        \
            const int64_t first = k->first + r * k->row_step, group = first / per_group;                     \
            const int64_t skip = first % per_group;                                                          \
            for (int64_t i = -skip; i < k->cols; i += batch) {                                               \
                _Alignas(64) union {                                                                         \
                    uint32_t parts[PHILOX_BYTES / 4];                                                        \
                    Word words[batch];                                                                       \
                } drawn;                                                                                     \
                philox(key, (uint64_t)(group + (i + skip) / per_group), drawn.parts);                        \
                const int64_t from = i < 0 ? -i : 0;                                                         \
                const int64_t to = k->cols - i < batch ? k->cols - i : batch;                                \
                if (from == 0 && to == batch) {                                                              \
                    for (int64_t j = 0; j < batch; j++) dst[i + j] = VALUE_OF(drawn.words[j]);               \
                } else {                                                                                     \
                    for (int64_t j = from; j < to; j++) dst[i + j] = VALUE_OF(drawn.words[j]);               \
                }                                                                                            \
            }                                                                                                \
        }                                                                                                    \
    }

#define UNIFORM_F32(x) ((float)(int32_t)((x) >> 8) * 0x1p-24f)
#define UNIFORM_F64(x) ((double)(int64_t)((x) >> 11) * 0x1p-53)
#define BITS_I64(x) ((int64_t)((x) >> 1))
RANDOM(f32, float, uint32_t, UNIFORM_F32)
RANDOM(f64, double, uint64_t, UNIFORM_F64)
RANDOM(i64, int64_t, uint64_t, BITS_I64)

#undef UNIFORM_F32
#undef UNIFORM_F64
#undef BITS_I64
#undef RANDOM
