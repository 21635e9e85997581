// Data movement that needs no conversion (see program_lane.h).

// The elements of two vectors in turn: of their lower halves, and of their upper ones.
#if BODY_VECTOR_BYTES / LANE_BYTES == 16
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif BODY_VECTOR_BYTES / LANE_BYTES == 8
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#elif BODY_VECTOR_BYTES / LANE_BYTES == 4
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#else
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 2)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 1, 3)
#endif

// A square of LANES x LANES elements. One round of zipping vector i with vector i + LANES/2 rotates the bits of
// (vector, lane) by one place; after log2(LANES) rounds vector and lane have changed places.
INLINE void N(transpose_square)(const char *source, int64_t source_step, char *dst, int64_t dst_step, bool past_cache) {
    V rows[BODY_VECTOR_BYTES / LANE_BYTES], next[BODY_VECTOR_BYTES / LANE_BYTES];
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i++) rows[i] = N(get)((const T *)(source + i * source_step));
#pragma clang loop unroll(full)
    for (int round = 1; round < LANES; round *= 2) {
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES / 2; i++) {
            next[2 * i] = ZIP_LOW(rows[i], rows[i + LANES / 2]);
            next[2 * i + 1] = ZIP_HIGH(rows[i], rows[i + LANES / 2]);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES; i++) rows[i] = next[i];
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i++) {
        V *place = (V *)(dst + i * dst_step);
        if (past_cache) __builtin_nontemporal_store(rows[i], place);
        else N(put)((T *)place, rows[i]);
    }
}

// A's elements are adjacent down its rows, the result's along them. A square of 64 bytes a side is a whole number
// of cache lines on both sides, so these are finished one after the other.
static void N(transpose)(const bk_block *k) {
#if BODY_AVX512
    // Vectors that are whole lines need not be read before they are written.
    const bool past_cache = k->past_cache && ((uintptr_t)k->at[BK_DST] | (uintptr_t)k->row[BK_DST]) % 64 == 0;
#else
    const bool past_cache = false;
#endif
    const int64_t rows = k->rows, cols = k->cols, step = k->col[BK_A], dst_step = k->row[BK_DST];
    const int64_t inner_rows = rows - rows % LANES, inner_cols = cols - cols % LANES;
    for (int64_t r0 = 0; r0 < inner_rows; r0 += WIDE_LANES) {
        const int64_t r1 = r0 + WIDE_LANES < inner_rows ? r0 + WIDE_LANES : inner_rows;
        for (int64_t c0 = 0; c0 < inner_cols; c0 += WIDE_LANES) {
            const int64_t c1 = c0 + WIDE_LANES < inner_cols ? c0 + WIDE_LANES : inner_cols;
            for (int64_t r = r0; r < r1; r += LANES) {
                for (int64_t c = c0; c < c1; c += LANES) {
                    const char *source = k->at[BK_A] + r * LANE_BYTES + c * step;
                    char *dst = k->at[BK_DST] + r * dst_step + c * LANE_BYTES;
                    if (past_cache) N(transpose_square)(source, step, dst, dst_step, true);
                    else N(transpose_square)(source, step, dst, dst_step, false);
                }
            }
        }
    }
    for (int64_t r = 0; r < rows; r++) {
        T *dst = LINE(T, BK_DST);
        const char *a = k->at[BK_A] + r * LANE_BYTES;
        for (int64_t c = r < inner_rows ? inner_cols : 0; c < cols; c++) dst[c] = *(const T *)(a + c * step);
    }
#if BODY_AVX512
    if (past_cache) _mm_sfence();  // before another thread is told that the result is there
#endif
}

// The numbers of BK_INDEX.
static void N(index)(const bk_block *k) {
    for (int64_t r = 0; r < k->rows; r++) {
        T *dst = LINE(T, BK_DST);
        const int64_t first = k->first + r * k->row_step, step = k->col_step;
        for (int64_t i = 0; i < k->cols; i++) dst[i] = (T)(first + i * step);
    }
}

#undef ZIP_LOW
#undef ZIP_HIGH
