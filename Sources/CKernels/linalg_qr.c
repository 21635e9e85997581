// Q of a QR decomposition by Householder reflections.
#include <math.h>

#include "linalg_memory.h"

// C -= tau v (vᵀ C) for C [rows, columns] with `stride` numbers from row to row; `sums` holds `columns` numbers.
static void reflect(double *c, int64_t rows, int64_t columns, int64_t stride, const double *v, double tau, double *sums) {
    if (tau == 0) return;
    for (int64_t j = 0; j < columns; j++) sums[j] = 0;
    for (int64_t i = 0; i < rows; i++) subtract_row(sums, c + i * stride, -v[i], columns);
    for (int64_t i = 0; i < rows; i++) subtract_row(c + i * stride, sums, tau * v[i], columns);
}

// The reflection I - tau v vᵀ that turns x into a multiple of the first unit vector. x becomes v, with v[0] = 1.
static double reflection(double *x, int64_t count) {
    double rest = 0;
    for (int64_t i = 1; i < count; i++) rest = fmax(rest, fabs(x[i]));
    // Nothing to annihilate: the identity, which keeps the sign of x[0].
    const double greatest = fmax(rest, fabs(x[0]));
    double tau = 0;
    if (rest > 0) {
        double sum = 0;
        for (int64_t i = 0; i < count; i++) sum += (x[i] / greatest) * (x[i] / greatest);
        const double length = -copysign(greatest * sqrt(sum), x[0]);
        tau = (length - x[0]) / length;
        const double divisor = x[0] - length;
        for (int64_t i = 1; i < count; i++) x[i] /= divisor;
    }
    x[0] = 1;
    return tau;
}

void bk_qr_run(const bk_matrices *shape, const void *a, void *result, int64_t task) {
    const int64_t rows = shape->rows, columns = shape->columns, wanted = shape->right;
    double *r = work_memory(2 * rows * columns + rows * wanted + 2 * columns + wanted);
    // One reflection a row of `v`.
    double *v = r + rows * columns, *q = v + rows * columns, *taus = q + rows * wanted, *sums = taus + columns;
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, rows * columns, r);
        for (int64_t k = 0; k < columns; k++) {
            double *x = v + k * rows + k;
            for (int64_t i = k; i < rows; i++) x[i - k] = r[i * columns + k];
            taus[k] = reflection(x, rows - k);
            reflect(r + k * columns + k + 1, rows - k, columns - k - 1, columns, x, taus[k], sums);
        }
        fill_identity(q, rows, wanted);
        for (int64_t k = columns - 1; k >= 0; k--) {
            reflect(q + k * wanted + k, rows - k, wanted - k, wanted, v + k * rows + k, taus[k], sums);
        }
        store_matrix(shape->type, q, m, rows * wanted, result);
    }
}
