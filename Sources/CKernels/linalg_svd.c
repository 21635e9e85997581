// The singular value decomposition by one-sided rotations (Hestenes), which finds small singular values as accurately as
// large ones, and what is made from it.
#include <float.h>
#include <math.h>

#include "linalg_memory.h"

// Rotates the rows of w [k, length] until all are orthogonal, and the rows of r [k, k] with them. `squares` holds k numbers.
static bool make_rows_orthogonal(double *w, int64_t k, int64_t length, double *r, double *squares) {
    enum { MOST_SWEEPS = 60 };
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        bool changed = false;
        // Within a sweep the squares of lengths are carried along.
        for (int64_t i = 0; i < k; i++) squares[i] = dot_rows(w + i * length, w + i * length, length);
        for (int64_t i = 0; i + 1 < k; i++) {
            for (int64_t j = i + 1; j < k; j++) {
                double *x = w + i * length, *y = w + j * length;
                const double xx = squares[i], yy = squares[j], xy = dot_rows(x, y, length);
                if (fabs(xy) <= DBL_EPSILON * sqrt(xx) * sqrt(yy) || fabs(xy) < DBL_MIN) continue;
                changed = true;
                const double ratio = (yy - xx) / (2 * xy);
                const double tangent = copysign(1 / (fabs(ratio) + hypot(1, ratio)), ratio);
                const double cosine = 1 / hypot(1, tangent), sine = tangent * cosine;
                rotate_rows(x, y, cosine, sine, length);
                squares[i] = fmax(0, xx - tangent * xy);
                squares[j] = yy + tangent * xy;
                rotate_rows(r + i * k, r + j * k, cosine, sine, k);
            }
        }
        if (!changed) return true;
    }
    return false;
}

// Gives row i of `rows`, which is zero, a direction that is orthogonal to all other rows.
static void complete_row(double *rows, int64_t i, int64_t k, int64_t length) {
    double *row = rows + i * length;
    for (int64_t unit = 0; unit < length; unit++) {
        for (int64_t c = 0; c < length; c++) row[c] = c == unit;
        // Twice, since the first time may leave a rounding error as large as what is left.
        for (int pass = 0; pass < 2; pass++) {
            for (int64_t j = 0; j < k; j++) {
                if (j != i) subtract_row(row, rows + j * length, dot_rows(row, rows + j * length, length), length);
            }
        }
        const double norm = sqrt(dot_rows(row, row, length));
        if (norm * norm * (double)length < 0.5) continue;
        for (int64_t c = 0; c < length; c++) row[c] /= norm;
        return;
    }
}

void bk_svd_decompose(const double *a, int64_t rows, int64_t columns, double *left, double *right, double *values) {
    // The longer side is orthogonalized, the shorter one collects the rotations.
    const bool tall = rows >= columns;
    const int64_t k = tall ? columns : rows, length = tall ? rows : columns;
    double *w = tall ? left : right, *r = tall ? right : left;
    for (int64_t i = 0; i < k; i++) {
        for (int64_t j = 0; j < length; j++) w[i * length + j] = tall ? a[j * k + i] : a[i * length + j];
    }
    fill_identity(r, k, k);
    const bool settled = make_rows_orthogonal(w, k, length, r, values);
    for (int64_t i = 0; i < k; i++) {
        values[i] = settled ? sqrt(dot_rows(w + i * length, w + i * length, length)) : NAN;
    }
    for (int64_t i = 0; i < k; i++) {
        int64_t greatest = i;
        for (int64_t j = i + 1; j < k; j++) {
            if (values[j] > values[greatest]) greatest = j;
        }
        if (greatest == i) continue;
        swap_rows(values + i, values + greatest, 1);
        swap_rows(w + i * length, w + greatest * length, length);
        swap_rows(r + i * k, r + greatest * k, k);
    }
    for (int64_t i = 0; i < k; i++) {
        const double scale = values[i] <= DBL_MIN ? 0 : 1 / values[i];
        for (int64_t j = 0; j < length; j++) w[i * length + j] *= scale;
    }
    for (int64_t i = 0; i < k; i++) {
        if (values[i] <= DBL_MIN) complete_row(w, i, k, length);
    }
}

typedef struct {
    double *a, *left, *right, *values, *behind;
} svd_memory;

static svd_memory memory_for_svd(const bk_matrices *shape, int64_t more) {
    const int64_t rows = shape->rows, columns = shape->columns, k = least(rows, columns);
    svd_memory memory;
    memory.a = work_memory(rows * columns + k * (rows + columns) + k + more);
    memory.left = memory.a + rows * columns;
    memory.right = memory.left + k * rows;
    memory.values = memory.right + k * columns;
    memory.behind = memory.values + k;
    return memory;
}

static void decompose(const bk_matrices *shape, const void *a, int64_t position, svd_memory memory) {
    load_matrix(shape->type, a, position, shape->rows * shape->columns, memory.a);
    bk_svd_decompose(memory.a, shape->rows, shape->columns, memory.left, memory.right, memory.values);
}

void bk_svd_run(const bk_matrices *shape, const void *a, void *result, int64_t task) {
    const int64_t rows = shape->rows, columns = shape->columns, k = least(rows, columns);
    const svd_memory memory = memory_for_svd(shape, (rows + columns) * k);
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        decompose(shape, a, m, memory);
        for (int64_t c = 0; c < k; c++) {
            const double *left = memory.left + c * rows, *right = memory.right + c * columns;
            const double sign = points_down(left, rows) ? -1 : 1;
            for (int64_t i = 0; i < rows; i++) memory.behind[i * k + c] = sign * left[i];
            for (int64_t i = 0; i < columns; i++) memory.behind[(rows + i) * k + c] = sign * right[i];
        }
        store_matrix(shape->type, memory.behind, m, (rows + columns) * k, result);
    }
}

void bk_pseudo_inverse_run(const bk_matrices *shape, double cutoff, const void *a, void *result, int64_t task) {
    const int64_t rows = shape->rows, columns = shape->columns, k = least(rows, columns);
    const svd_memory memory = memory_for_svd(shape, 0);
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        decompose(shape, a, m, memory);
        double *inverse = memory.a;
        for (int64_t i = 0; i < rows * columns; i++) inverse[i] = 0;
        for (int64_t c = 0; c < k; c++) {
            if (memory.values[c] <= cutoff * memory.values[0]) continue;
            for (int64_t j = 0; j < columns; j++) {
                const double factor = -memory.right[c * columns + j] / memory.values[c];
                subtract_row(inverse + j * rows, memory.left + c * rows, factor, rows);
            }
        }
        store_matrix(shape->type, inverse, m, rows * columns, result);
    }
}

void bk_stationary_values_run(const bk_matrices *shape, const void *a, const void *u, const void *v, void *result,
                              int64_t task) {
    const int64_t rows = shape->rows, columns = shape->columns, k = shape->right;
    double *matrix = work_memory(rows * columns + (rows + columns + 2) * k), *left = matrix + rows * columns;
    double *right = left + rows * k, *values = right + columns * k, *image = values + k;
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, rows * columns, matrix);
        load_matrix(shape->type, u, m, rows * k, left);
        load_matrix(shape->type, v, m, columns * k, right);
        for (int64_t c = 0; c < k; c++) values[c] = 0;
        for (int64_t i = 0; i < rows; i++) {
            for (int64_t c = 0; c < k; c++) image[c] = 0;
            for (int64_t j = 0; j < columns; j++) subtract_row(image, right + j * k, -matrix[i * columns + j], k);
            for (int64_t c = 0; c < k; c++) values[c] += left[i * k + c] * image[c];
        }
        store_matrix(shape->type, values, m, k, result);
    }
}

// The sign of the determinant of an orthogonal matrix, which is destroyed.
static double sign_of_orthogonal(double *a, int64_t n, int64_t *pivots) {
    double sign = bk_lu_decompose(a, n, pivots);
    for (int64_t i = 0; i < n; i++) sign = a[i * n + i] < 0 ? -sign : sign;
    return sign;
}

// With A = U S Vᵀ: det(U) det(V) U D Vᵀ, where D_i is the product of all singular values but the one at i.
void bk_cofactors_run(const bk_matrices *shape, const void *a, void *result, int64_t task) {
    const int64_t n = shape->rows;
    const svd_memory memory = memory_for_svd(shape, n * n + 2 * n);
    double *copy = memory.behind, *products = copy + n * n;
    int64_t *pivots = (int64_t *)(void *)(products + n);
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        decompose(shape, a, m, memory);
        double sign = 1;
        for (int64_t i = 0; i < n * n; i++) copy[i] = memory.left[i];
        sign *= sign_of_orthogonal(copy, n, pivots);
        for (int64_t i = 0; i < n * n; i++) copy[i] = memory.right[i];
        sign *= sign_of_orthogonal(copy, n, pivots);
        double before = sign, after = 1;
        for (int64_t i = 0; i < n; i++) products[i] = before, before *= memory.values[i];
        for (int64_t i = n - 1; i >= 0; i--) products[i] *= after, after *= memory.values[i];
        for (int64_t i = 0; i < n * n; i++) copy[i] = 0;
        for (int64_t c = 0; c < n; c++) {
            for (int64_t i = 0; i < n; i++) {
                subtract_row(copy + i * n, memory.right + c * n, -products[c] * memory.left[c * n + i], n);
            }
        }
        store_matrix(shape->type, copy, m, n * n, result);
    }
}
