// Products with few rows or few columns whose operands both lie side by side along k: plain dot products, without
// packing. Part of gemm_body.h; DOTS is how many are accumulated at once.

#define DOTS (ROWS > 6 ? 16 : 8)

// The sums of `rows` rows of A with DOTS / rows columns of B. Rows and columns that are not there repeat the last.
ALWAYS void NAME(dot_tile)(const int rows, ELEMENT sums[DOTS], const gemm_dots *dots, const ELEMENT *a,
                           int64_t real_rows, const ELEMENT *b, int64_t cols) {
    const int width = DOTS / rows;
    const ELEMENT *row[DOTS], *column[DOTS];
    UNROLL for (int r = 0; r < rows; r++) row[r] = a + (r < real_rows ? r : real_rows - 1) * dots->a_row;
    UNROLL for (int j = 0; j < width; j++) column[j] = b + (j < cols ? j : cols - 1) * dots->b_col;
    VECTOR sum[DOTS];
    UNROLL for (int i = 0; i < DOTS; i++) sum[i] = (VECTOR){0};

    int64_t k = 0;
    for (; k + LANES <= dots->k; k += LANES) {
        VECTOR left[DOTS];
        UNROLL for (int r = 0; r < rows; r++) left[r] = NAME(load)(row[r] + k);
        UNROLL for (int j = 0; j < width; j++) {
            const VECTOR right = NAME(load)(column[j] + k);
            UNROLL for (int r = 0; r < rows; r++) sum[r * width + j] += left[r] * right;
        }
    }
    if (k < dots->k) {
        const MASK mask = MASK_OF(dots->k - k);
        UNROLL for (int j = 0; j < width; j++) {
            const VECTOR right = LOAD_MASKED(column[j] + k, mask);
            UNROLL for (int r = 0; r < rows; r++)
                sum[r * width + j] += LOAD_MASKED(row[r] + k, mask) * right;
        }
    }

    // Transposed, the lanes of many sums are added at once.
    UNROLL for (int i = 0; i < DOTS; i += LANES) {
        VECTOR *x = sum + i;
        NAME(transpose)(x);
        UNROLL for (int half = LANES / 2; half > 0; half /= 2) UNROLL for (int l = 0; l < half; l++) x[l] += x[l + half];
        NAME(store)(sums + i, x[0]);
    }
}

ALWAYS void NAME(dot_rows)(const int rows, const gemm_dots *dots, int64_t row) {
    const int width = DOTS / rows;
    const int64_t real_rows = dots->rows - row < rows ? dots->rows - row : rows;
    const ELEMENT *a = (const ELEMENT *)dots->a + row * dots->a_row, *b = dots->b;
    ELEMENT *c = (ELEMENT *)dots->c + row * dots->c_row;
    for (int64_t col = 0; col < dots->cols; col += width, b += width * dots->b_col, c += width * dots->c_col) {
        const int64_t cols = dots->cols - col < width ? dots->cols - col : width;
        ELEMENT sums[DOTS];
        NAME(dot_tile)(rows, sums, dots, a, real_rows, b, cols);
        for (int64_t r = 0; r < real_rows; r++) {
            for (int64_t j = 0; j < cols; j++) c[r * dots->c_row + j * dots->c_col] = sums[r * width + j];
        }
    }
}

static void NAME(dots)(const gemm_dots *dots) {
    int64_t row = 0;
    for (; dots->rows - row > 2; row += 4) NAME(dot_rows)(4, dots, row);
    if (dots->rows - row == 2) NAME(dot_rows)(2, dots, row);
    if (dots->rows - row == 1) NAME(dot_rows)(1, dots, row);
}

#undef DOTS
