/// How a kernel or a window moves over the spatial axes, those between the batch axis and the channels.
package struct WindowGeometry: Hashable, Sendable {
    /// Places from one window to the next.
    package var stride: [Int]
    /// Zeros before and after each axis; negative widths leave out places.
    package var low: [Int]
    package var high: [Int]
    /// Places from one element of the kernel to the next.
    package var dilation: [Int]
    /// Places from one element of the input to the next, with zeros in between.
    package var inputDilation: [Int]

    package init(stride: [Int], low: [Int], high: [Int], dilation: [Int], inputDilation: [Int]? = nil) {
        self.stride = stride
        self.low = low
        self.high = high
        self.dilation = dilation
        self.inputDilation = inputDilation ?? [Int](repeating: 1, count: stride.count)
    }

    package var rank: Int { stride.count }

    /// The form in which nodes hold it.
    var list: [Int] { stride + low + high + dilation + inputDilation }

    package init(list: some RandomAccessCollection<Int>) {
        let list = Array(list), rank = list.count / 5
        func part(_ index: Int) -> [Int] { Array(list[(index * rank)..<((index + 1) * rank)]) }
        self.init(stride: part(0), low: part(1), high: part(2), dilation: part(3), inputDilation: part(4))
    }

    /// Places that an input takes, and those that a kernel spans.
    package func spread(_ extent: Int, axis: Int) -> Int { extent == 0 ? 0 : (extent - 1) * inputDilation[axis] + 1 }
    package func span(_ extent: Int, axis: Int) -> Int { (extent - 1) * dilation[axis] + 1 }

    /// How often a kernel fits; traps where it does not.
    func fits(
        _ kernel: Int, in input: Int, axis: Int, _ context: () -> String, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Int {
        let room = spread(input, axis: axis) + low[axis] + high[axis] - span(kernel, axis: axis)
        require(
            room >= 0, "\(context()): the kernel is larger than the padded input in spatial axis \(axis)", file: file,
            line: line)
        let count = room / stride[axis] + 1
        require(
            count <= Shape.maximumExtent, "\(context()): \(count) places in spatial axis \(axis) are too many",
            file: file, line: line)
        return count
    }

    /// Traps where a number makes no sense, or is so large that sums of places could overflow.
    func check(rank: Int, _ context: () -> String, file: StaticString = #fileID, line: UInt = #line) {
        let limit = Int(Int32.max)
        let lists = [stride, low, high, dilation, inputDilation]
        require(
            lists.allSatisfy { $0.count == rank },
            "\(context()): stride, padding and dilation need \(rank) numbers each", file: file, line: line)
        require(
            (stride + dilation + inputDilation).allSatisfy { $0 > 0 && $0 <= limit },
            "\(context()): strides and dilations must be positive: \(stride), \(dilation), \(inputDilation)",
            file: file, line: line)
        require(
            (low + high).allSatisfy { abs($0) <= limit }, "\(context()): the padding is too wide: \(low), \(high)",
            file: file, line: line)
    }
}

/// Shape and dtype rules of convolutions and sliding windows, with channels last.
extension Node {
    /// The geometry of a convolution or of a sliding window.
    package var windowGeometry: WindowGeometry { WindowGeometry(list: list!.suffix(5 * (shape.rank - 2))) }
    /// The number of groups of a convolution.
    package var groups: Int { Int(bits) }

    /// x [batch, spatial..., in] with weights [out, kernel..., in / groups]: [batch, places..., out].
    package static func convolution(
        _ x: Node, _ weights: Node, _ geometry: WindowGeometry, groups: Int, as name: String = "convolution",
        file: StaticString = #fileID, line: UInt = #line
    ) -> Node {
        if autocastIsOn, let (x, weights) = castForProduct(x, weights) {
            return convolution(x, weights, geometry, groups: groups, as: name, file: file, line: line)
        }
        let context = {
            "\(name): input \(x.dtype)\(x.shape) and weights \(weights.dtype)\(weights.shape) in \(groups) groups"
        }
        checkConvolution(x, weights, geometry, groups, context, file: file, line: line)
        let rank = geometry.rank
        require(
            weights.shape[rank + 1].multipliedReportingOverflow(by: groups) == (x.shape[rank + 1], false),
            "\(context()): weights for \(weights.shape[rank + 1]) channels a group do not fit the input's \(x.shape[rank + 1]) channels, which are its last axis",
            file: file, line: line)
        require(
            weights.shape[0] % groups == 0,
            "\(context()): the groups do not divide the \(weights.shape[0]) channels out", file: file, line: line)
        var shape = x.shape
        for axis in 0..<rank {
            shape[axis + 1] = geometry.fits(
                weights.shape[axis + 1], in: x.shape[axis + 1], axis: axis, context, file: file, line: line)
        }
        shape[rank + 1] = weights.shape[0]
        return Node(
            .convolution, x.dtype, shape.countable(context(), file: file, line: line), x, weights, bits: UInt64(groups),
            list: geometry.list)
    }

    /// The gradient of `convolution` for an input of the given shape, from the gradient of its result.
    package static func convolutionInputGradient(
        _ gradient: Node, _ weights: Node, _ geometry: WindowGeometry, groups: Int, input: Shape
    ) -> Node {
        let context = {
            "convolutionInputGradient: gradient \(gradient.dtype)\(gradient.shape) and weights "
                + "\(weights.dtype)\(weights.shape) for input \(input) in \(groups) groups"
        }
        checkConvolution(gradient, weights, geometry, groups, context)
        checkResult(gradient.shape, input, weights.shape, geometry, groups, context)
        return Node(
            .convolutionInputGradient, gradient.dtype, input, gradient, weights, bits: UInt64(groups),
            list: geometry.list)
    }

    /// The gradient of `convolution` for weights of the given shape, from the gradient of its result.
    package static func convolutionWeightGradient(
        _ x: Node, _ gradient: Node, _ geometry: WindowGeometry, groups: Int, weights: Shape
    ) -> Node {
        let context = {
            "convolutionWeightGradient: input \(x.dtype)\(x.shape) and gradient \(gradient.dtype)\(gradient.shape) "
                + "for weights \(weights) in \(groups) groups"
        }
        checkConvolution(x, gradient, geometry, groups, context)
        checkResult(gradient.shape, x.shape, weights, geometry, groups, context)
        return Node(
            .convolutionWeightGradient, x.dtype, weights, x, gradient, bits: UInt64(groups), list: geometry.list)
    }

    private static func checkConvolution(
        _ a: Node, _ b: Node, _ geometry: WindowGeometry, _ groups: Int, _ context: () -> String,
        file: StaticString = #fileID, line: UInt = #line
    ) {
        let rank = geometry.rank
        require(
            a.dtype == b.dtype, "\(context()): the dtypes differ; convert one with asType(_:)", file: file, line: line)
        require(a.dtype.isFloatingPoint, "\(context()): the dtype is not floating point", file: file, line: line)
        require((1...3).contains(rank), "\(context()): \(rank) spatial axes, not 1 to 3", file: file, line: line)
        require(
            a.shape.rank == rank + 2 && b.shape.rank == rank + 2,
            "\(context()): both need \(rank + 2) axes for \(rank) spatial ones", file: file, line: line)
        require(groups > 0, "\(context()): there must be at least one group", file: file, line: line)
        geometry.check(rank: rank, context, file: file, line: line)
    }

    /// Whether a convolution of such an input with such weights has such a result.
    private static func checkResult(
        _ result: Shape, _ input: Shape, _ weights: Shape, _ geometry: WindowGeometry, _ groups: Int,
        _ context: () -> String
    ) {
        let rank = geometry.rank
        require(
            input.rank == rank + 2 && weights.rank == rank + 2 && result[0] == input[0]
                && result[rank + 1] == weights[0] && weights[0] % groups == 0
                && weights[rank + 1].multipliedReportingOverflow(by: groups) == (input[rank + 1], false)
                && (0..<rank).allSatisfy {
                    geometry.fits(weights[$0 + 1], in: input[$0 + 1], axis: $0, context) == result[$0 + 1]
                },
            "\(context()): no convolution has these shapes")
    }

    /// The sums of the windows of x [batch, spatial..., channels], which may look beyond its ends.
    package static func windowSum(_ x: Node, window: [Int], _ geometry: WindowGeometry) -> Node {
        let shape = windowed("windowSum", x, window, geometry)
        return Node(.windowSum, x.dtype, shape, x, list: window + geometry.list)
    }

    /// Where the greatest element of each window of x [batch, spatial..., channels] lies in the spatial axes, as a
    /// position in row-major order (int64): the first of equal ones, where NaN is greater than all numbers. Every window
    /// must see an element.
    package static func windowArgMax(_ x: Node, window: [Int], _ geometry: WindowGeometry) -> Node {
        let shape = filledWindows("windowArgMax", x, window, geometry)
        return Node(.windowArgMax, .int64, shape, x, list: window + geometry.list)
    }

    /// The elements of a tensor like x where x [batch, spatial..., channels] is greatest within each window, as for
    /// `windowArgMax`. There is no gradient for x.
    package static func windowPick(
        _ values: Node, whereGreatest x: Node, window: [Int], _ geometry: WindowGeometry
    ) -> Node {
        let shape = filledWindows("windowPick", x, window, geometry)
        require(
            values.shape == x.shape && values.dtype == x.dtype,
            "windowPick: \(values.dtype)\(values.shape) where \(x.dtype)\(x.shape) is greatest")
        return Node(.windowPick, x.dtype, shape, x, values, list: window + geometry.list)
    }

    /// A tensor like x [batch, spatial..., channels], to whose elements those of `values`, one for each window, are added
    /// where x is greatest within the window, as for `windowArgMax`. There is no gradient for x.
    package static func windowSpread(
        _ values: Node, whereGreatest x: Node, window: [Int], _ geometry: WindowGeometry
    ) -> Node {
        let shape = filledWindows("windowSpread", x, window, geometry)
        require(
            values.shape == shape && values.dtype == x.dtype,
            "windowSpread: \(values.dtype)\(values.shape) for windows \(shape) of \(x.dtype)\(x.shape)")
        return Node(.windowSpread, x.dtype, x.shape, x, values, list: window + geometry.list)
    }

    /// The shape of the windows, each of which must see an element.
    private static func filledWindows(
        _ name: String, _ x: Node, _ window: [Int], _ geometry: WindowGeometry
    ) -> Shape {
        let shape = windowed(name, x, window, geometry)
        for axis in window.indices {
            for place in 0..<shape[axis + 1] {
                let start = place * geometry.stride[axis] - geometry.low[axis], step = geometry.dilation[axis]
                let first = start >= 0 ? start : start + (-start + step - 1) / step * step
                require(
                    first < x.shape[axis + 1] && first < start + window[axis] * step,
                    "\(name): window \(place) of spatial axis \(axis) sees no element of \(x.dtype)\(x.shape)")
            }
        }
        return shape
    }

    private static func windowed(_ name: String, _ x: Node, _ window: [Int], _ geometry: WindowGeometry) -> Shape {
        let context = { "\(name): windows \(window) on \(x.dtype)\(x.shape)" }
        let rank = geometry.rank
        require(x.dtype.isFloatingPoint, "\(context()): the dtype is not floating point")
        require((1...3).contains(rank) && x.shape.rank == rank + 2, "\(context()): not 1 to 3 spatial axes")
        require(
            window.count == rank && window.allSatisfy { $0 > 0 && $0 <= Int(Int32.max) },
            "\(context()): the window needs \(rank) positive numbers")
        geometry.check(rank: rank, context)
        require(geometry.inputDilation.allSatisfy { $0 == 1 }, "\(context()): windows slide over dense inputs only")
        var shape = x.shape
        for axis in 0..<rank {
            shape[axis + 1] = geometry.fits(window[axis], in: x.shape[axis + 1], axis: axis, context)
        }
        return shape.countable(context())
    }
}
