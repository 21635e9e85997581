// Images sampled at places that a tensor gives, with channels last. Places run from -1 to 1 across the image, the last
// spatial axis first: (x, y) or (x, y, z). https://pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html

/// How `gridSample` finds values between elements.
public enum GridSampleMethod: Sendable {
    /// Between the two neighbours along each axis.
    case linear
    /// The nearest element, halves to even; the gradient for the grid is 0.
    case nearest
    /// A cubic through the four neighbours along each axis (Keys, 1981, with a = -0.75).
    case cubic
}

/// What `gridSample` finds outside of the image.
public enum GridSamplePadding: Sendable {
    /// Zeros.
    case zeros
    /// The element at the edge; the gradient for the place is 0 there.
    case border
    /// The image mirrored at its edges.
    case reflection
}

/// The values of x [batch, spatial..., channels] at the places of `grid` [batch, places..., coordinates]: [batch,
/// places..., channels]. Shapes and dtypes that do not fit, and images without elements, stop it.
///
/// ```swift
/// gridSample(Tensor([1.0, 2, 3, 4], shape: [1, 2, 2, 1]), Tensor([0.0, 0], shape: [1, 1, 1, 2]))  // [2.5]
/// ```
///
/// - Parameters:
///   - x: Images or volumes, floating point.
///   - grid: A coordinate for each spatial axis, the last axis first, in the dtype of x.
///   - alignCorners: Whether -1 and 1 are the middles of the first and last elements, rather than the outer edges.
public func gridSample(
    _ x: Tensor, _ grid: Tensor, method: GridSampleMethod = .linear, padding: GridSamplePadding = .zeros,
    alignCorners: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let rank = x.ndim - 2
    require(
        (1...3).contains(rank) && grid.ndim == x.ndim && grid.dim(-1) == rank && grid.dim(0) == x.dim(0)
            && grid.dtype == x.dtype && x.dtype.isFloatingPoint,
        "gridSample: \(x.dtype)\(x.node.shape) at \(grid.dtype)\(grid.node.shape)", file: file, line: line)
    let sizes = (0..<rank).map { x.dim($0 + 1) }
    require(
        sizes.allSatisfy { $0 > 0 }, "gridSample: an image of shape \(x.node.shape) has no elements", file: file,
        line: line)
    let axes = (0..<rank).map { axis in
        let coordinate = grid.narrowed(axis: -1, (rank - 1 - axis)..<(rank - axis)).squeezed(axis: -1)
        return SampledAxis(
            coordinate, size: sizes[axis], padding: padding, alignCorners: alignCorners, method: method)
    }
    let rows = x.reshaped([x.dim(0) * x.spatialCount, x.dim(-1)])
    let batch = Tensor.indices(Array(grid.shape.dropLast()), axis: 0, dtype: .int64)

    // Every combination of a neighbour along each axis adds its element times the product of the weights.
    var combinations = [(row: batch, weight: Tensor?.none)]
    for axis in axes {
        combinations = combinations.flatMap { combination in
            axis.neighbours.map { neighbour in
                let row = combination.row * Double(axis.size) + neighbour.index
                guard let weight = neighbour.weight else { return (row, combination.weight) }
                return (row, combination.weight.map { $0 * weight } ?? weight)
            }
        }
    }
    var sum: Tensor?
    for (row, weight) in combinations {
        var term = rows.take(row)
        if let weight { term = term * weight.expandedDimensions(axis: -1) }
        sum = sum.map { $0 + term } ?? term
    }
    return sum!
}

/// The neighbours of all sampled places along one axis.
private struct SampledAxis {
    let size: Int
    private(set) var neighbours: [(index: Tensor, weight: Tensor?)] = []
    private let padding: GridSamplePadding
    private let alignCorners: Bool

    init(
        _ coordinate: Tensor, size: Int, padding: GridSamplePadding, alignCorners: Bool, method: GridSampleMethod
    ) {
        (self.size, self.padding, self.alignCorners) = (size, padding, alignCorners)
        let half = Double(alignCorners ? size - 1 : size) / 2
        let place = (coordinate + 1) * half - (alignCorners ? 0 : 0.5)
        switch method {
        case .nearest:
            add(stopGradient(round(moved(place))), weight: nil)
        case .linear:
            let place = moved(place), first = stopGradient(floor(place)), share = place - first
            add(first, weight: 1 - share)
            add(first + 1, weight: share)
        case .cubic:
            let place = finite(place), first = stopGradient(floor(place)), share = place - first
            let distances = [share + 1, share, 1 - share, 2 - share]
            for (offset, distance) in distances.enumerated() {
                let isInner = offset == 1 || offset == 2
                add(
                    stopGradient(moved(first + Double(offset - 1))), weight: isInner ? near(distance) : far(distance))
            }
        }
    }

    /// Adds the element at a whole place, which counts nothing where it lies outside of the image.
    private mutating func add(_ place: Tensor, weight: Tensor?) {
        let last = Double(size - 1)
        let index = clip(place, min: 0, max: last).asType(.int64)
        guard case .zeros = padding else {
            neighbours.append((index, weight))
            return
        }
        let isInside = (place .>= 0) .& (place .<= last), zero = place.like(0)
        neighbours.append((index, which(isInside, weight ?? place.like(1), zero)))
    }

    /// The place where the padding finds its element.
    private func moved(_ place: Tensor) -> Tensor {
        switch padding {
        case .zeros: finite(place)
        case .border: limited(place)
        case .reflection: limited(reflected(place))
        }
    }

    /// Far outside of the image all places are alike, also those that are no numbers.
    private func finite(_ place: Tensor) -> Tensor {
        if case .zeros = padding {
            return which((place .> -4) .& (place .< Double(size + 3)), place, place.like(-4))
        }
        return which(isFinite(place), place, place.like(0))
    }

    /// The place within the image; no gradient passes at the edges.
    private func limited(_ place: Tensor) -> Tensor {
        let last = place.like(Double(size - 1))
        return which((place .> 0) .& (place .< last), place, which(place .>= last, last, last.like(0)))
    }

    /// The place mirrored at the middles of the first and last elements, or at the outer edges.
    private func reflected(_ place: Tensor) -> Tensor {
        let low = alignCorners ? 0 : -0.5, span = Double(alignCorners ? size - 1 : size)
        if span == 0 { return place.like(0).broadcast(to: place.shape) }
        let shifted = finite(place) - low
        let distance = which(shifted .< 0, -shifted, shifted)
        let turns = stopGradient(floor(distance / span))
        let rest = distance - turns * span
        let isForward = floor(turns / 2) * 2 .== turns
        return which(isForward, rest, span - rest) + low
    }

    /// Keys's cubic at a distance of at most 1, and of 1 to 2.
    private func near(_ x: Tensor) -> Tensor { (x * 1.25 - 2.25) * x * x + 1 }
    private func far(_ x: Tensor) -> Tensor { ((x - 5) * x + 8) * x * -0.75 + 3 }
}

/// The grid of an affine map, for `gridSample`: place p of the result sees theta (p, 1).
///
/// ```swift
/// affineGrid(Tensor([1.0, 0, 0, 0, 1, 0], shape: [1, 2, 3]), size: [1, 2])  // [-0.5, 0, 0.5, 0]
/// ```
///
/// - Parameters:
///   - theta: [batch, rank, rank + 1], the coordinates of the last spatial axis first.
///   - size: The spatial extents of the grid.
///   - alignCorners: As for `gridSample`.
/// - Returns: [batch, size..., rank].
public func affineGrid(
    _ theta: Tensor, size: [Int], alignCorners: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let rank = size.count
    require(
        (1...3).contains(rank) && theta.ndim == 3 && theta.dim(1) == rank && theta.dim(2) == rank + 1
            && theta.dtype.isFloatingPoint && Shape.mistake(in: size) == nil,
        "affineGrid: theta \(theta.dtype)\(theta.node.shape) for a grid of extents \(size)", file: file, line: line)
    var columns = (0..<rank).reversed().map { axis in
        let count = size[axis], divisor = Double(alignCorners ? count - 1 : count)
        let numbers = (0..<count).map { count == 1 ? 0 : (2 * Double($0) - Double(count - 1)) / divisor }
        var shape = [Int](repeating: 1, count: rank)
        shape[axis] = count
        return Tensor(numbers, shape: shape, dtype: .float64).asType(theta.dtype).broadcast(to: size).flattened()
    }
    columns.append(Tensor.ones([size.reduce(1, *)], dtype: theta.dtype))
    let points = stacked(columns, axis: 1)
    return matmul(points, theta.T).reshaped([theta.dim(0)] + size + [rank])
}
