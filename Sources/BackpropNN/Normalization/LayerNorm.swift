import Backprop

/// (x - mean) / sqrt(variance + ε) over the last axes, times `weight`, plus `bias` (Ba et al., 2016). Other shapes of
/// the factors stop it.
///
/// ```swift
/// layerNorm(Tensor([1.0, 3, 10, 30], shape: [2, 2]), epsilon: 0)  // [-1, 1, -1, 1]
/// ```
///
/// - Parameters:
///   - x: floating point, any shape.
///   - weight: of the shape of the normalized axes; so is `bias`.
///   - trailingAxes: how many axes are normalized together.
public func layerNorm(
    _ x: Tensor, weight: Tensor? = nil, bias: Tensor? = nil, trailingAxes: Int = 1, epsilon: Double = 1e-5,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let axes = trailing(trailingAxes, of: x, "layerNorm", weight, bias, file, line)
    return standardized(x, axes: axes, epsilon: epsilon).scaled(by: weight, plus: bias)
}

/// x / sqrt(mean(x²) + ε) over the last axes, times `weight` (Zhang and Sennrich, 2019).
///
/// ```swift
/// rmsNorm(Tensor([3.0, -4]))  // [0.848528, -1.13137]
/// ```
///
/// - Parameters:
///   - x: floating point, any shape.
///   - weight: of the shape of the normalized axes.
///   - trailingAxes: how many axes are normalized together.
///   - epsilon: the spacing of numbers at 1 in the dtype where left out.
public func rmsNorm(
    _ x: Tensor, weight: Tensor? = nil, trailingAxes: Int = 1, epsilon: Double? = nil, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    let x = x.castForSum
    let axes = trailing(trailingAxes, of: x, "rmsNorm", weight, nil, file, line)
    let power = square(x).mean(axes: axes, keepDims: true)
    return (x * rsqrt(power + (epsilon ?? x.dtype.spacingAtOne))).scaled(by: weight, plus: nil)
}

/// The mean over the axes taken away, and the variance, from deviations, divided out.
///
/// Its gradient reads the result and one number for all of them, instead of what happened on the way: what the mean of a
/// cotangent, or its part along the result, would move is taken back by the mean and by the variance.
func standardized(_ x: Tensor, axes: [Int], epsilon: Double) -> Tensor {
    let share = 1 / Double(axes.reduce(1) { $0 * x.dim($1) })
    return CustomFunction(
        forward: { inputs in
            let centered = inputs[0] - inputs[0].mean(axes: axes, keepDims: true)
            let scale = rsqrt(square(centered).mean(axes: axes, keepDims: true) + epsilon)
            return [centered * scale, scale]
        },
        sparseVJP: { _, outputs, cotangents in
            let (unit, scale) = (outputs[0], outputs[1])
            var along: Tensor?, centered: Tensor?
            if let cotangent = cotangents[0] {
                along = (cotangent * unit).mean(axes: axes, keepDims: true) * scale
                centered = (cotangent - cotangent.mean(axes: axes, keepDims: true)) * scale
            }
            // Of the scale, too, where the gradient itself is differentiated.
            if let cotangent = cotangents[1] {
                let ofScale = cotangent * square(scale) * share
                along = along.map { $0 + ofScale } ?? ofScale
            }
            guard let along else { return [nil] }
            return [centered.map { $0 - unit * along } ?? -(unit * along)]
        })([x.castForSum])[0]
}

private func trailing(
    _ count: Int, of x: Tensor, _ name: String, _ weight: Tensor?, _ bias: Tensor?, _ file: StaticString, _ line: UInt
) -> [Int] {
    require(
        x.dtype.isFloatingPoint,
        "\(name) needs a floating-point tensor, not \(x.dtype); convert it with asType(.float32)", file: file,
        line: line)
    require(
        count >= 1 && count <= x.ndim, "\(name): shape \(x.shape) does not have \(count) axes to normalize", file: file,
        line: line)
    for factor in [weight, bias] {
        guard let factor else { continue }
        require(
            factor.shape == Array(x.shape.suffix(count)),
            "\(name): the last \(count) axes of \(x.shape) need weights of their shape, not \(factor.shape)",
            file: file, line: line)
    }
    return Array((x.ndim - count)..<x.ndim)
}

extension Tensor {
    /// This times a weight, plus a bias, where there are any.
    func scaled(by weight: Tensor?, plus bias: Tensor?) -> Tensor {
        let product = weight.map { self * $0 } ?? self
        return bias.map { product + $0 } ?? product
    }
}

extension DType {
    /// The distance from 1 to the next number.
    var spacingAtOne: Double {
        switch self {
        case .bfloat16: 0x1p-7
        case .float64: Double.ulpOfOne
        default: Double(Float.ulpOfOne)
        }
    }
}
