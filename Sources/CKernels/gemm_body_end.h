// Takes back what gemm_body.h and its includer define for one element type.
#undef ALWAYS
#undef UNROLL
#undef VECTOR
#undef ELEMENT
#undef NAME
#undef LANES
#undef LOW_HALVES
#undef HIGH_HALVES
#undef MASK
#undef MASK_OF
#undef LOAD_MASKED
#undef STORE_MASKED
#undef BROADCAST
