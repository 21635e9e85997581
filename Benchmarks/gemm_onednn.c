// Matrix products of oneDNN, the yardstick of Backprop's own: C = op(A) op(B), float32, row-major.
//
// Compile and run (oneDNN with OpenMP; on Debian and Ubuntu the package is libdnnl-dev):
//
//     cc -O2 -fopenmp gemm_onednn.c -o gemm_onednn -ldnnl
//     ./gemm_onednn [--threads N] [SIZE | MxNxK]...
//
// Without sizes it runs squares from 32 to 2048; each in all four transpositions. A figure is
// the median of many samples after warm-up; a sample repeats small products until it lasts long
// enough for the clock. The operands stay where the previous call left them in the caches.

#include <dnnl.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { most_samples = 2000, least_samples = 7 };
static const double warm_up_seconds = 0.05, seconds = 0.25, shortest_sample = 200e-6;

typedef struct {
    dnnl_dim_t m, n, k;
    int ta, tb;
    float *a, *b, *c;
} Product;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void multiply(const Product *p) {
    dnnl_status_t status = dnnl_sgemm(
        p->ta ? 'T' : 'N', p->tb ? 'T' : 'N', p->m, p->n, p->k,
        1, p->a, p->ta ? p->m : p->k, p->b, p->tb ? p->k : p->n, 0, p->c, p->n);
    if (status != dnnl_success) {
        fprintf(stderr, "dnnl_sgemm failed with status %d\n", (int)status);
        exit(1);
    }
}

static float *matrix(dnnl_dim_t rows, dnnl_dim_t columns) {
    size_t count = (size_t)rows * (size_t)columns;
    float *data = aligned_alloc(64, (count * sizeof *data + 63) / 64 * 64);
    if (!data) {
        fprintf(stderr, "no memory for a matrix of %zu elements\n", count);
        exit(1);
    }
    for (size_t i = 0; i < count; i++) data[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    return data;
}

static int ascending(const void *left, const void *right) {
    double l = *(const double *)left, r = *(const double *)right;
    return (l > r) - (l < r);
}

static double median_seconds(const Product *p) {
    static double samples[most_samples];
    int calls = 0, count = 0;

    double start = now();
    do multiply(p), calls++; while (now() - start < warm_up_seconds);
    int repeats = 1 + (int)(shortest_sample * calls / (now() - start));

    start = now();
    while (count < most_samples && (count < least_samples || now() - start < seconds)) {
        double begin = now();
        for (int i = 0; i < repeats; i++) multiply(p);
        samples[count++] = (now() - begin) / repeats;
    }
    qsort(samples, (size_t)count, sizeof *samples, ascending);
    return samples[count / 2];
}

static void measure(dnnl_dim_t m, dnnl_dim_t n, dnnl_dim_t k, int threads) {
    Product p = {.m = m, .n = n, .k = k, .a = matrix(m, k), .b = matrix(k, n), .c = matrix(m, n)};
    for (p.ta = 0; p.ta < 2; p.ta++) {
        for (p.tb = 0; p.tb < 2; p.tb++) {
            double gflops = 2e-9 * (double)m * (double)n * (double)k / median_seconds(&p);
            printf("{\"workload\":\"gemm\",\"m\":%ld,\"n\":%ld,\"k\":%ld,\"ta\":%s,\"tb\":%s,"
                   "\"dtype\":\"f32\",\"threads\":%d,\"gflops\":%.4g,\"framework\":\"oneDNN\"}\n",
                   (long)m, (long)n, (long)k, p.ta ? "true" : "false", p.tb ? "true" : "false",
                   threads, gflops);
            fflush(stdout);
        }
    }
    free(p.a), free(p.b), free(p.c);
}

int main(int count, char **arguments) {
    static const int squares[] = {32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048};
    int threads = omp_get_num_procs(), measured = 0;

    for (int i = 1; i < count; i++) {
        long m, n, k;
        int read = sscanf(arguments[i], "%ldx%ldx%ld", &m, &n, &k);
        if (!strcmp(arguments[i], "--threads") && i + 1 < count && atoi(arguments[i + 1]) > 0) {
            threads = atoi(arguments[++i]);
            omp_set_num_threads(threads);
        } else if (read == 1 && m > 0) {
            measure(m, m, m, threads), measured++;
        } else if (read == 3 && m > 0 && n > 0 && k > 0) {
            measure(m, n, k, threads), measured++;
        } else {
            fprintf(stderr, "usage: %s [--threads N] [SIZE | MxNxK]...\n", arguments[0]);
            return 2;
        }
    }
    for (size_t i = 0; !measured && i < sizeof squares / sizeof *squares; i++)
        measure(squares[i], squares[i], squares[i], threads);
    return 0;
}
