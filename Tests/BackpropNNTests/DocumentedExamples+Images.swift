import Backprop

/// Operators on images and sequences: windows, convolution, sizes, in the order of their files.
extension DocumentedExample {
    private static let adaptivePoolingExamples: [DocumentedExample] = [
        DocumentedExample("adaptiveAveragePool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2)", [1.5, 3.5]) {
            () -> Tensor in
            adaptiveAveragePool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2)
        },
        DocumentedExample("adaptiveMaxPool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2)", [2, 4]) {
            () -> Tensor in
            adaptiveMaxPool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2)
        },
        DocumentedExample(
            "adaptiveMaxPoolWithIndices(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2).indices", [1, 3]
        ) { () -> Tensor in
            adaptiveMaxPoolWithIndices(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2).indices
        },
    ]

    private static let spatialOptionsExamples: [DocumentedExample] = [
        DocumentedExample(
            "conv1d(Tensor.ones([1, 3, 1]), Tensor.ones([1, 2, 1]), padding: .symmetric(1))", [1, 2, 2, 1]
        ) { () -> Tensor in
            conv1d(Tensor.ones([1, 3, 1]), Tensor.ones([1, 2, 1]), padding: .symmetric(1))
        },
        DocumentedExample(
            "conv1d(Tensor.ones([1, 3, 1]), Tensor.ones([1, 2, 1]), padding: .sides(low: 1, high: 0))", [1, 2, 2]
        ) { () -> Tensor in
            conv1d(Tensor.ones([1, 3, 1]), Tensor.ones([1, 2, 1]), padding: .sides(low: 1, high: 0))
        },
    ]

    private static let convolutionExamples: [DocumentedExample] = [
        DocumentedExample(
            "conv1d(Tensor([1.0, 2, 3], shape: [1, 3, 1]), Tensor([1.0, -1], shape: [1, 2, 1]))", [-1, -1]
        ) { () -> Tensor in
            conv1d(Tensor([1.0, 2, 3], shape: [1, 3, 1]), Tensor([1.0, -1], shape: [1, 2, 1]))
        },
        DocumentedExample(
            "conv2d(Tensor.ones([1, 5, 5, 3]), Tensor.ones([8, 3, 3, 3]), stride: 2, padding: 1).shape", [1, 3, 3, 8]
        ) { () -> [Int] in
            conv2d(Tensor.ones([1, 5, 5, 3]), Tensor.ones([8, 3, 3, 3]), stride: 2, padding: 1).shape
        },
        DocumentedExample("conv3d(Tensor.ones([1, 2, 4, 4, 3]), Tensor.ones([8, 1, 3, 3, 3])).shape", [1, 2, 2, 2, 8]) {
            () -> [Int] in
            conv3d(Tensor.ones([1, 2, 4, 4, 3]), Tensor.ones([8, 1, 3, 3, 3])).shape
        },
        DocumentedExample(
            "convGeneral(Tensor([1.0, 2, 3], shape: [1, 3, 1]), Tensor([1.0, -1], shape: [1, 2, 1]), flip: true)",
            [1, 1]
        ) { () -> Tensor in
            convGeneral(Tensor([1.0, 2, 3], shape: [1, 3, 1]), Tensor([1.0, -1], shape: [1, 2, 1]), flip: true)
        },
        DocumentedExample(
            """
            let x = Tensor([1.0, 2], shape: [1, 2, 1]), weights = Tensor([1.0, 10], shape: [1, 2, 1])
            convTransposed1d(x, weights, stride: 2)
            """, [1, 10, 2, 20]
        ) { () -> Tensor in
            let x = Tensor([1.0, 2], shape: [1, 2, 1]), weights = Tensor([1.0, 10], shape: [1, 2, 1])
            return convTransposed1d(x, weights, stride: 2)
        },
        DocumentedExample(
            "convTransposed2d(Tensor.ones([1, 3, 3, 8]), Tensor.ones([3, 2, 2, 8]), stride: 2).shape", [1, 6, 6, 3]
        ) { () -> [Int] in
            convTransposed2d(Tensor.ones([1, 3, 3, 8]), Tensor.ones([3, 2, 2, 8]), stride: 2).shape
        },
        DocumentedExample(
            "convTransposed3d(Tensor.ones([1, 1, 3, 3, 8]), Tensor.ones([3, 2, 2, 2, 8]), stride: 2).shape",
            [1, 2, 6, 6, 3]
        ) { () -> [Int] in
            convTransposed3d(Tensor.ones([1, 1, 3, 3, 8]), Tensor.ones([3, 2, 2, 2, 8]), stride: 2).shape
        },
    ]

    private static let gridSampleExamples: [DocumentedExample] = [
        DocumentedExample(
            "gridSample(Tensor([1.0, 2, 3, 4], shape: [1, 2, 2, 1]), Tensor([0.0, 0], shape: [1, 1, 1, 2]))", [2.5]
        ) { () -> Tensor in
            gridSample(Tensor([1.0, 2, 3, 4], shape: [1, 2, 2, 1]), Tensor([0.0, 0], shape: [1, 1, 1, 2]))
        },
        DocumentedExample(
            "affineGrid(Tensor([1.0, 0, 0, 0, 1, 0], shape: [1, 2, 3]), size: [1, 2])", [-0.5, 0, 0.5, 0]
        ) { () -> Tensor in
            affineGrid(Tensor([1.0, 0, 0, 0, 1, 0], shape: [1, 2, 3]), size: [1, 2])
        },
    ]

    private static let poolingExamples: [DocumentedExample] = [
        DocumentedExample("averagePool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), window: 2)", [1.5, 3.5]) {
            () -> Tensor in
            averagePool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), window: 2)
        },
        DocumentedExample("powerPool(Tensor([3.0, 4], shape: [1, 2, 1]), power: 2, window: 2)", [5]) { () -> Tensor in
            powerPool(Tensor([3.0, 4], shape: [1, 2, 1]), power: 2, window: 2)
        },
        DocumentedExample("maxPool(Tensor([1.0, 2, 4, 3], shape: [1, 4, 1]), window: 2)", [2, 4]) { () -> Tensor in
            maxPool(Tensor([1.0, 2, 4, 3], shape: [1, 4, 1]), window: 2)
        },
        DocumentedExample("maxPoolWithIndices(Tensor([1.0, 2, 4, 3], shape: [1, 4, 1]), window: 2).indices", [1, 2]) {
            () -> Tensor in
            maxPoolWithIndices(Tensor([1.0, 2, 4, 3], shape: [1, 4, 1]), window: 2).indices
        },
    ]

    private static let resizeExamples: [DocumentedExample] = [
        DocumentedExample("resize(Tensor([1.0, 3], shape: [1, 2, 1]), to: 4, method: .linear)", [1, 1.5, 2.5, 3]) {
            () -> Tensor in
            resize(Tensor([1.0, 3], shape: [1, 2, 1]), to: 4, method: .linear)
        },
        DocumentedExample("resize(Tensor([1.0, 3], shape: [1, 2, 1]), by: [2], method: .nearest)", [1, 1, 3, 3]) {
            () -> Tensor in
            resize(Tensor([1.0, 3], shape: [1, 2, 1]), by: [2], method: .nearest)
        },
    ]

    static let ofImages: [DocumentedExample] = [
        adaptivePoolingExamples, convolutionExamples, gridSampleExamples, poolingExamples, resizeExamples,
        spatialOptionsExamples,
    ].flatMap { $0 }
}
