// The table of an instruction set's loops.

#define ANY_LANE(lane)                                                                                            \
    [BK_OP_COPY] = copy_maps_##lane, [BK_OP_NEG] = neg_maps_##lane, [BK_OP_ABS] = abs_maps_##lane,                \
    [BK_OP_SIGN] = sign_maps_##lane, [BK_OP_NOT] = not_maps_##lane, [BK_OP_ADD] = add_maps_##lane,                \
    [BK_OP_SUB] = sub_maps_##lane, [BK_OP_MUL] = mul_maps_##lane, [BK_OP_DIV] = div_maps_##lane,                  \
    [BK_OP_REM] = rem_maps_##lane, [BK_OP_MAX] = max_maps_##lane, [BK_OP_MIN] = min_maps_##lane,                  \
    [BK_OP_EQ] = eq_maps_##lane, [BK_OP_NE] = ne_maps_##lane, [BK_OP_LT] = lt_maps_##lane,                        \
    [BK_OP_LE] = le_maps_##lane, [BK_OP_GT] = gt_maps_##lane, [BK_OP_GE] = ge_maps_##lane,                        \
    [BK_OP_AND] = and_maps_##lane, [BK_OP_OR] = or_maps_##lane, [BK_OP_SELECT] = select_maps_##lane,              \
    [BK_OP_MULADD] = muladd_maps_##lane, [BK_OP_MULSUB] = mulsub_maps_##lane,                                     \
    [BK_OP_NEGMULADD] = negmuladd_maps_##lane

#define FLOAT_LANE(lane)                                                                                          \
    ANY_LANE(lane), [BK_OP_FLOOR] = floor_maps_##lane, [BK_OP_CEIL] = ceil_maps_##lane,                           \
    [BK_OP_ROUND] = round_maps_##lane, [BK_OP_TRUNC] = trunc_maps_##lane, [BK_OP_EXP] = exp_maps_##lane,          \
    [BK_OP_EXPM1] = expm1_maps_##lane, [BK_OP_LOG] = log_maps_##lane, [BK_OP_LOG1P] = log1p_maps_##lane,          \
    [BK_OP_SQRT] = sqrt_maps_##lane, [BK_OP_RSQRT] = rsqrt_maps_##lane, [BK_OP_SIN] = sin_maps_##lane,            \
    [BK_OP_COS] = cos_maps_##lane, [BK_OP_TANH] = tanh_maps_##lane, [BK_OP_SIGMOID] = sigmoid_maps_##lane,        \
    [BK_OP_ERF] = erf_maps_##lane, [BK_OP_POW] = pow_maps_##lane, [BK_OP_ATAN2] = atan2_maps_##lane,              \
    [BK_OP_GELU] = gelu_maps_##lane, [BK_OP_EXPSUB] = expsub_maps_##lane,                                         \
    [BK_OP_TANH_GRAD] = tanh_grad_maps_##lane, [BK_OP_GELU_GRAD] = gelu_grad_maps_##lane,                         \
    [BK_OP_SUBMUL] = submul_maps_##lane, [BK_OP_MULMUL] = mulmul_maps_##lane,                                     \
    [BK_OP_GELU_TANH] = gelu_tanh_maps_##lane, [BK_OP_GELU_TANH_GRAD] = gelu_tanh_grad_maps_##lane,               \
    [BK_OP_MULADD_MUL] = muladd_mul_maps_##lane, [BK_OP_MULMUL_ADD] = mulmul_add_maps_##lane,                     \
    [BK_OP_SUBMUL_MULADD] = submul_muladd_maps_##lane, [BK_OP_SUBMUL_MULSUB] = submul_mulsub_maps_##lane,         \
    [BK_OP_ERFC] = erfc_maps_##lane, [BK_OP_ERFINV] = erfinv_maps_##lane, [BK_OP_LGAMMA] = lgamma_maps_##lane,    \
    [BK_OP_POLYGAMMA] = polygamma_maps_##lane

#define ROWS(lane)                                                                                                \
    [BK_OP_ROW_SUM] = row_sum_##lane, [BK_OP_ROW_MAX] = row_max_##lane, [BK_OP_ROW_MIN] = row_min_##lane
#define FLOAT_ROWS(lane)                                                                                          \
    ROWS(lane), [BK_OP_ROW_DOT] = row_dot_##lane, [BK_OP_ROW_SQUARES] = row_squares_##lane,                       \
    [BK_OP_EXPSUB_SUM] = expsub_sum_##lane, [BK_OP_MUL_SUMS] = mul_sums_##lane,                                   \
    [BK_OP_SOFTMAX] = softmax_##lane, [BK_OP_SOFTMAX_OR_ZERO] = softmax_or_zero_##lane,                           \
    [BK_OP_SOFTMAX_GRAD] = softmax_grad_##lane,                                                                   \
    [BK_OP_STANDARDIZE] = standardize_##lane, [BK_OP_STANDARDIZE_MULADD] = standardize_muladd_##lane,             \
    [BK_OP_STANDARDIZE_GRAD] = standardize_grad_##lane,                                                           \
    [BK_OP_STANDARDIZE_GRAD_TOTALS] = standardize_grad_totals_##lane
#define TOTALS(kind, lane)                                                                                        \
    [BK_OP_TOTAL_SUM] = kind##_sum_##lane, [BK_OP_TOTAL_MAX] = kind##_max_##lane,                                 \
    [BK_OP_TOTAL_MIN] = kind##_min_##lane

const bk_kernels BODY_TABLE = {
    .map = {{FLOAT_LANE(f32), [BK_OP_TO_BF16] = to_bf16_maps_f32}, {FLOAT_LANE(f64)}, {ANY_LANE(i64)}},
    .row = {{FLOAT_ROWS(f32)}, {FLOAT_ROWS(f64)}, {ROWS(i64)}},
    .column = {{TOTALS(column, f32), [BK_OP_TOTAL_DOT] = column_dot_f32},
               {TOTALS(column, f64), [BK_OP_TOTAL_DOT] = column_dot_f64},
               {TOTALS(column, i64)}},
    .whole = {{TOTALS(whole, f32), [BK_OP_TOTAL_DOT] = whole_dot_f32},
              {TOTALS(whole, f64), [BK_OP_TOTAL_DOT] = whole_dot_f64},
              {TOTALS(whole, i64)}},
    .adam = {adam_f32, adam_f64, NULL},
    .random = {random_f32, random_f64, random_i64},
    .index = {index_f32, index_f64, index_i64},
    .transpose = {transpose_f32, transpose_f64, transpose_i64},
    // In the order of bk_type: bool, u8, i32, i64, f32, f64, bf16.
    .load = {{convert_u8_f32, convert_u8_f32, convert_i32_f32, convert_i64_f32, convert_f32_f32, convert_f64_f32,
              convert_bf16_f32},
             {convert_u8_f64, convert_u8_f64, convert_i32_f64, convert_i64_f64, convert_f32_f64, convert_f64_f64,
              convert_bf16_f64},
             {convert_u8_i64, convert_u8_i64, convert_i32_i64, convert_i64_i64, convert_f32_i64, convert_f64_i64,
              convert_bf16_i64}},
    .store = {{convert_f32_bool, convert_f32_u8, convert_f32_i32, convert_f32_i64, convert_f32_f32, convert_f32_f64,
               convert_f32_bf16},
              {convert_f64_bool, convert_f64_u8, convert_f64_i32, convert_f64_i64, convert_f64_f32, convert_f64_f64,
               convert_f64_bf16},
              {convert_i64_bool, convert_i64_u8, convert_i64_i32, convert_i64_i64, convert_i64_f32, convert_i64_f64,
               convert_i64_bf16}},
};
