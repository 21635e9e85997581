#include "bk_special.h"

#include <math.h>

#define PI 3.14159265358979323846

// A closed form that is right to 0.2% (Winitzki, "A handy approximation for the error function and its inverse", 2008).
static double erfinv_guess(double y) {
    double a = fabs(y);
    if (a < 0.05) return y * 0.88622692545275801;  // sqrt(pi) / 2
    double l = log((1 - a) * (1 + a)), half = 2 / (PI * 0.147) + 0.5 * l;
    return copysign(sqrt(sqrt(half * half - l / 0.147) - half), y);
}

double bk_erfinv(double y) {
    if (!(fabs(y) < 1)) return fabs(y) == 1 ? copysign(INFINITY, y) : NAN;
    double x = erfinv_guess(y);
    if (x == 0) return x;
    // Halley's steps; the second derivative of erf is -2x times the first. In the tail erfc knows how far 1 is.
    for (int step = 0; step < 3; step++) {
        double tail = (1 - fabs(y)) - erfc(fabs(x));
        double error = fabs(y) < 0.5 ? erf(x) - y : y < 0 ? -tail : tail;
        double u = error * 0.88622692545275801 * exp(x * x);
        x -= u / (1 + x * u);
    }
    return x;
}

double bk_lgamma(double x) {
    int sign;
    return lgamma_r(x, &sign);
}

// Bernoulli numbers B2, B4, ... divided by (2j)!.
static const double bernoulli[] = {
    1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000, 1.0 / 74724249600,
    -3617.0 / 10670622842880000, 43867.0 / 5109094217170944000, -174611.0 / 802857662698291200000.0,
    77683.0 / 14101100039391805440000.0, -236364091.0 / 1693824136731743669452800000.0,
};
enum { TERMS = sizeof(bernoulli) / sizeof(bernoulli[0]) };

// cot(pi x), from the distance to the nearest whole number.
static double cotangent(double x) { return 1 / tan(PI * (x - nearbyint(x))); }

static double digamma(double x) {
    if (x == 0) return copysign(INFINITY, -x);
    if (x < 0) return x == floor(x) ? NAN : digamma(1 - x) - PI * cotangent(x);
    if (isinf(x)) return x;
    double sum = 0;
    for (; x < 10; x += 1) sum -= 1 / x;
    // Abramowitz and Stegun 6.3.18
    double square = 1 / (x * x), power = square, factorial = 1, tail = 0;
    for (int j = 0; j < TERMS; j++) {
        tail += bernoulli[j] * factorial * power;
        factorial *= (2 * j + 2) * (2 * j + 3);
        power *= square;
    }
    return sum + log(x) - 0.5 / x - tail;
}

// The sum of 1 / (x + k)^s over all k from 0 on, for x > 0 and s > 1: the first terms one by one, the others by the
// formula of Euler and Maclaurin.
static double zeta(double s, double x) {
    if (isinf(x)) return 0;
    double sum = 0;
    for (double far = s + 10; x < far; x += 1) sum += pow(x, -s);
    double power = pow(x, -s), rising = s, square = 1 / (x * x);
    sum += power * x / (s - 1) + 0.5 * power;
    power /= x;
    for (int j = 0; j < TERMS; j++) {
        sum += bernoulli[j] * rising * power;
        rising *= (s + 2 * j + 1) * (s + 2 * j + 2);
        power *= square;
    }
    return sum;
}

// The derivative of this order of pi cot(pi x): a polynomial in the cotangent c, because c' = -pi (1 + c^2).
static double cotangent_derivative(int order, double x) {
    double terms[BK_MAX_POLYGAMMA + 2] = {0, 1}, c = cotangent(x), value = 0, scale = PI;
    for (int n = 0; n < order; n++) {
        double next[BK_MAX_POLYGAMMA + 2] = {0};
        for (int power = 1; power <= n + 1; power++) {
            next[power - 1] -= power * terms[power];
            next[power + 1] -= power * terms[power];
        }
        for (int power = 0; power <= n + 2; power++) terms[power] = next[power];
        scale *= PI;
    }
    for (int power = order + 1; power >= 0; power--) value = value * c + terms[power];
    return scale * value;
}

double bk_polygamma(double order, double x) {
    if (isnan(x) || !(order >= 0 && order <= BK_MAX_POLYGAMMA) || order != floor(order)) return NAN;
    if (order == 0) return digamma(x);
    int n = (int)order;
    double sign = n % 2 == 0 ? -1 : 1;
    if (x <= 0 && x == floor(x)) return sign * INFINITY;
    if (x < 0) return -sign * bk_polygamma(order, 1 - x) - cotangent_derivative(n, x);
    return sign * tgamma(order + 1) * zeta(order + 1, x);
}
