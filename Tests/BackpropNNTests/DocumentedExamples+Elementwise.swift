import Backprop

/// Elementwise operators, in the order of their files.
extension DocumentedExample {
    private static let arithmeticExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 2]) + Tensor([10.0])", [11, 12]) { () -> Tensor in
            Tensor([1.0, 2]) + Tensor([10.0])
        },
        DocumentedExample("Tensor([1.0, 2]) - Tensor([10.0])", [-9, -8]) { () -> Tensor in
            Tensor([1.0, 2]) - Tensor([10.0])
        },
        DocumentedExample("Tensor([1.0, 2]) * Tensor([10.0])", [10, 20]) { () -> Tensor in
            Tensor([1.0, 2]) * Tensor([10.0])
        },
        DocumentedExample("Tensor([7, -7] as [Int32]) / Tensor([2] as [Int32])", [3, -3]) { () -> Tensor in
            Tensor([7, -7] as [Int32]) / Tensor([2] as [Int32])
        },
        DocumentedExample("-Tensor([1.0, -2])", [-1, 2]) { () -> Tensor in
            -Tensor([1.0, -2])
        },
        DocumentedExample(
            """
            var a = Tensor([1.0, 2])
            a += Tensor([10.0])
            a
            """, [11, 12]
        ) { () -> Tensor in
            var a = Tensor([1.0, 2])
            a += Tensor([10.0])
            return a
        },
        DocumentedExample(
            """
            var a = Tensor([1.0, 2])
            a -= Tensor([10.0])
            a
            """, [-9, -8]
        ) { () -> Tensor in
            var a = Tensor([1.0, 2])
            a -= Tensor([10.0])
            return a
        },
        DocumentedExample(
            """
            var a = Tensor([1.0, 2])
            a *= Tensor([10.0])
            a
            """, [10, 20]
        ) { () -> Tensor in
            var a = Tensor([1.0, 2])
            a *= Tensor([10.0])
            return a
        },
        DocumentedExample(
            """
            var a = Tensor([1.0, 2])
            a /= Tensor([10.0])
            a
            """, [0.1, 0.2]
        ) { () -> Tensor in
            var a = Tensor([1.0, 2])
            a /= Tensor([10.0])
            return a
        },
        DocumentedExample("Tensor([1.0, 2]) .== Tensor([1.0, 3])", [1, 0]) { () -> Tensor in
            Tensor([1.0, 2]) .== Tensor([1.0, 3])
        },
        DocumentedExample("Tensor([1.0, 2]) .!= Tensor([1.0, 3])", [0, 1]) { () -> Tensor in
            Tensor([1.0, 2]) .!= Tensor([1.0, 3])
        },
        DocumentedExample("Tensor([1.0, 2]) .< Tensor([2.0])", [1, 0]) { () -> Tensor in
            Tensor([1.0, 2]) .< Tensor([2.0])
        },
        DocumentedExample("Tensor([1.0, 2]) .<= Tensor([1.0])", [1, 0]) { () -> Tensor in
            Tensor([1.0, 2]) .<= Tensor([1.0])
        },
        DocumentedExample("Tensor([1.0, 2]) .> Tensor([1.0])", [0, 1]) { () -> Tensor in
            Tensor([1.0, 2]) .> Tensor([1.0])
        },
        DocumentedExample("Tensor([1.0, 2]) .>= Tensor([2.0])", [0, 1]) { () -> Tensor in
            Tensor([1.0, 2]) .>= Tensor([2.0])
        },
        DocumentedExample("Tensor([true, true]) .& Tensor([true, false])", [1, 0]) { () -> Tensor in
            Tensor([true, true]) .& Tensor([true, false])
        },
        DocumentedExample("Tensor([true, false]) .| Tensor([false, false])", [1, 0]) { () -> Tensor in
            Tensor([true, false]) .| Tensor([false, false])
        },
        DocumentedExample(".!Tensor([true, false])", [0, 1]) { () -> Tensor in
            .!Tensor([true, false])
        },
    ]

    private static let mathExamples: [DocumentedExample] = [
        DocumentedExample("abs(Tensor([-1.0, 0, 2]))", [1, 0, 2]) { () -> Tensor in
            abs(Tensor([-1.0, 0, 2]))
        },
        DocumentedExample("sign(Tensor([-3.0, 0, 2]))", [-1, 0, 1]) { () -> Tensor in
            sign(Tensor([-3.0, 0, 2]))
        },
        DocumentedExample("exp(Tensor([0.0, 1]))", [1, 2.71828]) { () -> Tensor in
            exp(Tensor([0.0, 1]))
        },
        DocumentedExample("expm1(Tensor([0.0, 1e-10]))", [0, 1e-10]) { () -> Tensor in
            expm1(Tensor([0.0, 1e-10]))
        },
        DocumentedExample("log(Tensor([0.0, 1, 10]))", [-.infinity, 0, 2.30259]) { () -> Tensor in
            log(Tensor([0.0, 1, 10]))
        },
        DocumentedExample("log1p(Tensor([0.0, 1e-10]))", [0, 1e-10]) { () -> Tensor in
            log1p(Tensor([0.0, 1e-10]))
        },
        DocumentedExample("sqrt(Tensor([0.0, 4]))", [0, 2]) { () -> Tensor in
            sqrt(Tensor([0.0, 4]))
        },
        DocumentedExample("rsqrt(Tensor([4.0, 0.25]))", [0.5, 2]) { () -> Tensor in
            rsqrt(Tensor([4.0, 0.25]))
        },
        DocumentedExample("sin(Tensor([0.0, 1]))", [0, 0.841471]) { () -> Tensor in
            sin(Tensor([0.0, 1]))
        },
        DocumentedExample("cos(Tensor([0.0, 1]))", [1, 0.540302]) { () -> Tensor in
            cos(Tensor([0.0, 1]))
        },
        DocumentedExample("tanh(Tensor([0.0, 1]))", [0, 0.761594]) { () -> Tensor in
            tanh(Tensor([0.0, 1]))
        },
        DocumentedExample("sigmoid(Tensor([-800.0, 0, 1]))", [0, 0.5, 0.731059]) { () -> Tensor in
            sigmoid(Tensor([-800.0, 0, 1]))
        },
        DocumentedExample("erf(Tensor([0.0, 1]))", [0, 0.842701]) { () -> Tensor in
            erf(Tensor([0.0, 1]))
        },
        DocumentedExample("erfc(Tensor([0.0, 2]))", [1, 0.00467773]) { () -> Tensor in
            erfc(Tensor([0.0, 2]))
        },
        DocumentedExample("erfInverse(Tensor([0.0, 0.5, 1]))", [0, 0.476936, .infinity]) { () -> Tensor in
            erfInverse(Tensor([0.0, 0.5, 1]))
        },
        DocumentedExample("logGamma(Tensor([1.0, 5]))", [0, 3.17805]) { () -> Tensor in
            logGamma(Tensor([1.0, 5]))
        },
        DocumentedExample("digamma(Tensor([1.0, 2]))", [-0.577216, 0.422784]) { () -> Tensor in
            digamma(Tensor([1.0, 2]))
        },
        DocumentedExample("polygamma(1, Tensor([1.0, 2]))", [1.64493, 0.644934]) { () -> Tensor in
            polygamma(1, Tensor([1.0, 2]))
        },
        DocumentedExample("reciprocal(Tensor([2.0, 0]))", [0.5, .infinity]) { () -> Tensor in
            reciprocal(Tensor([2.0, 0]))
        },
        DocumentedExample("square(Tensor([-3.0, 2]))", [9, 4]) { () -> Tensor in
            square(Tensor([-3.0, 2]))
        },
        DocumentedExample("maximum(Tensor([1.0, 5]), Tensor([3.0, 2]))", [3, 5]) { () -> Tensor in
            maximum(Tensor([1.0, 5]), Tensor([3.0, 2]))
        },
        DocumentedExample("minimum(Tensor([1.0, 5]), Tensor([3.0, 2]))", [1, 2]) { () -> Tensor in
            minimum(Tensor([1.0, 5]), Tensor([3.0, 2]))
        },
        DocumentedExample("which(Tensor([true, false]), Tensor([1.0, 2]), Tensor([3.0, 4]))", [1, 4]) { () -> Tensor in
            which(Tensor([true, false]), Tensor([1.0, 2]), Tensor([3.0, 4]))
        },
        DocumentedExample("grad({ x in x * stopGradient(x) })(Tensor(3.0))", [3]) { () -> Tensor in
            grad({ x in x * stopGradient(x) })(Tensor(3.0))
        },
    ]

    private static let exponentialsExamples: [DocumentedExample] = [
        DocumentedExample("pow(Tensor([2.0, 9]), Tensor([3.0, 0.5]))", [8, 3]) { () -> Tensor in
            pow(Tensor([2.0, 9]), Tensor([3.0, 0.5]))
        },
        DocumentedExample("exp2(Tensor([-1.0, 0, 3]))", [0.5, 1, 8]) { () -> Tensor in
            exp2(Tensor([-1.0, 0, 3]))
        },
        DocumentedExample("log2(Tensor([0.5, 1, 8]))", [-1, 0, 3]) { () -> Tensor in
            log2(Tensor([0.5, 1, 8]))
        },
        DocumentedExample("log10(Tensor([0.1, 1, 1000]))", [-1, 0, 3]) { () -> Tensor in
            log10(Tensor([0.1, 1, 1000]))
        },
        DocumentedExample("logAddExp(Tensor([0.0, 1000]), Tensor([0.0, 1000]))", [0.693147, 1000.69]) { () -> Tensor in
            logAddExp(Tensor([0.0, 1000]), Tensor([0.0, 1000]))
        },
        DocumentedExample("logAddExp2(Tensor([0.0, 1000]), Tensor([0.0, 1000]))", [1, 1001]) { () -> Tensor in
            logAddExp2(Tensor([0.0, 1000]), Tensor([0.0, 1000]))
        },
        DocumentedExample("xlogy(Tensor([0.0, 2]), Tensor([0.0, 10]))", [0, 4.60517]) { () -> Tensor in
            xlogy(Tensor([0.0, 2]), Tensor([0.0, 10]))
        },
        DocumentedExample("xlog1py(Tensor([0.0, 2]), Tensor([-1.0, 9]))", [0, 4.60517]) { () -> Tensor in
            xlog1py(Tensor([0.0, 2]), Tensor([-1.0, 9]))
        },
        DocumentedExample("logit(Tensor([0.5, 0.9]))", [0, 2.19722]) { () -> Tensor in
            logit(Tensor([0.5, 0.9]))
        },
    ]

    private static let trigonometryExamples: [DocumentedExample] = [
        DocumentedExample("tan(Tensor([0.0, 1]))", [0, 1.55741]) { () -> Tensor in
            tan(Tensor([0.0, 1]))
        },
        DocumentedExample("asin(Tensor([-1.0, 0, 0.5]))", [-1.5708, 0, 0.523599]) { () -> Tensor in
            asin(Tensor([-1.0, 0, 0.5]))
        },
        DocumentedExample("acos(Tensor([-1.0, 0, 0.5]))", [3.14159, 1.5708, 1.0472]) { () -> Tensor in
            acos(Tensor([-1.0, 0, 0.5]))
        },
        DocumentedExample("atan(Tensor([-1.0, 0, 1]))", [-0.785398, 0, 0.785398]) { () -> Tensor in
            atan(Tensor([-1.0, 0, 1]))
        },
        DocumentedExample("atan2(Tensor([1.0, -1]), Tensor([-1.0, 0]))", [2.35619, -1.5708]) { () -> Tensor in
            atan2(Tensor([1.0, -1]), Tensor([-1.0, 0]))
        },
        DocumentedExample("sinh(Tensor([0.0, 1]))", [0, 1.1752]) { () -> Tensor in
            sinh(Tensor([0.0, 1]))
        },
        DocumentedExample("cosh(Tensor([0.0, 1]))", [1, 1.54308]) { () -> Tensor in
            cosh(Tensor([0.0, 1]))
        },
        DocumentedExample("asinh(Tensor([0.0, 1]))", [0, 0.881374]) { () -> Tensor in
            asinh(Tensor([0.0, 1]))
        },
        DocumentedExample("acosh(Tensor([1.0, 2]))", [0, 1.31696]) { () -> Tensor in
            acosh(Tensor([1.0, 2]))
        },
        DocumentedExample("atanh(Tensor([0.0, 0.5, 1]))", [0, 0.549306, .infinity]) { () -> Tensor in
            atanh(Tensor([0.0, 0.5, 1]))
        },
        DocumentedExample("sinc(Tensor([0.0, 0.5]))", [1, 0.63662]) { () -> Tensor in
            sinc(Tensor([0.0, 0.5]))
        },
        DocumentedExample("degrees(Tensor([Double.pi, 1]))", [180, 57.2958]) { () -> Tensor in
            degrees(Tensor([Double.pi, 1]))
        },
        DocumentedExample("radians(Tensor([180.0, 90]))", [3.14159, 1.5708]) { () -> Tensor in
            radians(Tensor([180.0, 90]))
        },
        DocumentedExample("hypot(Tensor([3.0]), Tensor([4.0]))", [5]) { () -> Tensor in
            hypot(Tensor([3.0]), Tensor([4.0]))
        },
    ]

    private static let roundingExamples: [DocumentedExample] = [
        DocumentedExample("floor(Tensor([-1.5, 1.5]))", [-2, 1]) { () -> Tensor in
            floor(Tensor([-1.5, 1.5]))
        },
        DocumentedExample("ceil(Tensor([-1.5, 1.5]))", [-1, 2]) { () -> Tensor in
            ceil(Tensor([-1.5, 1.5]))
        },
        DocumentedExample("round(Tensor([0.5, 1.5, -1.2]))", [0, 2, -1]) { () -> Tensor in
            round(Tensor([0.5, 1.5, -1.2]))
        },
        DocumentedExample("trunc(Tensor([-1.5, 1.5]))", [-1, 1]) { () -> Tensor in
            trunc(Tensor([-1.5, 1.5]))
        },
        DocumentedExample("frac(Tensor([-1.25, 1.5]))", [-0.25, 0.5]) { () -> Tensor in
            frac(Tensor([-1.25, 1.5]))
        },
        DocumentedExample("floorDivide(Tensor([7.0, -7]), Tensor([2.0]))", [3, -4]) { () -> Tensor in
            floorDivide(Tensor([7.0, -7]), Tensor([2.0]))
        },
        DocumentedExample("truncatedDivide(Tensor([7.0, -7]), Tensor([2.0]))", [3, -3]) { () -> Tensor in
            truncatedDivide(Tensor([7.0, -7]), Tensor([2.0]))
        },
        DocumentedExample("remainder(Tensor([7.0, -7]), Tensor([3.0]))", [1, 2]) { () -> Tensor in
            remainder(Tensor([7.0, -7]), Tensor([3.0]))
        },
        DocumentedExample("fmod(Tensor([7.0, -7]), Tensor([3.0]))", [1, -1]) { () -> Tensor in
            fmod(Tensor([7.0, -7]), Tensor([3.0]))
        },
    ]

    private static let boundsExamples: [DocumentedExample] = [
        DocumentedExample("isNaN(Tensor([0, Double.nan]))", [0, 1]) { () -> Tensor in
            isNaN(Tensor([0, Double.nan]))
        },
        DocumentedExample("isInfinite(Tensor([0, -Double.infinity]))", [0, 1]) { () -> Tensor in
            isInfinite(Tensor([0, -Double.infinity]))
        },
        DocumentedExample("isFinite(Tensor([0, Double.infinity, .nan]))", [1, 0, 0]) { () -> Tensor in
            isFinite(Tensor([0, Double.infinity, .nan]))
        },
        DocumentedExample("isClose(Tensor([1.0, 1]), Tensor([1.000001, 1.1]))", [1, 0]) { () -> Tensor in
            isClose(Tensor([1.0, 1]), Tensor([1.000001, 1.1]))
        },
        DocumentedExample("nanToNum(Tensor([1, .nan, .infinity]), positiveInfinity: 9)", [1, 0, 9]) { () -> Tensor in
            nanToNum(Tensor([1, .nan, .infinity]), positiveInfinity: 9)
        },
        DocumentedExample("clip(Tensor([-2.0, 0.5, 2]), min: Tensor(0.0))", [0, 0.5, 2]) {
            () -> Tensor in
            clip(Tensor([-2.0, 0.5, 2]), min: Tensor(0.0))
        },
        DocumentedExample("clip(Tensor([-2.0, 0.5, 2]), min: -1, max: 1)", [-1, 0.5, 1]) { () -> Tensor in
            clip(Tensor([-2.0, 0.5, 2]), min: -1, max: 1)
        },
        DocumentedExample("copysign(Tensor([1.0, -2]), Tensor([-0.0, 3]))", [-1, 2]) { () -> Tensor in
            copysign(Tensor([1.0, -2]), Tensor([-0.0, 3]))
        },
        DocumentedExample("lerp(Tensor([0.0, 10]), Tensor([1.0, 20]), Tensor([0.25, 0.5]))", [0.25, 15]) {
            () -> Tensor in
            lerp(Tensor([0.0, 10]), Tensor([1.0, 20]), Tensor([0.25, 0.5]))
        },
    ]

    static let ofElementwise: [DocumentedExample] = [
        arithmeticExamples, mathExamples, exponentialsExamples, trigonometryExamples, roundingExamples, boundsExamples,
    ].flatMap { $0 }
}
