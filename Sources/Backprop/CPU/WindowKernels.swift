import CKernels

/// A convolution or one of its gradients.
final class ConvolutionKernel: Kernel {
    private let convolution: UnsafeMutablePointer<bk_convolution>
    private let a: Int, b: Int, result: Int, partials: Int?

    fileprivate init(
        name: String, _ convolution: UnsafeMutablePointer<bk_convolution>, a: Int, b: Int, result: Int, partials: Int?
    ) {
        self.convolution = convolution
        (self.a, self.b, self.result, self.partials) = (a, b, result, partials)
        super.init(name: name, tasks: Int(convolution.pointee.tasks), needsFinish: partials != nil)
    }

    deinit { convolution.deallocate() }

    override func run(task: Int, _ pointers: Pointers) {
        bk_convolution_run(
            convolution, pointers[a], pointers[b], pointers[result], partials.flatMap { pointers[$0] }, Int64(task))
    }

    override func finish(_ pointers: Pointers) {
        bk_convolution_finish(convolution, pointers[result], partials.flatMap { pointers[$0] })
    }
}

extension KernelBuilder {
    mutating func convolution(_ index: Int, _ name: String) -> Kernel {
        let convolution = UnsafeMutablePointer<bk_convolution>.allocate(capacity: 1)
        convolution.initialize(to: shape(ofConvolution: index))
        bk_convolution_prepare(convolution)
        let operands = graph.values[index].inputs.map { slot($0) }
        let bytes = Int(convolution.pointee.partial_bytes)
        let partials = bytes > 0 ? self.partials(bytes, for: index) : nil
        return ConvolutionKernel(
            name: name, convolution, a: operands[0], b: operands[1], result: slot(index), partials: partials)
    }

    /// Which of the three a value is; the shapes of its operands and its result play different parts in each.
    private func roles(_ index: Int) -> (kind: bk_convolution_kind, input: Shape, weights: Shape, output: Shape) {
        let value = graph.values[index]
        let first = graph.values[value.inputs[0]].shape, second = graph.values[value.inputs[1]].shape
        switch value.primitive {
        case .convolutionInputGradient: return (BK_CONVOLUTION_INPUT_GRADIENT, value.shape, second, first)
        case .convolutionWeightGradient: return (BK_CONVOLUTION_WEIGHT_GRADIENT, first, value.shape, second)
        default: return (BK_CONVOLUTION_FORWARD, first, second, value.shape)
        }
    }

    /// A rough count of element operations of a convolution.
    func workOfConvolution(_ index: Int) -> Int { multiplyAddsOfConvolution(index) / 4 }

    /// Products that a convolution, or a gradient of it, adds up.
    func multiplyAddsOfConvolution(_ index: Int) -> Int {
        let (_, _, weights, output) = roles(index)
        return output.count * (weights.count / Swift.max(1, weights[0]))
    }

    private func shape(ofConvolution index: Int) -> bk_convolution {
        let value = graph.values[index]
        let (kind, input, weights, output) = roles(index)
        let geometry = WindowGeometry(list: value.list!), rank = geometry.rank
        var result = bk_convolution()
        result.kind = kind
        result.type = value.dtype.kernelType
        result.batch = Int64(input[0])
        result.groups = Int64(value.bits)
        result.in_channels = Int64(input[rank + 1])
        result.out_channels = Int64(weights[0])
        result.input = triple(input.array[1...rank])
        result.kernel = triple(weights.array[1...rank])
        result.output = triple(output.array[1...rank])
        result.stride = triple(geometry.stride)
        result.low = triple(geometry.low, missing: 0)
        result.dilation = triple(geometry.dilation)
        result.input_dilation = triple(geometry.inputDilation)
        return result
    }

    mutating func windowSum(_ index: Int, _ name: String) -> Kernel {
        let window = shape(ofWindow: index), source = slot(graph.values[index].inputs[0]), result = slot(index)
        let tasks = withUnsafePointer(to: window) { Int(bk_window_tasks($0)) }
        return CallKernel(name: name, tasks: tasks) { task, pointers in
            withUnsafePointer(to: window) { bk_window_sum_run($0, pointers[source], pointers[result], Int64(task)) }
        }
    }

    mutating func windowArgMax(_ index: Int, _ name: String) -> Kernel {
        let window = shape(ofWindow: index), source = slot(graph.values[index].inputs[0]), result = slot(index)
        let tasks = withUnsafePointer(to: window) { Int(bk_window_tasks($0)) }
        return CallKernel(name: name, tasks: tasks) { task, pointers in
            withUnsafePointer(to: window) {
                bk_window_arg_max_run(
                    $0, pointers[source], pointers[result]!.assumingMemoryBound(to: Int64.self), Int64(task))
            }
        }
    }

    mutating func windowPick(_ index: Int, _ name: String) -> Kernel {
        let window = shape(ofWindow: index), inputs = graph.values[index].inputs.map { slot($0) }, result = slot(index)
        let tasks = withUnsafePointer(to: window) { Int(bk_window_tasks($0)) }
        return CallKernel(name: name, tasks: tasks) { task, pointers in
            withUnsafePointer(to: window) {
                bk_window_pick_run($0, pointers[inputs[0]], pointers[inputs[1]], pointers[result], Int64(task))
            }
        }
    }

    mutating func windowSpread(_ index: Int, _ name: String) -> Kernel {
        let inputs = graph.values[index].inputs.map { slot($0) }, result = slot(index)
        let window = shape(ofWindow: index, places: graph.values[graph.values[index].inputs[1]].shape)
        let tasks = withUnsafePointer(to: window) { Int(bk_window_spread_tasks($0)) }
        return CallKernel(name: name, tasks: tasks) { task, pointers in
            withUnsafePointer(to: window) {
                bk_window_spread_run($0, pointers[inputs[0]], pointers[inputs[1]], pointers[result], Int64(task))
            }
        }
    }

    /// `places` is the shape with one element for each window; that of the value where left out.
    private func shape(ofWindow index: Int, places: Shape? = nil) -> bk_window {
        let value = graph.values[index], operand = graph.values[value.inputs[0]], rank = value.shape.rank - 2
        let places = places ?? value.shape
        let window = value.list!.prefix(rank), geometry = WindowGeometry(list: value.list!.dropFirst(rank))
        var result = bk_window()
        result.type = operand.dtype.kernelType
        result.batch = Int64(value.shape[0])
        result.channels = Int64(value.shape[rank + 1])
        result.input = triple(operand.shape.array[1...rank])
        result.window = triple(window)
        result.output = triple(places.array[1...rank])
        result.stride = triple(geometry.stride)
        result.low = triple(geometry.low, missing: 0)
        result.dilation = triple(geometry.dilation)
        return result
    }

    /// Up to three numbers as the last of three, because the kernels know three spatial axes.
    private func triple(_ numbers: some Collection<Int>, missing: Int = 1) -> (Int64, Int64, Int64) {
        let all = Array(repeating: missing, count: 3 - numbers.count) + numbers
        return (Int64(all[0]), Int64(all[1]), Int64(all[2]))
    }
}
