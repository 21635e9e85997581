/// How `resize` finds values between elements.
public enum ResizeMethod: Sendable {
    /// The element at the place, rounded down.
    case nearest
    /// The element whose middle is nearest.
    case nearestExact
    /// Between the two neighbours along each axis.
    case linear
    /// A cubic through the four neighbours along each axis (Keys, 1981): with a = -0.75, or -0.5 where it smooths.
    case cubic
    /// The mean of the elements that fall together: `adaptiveAveragePool`.
    case area
}

/// The image with other extents: x [batch, spatial..., channels] with one to three spatial axes as [batch, size...,
/// channels]. Places, weights and borders are those of PyTorch's `interpolate`. Floating point.
///
/// ```swift
/// resize(Tensor([1.0, 3], shape: [1, 2, 1]), to: 4, method: .linear)  // [1, 1.5, 2.5, 3]
/// ```
///
/// - Parameters:
///   - size: The spatial extents of the result.
///   - alignCorners: Whether the middles of the first and last elements stay where they are, rather than the outer edges
///     (linear and cubic).
///   - antialias: Whether elements are smoothed over the extent of an element of the result, where that is larger (linear
///     and cubic).
public func resize(
    _ x: Tensor, to size: any PerAxisConvertible, method: ResizeMethod, alignCorners: Bool = false,
    antialias: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireImage(x, file, line)
    let sizes = size.perAxis(x.ndim - 2, "resize", "size", file: file, line: line)
    return resized(x, sizes, nil, method, alignCorners, antialias, file, line)
}

/// The image scaled along its spatial axes; extents are rounded down.
///
/// ```swift
/// resize(Tensor([1.0, 3], shape: [1, 2, 1]), by: [2], method: .nearest)  // [1, 1, 3, 3]
/// ```
///
/// - Parameters:
///   - factors: One for all spatial axes, or one for each.
///   - usesExtents: Whether places are found from the extents, as where the size is given, and not from the factors,
///     which differ where extents were rounded.
///   - method, alignCorners, antialias: As where the size is given.
public func resize(
    _ x: Tensor, by factors: [Double], method: ResizeMethod, alignCorners: Bool = false, antialias: Bool = false,
    usesExtents: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireImage(x, file, line)
    let rank = x.ndim - 2
    require(
        (factors.count == 1 || factors.count == rank) && factors.allSatisfy { $0 > 0 && $0.isFinite },
        "resize: factors \(factors) for \(rank) spatial axes", file: file, line: line)
    let factors = factors.count == 1 ? [Double](repeating: factors[0], count: rank) : factors
    require(
        factors.indices.allSatisfy { Double(x.dim($0 + 1)) * factors[$0] <= Double(Shape.maximumExtent) },
        "resize: factors \(factors) are too large for an image of shape \(x.node.shape)", file: file, line: line)
    let sizes = factors.indices.map { Int((Double(x.dim($0 + 1)) * factors[$0]).rounded(.down)) }
    return resized(x, sizes, usesExtents ? nil : factors, method, alignCorners, antialias, file, line)
}

private func requireImage(_ x: Tensor, _ file: StaticString, _ line: UInt) {
    require(
        (3...5).contains(x.ndim), "resize: a tensor of shape \(x.node.shape) does not have 1 to 3 spatial axes",
        file: file, line: line)
}

private func resized(
    _ x: Tensor, _ sizes: [Int], _ factors: [Double]?, _ method: ResizeMethod, _ alignCorners: Bool, _ antialias: Bool,
    _ file: StaticString, _ line: UInt
) -> Tensor {
    let extents = sizes.indices.map { x.dim($0 + 1) }
    require(
        sizes.allSatisfy { $0 > 0 } && extents.allSatisfy { $0 > 0 },
        "resize: extents \(sizes) from an image of shape \(x.node.shape)", file: file, line: line)
    require(
        x.dtype.isFloatingPoint || method == .nearest || method == .nearestExact,
        "resize: an image of \(x.dtype) has no values between its elements", file: file, line: line)
    if method == .area { return adaptiveAveragePool(x, size: PerAxis(sizes), file: file, line: line) }
    var result = x
    for axis in sizes.indices {
        let places = ResizedAxis(
            extent: extents[axis], count: sizes[axis], factor: factors?[axis], alignCorners: alignCorners)
        switch method {
        case .nearest, .nearestExact:
            let indices = (0..<sizes[axis]).map { Int64(places.nearest($0, middle: method == .nearestExact)) }
            result = result.take(Tensor(indices), axis: axis + 1)
        case .linear, .cubic, .area:
            let isCubic = method == .cubic
            result = result.resampled(axis: axis + 1, count: sizes[axis]) { place in
                antialias
                    ? places.smoothed(place, isCubic: isCubic) : isCubic ? places.cubic(place) : places.linear(place)
            }
        }
    }
    return result
}

/// Where the places of a resized axis lie among the elements of the old one.
private struct ResizedAxis {
    let extent: Int, count: Int
    let factor: Double?
    let alignCorners: Bool

    typealias Terms = [(index: Int, weight: Double)]

    /// Elements from one place to the next.
    private var step: Double {
        if alignCorners { return count > 1 ? Double(extent - 1) / Double(count - 1) : 0 }
        return factor.map { 1 / $0 } ?? Double(extent) / Double(count)
    }

    /// In single precision for all dtypes, which is how PyTorch finds elements.
    func nearest(_ place: Int, middle: Bool) -> Int {
        let step = factor.map { Float(1 / $0) } ?? Float(extent) / Float(count)
        let at = middle ? Float((Double(place) + 0.5) * Double(step)) : Float(place) * step
        return min(Int(at.rounded(.down)), extent - 1)
    }

    private func source(_ place: Int) -> Double {
        alignCorners ? step * Double(place) : step * (Double(place) + 0.5) - 0.5
    }

    func linear(_ place: Int) -> Terms {
        if extent == count { return [(place, 1)] }
        let at = max(source(place), 0), first = min(Int(at), extent - 1)
        let share = min(max(at - Double(first), 0), 1)
        return [(first, 1 - share), (min(first + 1, extent - 1), share)]
    }

    func cubic(_ place: Int) -> Terms {
        let at = source(place), first = at.rounded(.down)
        return cubicWeights(at - first).enumerated().map { offset, weight in
            (min(max(Int(first) + offset - 1, 0), extent - 1), weight)
        }
    }

    /// The weights of a tent or a cubic as wide as an element of the result, normalized.
    func smoothed(_ place: Int, isCubic: Bool) -> Terms {
        if extent == count { return [(place, 1)] }
        let stretch = max(step, 1), reach = (isCubic ? 2 : 1) * stretch
        let center = step * (Double(place) + 0.5)
        let first = max(Int(center - reach + 0.5), 0), end = min(Int(center + reach + 0.5), extent)
        let terms = (first..<end).map { index in
            let distance = abs((Double(index) - center + 0.5) / stretch)
            return (index: index, weight: isCubic ? cubicWeight(distance, -0.5) : max(0, 1 - distance))
        }
        let total = terms.reduce(0) { $0 + $1.weight }
        return total == 0 ? terms : terms.map { ($0.index, $0.weight / total) }
    }
}

/// Keys's cubic at a distance from its middle.
private func cubicWeight(_ distance: Double, _ a: Double) -> Double {
    if distance < 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
    if distance < 2 { return ((distance - 5) * distance + 8) * a * distance - 4 * a }
    return 0
}

/// The weights of four neighbours of a place that lies `share` behind the second.
private func cubicWeights(_ share: Double) -> [Double] {
    [share + 1, share, 1 - share, 2 - share].map { cubicWeight($0, -0.75) }
}
