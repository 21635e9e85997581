// The Cholesky decomposition, and systems with a triangular matrix.
#include <math.h>

#include "linalg_memory.h"

// Column by column: each finished column is taken out of what is left of the lower triangle. False where a pivot is not
// positive. `column` holds n numbers.
static bool cholesky(double *a, int64_t n, double *column) {
    for (int64_t k = 0; k < n; k++) {
        const double pivot = a[k * n + k];
        if (!(pivot > 0)) return false;
        const double root = sqrt(pivot);
        a[k * n + k] = root;
        for (int64_t i = k + 1; i < n; i++) column[i] = a[i * n + k] /= root;
        for (int64_t i = k + 1; i < n; i++) {
            subtract_row(a + i * n + k + 1, column + k + 1, column[i], i - k);
        }
    }
    return true;
}

void bk_cholesky_run(const bk_matrices *shape, const void *a, void *result, int64_t task) {
    const int64_t n = shape->rows;
    double *l = work_memory(n * n + n);
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, n * n, l);
        const bool isDefinite = cholesky(l, n, l + n * n);
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j <= i; j++) l[i * n + j] = isDefinite ? l[i * n + j] : NAN;
            for (int64_t j = i + 1; j < n; j++) l[i * n + j] = 0;
        }
        store_matrix(shape->type, l, m, n * n, result);
    }
}

void bk_triangular_solve_run(const bk_matrices *shape, bk_triangle triangle, const void *a, const void *b, void *result,
                             int64_t task) {
    const int64_t n = shape->rows, right = shape->right;
    double *t = work_memory(n * n + n * right), *x = t + n * n;
    const int64_t row = triangle.transpose ? 1 : n, column = triangle.transpose ? n : 1;
    const bool isUpper = triangle.upper != triangle.transpose;
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, n * n, t);
        load_matrix(shape->type, b, m, n * right, x);
        for (int64_t step = 0; step < n; step++) {
            const int64_t i = isUpper ? n - 1 - step : step;
            for (int64_t k = isUpper ? i + 1 : 0; k < (isUpper ? n : i); k++) {
                subtract_row(x + i * right, x + k * right, t[i * row + k * column], right);
            }
            if (triangle.unit) continue;
            for (int64_t j = 0; j < right; j++) x[i * right + j] /= t[i * n + i];
        }
        store_matrix(shape->type, x, m, n * right, result);
    }
}
