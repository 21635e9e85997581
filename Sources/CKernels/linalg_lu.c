// Systems and determinants by LU decomposition with partial pivoting.
#include <math.h>

#include "linalg_memory.h"

int64_t bk_linalg_tasks(const bk_matrices *shape) { return tasks_of(shape->batch, work_of_matrix(shape)); }

double bk_lu_decompose(double *a, int64_t n, int64_t *pivots) {
    double sign = 1;
    for (int64_t i = 0; i < n; i++) pivots[i] = i;
    for (int64_t k = 0; k < n; k++) {
        int64_t greatest = k;
        for (int64_t i = k + 1; i < n; i++) {
            if (fabs(a[i * n + k]) > fabs(a[greatest * n + k])) greatest = i;
        }
        if (greatest != k) {
            swap_rows(a + k * n, a + greatest * n, n);
            const int64_t kept = pivots[k];
            pivots[k] = pivots[greatest];
            pivots[greatest] = kept;
            sign = -sign;
        }
        const double pivot = a[k * n + k];
        if (pivot == 0) continue;
        for (int64_t i = k + 1; i < n; i++) {
            const double factor = a[i * n + k] /= pivot;
            if (factor != 0) subtract_row(a + i * n + k + 1, a + k * n + k + 1, factor, n - k - 1);
        }
    }
    return sign;
}

// The pivots lie behind the matrix in working memory.
static int64_t *pivots_behind(double *a, int64_t n) { return (int64_t *)(void *)(a + n * n); }

void bk_solve_run(const bk_matrices *shape, const void *a, const void *b, void *result, int64_t task) {
    const int64_t n = shape->rows, right = shape->right;
    double *lu = work_memory(n * n + n + 2 * n * right), *sides = lu + n * n + n, *x = sides + n * right;
    int64_t *pivots = pivots_behind(lu, n);
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, n * n, lu);
        load_matrix(shape->type, b, m, n * right, sides);
        bk_lu_decompose(lu, n, pivots);
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = 0; j < right; j++) x[i * right + j] = sides[pivots[i] * right + j];
            for (int64_t k = 0; k < i; k++) subtract_row(x + i * right, x + k * right, lu[i * n + k], right);
        }
        for (int64_t i = n - 1; i >= 0; i--) {
            for (int64_t k = i + 1; k < n; k++) subtract_row(x + i * right, x + k * right, lu[i * n + k], right);
            for (int64_t j = 0; j < right; j++) x[i * right + j] /= lu[i * n + i];
        }
        store_matrix(shape->type, x, m, n * right, result);
    }
}

void bk_determinant_run(const bk_matrices *shape, const void *a, void *result, int64_t task) {
    const int64_t n = shape->rows;
    double *lu = work_memory(n * n + n);
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, n * n, lu);
        double determinant = bk_lu_decompose(lu, n, pivots_behind(lu, n));
        for (int64_t i = 0; i < n; i++) determinant *= lu[i * n + i];
        store_matrix(shape->type, &determinant, m, 1, result);
    }
}

void bk_slogdet_run(const bk_matrices *shape, const void *a, void *result, int64_t task) {
    const int64_t n = shape->rows;
    double *lu = work_memory(n * n + n);
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, n * n, lu);
        double parts[2] = {bk_lu_decompose(lu, n, pivots_behind(lu, n)), 0};
        for (int64_t i = 0; i < n; i++) {
            const double pivot = lu[i * n + i];
            parts[0] *= pivot > 0 ? 1 : pivot < 0 ? -1 : pivot;
            parts[1] += log(fabs(pivot));
        }
        store_matrix(shape->type, parts, m, 2, result);
    }
}
