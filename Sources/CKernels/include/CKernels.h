#ifndef CKERNELS_H
#define CKERNELS_H
#include "bk_base.h"
#include "bk_context.h"
#include "bk_convolution.h"
#include "bk_gemm.h"
#include "bk_index.h"
#include "bk_linalg.h"
#include "bk_order.h"
#include "bk_pool.h"
#include "bk_program.h"
#include "bk_special.h"
#include "bk_window.h"
#endif
