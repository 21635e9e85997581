import Backprop
import Foundation
import Testing

/// Elementwise functions that are composed from primitives: their values over the whole number line, and the conventions of
/// their gradients, which are those of PyTorch 2.13.
@Suite struct ElementwiseTests {
    private typealias Function = (Tensor) -> Tensor
    private let specials: [Double] = [.nan, .infinity, -.infinity, 0, -0.0, 1, -1]

    private func expect(_ found: Tensor, _ expected: [Double], _ tolerance: Double = 0, _ comment: String = "") {
        #expect(difference(found.numbers, expected) <= tolerance, "\(comment) \(found.numbers) is not \(expected)")
    }

    /// Every number is as near as the tolerance relative to itself says.
    private func expectClose(_ found: [Double], _ expected: [Double], _ tolerance: Double, _ name: String) {
        for (a, b) in zip(found, expected) {
            let isClose = a.isNaN && b.isNaN || a == b || abs(a - b) <= tolerance * abs(b) + 0x1p-1060
            #expect(isClose, "\(name): \(a) instead of \(b)")
        }
    }

    @Test func valuesOverTheWholeRange() {
        let x =
            specials + [
                1e-300, -1e-300, 1e-8, -1e-8, 0.1, -0.3, 0.999, -0.999, 1.0001, 2.5, -2.5, 20, -20, 100, 700, -700, 1e5,
                1e300,
                -1e300,
            ]
        let cases: [(String, Function, (Double) -> Double)] = [
            ("tan", { tan($0) }, { Foundation.tan($0) }), ("asin", { asin($0) }, { Foundation.asin($0) }),
            ("acos", { acos($0) }, { Foundation.acos($0) }), ("atan", { atan($0) }, { Foundation.atan($0) }),
            ("sinh", { sinh($0) }, { Foundation.sinh($0) }), ("cosh", { cosh($0) }, { Foundation.cosh($0) }),
            ("asinh", { asinh($0) }, { Foundation.asinh($0) }), ("acosh", { acosh($0) }, { Foundation.acosh($0) }),
            ("atanh", { atanh($0) }, { Foundation.atanh($0) }), ("exp2", { exp2($0) }, { Foundation.exp2($0) }),
            ("log2", { log2($0) }, { Foundation.log2($0) }), ("log10", { log10($0) }, { Foundation.log10($0) }),
            ("erfc", { erfc($0) }, { Foundation.erfc($0) }), ("trunc", { trunc($0) }, { Foundation.trunc($0) }),
            ("reciprocal", { reciprocal($0) }, { 1 / $0 }),
        ]
        for (name, function, reference) in cases {
            let numbers = name == "tan" ? x.filter { !(abs($0) > 1e6) } : x
            let tolerance = ["sinh", "cosh"].contains(name) ? 3e-14 : 4e-15
            expectClose(function(Tensor(numbers, dtype: .float64)).numbers, numbers.map(reference), tolerance, name)
        }
    }

    /// In float32 each function and its derivative is what float64 says, rounded, at the ends of the range too.
    @Test func singlePrecisionKeepsItsDigits() {
        let x: [Float] = [
            1e-38, -1e-38, 1e-20, -1e-10, 1e-4, -1e-3, 0.01, 0.1, -0.3, 0.5, 0.9, -0.99, 0.9999, 1.0001, 1.5, -3, 8, 30,
            -60, 88,
            89, -89, 1e4, -1e10, 1e20, 3e38,
        ]
        let cases: [(String, Function, (Float) -> Bool)] = [
            ("asin", { asin($0) }, { abs($0) < 1 }), ("acos", { acos($0) }, { abs($0) < 1 }),
            ("atan", { atan($0) }, { abs($0) < 1e18 }), ("sinh", { sinh($0) }, { abs($0) < 89 }),
            ("cosh", { cosh($0) }, { abs($0) < 89 }), ("asinh", { asinh($0) }, { _ in true }),
            ("acosh", { acosh($0) }, { $0 > 1 && $0 < 1e18 }), ("atanh", { atanh($0) }, { abs($0) < 1 }),
            ("exp2", { exp2($0) }, { abs($0) < 120 }), ("log2", { log2($0) }, { $0 > 0 }),
            ("log10", { log10($0) }, { $0 > 0 }), ("erfc", { erfc($0) }, { abs($0) < 8 }),
            ("tan", { tan($0) }, { abs($0) < 100 }), ("logit", { logit($0) }, { $0 > 0 && $0 < 1 && $0 != 0.5 }),
            ("logAddExp", { logAddExp($0, $0 * 0.5) }, { abs($0) < 1e30 }),
            ("hypot", { hypot($0, $0 * 0.75) }, { abs($0) < 2e38 }),
            ("lgamma", { logGamma($0) }, { $0 > 0 && $0 < 1e20 }),
            ("digamma", { digamma($0) }, { $0 > 1e-10 && $0 != 1.5 && $0 < 1e10 }),
            ("erfInverse", { erfInverse($0) }, { abs($0) < 1 }),
        ]
        for (name, function, isInside) in cases {
            let single = Tensor(x.filter(isInside)), double = single.asType(.float64)
            func rounded(_ numbers: [Double]) -> [Double] { numbers.map { Double(Float($0)) } }
            let values = (function(single).numbers, rounded(function(double).numbers))
            expectClose(values.0, values.1, 2e-6, name)
            let slopes = (
                grad { function($0).sum() }(single).numbers, rounded(grad { function($0).sum() }(double).numbers)
            )
            expectClose(slopes.0, slopes.1, 4e-6, "derivative of \(name)")
        }
        // exp(89) is beyond the range, half of it is not.
        expectClose(sinh(Tensor([89] as [Float])).numbers, [Foundation.sinh(89.0)], 1e-6, "sinh")
        expectClose(cosh(Tensor([-89] as [Float])).numbers, [Foundation.cosh(89.0)], 1e-6, "cosh")
    }

    @Test(arguments: [DType.float32, .float64])
    func specialFunctionsAgainstHighPrecision(_ dtype: DType) {
        // mpmath, 30 digits
        let cases: [(String, Function, [(Double, Double)])] = [
            (
                "erfc", { erfc($0) },
                [
                    (-3.0, 1.9999779095030014), (0.3, 0.67137324054087258), (2.0, 0.0046777349810472658),
                    (5.0, 1.5374597944280349e-12), (9.0, 4.1370317465138102e-37),
                ]
            ),
            (
                "erfInverse", { erfInverse($0) },
                [
                    (1e-10, 8.8622692545275805e-11), (0.25, 0.2253120550121781), (-0.7, -0.73286907795921678),
                    (0.9999, 2.7510639057120797), (-0.9999999, -3.7665625816384709),
                ]
            ),
            (
                "logGamma", { logGamma($0) },
                [
                    (1e-05, 11.512919692895826), (0.5, 0.57236494292470009), (3.25, 0.93580193110872536),
                    (40.0, 106.63176026064346), (-2.5, -0.056243716497674051),
                ]
            ),
            (
                "digamma", { digamma($0) },
                [
                    (0.01, -100.56088545786867), (0.75, -1.0858608797864722), (3.5, 1.1031566406452432),
                    (60.0, 4.0859880813835383), (-1.25, 3.7141391202135278),
                ]
            ),
            (
                "polygamma 1", { polygamma(1, $0) },
                [
                    (0.01, 10001.621213528313), (0.75, 2.5418796476716065), (3.5, 0.33035775610023486),
                    (60.0, 0.016806327117635388), (-1.25, 19.181879647671606),
                ]
            ),
            (
                "polygamma 2", { polygamma(2, $0) },
                [
                    (0.01, -2000002.340398677), (0.75, -5.3026332163376396), (3.5, -0.1082040516417274),
                    (60.0, -0.0002824459840830677), (-1.25, 123.72136678366236),
                ]
            ),
            (
                "polygamma 3", { polygamma(3, $0) },
                [
                    (0.01, 600000006.25106182), (0.75, 19.7633125348506), (3.5, 0.070305848817252051),
                    (60.0, 9.4933124001093604e-6), (-1.25, 1558.2209125348506),
                ]
            ),
        ]
        for (name, function, pairs) in cases {
            // The argument in float32 is another number, so only exact ones count there.
            let exact = pairs.filter { dtype == .float64 || Double(Float($0.0)) == $0.0 }
            let found = function(Tensor(exact.map(\.0), shape: [exact.count], dtype: dtype)).numbers
            expectClose(found, exact.map(\.1), dtype == .float64 ? 2e-15 : 2e-7, name)
        }
        let ends = Tensor([0, -1, .infinity, 1], shape: [4], dtype: dtype)
        expect(logGamma(ends), [.infinity, .infinity, .infinity, 0])
        expect(digamma(ends), [-.infinity, .nan, .infinity, -0.5772156649015329], 1e-7)
        expect(polygamma(1, ends), [.infinity, .infinity, 0, 1.6449340668482264], 1e-7)
        expect(erfInverse(ends), [0, -.infinity, .nan, .infinity])
    }

    @Test func rounding() {
        let x = Tensor([-2.5, -0.5, 0.5, 1.5, 2.75, .infinity], dtype: .float64)
        expect(trunc(x), [-2, 0, 0, 1, 2, .infinity])
        expect(frac(Tensor([-2.5, 2.75], dtype: .float64)), [-0.5, 0.75])
        expect(round(Tensor([125.5, 0.125, 1.005], dtype: .float64), decimals: 2), [125.5, 0.12, 1.0], 1e-15)
        expect(round(Tensor([125.0, 250, 350], dtype: .float64), decimals: -2), [100, 200, 400])
        let whole = Tensor([-3, 4] as [Int32])
        for function in [{ trunc($0) }, { floor($0) }, { ceil($0) }, { round($0) }] as [Function] {
            expect(function(whole), [-3, 4])
        }
        expect(grad { (frac($0) + trunc($0) * 3).sum() }(x), [1, 1, 1, 1, 1, 1])
    }

    @Test func quotientsAndRemainders() {
        let a: [Double] = [7, -7, 7, -7, 6, 5.5, 0, 5, -5],
            b: [Double] = [2, 2, -2, -2, 3, 0.5, 2, .infinity, .infinity]
        let x = Tensor(a, dtype: .float64), y = Tensor(b, dtype: .float64)
        expect(remainder(x, y), [1, 1, -1, -1, 0, 0, 0, 5, .infinity])
        expect(fmod(x, y), [1, -1, 1, -1, 0, 0, 0, 5, -5])
        expect(floorDivide(x, y), [3, -4, -4, 3, 2, 11, 0, 0, -1])
        expect(truncatedDivide(x, y), [3, -3, -3, 3, 2, 11, 0, 0, 0])
        // The quotient is below 3·10^15 by less than its last digit.
        expect(remainder(Tensor([3e15], dtype: .float64), Tensor([0.1], dtype: .float64)), [Foundation.fmod(3e15, 0.1)])
        expect(floorDivide(Tensor([1.0], dtype: .float64), Tensor([0.1], dtype: .float64)), [9])
        expect(
            floorDivide(Tensor([1.0, -1, 0], dtype: .float64), Tensor([0.0, 0, 0], dtype: .float64)),
            [.infinity, -.infinity, .nan])
        let whole = Tensor([7, -7, 7, -7, 1] as [Int32]), divisor = Tensor([2, 2, -2, -2, 0] as [Int32])
        expect(remainder(whole, divisor), [1, 1, -1, -1, 0])
        expect(fmod(whole, divisor), [1, -1, 1, -1, 0])
        expect(floorDivide(whole, divisor), [3, -4, -4, 3, 0])
        expect(truncatedDivide(whole, divisor), [3, -3, -3, 3, 0])
        expect(pow(whole, 3), [343, -343, 343, -343, 1])
        expect(pow(whole, 0), [1, 1, 1, 1, 1])
        let slopes = grad { (remainder($0[0], $0[1]) + fmod($0[0], $0[1])).sum() }(
            [Tensor([7.0, -7], dtype: .float64), Tensor([2.0, 2], dtype: .float64)])
        expect(slopes[0], [2, 2])
        expect(slopes[1], [-6, 7])
    }

    @Test(arguments: [DType.float32, .float64, .bfloat16])
    func whatIsNoNumber(_ dtype: DType) {
        let x = Tensor(specials, shape: [7], dtype: dtype)
        expect(isNaN(x), [1, 0, 0, 0, 0, 0, 0])
        expect(isInfinite(x), [0, 1, 1, 0, 0, 0, 0])
        expect(isFinite(x), [0, 0, 0, 1, 1, 1, 1])
        expect(nanToNum(x, nan: 2, positiveInfinity: 3, negativeInfinity: 4), [2, 3, 4, 0, 0, 1, -1])
        let limited = nanToNum(x)
        #expect(isFinite(limited).all().item() == 1)
        #expect(isFinite(limited.narrowed(axis: 0, 1..<2) * 1.01).item() == 0, "the greatest number of \(dtype)")
        let whole = Tensor([1, 2] as [Int32])
        expect(isNaN(whole), [0, 0])
        expect(isInfinite(whole), [0, 0])
        expect(isFinite(whole), [1, 1])
        expect(isClose(x, x), [0, 1, 1, 1, 1, 1, 1])
        expect(isClose(x, x, equalNaN: true), [1, 1, 1, 1, 1, 1, 1])
        expect(isClose(x, x + 0.5, relative: 0, absolute: 0.5), [0, 1, 1, 1, 1, 1, 1])
    }

    @Test func limits() {
        let x = Tensor([-2.0, -1, 0, 1, 2, .nan], dtype: .float64)
        expect(clip(x, min: -1, max: nil), [-1, -1, 0, 1, 2, .nan])
        expect(clip(x, min: 2, max: 1), [1, 1, 1, 1, 1, .nan])
        let low = Tensor([0.0, 0, 0, 2, 5, 0], dtype: .float64),
            high = Tensor([1.0, 1, .nan, 1, 1, 1], dtype: .float64)
        expect(clip(x, min: low, max: high), [0, 0, .nan, 1, 1, .nan])
        let slopes = grad { clip($0[0], min: $0[1], max: $0[2]).sum() }(
            [
                Tensor([-1.0, 0, 0.5, 1, 3], dtype: .float64), Tensor([0.0], dtype: .float64),
                Tensor([1.0], dtype: .float64),
            ])
        expect(slopes[0], [0, 1, 1, 1, 0])
        expect(slopes[1], [1])
        expect(slopes[2], [1])
        expect(grad { clip($0, min: -1, max: 1).sum() }(x), [0, 1, 1, 1, 0, 0])
        expect(x.maskedFill(isNaN(x), 7), [-2, -1, 0, 1, 2, 7])
        expect(
            copysign(Tensor([1.0, -2, 3, 0], dtype: .float64), Tensor([-0.0, 1, -1, -1], dtype: .float64)),
            [-1, 2, -3, 0])
        expect(lerp(Tensor([1.0, 2], dtype: .float64), Tensor([3.0, 5], dtype: .float64), 1), [3, 5])
        expect(
            lerp(
                Tensor([1.0, 2], dtype: .float64), Tensor([3.0, 5], dtype: .float64), Tensor([0, 0.5], dtype: .float64)),
            [1, 3.5])
    }

    @Test(arguments: [DType.float32, .float64])
    func anglesAllAround(_ dtype: DType) {
        let coordinates: [Double] = [
            0, -0.0, .infinity, -.infinity, .nan, 1, -1, 1e-30, -1e30, 0.3, -0.4, 0.41421356, 2.5, -3e-5, 7, 1e38,
        ]
        let pairs = coordinates.flatMap { y in coordinates.map { (y, $0) } }
        let y = Tensor(pairs.map(\.0), shape: [pairs.count], dtype: dtype)
        let x = Tensor(pairs.map(\.1), shape: [pairs.count], dtype: dtype)
        let exact = zip(y.numbers, x.numbers).map { Foundation.atan2($0, $1) }
        let expected = dtype == .float64 ? exact : exact.map { Double(Float($0)) }
        let found = atan2(y, x).numbers
        expectClose(found, expected, dtype == .float64 ? 5e-16 : 2e-7, "atan2")
        for (a, b) in zip(found, expected) where !b.isNaN { #expect(a.sign == b.sign) }
    }

    @Test func sumsOfExponentials() {
        let top = Double.infinity
        let a = Tensor([0, 1000, -1000, 1, -top, top, -top], dtype: .float64),
            b = Tensor([0, 999, -1001, 1000, 1, top, -top], dtype: .float64)
        let near = Foundation.log1p(Foundation.exp(-1.0)), small = Foundation.exp(-50.0) * 1e20
        expect(logAddExp(a, b), [Foundation.log(2.0), 1000 + near, -1000 + near, 1000, 1, top, -top], 1e-15)
        expect(logAddExp2(Tensor([3.0], dtype: .float64), Tensor([3.0], dtype: .float64)), [4], 1e-15)
        expect(logAddExp(Tensor([0.0], dtype: .float64), Tensor([-50.0], dtype: .float64)) * 1e20, [small], 1e-14)
        expect(
            xlogy(Tensor([0.0, 0, 0, 2], dtype: .float64), Tensor([0.0, -1, .nan, 3], dtype: .float64)),
            [0, 0, .nan, 2 * Foundation.log(3.0)], 1e-15)
        expect(xlog1py(Tensor([0.0, 2], dtype: .float64), Tensor([-1.0, 1e-20], dtype: .float64)), [0, 2e-20])
        expect(logit(Tensor([0, 1, 0.5], dtype: .float64)), [-top, top, 0])
        expect(
            logit(Tensor([0, 1, 0.5], dtype: .float64), epsilon: 0.25), [-Foundation.log(3.0), Foundation.log(3.0), 0],
            1e-15)
        expect(degrees(Tensor([Double.pi], dtype: .float64)), [180])
        expect(radians(Tensor([180.0], dtype: .float64)), [Double.pi])
    }

    @Test func gradientsAtKinksAndPoles() {
        let cases: [(String, Function, [Double], [Double])] = [
            ("asin", { asin($0) }, [1, -1, 0], [.infinity, .infinity, 1]),
            ("acos", { acos($0) }, [1, -1, 0], [-.infinity, -.infinity, -1]),
            ("atanh", { atanh($0) }, [1, -1, 0], [.infinity, .infinity, 1]),
            ("acosh", { acosh($0) }, [1, .infinity], [.infinity, 0]),
            ("asinh", { asinh($0) }, [0, .infinity, -1e300], [1, 0, 1e-300]),
            ("sinh", { sinh($0) }, [0, .infinity, -.infinity, 1000], [1, .infinity, .infinity, .infinity]),
            ("cosh", { cosh($0) }, [0, .infinity, -.infinity], [0, .infinity, -.infinity]),
            ("sinc", { sinc($0) }, [0, 1e-300, 1], [0, 0, -1]),
            ("logit", { logit($0, epsilon: 0.1) }, [0.05, 0.5, 1], [0, 4, 0]),
            ("erfInverse", { erfInverse($0) }, [1, -1], [.infinity, .infinity]),
            ("nanToNum", { nanToNum($0) }, [.nan, .infinity, 1], [0, 0, 1]),
            ("copysign", { copysign($0, Tensor([-1.0], dtype: .float64)) }, [0, 2, -2], [0, -1, 1]),
            ("atan2", { atan2($0, Tensor([0.0], dtype: .float64)) }, [0, 1], [0, 0]),
            ("logAddExp", { logAddExp($0, Tensor([0.0], dtype: .float64)) }, [0, .infinity, -.infinity], [0.5, 1, 0]),
            ("hypot", { hypot($0, Tensor([0.0], dtype: .float64)) }, [0, -3], [.nan, -1]),
            ("xlogy", { xlogy($0, Tensor([0.0], dtype: .float64)) }, [0], [0]),
            ("maximum", { maximum($0, Tensor([1.0, 1, .nan], dtype: .float64)) }, [1, .nan, 1], [0.5, 1, 1]),
        ]
        for (name, function, x, expected) in cases {
            expect(grad { function($0).sum() }(Tensor(x, dtype: .float64)), expected, 1e-15, name)
        }
        // The second derivative of log(exp(a) + exp(b)) at a tie is 1/4, not that of a kink.
        let second = grad { x in grad { logAddExp($0, Tensor([0.0], dtype: .float64)).sum() }(x).sum() }
        expect(second(Tensor([0.0], dtype: .float64)), [0.25])
    }

    @Test func derivativesAgreeWithDifferences() {
        let a = Tensor([0.3, -0.45, 0.8, 0.12], dtype: .float64), b = Tensor([0.7, 0.2, -0.6, 1.4], dtype: .float64),
            positive = Tensor([1.3, 2.5, 0.4, 3.1], dtype: .float64)
        let unary: [(String, Function, Tensor)] = [
            ("tan", { tan($0) }, a), ("asin", { asin($0) }, a), ("acos", { acos($0) }, a), ("atan", { atan($0) }, b),
            ("sinh", { sinh($0) }, b), ("cosh", { cosh($0) }, b), ("asinh", { asinh($0) }, positive),
            ("asinh", { asinh($0) }, a), ("acosh", { acosh($0 + 1) }, positive), ("atanh", { atanh($0) }, a),
            ("sinc", { sinc($0) }, b), ("exp2", { exp2($0) }, b), ("log2", { log2($0) }, positive),
            ("log10", { log10($0) }, positive), ("reciprocal", { reciprocal($0) }, b), ("logit", { logit($0) }, abs(a)),
            ("frac", { frac($0) * $0 }, a), ("nanToNum", { nanToNum($0 * $0) }, a),
        ]
        for (name, function, x) in unary {
            let report = gradientCheck({ [function($0[0])] }, at: [x], secondOrder: true)
            #expect(report.passed, "\(name): \(report)")
        }
        let binary: [(String, (Tensor, Tensor) -> Tensor, Tensor, Tensor)] = [
            ("atan2", { atan2($0, $1) }, a, b), ("hypot", { hypot($0, $1) }, a, b),
            ("logAddExp", { logAddExp($0, $1) }, a, b), ("logAddExp2", { logAddExp2($0, $1) }, a, b),
            ("xlogy", { xlogy($0, $1) }, a, positive), ("xlog1py", { xlog1py($0, $1) }, a, positive),
            ("remainder", { remainder($0, $1) * $1 }, b, a), ("fmod", { fmod($0, $1) * $1 }, b, a),
            ("copysign", { copysign($0, $1) * $0 }, a, b), ("clip", { clip($0, min: $1, max: $1 + 0.5) * $0 }, a, b),
            ("lerp", { lerp($0, $0 * $0, $1) }, a, b), ("pow", { pow($0, $1) }, positive, b),
        ]
        for (name, function, x, y) in binary {
            let report = gradientCheck({ [function($0[0], $0[1])] }, at: [x, y], secondOrder: true)
            #expect(report.passed, "\(name): \(report)")
        }
    }
}
