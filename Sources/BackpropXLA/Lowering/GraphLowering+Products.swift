import Backprop

/// Matrix products and convolutions. Their precision is that of the operands, which accelerators would lower by themselves.
extension GraphLowering {
    private static let precision =
        "precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]"

    /// The product of matrices in the last two axes; leading axes broadcast. An operand without leading axes stays as it is,
    /// so that it is one product and not a batch of them. Products of bfloat16 are added in float32, which accelerators have
    /// units for.
    mutating func matmul(_ value: Value) -> ModuleValue {
        var a = operand(value, 0), b = operand(value, 1)
        let shape = value.shape.array, batch = Array(shape.dropLast(2))
        if a.count == 0 || b.count == 0 { return module.constant(0, ElementType(value.dtype), shape) }
        let (transposesA, transposesB) = (value.bits & 1 != 0, value.bits & 2 != 0)
        func hasBatch(_ x: ModuleValue) -> Bool { x.extents.dropLast(2).contains { $0 != 1 } }
        func alone(_ x: ModuleValue) -> ModuleValue { module.reshape(x, Array(x.extents.suffix(2))) }
        func contracted(_ x: ModuleValue, isFirst: Bool, _ isTransposed: Bool) -> Int {
            x.rank - (isFirst == isTransposed ? 2 : 1)
        }
        switch (hasBatch(a), hasBatch(b)) {
        case (false, false):
            (a, b) = (alone(a), alone(b))
        case (true, false):
            b = alone(b)
        case (false, true):
            a = alone(a)
        case (true, true):
            a = module.broadcast(a, to: batch + a.extents.suffix(2))
            b = module.broadcast(b, to: batch + b.extents.suffix(2))
        }
        let shared = a.rank > 2 && b.rank > 2 ? Array(batch.indices) : []
        let axisA = contracted(a, isFirst: true, transposesA), axisB = contracted(b, isFirst: false, transposesB)
        let freeA = a.extents.indices.filter { $0 != axisA && !shared.contains($0) }
        let freeB = b.extents.indices.filter { $0 != axisB && !shared.contains($0) }
        let extents = shared.map { batch[$0] } + freeA.map { a.extents[$0] } + freeB.map { b.extents[$0] }
        var product = module.operation(
            "stablehlo.dot_general", [a, b], a.type == .bfloat16 ? .float32 : a.type, extents,
            "dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = \(shared), "
                + "rhs_batching_dimensions = \(shared), lhs_contracting_dimensions = [\(axisA)], "
                + "rhs_contracting_dimensions = [\(axisB)]>, \(GraphLowering.precision)")
        if a.rank == 2 && b.rank > 2 {
            // The rows of the first stand before the batch of the second.
            let rank = product.rank
            product = module.transpose(product, Array(1..<(rank - 1)) + [0, rank - 1])
        }
        return narrowed(module.reshape(product, shape), value)
    }

    // MARK: Convolutions

    /// x [batch, spatial..., in] with weights [out, kernel..., in / groups].
    mutating func convolution(_ value: Value) -> ModuleValue {
        let geometry = WindowGeometry(list: value.list!)
        return narrowed(
            convolution(
                wide(operand(value, 0)), wide(operand(value, 1)),
                Windows(
                    stride: geometry.stride, low: geometry.low, high: geometry.high,
                    inputDilation: geometry.inputDilation, kernelDilation: geometry.dilation),
                value, layouts: ("b", "f", "o", "i", "b", "f"), groups: ("feature", Int(value.bits))), value)
    }

    /// A kernel turned around, with channels in and out exchanged, slides over the gradient, whose places lie a stride apart:
    /// dx[q] = Σ w[K-1-t] g[q i + low - (K-1) d + t d], where g lies at the multiples of the stride.
    mutating func convolutionInputGradient(_ value: Value) -> ModuleValue {
        let geometry = WindowGeometry(list: value.list!), rank = geometry.rank
        let gradient = wide(operand(value, 0)), groups = Int(value.bits)
        var weights = wide(operand(value, 1))
        let kernel = Array(weights.extents[1...rank]), (out, depth) = (weights.extents[0], weights.extents[rank + 1])
        weights = module.reverse(weights, Array(1...rank))
        if groups > 1 && weights.count > 0 {
            let split = module.reshape(weights, [groups, out / groups] + kernel + [depth])
            let exchanged = module.transpose(split, [0, rank + 2] + Array(2..<(rank + 2)) + [1])
            weights = module.reshape(exchanged, [groups * depth] + kernel + [out / groups])
        } else {
            weights = module.transpose(weights, [rank + 1] + Array(1...rank) + [0])
        }
        let spans = (0..<rank).map { (kernel[$0] - 1) * geometry.dilation[$0] }
        let low = (0..<rank).map { spans[$0] - geometry.low[$0] }
        let high = (0..<rank).map { axis in
            let places = gradient.extents[axis + 1]
            let spread = places == 0 ? 0 : (places - 1) * geometry.stride[axis] + 1
            let room = max(0, value.shape[axis + 1] - 1) * geometry.inputDilation[axis]
            return room + spans[axis] + 1 - spread - low[axis]
        }
        return narrowed(
            convolution(
                gradient, weights,
                Windows(
                    stride: geometry.inputDilation, low: low, high: high, inputDilation: geometry.stride,
                    kernelDilation: geometry.dilation), value, layouts: ("b", "f", "o", "i", "b", "f"),
                groups: ("feature", groups)), value)
    }

    /// The gradient, whose places lie a stride apart, slides over the input, with batch and channels in exchanged roles:
    /// dw[t] = Σ g[p] x[p s - low + t d].
    mutating func convolutionWeightGradient(_ value: Value) -> ModuleValue {
        let geometry = WindowGeometry(list: value.list!), rank = geometry.rank
        let x = wide(operand(value, 0)), gradient = wide(operand(value, 1))
        let high = (0..<rank).map { axis in
            let extent = x.extents[axis + 1], places = gradient.extents[axis + 1]
            let spread = extent == 0 ? 0 : (extent - 1) * geometry.inputDilation[axis] + 1
            let span = (places - 1) * geometry.stride[axis] + 1
            return (value.shape[axis + 1] - 1) * geometry.dilation[axis] + span - spread - geometry.low[axis]
        }
        return narrowed(
            convolution(
                x, gradient,
                Windows(
                    stride: geometry.dilation, low: geometry.low, high: high, inputDilation: geometry.inputDilation,
                    kernelDilation: geometry.stride), value, layouts: ("f", "b", "i", "o", "f", "b"),
                groups: ("batch", Int(value.bits))), value)
    }

    /// How a kernel moves over its input.
    private struct Windows {
        var stride: [Int], low: [Int], high: [Int], inputDilation: [Int], kernelDilation: [Int]
    }

    /// - Parameter layouts: what the first and the last axis of input, kernel and result are: b and f for batch and features,
    ///   o and i for those out and in.
    private mutating func convolution(
        _ x: ModuleValue, _ kernel: ModuleValue, _ windows: Windows, _ value: Value,
        layouts: (String, String, String, String, String, String), groups: (kind: String, count: Int)
    ) -> ModuleValue {
        let shape = value.shape.array
        if x.count == 0 || kernel.count == 0 { return module.constant(0, x.type, shape) }
        let spatial = (0..<(shape.count - 2)).map(String.init).joined(separator: ", ")
        let numbers =
            "#stablehlo.conv<[\(layouts.0), \(spatial), \(layouts.1)]x[\(layouts.2), \(spatial), \(layouts.3)]->"
            + "[\(layouts.4), \(spatial), \(layouts.5)]>"
        let counts =
            groups.kind == "batch"
            ? "batch_group_count = \(groups.count) : i64, feature_group_count = 1 : i64"
            : "batch_group_count = 1 : i64, feature_group_count = \(groups.count) : i64"
        return module.operation(
            "stablehlo.convolution", [x, kernel], x.type, shape,
            "window_strides = \(ModuleWriter.list(windows.stride)), "
                + "padding = \(ModuleWriter.pairs(Array(zip(windows.low, windows.high)))), "
                + "lhs_dilation = \(ModuleWriter.list(windows.inputDilation)), "
                + "rhs_dilation = \(ModuleWriter.list(windows.kernelDilation)), dimension_numbers = \(numbers), \(counts), "
                + GraphLowering.precision)
    }
}
