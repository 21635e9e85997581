// What the kernels on matrices share: working memory in double precision, and dense loops over rows.
#ifndef BK_LINALG_MEMORY_H
#define BK_LINALG_MEMORY_H

#include <math.h>

#include "bk_linalg.h"
#include "kernel_cut.h"

typedef struct {
    int64_t first, end;
} matrix_range;

static inline int64_t work_of_matrix(const bk_matrices *shape) {
    return shape->rows * shape->columns * most(1, most(shape->right, least(shape->rows, shape->columns)));
}

// The matrices of one task.
static inline matrix_range matrices_of_task(const bk_matrices *shape, int64_t task) {
    const int64_t share = units_of_task(shape->batch, work_of_matrix(shape));
    return (matrix_range){task * share, least(shape->batch, (task + 1) * share)};
}

static inline double *work_memory(int64_t numbers) {
    return bk_scratch(BK_SCRATCH_WORK, (size_t)most(1, numbers) * sizeof(double));
}

// `count` numbers of the matrix at `position`.
static inline void load_matrix(bk_type type, const void *source, int64_t position, int64_t count, double *to) {
    if (type == BK_TYPE_F32) {
        const float *from = (const float *)source + position * count;
        for (int64_t i = 0; i < count; i++) to[i] = from[i];
    } else {
        const double *from = (const double *)source + position * count;
        for (int64_t i = 0; i < count; i++) to[i] = from[i];
    }
}

static inline void store_matrix(bk_type type, const double *from, int64_t position, int64_t count, void *result) {
    if (type == BK_TYPE_F32) {
        float *to = (float *)result + position * count;
        for (int64_t i = 0; i < count; i++) to[i] = (float)from[i];
    } else {
        double *to = (double *)result + position * count;
        for (int64_t i = 0; i < count; i++) to[i] = from[i];
    }
}

// y -= factor * x
static inline void subtract_row(double *restrict y, const double *restrict x, double factor, int64_t count) {
    for (int64_t i = 0; i < count; i++) y[i] -= factor * x[i];
}

// Eight sums at once, so that additions do not wait for each other.
static inline double dot_rows(const double *x, const double *y, int64_t count) {
    double sums[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    int64_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (int part = 0; part < 8; part++) sums[part] += x[i + part] * y[i + part];
    }
    for (; i < count; i++) sums[0] += x[i] * y[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

static inline void rotate_rows(double *restrict x, double *restrict y, double cosine, double sine, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        const double a = x[i], b = y[i];
        x[i] = cosine * a - sine * b;
        y[i] = sine * a + cosine * b;
    }
}

static inline void swap_rows(double *restrict x, double *restrict y, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        const double kept = x[i];
        x[i] = y[i];
        y[i] = kept;
    }
}

static inline void fill_identity(double *matrix, int64_t rows, int64_t columns) {
    for (int64_t i = 0; i < rows * columns; i++) matrix[i] = 0;
    for (int64_t i = 0; i < least(rows, columns); i++) matrix[i * columns + i] = 1;
}

// Whether the component of greatest magnitude is negative; of components that hardly differ the first counts. Gives
// vectors whose sign is open the same one whatever the way to them.
static inline bool points_down(const double *vector, int64_t count) {
    double greatest = 0;
    for (int64_t i = 0; i < count; i++) greatest = fmax(greatest, fabs(vector[i]));
    for (int64_t i = 0; i < count; i++) {
        if (fabs(vector[i]) >= 0.999 * greatest) return vector[i] < 0;
    }
    return false;
}

// LU decomposition with partial pivoting in place: the unit lower triangle below the diagonal, the upper one from it on.
// Row i of the permuted matrix is row pivots[i] of the original. Gives the sign of the permutation.
double bk_lu_decompose(double *a, int64_t n, int64_t *pivots);

// Singular value decomposition of A [rows, columns] by one-sided rotations, k = min(rows, columns): `left` [k, rows] and
// `right` [k, columns] hold singular vectors as rows, `values` [k] descends.
void bk_svd_decompose(const double *a, int64_t rows, int64_t columns, double *left, double *right, double *values);

#endif
