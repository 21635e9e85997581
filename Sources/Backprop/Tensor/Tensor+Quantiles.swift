extension Tensor {
    /// What stands for a quantile that lies between two elements.
    public enum QuantileMethod: Sendable, CaseIterable {
        /// A number between them, as near to each as the quantile is.
        case linear
        /// The lesser of them, the greater, or the nearer: of two that are equally near the one at an even place.
        case lower, higher, nearest
        /// The number in their middle.
        case midpoint
    }

    /// The element below which the share `q` of the elements along the axis lies, or of all elements where there is no
    /// axis. NaN where one of them is. Floating point; gradients go to the elements that it is made of. No elements, or a
    /// share that is not between 0 and 1, stop it.
    ///
    /// ```swift
    /// Tensor([4, 1, 2] as [Float]).quantile(0.25)  // 1.5
    /// ```
    public func quantile(
        _ q: Double, axis: Int? = nil, keepDims: Bool = false, method: QuantileMethod = .linear,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let found = quantile([q], axis: axis, keepDims: keepDims, method: method, file: file, line: line)
        return found.squeezed(axis: 0)
    }

    /// The same for several shares, of which the result has one more axis, the first.
    ///
    /// ```swift
    /// Tensor([4, 1, 2] as [Float]).quantile([0, 0.5, 1])  // [1, 2, 4]
    /// ```
    public func quantile(
        _ q: [Double], axis: Int? = nil, keepDims: Bool = false, method: QuantileMethod = .linear,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let (inOrder, shape) = sortedForQuantiles("quantile", q, axis, keepDims, file, line)
        let count = inOrder.dim(-1), last = inOrder.narrowed(axis: -1, (count - 1)..<count)
        // Sorted, a NaN is the last.
        let isNaN = last .!= last
        let found = q.map { q -> Tensor in
            let rank = q * Double(count - 1), low = Int(rank), rest = rank - Double(low)
            func element(_ place: Int) -> Tensor { inOrder.narrowed(axis: -1, place..<(place + 1)) }
            let value: Tensor
            switch method {
            case .linear where rest > 0: value = lerp(element(low), element(low + 1), rest)
            case .midpoint where rest > 0: value = lerp(element(low), element(low + 1), 0.5)
            case .linear, .midpoint, .lower: value = element(low)
            case .higher: value = element(Int(rank.rounded(.up)))
            case .nearest: value = element(Int(rank.rounded(.toNearestOrEven)))
            }
            return which(isNaN, last, value).reshaped(shape)
        }
        return found.isEmpty ? Tensor.zeros([0] + shape, dtype: dtype) : stacked(found, axis: 0)
    }

    /// The quantile of the elements along the axis that are not NaN, or of all such elements where there is no axis; NaN
    /// where there are none. Floating point, as `quantile`.
    ///
    /// ```swift
    /// Tensor([4, .nan, 1, 2] as [Float]).nanQuantile(0.25)  // 1.5
    /// ```
    public func nanQuantile(
        _ q: Double, axis: Int? = nil, keepDims: Bool = false, method: QuantileMethod = .linear,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let found = nanQuantile([q], axis: axis, keepDims: keepDims, method: method, file: file, line: line)
        return found.squeezed(axis: 0)
    }

    /// The same for several shares, of which the result has one more axis, the first.
    ///
    /// ```swift
    /// Tensor([4, .nan, 1, 2] as [Float]).nanQuantile([0, 0.5, 1])  // [1, 2, 4]
    /// ```
    public func nanQuantile(
        _ q: [Double], axis: Int? = nil, keepDims: Bool = false, method: QuantileMethod = .linear,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let (inOrder, shape) = sortedForQuantiles("nanQuantile", q, axis, keepDims, file, line)
        let numbers = (inOrder .== inOrder).sum(axis: -1, keepDims: true).asType(.float64)
        let found = q.map { q -> Tensor in
            let rank = Backprop.maximum((numbers - 1) * q, Tensor(0.0, dtype: .float64))
            func element(_ place: Tensor) -> Tensor { inOrder.takeAlong(place.asType(.int64), axis: -1) }
            let value: Tensor
            switch method {
            case .linear, .midpoint:
                let low = Backprop.floor(rank), isBetween = rank .> low
                let rest = method == .linear ? (rank - low).asType(dtype) : like(0.5)
                value = which(isBetween, lerp(element(low), element(Backprop.ceil(rank)), rest), element(low))
            case .lower: value = element(Backprop.floor(rank))
            case .higher: value = element(Backprop.ceil(rank))
            case .nearest: value = element(Backprop.round(rank))
            }
            return value.reshaped(shape)
        }
        return found.isEmpty ? Tensor.zeros([0] + shape, dtype: dtype) : stacked(found, axis: 0)
    }

    /// The elements in ascending order along a last axis, and the shape of a quantile of them.
    private func sortedForQuantiles(
        _ name: String, _ q: [Double], _ axis: Int?, _ keepDims: Bool, _ file: StaticString, _ line: UInt
    ) -> (inOrder: Tensor, shape: [Int]) {
        require(
            dtype.isFloatingPoint,
            "\(name) needs a floating-point tensor, not \(dtype); convert it with asType(.float32)", file: file,
            line: line)
        let outside = q.first { !(0...1).contains($0) }
        require(outside == nil, "\(name): \(outside ?? 0) is not between 0 and 1", file: file, line: line)
        let set = resolved(axes: axis.map { [$0] }, name, file: file, line: line)
        require(count(along: set) > 0, "\(name): shape \(node.shape) has no elements", file: file, line: line)
        let shape = keepDims ? node.shape.keepingReduced(set) : node.shape.dropping(set)
        return (withLast(set).sorted(axis: -1), shape.array)
    }
}
