// Fourier transforms along several axes, one after the other, and what goes with them.

/// The Fourier transform along several axes.
///
/// ```swift
/// fftn(ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))).real  // [10, -2, -4, 0]
/// ```
///
/// - Parameters:
///   - counts: of how many elements along each axis; more are cut off, zeros stand for fewer.
///   - axes: where left out all of them, or the last ones for which there are counts.
///   - normalization: what the result is divided by.
public func fftn(
    _ z: ComplexTensor, counts: [Int]? = nil, axes: [Int]? = nil, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor {
    let plan = z.real.transformAxes("fftn", counts, axes, file, line)
    return plan.reduce(z) {
        fft($0, count: $1.count, axis: $1.axis, normalization: normalization, file: file, line: line)
    }
}

/// The inverse of `fftn`, for the same counts, axes and normalization.
///
/// ```swift
/// let z = ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
/// ifftn(fftn(z)).real  // [1, 2, 3, 4]
/// ```
public func ifftn(
    _ z: ComplexTensor, counts: [Int]? = nil, axes: [Int]? = nil, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor {
    let plan = z.real.transformAxes("ifftn", counts, axes, file, line)
    return plan.reduce(z) {
        ifft($0, count: $1.count, axis: $1.axis, normalization: normalization, file: file, line: line)
    }
}

/// The Fourier transform of real numbers along several axes, along the last of them for the frequencies 0 ... n/2.
///
/// ```swift
/// rfftn(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])).shape  // [2, 2]
/// ```
public func rfftn(
    _ x: Tensor, counts: [Int]? = nil, axes: [Int]? = nil, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor {
    let plan = x.transformAxes("rfftn", counts, axes, file, line)
    guard let last = plan.last else { return ComplexTensor(real: x, file: file, line: line) }
    let half = rfft(x, count: last.count, axis: last.axis, normalization: normalization, file: file, line: line)
    return plan.dropLast().reduce(half) {
        fft($0, count: $1.count, axis: $1.axis, normalization: normalization, file: file, line: line)
    }
}

/// The inverse of `rfftn`: real numbers from half of the frequencies along the last of the axes.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
/// irfftn(rfftn(x), counts: [2, 3])  // [1, 2, 3, 4, 5, 6]
/// ```
///
/// - Parameters:
///   - counts: of how many elements along each axis, the last one in full; twice as many frequencies as there are less
///     two along the last axis where left out.
///   - axes: where left out all of them, or the last ones for which there are counts.
///   - normalization: what the result is divided by.
public func irfftn(
    _ z: ComplexTensor, counts: [Int]? = nil, axes: [Int]? = nil, normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let plan = z.real.transformAxes("irfftn", counts, axes, file, line)
    guard let last = plan.last else { return z.real }
    let lines = plan.dropLast().reduce(z) {
        ifft($0, count: $1.count, axis: $1.axis, normalization: normalization, file: file, line: line)
    }
    return irfft(lines, count: last.count, axis: last.axis, normalization: normalization, file: file, line: line)
}

/// `fftn` along two axes, the last two where they are left out.
///
/// ```swift
/// fft2(ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))).real  // [10, -2, -4, 0]
/// ```
public func fft2(
    _ z: ComplexTensor, counts: [Int]? = nil, axes: [Int] = [-2, -1], normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor { fftn(z, counts: counts, axes: axes, normalization: normalization, file: file, line: line) }

/// `ifftn` along two axes, the last two where they are left out.
///
/// ```swift
/// let z = ComplexTensor(real: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
/// ifft2(fft2(z)).real  // [1, 2, 3, 4]
/// ```
public func ifft2(
    _ z: ComplexTensor, counts: [Int]? = nil, axes: [Int] = [-2, -1], normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor { ifftn(z, counts: counts, axes: axes, normalization: normalization, file: file, line: line) }

/// `rfftn` along two axes, the last two where they are left out.
///
/// ```swift
/// rfft2(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])).real  // [10, -2, -4, 0]
/// ```
public func rfft2(
    _ x: Tensor, counts: [Int]? = nil, axes: [Int] = [-2, -1], normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor { rfftn(x, counts: counts, axes: axes, normalization: normalization, file: file, line: line) }

/// `irfftn` along two axes, the last two where they are left out.
///
/// ```swift
/// irfft2(rfft2(Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])))  // [1, 2, 3, 4]
/// ```
public func irfft2(
    _ z: ComplexTensor, counts: [Int]? = nil, axes: [Int] = [-2, -1], normalization: FourierNormalization = .backward,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor { irfftn(z, counts: counts, axes: axes, normalization: normalization, file: file, line: line) }

extension Tensor {
    /// The axes of a transform and the number of elements along each, where it is given.
    fileprivate func transformAxes(
        _ name: String, _ counts: [Int]?, _ axes: [Int]?, _ file: StaticString, _ line: UInt
    ) -> [(axis: Int, count: Int?)] {
        require(
            counts == nil || axes == nil && counts!.count <= ndim || counts!.count == axes?.count,
            "\(name): counts \(counts ?? []) for axes \(axes.map { "\($0)" } ?? "of shape \(node.shape)")", file: file,
            line: line)
        let axes = axes ?? Array((ndim - (counts?.count ?? ndim))..<ndim)
        _ = resolved(axes: axes, name, file: file, line: line)
        return axes.enumerated().map { (resolved(axis: $1, name, file: file, line: line), counts?[$0]) }
    }

    fileprivate func shifted(
        _ name: String, _ axes: [Int]?, _ file: StaticString, _ line: UInt, by places: (_ extent: Int) -> Int
    ) -> Tensor {
        resolved(axes: axes, name, file: file, line: line).axes.reduce(self) { $0.rolled(places(dim($1)), axis: $1) }
    }
}

/// Frequency 0 moved from the beginning to the middle of each axis, or of the axes that are given.
///
/// ```swift
/// fftShift(Tensor([0, 1, 2, -2, -1] as [Float]))  // [-2, -1, 0, 1, 2]
/// ```
public func fftShift(
    _ x: Tensor, axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { x.shifted("fftShift", axes, file, line) { $0 / 2 } }

/// Frequency 0 moved from the beginning to the middle of each axis, or of the axes that are given.
public func fftShift(
    _ z: ComplexTensor, axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor { z.map { fftShift($0, axes: axes, file: file, line: line) } }

/// The inverse of `fftShift`.
///
/// ```swift
/// ifftShift(Tensor([-2, -1, 0, 1, 2] as [Float]))  // [0, 1, 2, -2, -1]
/// ```
public func ifftShift(
    _ x: Tensor, axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { x.shifted("ifftShift", axes, file, line) { ($0 + 1) / 2 } }

/// The inverse of `fftShift`.
public func ifftShift(
    _ z: ComplexTensor, axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
) -> ComplexTensor { z.map { ifftShift($0, axes: axes, file: file, line: line) } }

/// The frequencies of a transform of `count` elements, in its order: those that are not negative, then the others. In
/// cycles for the unit in which the distance of two elements is `spacing`.
///
/// ```swift
/// fftFrequencies(4)  // [0, 0.25, -0.5, -0.25]
/// ```
public func fftFrequencies(
    _ count: Int, spacing: Double = 1, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireFrequencies("fftFrequencies", count, spacing, dtype, file, line)
    let place = Tensor.arange(count, dtype: .int64)
    let frequency = which(place .< Double((count + 1) / 2), place, place - Double(count))
    return (frequency.asType(.float64) / (Double(count) * spacing)).asType(dtype)
}

/// The frequencies of `rfft` of `count` elements: those that are not negative.
///
/// ```swift
/// rfftFrequencies(4)  // [0, 0.25, 0.5]
/// ```
public func rfftFrequencies(
    _ count: Int, spacing: Double = 1, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireFrequencies("rfftFrequencies", count, spacing, dtype, file, line)
    let place = Tensor.arange(count / 2 + 1, dtype: .int64).asType(.float64)
    return (place / (Double(count) * spacing)).asType(dtype)
}

private func requireFrequencies(
    _ name: String, _ count: Int, _ spacing: Double, _ dtype: DType, _ file: StaticString, _ line: UInt
) {
    require(
        count >= 1 && count <= Shape.maximumExtent && spacing != 0 && dtype.isFloatingPoint,
        "\(name): \(count) elements at distances of \(spacing) in \(dtype)", file: file, line: line)
}
