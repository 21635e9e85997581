// Eigenvectors of symmetric matrices: reduction to three diagonals by reflections, then implicitly shifted QR steps
// (Golub and Van Loan, Matrix Computations, 8.3).
#include <float.h>
#include <math.h>

#include "linalg_memory.h"

// A = Qᵀ T Q, T with `diagonal` and `beside`; q [n, n] gets the product of the reflections, transposed. `v` and `p` hold n
// numbers each. A is symmetric and is destroyed.
static void reduce_to_three_diagonals(double *a, int64_t n, double *q, double *diagonal, double *beside, double *v,
                                      double *p) {
    fill_identity(q, n, n);
    for (int64_t k = 0; k + 2 < n; k++) {
        const int64_t count = n - k - 1;
        double *rest = a + (k + 1) * n + k + 1, greatest = 0, sum = 0;
        for (int64_t i = 0; i < count; i++) v[i] = a[(k + 1 + i) * n + k];
        for (int64_t i = 1; i < count; i++) greatest = fmax(greatest, fabs(v[i]));
        beside[k] = v[0];
        if (greatest == 0) continue;
        greatest = fmax(greatest, fabs(v[0]));
        for (int64_t i = 0; i < count; i++) sum += (v[i] / greatest) * (v[i] / greatest);
        beside[k] = -copysign(greatest * sqrt(sum), v[0]);
        const double tau = (beside[k] - v[0]) / beside[k], divisor = v[0] - beside[k];
        v[0] = 1;
        for (int64_t i = 1; i < count; i++) v[i] /= divisor;
        // Both sides at once: A -= v wᵀ + w vᵀ with w = tau A v - (tau² vᵀ A v / 2) v.
        for (int64_t i = 0; i < count; i++) p[i] = tau * dot_rows(rest + i * n, v, count);
        const double half = tau / 2 * dot_rows(p, v, count);
        for (int64_t i = 0; i < count; i++) p[i] -= half * v[i];
        for (int64_t i = 0; i < count; i++) {
            subtract_row(rest + i * n, p, v[i], count);
            subtract_row(rest + i * n, v, p[i], count);
        }
        // Q becomes H Q: the rows from k + 1 on.
        double *rows = q + (k + 1) * n;
        for (int64_t j = 0; j < n; j++) p[j] = 0;
        for (int64_t i = 0; i < count; i++) subtract_row(p, rows + i * n, -v[i], n);
        for (int64_t i = 0; i < count; i++) subtract_row(rows + i * n, p, tau * v[i], n);
    }
    for (int64_t i = 0; i < n; i++) diagonal[i] = a[i * n + i];
    if (n > 1) beside[n - 2] = a[(n - 1) * n + n - 2];
}

// One step on rows first...last of the three diagonals, which no zero cuts.
static void shifted_step(double *diagonal, double *beside, int64_t first, int64_t last, double *q, int64_t n) {
    const double half = (diagonal[last - 1] - diagonal[last]) / 2, corner = beside[last - 1];
    const double shift = diagonal[last] - corner * (corner / (half + copysign(hypot(half, corner), half)));
    double x = diagonal[first] - shift, bulge = beside[first];
    for (int64_t k = first; k < last; k++) {
        const double length = hypot(x, bulge);
        const double cosine = length > 0 ? x / length : 1, sine = length > 0 ? -bulge / length : 0;
        if (k > first) beside[k - 1] = length;
        const double upper = diagonal[k], lower = diagonal[k + 1], between = beside[k];
        const double mixed = 2 * cosine * sine * between;
        diagonal[k] = cosine * cosine * upper + sine * sine * lower - mixed;
        diagonal[k + 1] = sine * sine * upper + cosine * cosine * lower + mixed;
        beside[k] = cosine * sine * (upper - lower) + (cosine * cosine - sine * sine) * between;
        if (k + 1 < last) {
            x = beside[k];
            bulge = -sine * beside[k + 1];
            beside[k + 1] *= cosine;
        }
        rotate_rows(q + k * n, q + (k + 1) * n, cosine, sine, n);
    }
}

// False where the numbers do not settle, because there is a NaN among them.
static bool diagonalize(double *diagonal, double *beside, double *q, int64_t n) {
    int64_t last = n - 1;
    for (int64_t steps = 0; last > 0; steps++) {
        if (steps > 60 * n) return false;
        for (int64_t k = 0; k < last; k++) {
            const double scale = fabs(diagonal[k]) + fabs(diagonal[k + 1]);
            if (fabs(beside[k]) <= DBL_EPSILON * scale || fabs(beside[k]) < DBL_MIN) beside[k] = 0;
        }
        while (last > 0 && beside[last - 1] == 0) last--;
        if (last == 0) return true;
        int64_t first = last - 1;
        while (first > 0 && beside[first - 1] != 0) first--;
        shifted_step(diagonal, beside, first, last, q, n);
    }
    return true;
}

static void sort_rows_ascending(double *values, double *rows, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        int64_t lowest = i;
        for (int64_t j = i + 1; j < n; j++) {
            if (values[j] < values[lowest]) lowest = j;
        }
        if (lowest == i) continue;
        swap_rows(rows + i * n, rows + lowest * n, n);
        swap_rows(values + i, values + lowest, 1);
    }
}

void bk_eigh_run(const bk_matrices *shape, const void *a, void *result, int64_t task) {
    const int64_t n = shape->rows;
    double *symmetric = work_memory(2 * n * n + 4 * n), *q = symmetric + n * n;
    double *diagonal = q + n * n, *beside = diagonal + n, *v = beside + n, *p = v + n;
    const matrix_range range = matrices_of_task(shape, task);
    for (int64_t m = range.first; m < range.end; m++) {
        load_matrix(shape->type, a, m, n * n, symmetric);
        for (int64_t i = 0; i < n; i++) {
            for (int64_t j = i + 1; j < n; j++) symmetric[i * n + j] = symmetric[j * n + i];
        }
        reduce_to_three_diagonals(symmetric, n, q, diagonal, beside, v, p);
        const bool settled = diagonalize(diagonal, beside, q, n);
        sort_rows_ascending(diagonal, q, n);
        for (int64_t i = 0; i < n; i++) {
            const double sign = !settled ? NAN : points_down(q + i * n, n) ? -1 : 1;
            for (int64_t j = 0; j < n; j++) symmetric[j * n + i] = sign * q[i * n + j];
        }
        store_matrix(shape->type, symmetric, m, n * n, result);
    }
}
