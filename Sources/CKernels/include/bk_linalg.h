// Decompositions and solutions of batches of matrices: dense, row-major, F32 or F64, computed in double precision. A task
// does some of the matrices; tasks depend on the shape alone.
#ifndef BK_LINALG_H
#define BK_LINALG_H

#include "bk_base.h"

typedef struct {
    bk_type type;
    int64_t batch, rows, columns;  // of the decomposed matrix
    int64_t right;                 // columns of the right side of a system, or of what is asked for
} bk_matrices;

int64_t bk_linalg_tasks(const bk_matrices *shape);

// L with L Lᵀ = A, from the lower triangle of A [n, n]; NaN where A is not positive definite. Above the diagonal 0.
void bk_cholesky_run(const bk_matrices *shape, const void *a, void *result, int64_t task);

// X with op(T) X = B; T [n, n] is the upper or lower triangle of `a`, op its transpose where asked for, and the diagonal
// counts as ones where `unit`. B and X are [n, right].
typedef struct {
    bool upper, transpose, unit;
} bk_triangle;
void bk_triangular_solve_run(const bk_matrices *shape, bk_triangle triangle, const void *a, const void *b, void *result,
                             int64_t task);

// X with A X = B by an LU decomposition with partial pivoting; infinite or NaN where A is singular.
void bk_solve_run(const bk_matrices *shape, const void *a, const void *b, void *result, int64_t task);
// det(A), one number for each matrix.
void bk_determinant_run(const bk_matrices *shape, const void *a, void *result, int64_t task);
// The sign of det(A) and log|det(A)|, two numbers for each matrix.
void bk_slogdet_run(const bk_matrices *shape, const void *a, void *result, int64_t task);
// The matrix of cofactors, det(A) A⁻ᵀ where A has an inverse, exact for singular matrices too.
void bk_cofactors_run(const bk_matrices *shape, const void *a, void *result, int64_t task);

// The first `right` columns of the orthogonal Q with A = Q R, rows >= columns, by Householder reflections with the
// signs of LAPACK.
void bk_qr_run(const bk_matrices *shape, const void *a, void *result, int64_t task);

// Orthonormal eigenvectors of the symmetric matrix in the lower triangle of A, as columns in the order of ascending
// eigenvalues; the greatest component of each is positive.
void bk_eigh_run(const bk_matrices *shape, const void *a, void *result, int64_t task);

// Singular vectors as columns, in the order of descending singular values: the left ones in the first `rows` rows of the
// result, the right ones in the `columns` rows below; min(rows, columns) columns. The greatest
// component of each left vector is positive.
void bk_svd_run(const bk_matrices *shape, const void *a, void *result, int64_t task);
// uᵀ A v for each of the `right` columns u of U and v of V.
void bk_stationary_values_run(const bk_matrices *shape, const void *a, const void *u, const void *v, void *result,
                              int64_t task);
// A⁺ [columns, rows]; singular values up to `cutoff` times the greatest one count as zero.
void bk_pseudo_inverse_run(const bk_matrices *shape, double cutoff, const void *a, void *result, int64_t task);

#endif
