import Backprop

/// How far a result may be from its reference.
struct Tolerance {
    var relative: Double
    var absolute: Double

    /// What operators are held to in float64.
    static let operators = Tolerance(relative: 1e-6, absolute: 1e-8)
    /// What updates of optimizers are held to in float64, where the order of operations is given.
    static let updates = Tolerance(relative: 1e-12, absolute: 1e-14)

    /// Whether the numbers agree; infinities and nan agree with their own kind only.
    func accepts(_ value: Double, _ reference: Double) -> Bool {
        if value.isNaN || reference.isNaN { return value.isNaN && reference.isNaN }
        if value.isInfinite || reference.isInfinite { return value == reference }
        return abs(value - reference) <= absolute + relative * abs(reference)
    }

    /// What is wrong with `values`; nil where all agree.
    func difference(_ values: [Double], _ references: [Double], shape: [Int]) -> String? {
        guard values.count == references.count else {
            return "\(values.count) elements instead of \(references.count)"
        }
        var count = 0
        var worst = 0
        var largest = -1.0
        for index in values.indices where !accepts(values[index], references[index]) {
            count += 1
            let error = abs(values[index] - references[index])
            let weight = error.isFinite ? error : .infinity
            if weight > largest { (worst, largest) = (index, weight) }
        }
        guard count > 0 else { return nil }
        return "\(count) of \(values.count) differ, most at \(Self.place(worst, shape)): "
            + "\(values[worst]) instead of \(references[worst])"
    }

    private static func place(_ index: Int, _ shape: [Int]) -> String {
        var rest = index
        var place: [Int] = []
        for extent in shape.reversed() {
            place.insert(rest % extent, at: 0)
            rest /= extent
        }
        return "\(place)"
    }
}

/// Compares tensors with their references; throws `Wrong` with the first difference.
///
/// Floating-point numbers agree within the tolerance and have the same dtype. Whole numbers are equal, whatever their
/// width, since indices are of different width here and there.
func compare(_ tensor: Tensor, with reference: Tensor, _ what: String, _ tolerance: Tolerance) throws {
    guard tensor.shape == reference.shape else {
        throw Wrong("\(what) has shape \(tensor.shape) instead of \(reference.shape)")
    }
    let sameKind =
        reference.dtype.isFloatingPoint
        ? tensor.dtype == reference.dtype
        : !tensor.dtype.isFloatingPoint && (tensor.dtype == .bool) == (reference.dtype == .bool)
    guard sameKind else { throw Wrong("\(what) is \(tensor.dtype) instead of \(reference.dtype)") }
    if let difference = tolerance.difference(tensor.numbers, reference.numbers, shape: reference.shape) {
        throw Wrong("\(what): \(difference)")
    }
}

extension Tensor {
    /// The elements as Doubles.
    var numbers: [Double] { array(of: Double.self) }
}
