// Discrete Fourier transforms, as those of torch.fft: X[k] = Σ x[j] exp(-2πi j k / n).

/// What Fourier transforms are divided by.
public enum FourierNormalization: Sendable, CaseIterable {
    /// Nothing forward, the number of elements backward.
    case backward
    /// The square root of the number of elements, both ways.
    case ortho
    /// The number of elements forward, nothing backward.
    case forward

    func scale(_ count: Int, isForward: Bool) -> Double {
        switch self {
        case .backward: isForward ? 1 : 1 / Double(count)
        case .ortho: 1 / Double(count).squareRoot()
        case .forward: isForward ? 1 / Double(count) : 1
        }
    }
}

/// The Fourier transform along an axis. float32 or float64, in O(n log n) for every number of elements n; anything else
/// stops it.
///
/// ```swift
/// fft(ComplexTensor(real: Tensor([1, 0, 0, 1] as [Float]))).imaginary  // [0, 1, 0, -1]
/// ```
///
/// - Parameters:
///   - count: of how many elements; more are cut off, zeros stand for fewer. As many as there are where it is left out.
///   - normalization: what the result is divided by.
public func fft(
    _ z: ComplexTensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor {
    z.transformed("fft", count, axis, normalization, isForward: true, file, line)
}

/// The Fourier transform of real numbers along an axis, with both halves of the frequencies.
///
/// ```swift
/// fft(Tensor([1, 0, 0, 1] as [Float])).real  // [2, 1, 0, 1]
/// ```
public func fft(
    _ x: Tensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor {
    x.transformed("fft", count, axis, normalization, file, line)
}

/// The inverse of `fft`, for the same count and normalization.
///
/// ```swift
/// ifft(fft(Tensor([1, 0, 0, 1] as [Float]))).real  // [1, 0, 0, 1]
/// ```
public func ifft(
    _ z: ComplexTensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor {
    z.transformed("ifft", count, axis, normalization, isForward: false, file, line)
}

/// The Fourier transform of real numbers along an axis for the frequencies 0 ... n/2; the others are their conjugates.
///
/// ```swift
/// rfft(Tensor([1, 0, 0, 1] as [Float])).imaginary  // [0, 1, 0]
/// ```
public func rfft(
    _ x: Tensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor {
    let axis = x.resolved(axis: axis, "rfft", file: file, line: line)
    let both = x.transformed("rfft", count, axis, normalization, file, line)
    return both.map { $0.narrowed(axis: axis, 0..<($0.dim(axis) / 2 + 1)) }
}

/// The inverse of `rfft`: real numbers from the frequencies 0 ... n/2. The imaginary parts of the first one, and of the
/// last where n is even, are not looked at.
///
/// ```swift
/// irfft(rfft(Tensor([1, 0, 0, 1] as [Float])))  // [1, 0, 0, 1]
/// ```
///
/// - Parameters:
///   - count: n, which the frequencies do not tell; twice as many as there are less two where it is left out.
///   - normalization: what the result is divided by.
public func irfft(
    _ z: ComplexTensor, count: Int? = nil, axis: Int = -1, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let axis = z.real.resolved(axis: axis, "irfft", file: file, line: line)
    let count = count ?? 2 * (z.real.dim(axis) - 1)
    require(
        count >= 1, "irfft: \(count) elements from axis \(axis) of shape \(z.real.node.shape)", file: file, line: line)
    let half = z.map { $0.resized(axis: axis, to: count / 2 + 1) }
    let mirrored = 1..<((count + 1) / 2)
    func whole(_ part: Tensor, _ sign: Double) -> Tensor {
        mirrored.isEmpty
            ? part
            : concatenated([part, part.narrowed(axis: axis, mirrored).reversed(axes: [axis]) * sign], axis: axis)
    }
    let both = ComplexTensor(parts: whole(half.real, 1), whole(half.imaginary, -1))
    return both.transformed("irfft", count, axis, normalization, isForward: false, file, line).real
}

extension Tensor {
    /// Cut off, or with zeros behind, along an axis.
    fileprivate func resized(axis: Int, to count: Int) -> Tensor {
        let extent = dim(axis)
        if count <= extent { return narrowed(axis: axis, 0..<count) }
        return padded(widths: (0..<ndim).map { $0 == axis ? (0, count - extent) : (0, 0) })
    }

    fileprivate func requireTransformable(
        _ name: String, _ count: Int?, _ axis: Int, _ file: StaticString, _ line: UInt
    ) -> (axis: Int, count: Int) {
        require(
            dtype == .float32 || dtype == .float64, "\(name) needs float32 or float64, not \(dtype)", file: file,
            line: line)
        let axis = resolved(axis: axis, name, file: file, line: line), count = count ?? dim(axis)
        require(
            count >= 1 && count <= Shape.maximumExtent,
            "\(name): \(count) elements from axis \(axis) of shape \(node.shape)", file: file, line: line)
        return (axis, count)
    }

    /// The forward transform of real numbers.
    fileprivate func transformed(
        _ name: String, _ count: Int?, _ axis: Int, _ normalization: FourierNormalization, _ file: StaticString,
        _ line: UInt
    ) -> ComplexTensor {
        let (axis, count) = requireTransformable(name, count, axis, file, line)
        let lines = resized(axis: axis, to: count).movedAxis(axis, to: -1),
            scale = normalization.scale(count, isForward: true)
        if size == 0 { return ComplexTensor(real: resized(axis: axis, to: count)) }
        let result = FourierTransform.forward(lines.reshaped([-1, count]), nil)
        return result.map { ($0.reshaped(lines.shape) * scale).movedAxis(-1, to: axis) }
    }
}

extension ComplexTensor {
    fileprivate func transformed(
        _ name: String, _ count: Int?, _ axis: Int, _ normalization: FourierNormalization, isForward: Bool,
        _ file: StaticString, _ line: UInt
    ) -> ComplexTensor {
        let (axis, count) = real.requireTransformable(name, count, axis, file, line)
        let lines = map { $0.resized(axis: axis, to: count).movedAxis(axis, to: -1) }
        if real.size == 0 { return map { $0.resized(axis: axis, to: count) } }
        let rows = lines.map { $0.reshaped([-1, count]) }
        let result = isForward ? FourierTransform.forward(rows.real, rows.imaginary) : FourierTransform.backward(rows)
        let scale = normalization.scale(count, isForward: isForward)
        return result.map { ($0.reshaped(lines.shape) * scale).movedAxis(-1, to: axis) }
    }
}
