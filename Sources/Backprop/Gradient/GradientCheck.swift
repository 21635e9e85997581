/// What `gradientCheck` found: which entries of which inputs disagree with finite differences.
public struct GradientCheckReport: Sendable, CustomStringConvertible {
    /// One entry of a gradient that is not what differences say.
    public struct Mismatch: Sendable, CustomStringConvertible {
        /// What was compared.
        public enum Check: String, Sendable {
            case reverse = "gradient"
            case forward = "forward mode"
            case second = "second derivative"
        }

        /// What was compared.
        public let check: Check
        /// The position of the input among the arguments.
        public let input: Int
        /// The entry of the input, one index for every axis.
        public let entry: [Int]
        /// What differentiation says.
        public let derivative: Double
        /// What central differences say, or, for forward mode, what reverse mode says.
        public let expected: Double

        public var description: String {
            "\(check.rawValue) of input \(input) at \(entry): \(derivative) instead of \(expected)"
        }
    }

    /// All entries beyond the tolerance, input by input.
    public let mismatches: [Mismatch]
    /// Derivatives that were compared.
    public let comparisons: Int
    /// The largest |derivative - expected| / max(1, |expected|).
    public let largestError: Double

    /// Whether everything agreed.
    public var passed: Bool { mismatches.isEmpty }

    public var description: String {
        if passed { return "\(comparisons) derivatives agree, largest error \(largestError)" }
        let shown = mismatches.prefix(20).map { "  \($0)" }
        let rest = mismatches.count > 20 ? ["  and \(mismatches.count - 20) more"] : []
        let head = "\(mismatches.count) of \(comparisons) derivatives disagree, largest error \(largestError)"
        return ([head] + shown + rest).joined(separator: "\n")
    }
}

/// Compares the derivatives of a function with central finite differences, entry by entry, and forward mode with reverse
/// mode.
///
/// Meant for custom rules and new operators. The results are contracted with fixed pseudo-random weights, so that every
/// entry of every result matters. The function must be smooth around `inputs`: at a kink, differences and a
/// subgradient disagree by nature.
///
/// ```swift
/// gradientCheck({ x in [sin(x[0])] }, at: [Tensor([0.5, 1], dtype: .float64)]).passed  // true
/// ```
///
/// - Parameters:
///   - function: any number of tensors from the inputs; the same values for the same inputs.
///   - inputs: float64 tensors; small ones, since each entry costs two evaluations.
///   - step: the distance of the differences, in the unit of the inputs.
///   - relativeTolerance: allowed error beside the size of the expected derivative.
///   - absoluteTolerance: allowed error beside nothing.
///   - secondOrder: whether the gradient is checked in the same way, by differentiating it again.
/// - Returns: a report with every entry that disagrees; a NaN disagrees with everything.
public func gradientCheck(
    _ function: @escaping ([Tensor]) -> [Tensor], at inputs: [Tensor], step: Double = 1e-5,
    relativeTolerance: Double = 1e-5, absoluteTolerance: Double = 1e-7, secondOrder: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> GradientCheckReport {
    for input in inputs {
        require(
            input.dtype == .float64,
            "gradientCheck: an input is \(input.dtype)\(input.node.shape); differences need float64: Tensor(..., dtype: .float64)",
            file: file, line: line)
    }
    var check = GradientCheck(
        inputs: inputs, step: step, relativeTolerance: relativeTolerance, absoluteTolerance: absoluteTolerance)
    let loss: ([Tensor]) -> Tensor = { GradientCheck.contracted(function($0)) }
    check.compareReverse(loss, .reverse)
    check.compareForward(function)
    if secondOrder {
        check.compareReverse({ GradientCheck.contracted(grad(loss)($0)) }, .second)
    }
    return GradientCheckReport(
        mismatches: check.mismatches, comparisons: check.comparisons, largestError: check.largestError)
}

private struct GradientCheck {
    let inputs: [Tensor]
    let step: Double
    let relativeTolerance: Double
    let absoluteTolerance: Double
    private(set) var mismatches: [GradientCheckReport.Mismatch] = []
    private(set) var comparisons = 0
    private(set) var largestError = 0.0

    init(inputs: [Tensor], step: Double, relativeTolerance: Double, absoluteTolerance: Double) {
        self.inputs = inputs
        self.step = step
        self.relativeTolerance = relativeTolerance
        self.absoluteTolerance = absoluteTolerance
    }

    /// One number to which every entry of every floating-point tensor contributes with a weight of its own.
    static func contracted(_ tensors: [Tensor]) -> Tensor {
        tensors.filter { $0.dtype.isFloatingPoint }.enumerated().reduce(Tensor(0, dtype: .float64)) { sum, entry in
            let tensor = entry.element.asType(.float64)
            return sum + (tensor * direction(tensor.shape, number: entry.offset)).sum()
        }
    }

    /// Numbers between 0.5 and 1.5 in an irregular order (the fractional parts of multiples of the golden ratio).
    private static func direction(_ shape: [Int], number: Int) -> Tensor {
        let count = shape.reduce(1, *)
        let numbers = (0..<count).map { index -> Double in
            let multiple = Double(index + 1 + 97 * number) * 0.6180339887498949
            return 0.5 + multiple - multiple.rounded(.down)
        }
        return Tensor(numbers, shape: shape, dtype: .float64)
    }

    mutating func compareReverse(_ loss: @escaping ([Tensor]) -> Tensor, _ check: GradientCheckReport.Mismatch.Check) {
        let gradients = grad(loss)(inputs).map { $0.array(of: Double.self) }
        for number in inputs.indices {
            let elements = inputs[number].array(of: Double.self)
            for position in elements.indices {
                func value(_ offset: Double) -> Double {
                    var moved = elements
                    moved[position] += offset
                    var arguments = inputs
                    arguments[number] = Tensor(moved, shape: inputs[number].shape, dtype: .float64)
                    return loss(arguments).item()
                }
                let difference = (value(step) - value(-step)) / (2 * step)
                compare(gradients[number][position], difference, check, number, position)
            }
        }
    }

    /// <J t, c> = <t, J* c>, once for every input with tangents in that input only.
    mutating func compareForward(_ function: @escaping ([Tensor]) -> [Tensor]) {
        let gradients = grad { GradientCheck.contracted(function($0)) }(inputs)
        for number in inputs.indices where inputs[number].size > 0 {
            let tangents = inputs.indices.map {
                $0 == number
                    ? GradientCheck.direction(inputs[$0].shape, number: 31 + $0)
                    : Tensor.zeros(inputs[$0].shape, dtype: .float64)
            }
            let forward = GradientCheck.contracted(jvp(function, primals: inputs, tangents: tangents).tangents)
            let reverse = (gradients[number] * tangents[number]).sum()
            compare(forward.item(), reverse.item(), .forward, number, nil)
        }
    }

    private mutating func compare(
        _ derivative: Double, _ expected: Double, _ check: GradientCheckReport.Mismatch.Check, _ input: Int,
        _ position: Int?
    ) {
        comparisons += 1
        let error = Swift.abs(derivative - expected)
        let relative = error / Swift.max(1, Swift.abs(expected))
        largestError = relative.isNaN ? .nan : Swift.max(largestError, relative)
        if error <= absoluteTolerance + relativeTolerance * Swift.max(1, Swift.abs(expected)) { return }
        mismatches.append(
            .init(
                check: check, input: input, entry: position.map { entry($0, in: inputs[input].shape) } ?? [],
                derivative: derivative, expected: expected))
    }

    private func entry(_ position: Int, in shape: [Int]) -> [Int] {
        var rest = position
        var entry: [Int] = []
        for extent in shape.reversed() {
            entry.insert(rest % extent, at: 0)
            rest /= extent
        }
        return entry
    }
}
