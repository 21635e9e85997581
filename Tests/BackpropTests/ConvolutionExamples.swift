import Backprop

/// A convolution of small operands.
private struct Setting: Sendable {
    var name: String
    var input: [Int]
    /// [out, kernel..., in / groups].
    var weights: [Int]
    var geometry: WindowGeometry
    var groups = 1

    init(
        _ name: String, _ input: [Int], _ weights: [Int], stride: Int = 1, low: Int = 0, high: Int? = nil,
        dilation: Int = 1, inputDilation: Int = 1, groups: Int = 1
    ) {
        (self.name, self.input, self.weights, self.groups) = (name, input, weights, groups)
        let rank = input.count - 2
        func all(_ number: Int) -> [Int] { [Int](repeating: number, count: rank) }
        geometry = WindowGeometry(
            stride: all(stride), low: all(low), high: all(high ?? low), dilation: all(dilation),
            inputDilation: all(inputDilation))
    }

    var output: [Int] {
        let places = (0..<geometry.rank).map { axis in
            let room =
                geometry.spread(input[axis + 1], axis: axis) + geometry.low[axis] + geometry.high[axis]
                - geometry.span(weights[axis + 1], axis: axis)
            return room / geometry.stride[axis] + 1
        }
        return [input[0]] + places + [weights[0]]
    }

    func example(_ primitive: Primitive) -> Example {
        let shapes =
            switch primitive {
            case .convolutionInputGradient: [output, weights]
            case .convolutionWeightGradient: [input, output]
            default: [input, weights]
            }
        return Example(name: "\(primitive.name) \(name)", shapes: shapes, range: -1...1) { operands in
            let (a, b) = (operands[0].node, operands[1].node)
            switch primitive {
            case .convolutionInputGradient:
                return Tensor(
                    Node.convolutionInputGradient(a, b, geometry, groups: groups, input: Shape(input)))
            case .convolutionWeightGradient:
                return Tensor(
                    Node.convolutionWeightGradient(a, b, geometry, groups: groups, weights: Shape(weights)))
            default: return Tensor(Node.convolution(a, b, geometry, groups: groups))
            }
        }
    }
}

func convolutionExamples(_ primitive: Primitive) -> [Example] {
    [
        Setting("line", [2, 6, 2], [3, 3, 2]),
        Setting("plane", [1, 4, 3, 2], [2, 2, 3, 2]),
        Setting("space", [1, 3, 3, 2, 1], [2, 2, 1, 2, 1]),
        Setting("padded", [1, 3, 4, 2], [2, 3, 3, 2], low: 1),
        Setting("padded on one side", [1, 5, 2], [2, 3, 2], low: 2, high: 0),
        Setting("cropped", [1, 7, 2], [2, 3, 2], low: -1, high: -2),
        Setting("strided", [2, 7, 1], [2, 3, 1], stride: 3, low: 1),
        Setting("strides that leave out elements", [1, 6, 5, 1], [1, 2, 2, 1], stride: 3),
        Setting("dilated", [1, 7, 2], [2, 3, 2], low: 1, dilation: 2),
        Setting("dilated input", [1, 4, 2], [2, 3, 2], low: 1, inputDilation: 3),
        Setting(
            "all at once", [1, 4, 3, 2], [4, 2, 2, 1], stride: 2, low: 2, high: 1, dilation: 3, inputDilation: 3,
            groups: 2),
        Setting("groups", [1, 4, 6], [4, 2, 3], groups: 2),
        Setting("channel by channel", [1, 4, 4, 3], [3, 3, 3, 1], low: 1, groups: 3),
        Setting("two for each channel", [1, 5, 3], [6, 3, 1], stride: 2, low: 1, groups: 3),
        Setting("one place", [2, 1, 1, 3], [2, 1, 1, 3]),
        Setting("many channels", [1, 3, 18], [20, 2, 18]),
        Setting("nothing", [0, 4, 2], [3, 3, 2]),
        Setting("no channels in", [1, 4, 0], [3, 3, 0]),
        Setting("no channels out", [1, 4, 2], [0, 3, 2]),
        Setting("only padding", [1, 0, 2], [2, 3, 2], low: 2),
    ].map { $0.example(primitive) }
}

func windowExamples(
    _ primitive: Primitive, _ function: @escaping @Sendable (Tensor, [Int], WindowGeometry) -> Tensor
) -> [Example] {
    let settings: [(String, [Int], [Int], WindowGeometry)] = [
        ("line", [2, 5, 2], [2], WindowGeometry(stride: [1], low: [0], high: [0], dilation: [1])),
        (
            "plane", [1, 4, 5, 2], [2, 3],
            WindowGeometry(stride: [2, 1], low: [0, 0], high: [0, 0], dilation: [1, 1])
        ),
        (
            "space", [1, 3, 2, 3, 1], [2, 2, 1],
            WindowGeometry(stride: [1, 1, 2], low: [0, 1, 0], high: [1, 0, 0], dilation: [1, 1, 1])
        ),
        (
            "padded", [1, 3, 4, 2], [3, 2],
            WindowGeometry(stride: [2, 3], low: [1, 1], high: [1, 1], dilation: [1, 1])
        ),
        ("dilated", [1, 7, 3], [3], WindowGeometry(stride: [1], low: [1], high: [2], dilation: [2])),
        ("cropped", [1, 8, 1], [2], WindowGeometry(stride: [2], low: [-1], high: [-2], dilation: [1])),
        (
            "strides that leave out elements", [1, 8, 2], [2],
            WindowGeometry(stride: [3], low: [0], high: [0], dilation: [1])
        ),
        ("nothing", [0, 4, 2], [2], WindowGeometry(stride: [1], low: [0], high: [0], dilation: [1])),
    ]
    return settings.map { name, shape, window, geometry in
        Example(name: "\(primitive.name) \(name)", shapes: [shape], range: -1...1) { function($0[0], window, geometry) }
    }
}

/// Convolutions that are cut into several tasks and into blocks of channels and weights.
func largeConvolutionExamples() -> [Example] {
    let settings = [
        Setting("of an image", [2, 30, 34, 3], [40, 3, 3, 3], stride: 2, low: 1),
        Setting("of many channels", [1, 9, 8, 130], [70, 3, 3, 130]),
        Setting("of a long line", [1, 5000, 4], [6, 3, 4], low: 1),
        Setting("in groups", [1, 24, 25, 24], [30, 3, 3, 4], low: 1, dilation: 2, groups: 6),
        Setting("channel by channel", [2, 40, 41, 70], [70, 3, 3, 1], stride: 2, low: 1, groups: 70),
    ]
    return [Primitive.convolution, .convolutionInputGradient, .convolutionWeightGradient].flatMap { primitive in
        settings.map { $0.example(primitive) }
    }
}
