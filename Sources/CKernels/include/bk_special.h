// Special functions of one number in double precision, for elements that are computed one by one. Results are within a
// few units in the last place, except near a zero of the function, where that holds beside its largest term.
#ifndef BK_SPECIAL_H
#define BK_SPECIAL_H

// The number whose error function is y; infinite at -1 and 1, NaN beyond.
double bk_erfinv(double y);
// log |gamma(x)|, without the global variable for the sign that the C library has.
double bk_lgamma(double x);
// The derivative of this order of digamma, the logarithmic derivative of gamma; order 0 is digamma itself. At the poles
// digamma is NaN (infinite at 0, with the sign opposite to that of the zero), and the others are infinite. NaN where
// the order is not a whole number from 0 to BK_MAX_POLYGAMMA.
double bk_polygamma(double order, double x);
#define BK_MAX_POLYGAMMA 64

#endif
