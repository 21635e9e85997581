import Backprop

/// Times matrix products, small and large, in all transpositions.
func measureProducts(sizes: [Int], seconds: Double, _ report: Report) {
    for size in sizes {
        for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
            let a = Tensor.normal([size, size]), b = Tensor.normal([size, size])
            evaluateOrStop(a, b)
            let timing = time(during: Swift.min(seconds, 0.4), atLeast: 5) {
                evaluateOrStop(matmul(transposeA ? a.T : a, transposeB ? b.T : b))
            }
            report.add(
                Measurement(fields: [
                    ("workload", .text("gemm")), ("m", .integer(size)), ("n", .integer(size)), ("k", .integer(size)),
                    ("ta", .flag(transposeA)), ("tb", .flag(transposeB)), ("dtype", .text("f32")),
                    ("threads", .integer(Processor.threads)),
                    ("gflops", .number(2 * Double(size * size * size) / timing.median / 1e9)),
                    ("best_gflops", .number(2 * Double(size * size * size) / timing.minimum / 1e9)),
                ]))
        }
    }
}
