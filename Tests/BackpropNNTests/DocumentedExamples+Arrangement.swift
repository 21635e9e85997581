import Backprop

/// Operators that arrange elements, choose them, or write them, in the order of their files.
extension DocumentedExample {
    private static let numberExamples: [DocumentedExample] = [
        DocumentedExample("zeros(2, 3).shape", [2, 3]) { () -> [Int] in
            zeros(2, 3).shape
        },
        DocumentedExample("ones(3)", [1, 1, 1]) { () -> Tensor in
            ones(3)
        },
        DocumentedExample("Tensor.arange(2, 8, step: 2)", [2, 4, 6]) { () -> Tensor in Tensor.arange(2, 8, step: 2) },
        DocumentedExample("Int(Tensor([1, 5, 2]).argMax())", [1]) { () -> Int in Int(Tensor([1, 5, 2]).argMax()) },
        DocumentedExample("allClose(Tensor([1.0, 2]), Tensor([1.000001, 2]))", [1]) { () -> Bool in
            allClose(Tensor([1.0, 2]), Tensor([1.000001, 2]))
        },
        DocumentedExample("Tensor([[1.0, 2], [3, 4]]).shape", [2, 2]) { () -> [Int] in
            Tensor([[1.0, 2], [3, 4]]).shape
        },
        DocumentedExample("Tensor([1, 2, 3], dtype: .float64) / 2", [0.5, 1, 1.5]) { () -> Tensor in
            Tensor([1, 2, 3], dtype: .float64) / 2
        },
        DocumentedExample("Tensor([1.0, 2, 3, 4], shape: [2, 2]).sum(axis: 0)", [4, 6]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4], shape: [2, 2]).sum(axis: 0)
        },
        DocumentedExample("grad({ x in x * x.detached() })(Tensor(3.0))", [3]) { () -> Tensor in
            grad({ x in x * x.detached() })(Tensor(3.0))
        },
        DocumentedExample("var x = Tensor.zeros(2, 3)\nx[1, 1..<3] = Tensor([7.0, 8])\nx", [0, 0, 0, 0, 7, 8]) {
            () -> Tensor in
            var x = Tensor.zeros(2, 3)
            x[1, 1..<3] = Tensor([7.0, 8])
            return x
        },
        DocumentedExample("[Float](Tensor([1.0, 2]) * 2)", [2, 4]) { () -> [Double] in
            [Float](Tensor([1.0, 2]) * 2).map(Double.init)
        },
        DocumentedExample("[[Int]](Tensor.eye(2)).flatMap { $0 }", [1, 0, 0, 1]) { () -> [Int] in
            [[Int]](Tensor.eye(2)).flatMap { $0 }
        },
        DocumentedExample("3.tensor(like: Tensor([1.0, 2])) / 2", [1.5]) { () -> Tensor in
            3.tensor(like: Tensor([1.0, 2])) / 2
        },
    ]

    private static let shapeExamples: [DocumentedExample] = [
        DocumentedExample("Tensor.arange(6).reshaped([2, -1]).shape", [2, 3]) { () -> [Int] in
            Tensor.arange(6).reshaped([2, -1]).shape
        },
        DocumentedExample("Tensor.zeros([2, 3]).flattened().shape", [6]) { () -> [Int] in
            Tensor.zeros([2, 3]).flattened().shape
        },
        DocumentedExample("Tensor.zeros([6, 2]).unflattened(axis: 0, [3, -1]).shape", [3, 2, 2]) { () -> [Int] in
            Tensor.zeros([6, 2]).unflattened(axis: 0, [3, -1]).shape
        },
        DocumentedExample("Tensor.zeros([2, 3, 4]).transposed(axes: [2, 0, 1]).shape", [4, 2, 3]) { () -> [Int] in
            Tensor.zeros([2, 3, 4]).transposed(axes: [2, 0, 1]).shape
        },
        DocumentedExample("Tensor.zeros([2, 3, 4]).swappedAxes(0, -1).shape", [4, 3, 2]) { () -> [Int] in
            Tensor.zeros([2, 3, 4]).swappedAxes(0, -1).shape
        },
        DocumentedExample("Tensor.zeros([2, 3]).expandedDimensions(axis: -1).shape", [2, 3, 1]) { () -> [Int] in
            Tensor.zeros([2, 3]).expandedDimensions(axis: -1).shape
        },
        DocumentedExample("Tensor.zeros([2, 1, 3]).squeezed(axis: 1).shape", [2, 3]) { () -> [Int] in
            Tensor.zeros([2, 1, 3]).squeezed(axis: 1).shape
        },
        DocumentedExample("Tensor([1.0, 2]).broadcast(to: [2, 2])", [1, 2, 1, 2]) { () -> Tensor in
            Tensor([1.0, 2]).broadcast(to: [2, 2])
        },
        DocumentedExample("Tensor.arange(6).narrowed(axis: 0, 1..<6, step: 2)", [1, 3, 5]) { () -> Tensor in
            Tensor.arange(6).narrowed(axis: 0, 1..<6, step: 2)
        },
        DocumentedExample("Tensor([1.0, 2, 3]).reversed(axes: [0])", [3, 2, 1]) { () -> Tensor in
            Tensor([1.0, 2, 3]).reversed(axes: [0])
        },
        DocumentedExample("Tensor([10.0, 20, 30]).take(Tensor([2, 0, 0] as [Int32]))", [30, 10, 10]) { () -> Tensor in
            Tensor([10.0, 20, 30]).take(Tensor([2, 0, 0] as [Int32]))
        },
    ]

    private static let arrangingExamples: [DocumentedExample] = [
        DocumentedExample("Tensor.zeros([2, 3, 4]).movedAxes([0, 1], to: [-1, 0]).shape", [3, 4, 2]) { () -> [Int] in
            Tensor.zeros([2, 3, 4]).movedAxes([0, 1], to: [-1, 0]).shape
        },
        DocumentedExample("Tensor.zeros([2, 3, 4]).movedAxis(0, to: -1).shape", [3, 4, 2]) { () -> [Int] in
            Tensor.zeros([2, 3, 4]).movedAxis(0, to: -1).shape
        },
        DocumentedExample("Tensor([1.0, 2, 3, 4]).rolled(1, axis: 0)", [4, 1, 2, 3]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4]).rolled(1, axis: 0)
        },
        DocumentedExample("Tensor.arange(4).reshaped([2, 2]).rotated()", [1, 3, 0, 2]) { () -> Tensor in
            Tensor.arange(4).reshaped([2, 2]).rotated()
        },
        DocumentedExample("Tensor([1.0, 2]).repeated(count: 2, axis: 0)", [1, 1, 2, 2]) { () -> Tensor in
            Tensor([1.0, 2]).repeated(count: 2, axis: 0)
        },
        DocumentedExample("Tensor([1.0, 2]).repeated(counts: [1, 3], axis: 0)", [1, 2, 2, 2]) { () -> Tensor in
            Tensor([1.0, 2]).repeated(counts: [1, 3], axis: 0)
        },
        DocumentedExample("Tensor([1.0, 2]).tiled([2, 2])", [1, 2, 1, 2, 1, 2, 1, 2]) { () -> Tensor in
            Tensor([1.0, 2]).tiled([2, 2])
        },
        DocumentedExample("Tensor([1.0, 2, 3, 4]).unfolded(axis: 0, size: 2, step: 1)", [1, 2, 2, 3, 3, 4]) {
            () -> Tensor in
            Tensor([1.0, 2, 3, 4]).unfolded(axis: 0, size: 2, step: 1)
        },
    ]

    private static let splittingExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 2, 3, 4]).split(parts: 2)[1]", [3, 4]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4]).split(parts: 2)[1]
        },
        DocumentedExample("Tensor([1.0, 2, 3, 4]).split(sizes: [1, 3])[1]", [2, 3, 4]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4]).split(sizes: [1, 3])[1]
        },
        DocumentedExample("Tensor([1.0, 2, 3, 4]).split(indices: [1, 3])[1]", [2, 3]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4]).split(indices: [1, 3])[1]
        },
        DocumentedExample("Tensor([1.0, 2, 3]).sections(2)[0]", [1, 2]) { () -> Tensor in
            Tensor([1.0, 2, 3]).sections(2)[0]
        },
        DocumentedExample("Tensor([1.0, 2, 3]).split(every: 2)[1]", [3]) { () -> Tensor in
            Tensor([1.0, 2, 3]).split(every: 2)[1]
        },
        DocumentedExample("Tensor.arange(4).reshaped([2, 2]).unstacked()[1]", [2, 3]) { () -> Tensor in
            Tensor.arange(4).reshaped([2, 2]).unstacked()[1]
        },
        DocumentedExample("concatenated([Tensor([1.0, 2]), Tensor([3.0])])", [1, 2, 3]) { () -> Tensor in
            concatenated([Tensor([1.0, 2]), Tensor([3.0])])
        },
        DocumentedExample("stacked([Tensor([1.0, 2]), Tensor([3.0, 4])], axis: 1)", [1, 3, 2, 4]) { () -> Tensor in
            stacked([Tensor([1.0, 2]), Tensor([3.0, 4])], axis: 1)
        },
        DocumentedExample("hstack([Tensor([1.0, 2]), Tensor([3.0])])", [1, 2, 3]) { () -> Tensor in
            hstack([Tensor([1.0, 2]), Tensor([3.0])])
        },
        DocumentedExample("vstack([Tensor([1.0, 2]), Tensor([3.0, 4])]).shape", [2, 2]) { () -> [Int] in
            vstack([Tensor([1.0, 2]), Tensor([3.0, 4])]).shape
        },
        DocumentedExample("dstack([Tensor([1.0, 2]), Tensor([3.0, 4])]).shape", [1, 2, 2]) { () -> [Int] in
            dstack([Tensor([1.0, 2]), Tensor([3.0, 4])]).shape
        },
        DocumentedExample("columnStack([Tensor([1.0, 2]), Tensor([3.0, 4])])", [1, 3, 2, 4]) { () -> Tensor in
            columnStack([Tensor([1.0, 2]), Tensor([3.0, 4])])
        },
        DocumentedExample("blockDiagonal([Tensor([1.0, 2]), Tensor([3.0])])", [1, 2, 0, 0, 0, 3]) { () -> Tensor in
            blockDiagonal([Tensor([1.0, 2]), Tensor([3.0])])
        },
        DocumentedExample("meshGrid([Tensor([1.0, 2]), Tensor([3.0, 4])])[0]", [1, 1, 2, 2]) { () -> Tensor in
            meshGrid([Tensor([1.0, 2]), Tensor([3.0, 4])])[0]
        },
    ]

    private static let subscriptsExamples: [DocumentedExample] = [
        DocumentedExample("Tensor.arange(6).reshaped([2, 3])[.ellipsis, 1..<3]", [1, 2, 4, 5]) { () -> Tensor in
            Tensor.arange(6).reshaped([2, 3])[.ellipsis, 1..<3]
        },
        DocumentedExample("Tensor.arange(6).reshaped([2, 3]).indexed([.at(1)])", [3, 4, 5]) { () -> Tensor in
            Tensor.arange(6).reshaped([2, 3]).indexed([.at(1)])
        },
        DocumentedExample("Tensor([1.0, 2, 3]).indexPut([.slice(from: 1, to: 3, step: 1)], Tensor([9.0]))", [1, 9, 9]) {
            () -> Tensor in
            Tensor([1.0, 2, 3]).indexPut([.slice(from: 1, to: 3, step: 1)], Tensor([9.0]))
        },
    ]

    private static let tensorIndexExamples: [DocumentedExample] = [
        DocumentedExample("Tensor.arange(6)[.every(2, from: 1)]", [1, 3, 5]) { () -> Tensor in
            Tensor.arange(6)[.every(2, from: 1)]
        }
    ]

    private static let slicesExamples: [DocumentedExample] = [
        DocumentedExample("Tensor.zeros([2, 2]).selectScatter(Tensor.ones([2]), axis: 0, index: 1)", [0, 0, 1, 1]) {
            () -> Tensor in
            Tensor.zeros([2, 2]).selectScatter(Tensor.ones([2]), axis: 0, index: 1)
        },
        DocumentedExample("Tensor.zeros([4]).sliceScatter(Tensor.ones([2]), axis: 0, 0..<4, step: 2)", [1, 0, 1, 0]) {
            () -> Tensor in
            Tensor.zeros([4]).sliceScatter(Tensor.ones([2]), axis: 0, 0..<4, step: 2)
        },
        DocumentedExample("Tensor.zeros([2, 2]).diagonalScatter(Tensor.ones([2]))", [1, 0, 0, 1]) { () -> Tensor in
            Tensor.zeros([2, 2]).diagonalScatter(Tensor.ones([2]))
        },
        DocumentedExample(
            "Tensor([1.0, 2, 3, 4]).dynamicSlice(starts: [Tensor(3, dtype: .int32)], extents: [2])", [3, 4]
        ) { () -> Tensor in
            Tensor([1.0, 2, 3, 4]).dynamicSlice(starts: [Tensor(3, dtype: .int32)], extents: [2])
        },
        DocumentedExample(
            "Tensor([1.0, 2, 3]).dynamicUpdateSlice(Tensor([9.0]), starts: [Tensor(1, dtype: .int32)])", [1, 9, 3]
        ) { () -> Tensor in
            Tensor([1.0, 2, 3]).dynamicUpdateSlice(Tensor([9.0]), starts: [Tensor(1, dtype: .int32)])
        },
    ]

    private static let paddingExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 2, 3]).padded(widths: [(2, 1)], mode: .reflect)", [3, 2, 1, 2, 3, 2]) {
            () -> Tensor in
            Tensor([1.0, 2, 3]).padded(widths: [(2, 1)], mode: .reflect)
        }
    ]

    private static let positionsExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([10.0, 20, 30]).takeAlong(Tensor([2, 0] as [Int32]), axis: 0)", [30, 10]) {
            () -> Tensor in
            Tensor([10.0, 20, 30]).takeAlong(Tensor([2, 0] as [Int32]), axis: 0)
        },
        DocumentedExample(
            "Tensor([1.0, 2, 3]).putAlong(Tensor([2, 0] as [Int32]), Tensor([8.0, 9]), axis: 0)", [9, 2, 8]
        ) { () -> Tensor in
            Tensor([1.0, 2, 3]).putAlong(Tensor([2, 0] as [Int32]), Tensor([8.0, 9]), axis: 0)
        },
    ]

    private static let scatterExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 2]).indexAdd(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)", [1, 32])
        { () -> Tensor in
            Tensor([1.0, 2]).indexAdd(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)
        },
        DocumentedExample(
            "Tensor([1.0, 2]).indexCopy(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)", [1, 20]
        ) { () -> Tensor in
            Tensor([1.0, 2]).indexCopy(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)
        },
        DocumentedExample(
            "Tensor([1.0, 2]).indexFill(Tensor([1] as [Int32]), Tensor(9.0), axis: 0)", [1, 9]
        ) { () -> Tensor in
            Tensor([1.0, 2]).indexFill(Tensor([1] as [Int32]), Tensor(9.0), axis: 0)
        },
        DocumentedExample(
            "Tensor([1.0, 2]).scatterAdd(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)", [1, 32]
        ) { () -> Tensor in
            Tensor([1.0, 2]).scatterAdd(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)
        },
        DocumentedExample("Tensor([1.0, 2]).scatter(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)", [1, 20]) {
            () -> Tensor in
            Tensor([1.0, 2]).scatter(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)
        },
        DocumentedExample(
            "Tensor([1.0, 2]).scatterReduce(Tensor([1, 1] as [Int32]), Tensor([3.0, 4]), axis: 0, .product)", [1, 24]
        ) { () -> Tensor in
            Tensor([1.0, 2]).scatterReduce(Tensor([1, 1] as [Int32]), Tensor([3.0, 4]), axis: 0, .product)
        },
    ]

    private static let masksExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 2]).maskedFill(Tensor([false, true]), Tensor(0.0))", [1, 0]) {
            () -> Tensor in
            Tensor([1.0, 2]).maskedFill(Tensor([false, true]), Tensor(0.0))
        },
        DocumentedExample("Tensor([1.0, 2]).maskedFill(Tensor([false, true]), 0)", [1, 0]) { () -> Tensor in
            Tensor([1.0, 2]).maskedFill(Tensor([false, true]), 0)
        },
        DocumentedExample("Tensor([1.0, 2, 3]).maskedSelect(Tensor([true, false, true]))", [1, 3]) { () -> Tensor in
            Tensor([1.0, 2, 3]).maskedSelect(Tensor([true, false, true]))
        },
        DocumentedExample(
            "Tensor([1.0, 2, 3]).maskedScatter(Tensor([true, false, true]), Tensor([8.0, 9]))", [8, 2, 9]
        ) { () -> Tensor in
            Tensor([1.0, 2, 3]).maskedScatter(Tensor([true, false, true]), Tensor([8.0, 9]))
        },
    ]

    private static let diagonalsExamples: [DocumentedExample] = [
        DocumentedExample("tril(Tensor.ones([2, 2]))", [1, 0, 1, 1]) { () -> Tensor in
            tril(Tensor.ones([2, 2]))
        },
        DocumentedExample("triu(Tensor.ones([2, 2]))", [1, 1, 0, 1]) { () -> Tensor in
            triu(Tensor.ones([2, 2]))
        },
        DocumentedExample("Tensor.arange(4).reshaped([2, 2]).diagonal()", [0, 3]) { () -> Tensor in
            Tensor.arange(4).reshaped([2, 2]).diagonal()
        },
        DocumentedExample("Tensor([1.0, 2]).diagonalMatrix()", [1, 0, 0, 2]) { () -> Tensor in
            Tensor([1.0, 2]).diagonalMatrix()
        },
        DocumentedExample("Tensor.arange(4).reshaped([2, 2]).trace()", [3]) { () -> Tensor in
            Tensor.arange(4).reshaped([2, 2]).trace()
        },
        DocumentedExample("diag(Tensor([1.0, 2]))", [1, 0, 0, 2]) { () -> Tensor in
            diag(Tensor([1.0, 2]))
        },
    ]

    private static let pixelShuffleExamples: [DocumentedExample] = [
        DocumentedExample("pixelShuffle(Tensor.zeros([1, 3, 3, 8]), factor: 2).shape", [1, 6, 6, 2]) { () -> [Int] in
            pixelShuffle(Tensor.zeros([1, 3, 3, 8]), factor: 2).shape
        },
        DocumentedExample("pixelUnshuffle(Tensor.zeros([1, 6, 6, 2]), factor: 2).shape", [1, 3, 3, 8]) { () -> [Int] in
            pixelUnshuffle(Tensor.zeros([1, 6, 6, 2]), factor: 2).shape
        },
        DocumentedExample("channelShuffle(Tensor([1.0, 2, 3, 4], shape: [1, 4]), groups: 2)", [1, 3, 2, 4]) {
            () -> Tensor in
            channelShuffle(Tensor([1.0, 2, 3, 4], shape: [1, 4]), groups: 2)
        },
    ]

    private static let unfoldExamples: [DocumentedExample] = [
        DocumentedExample("unfold(Tensor([1.0, 2, 3], shape: [1, 3, 1]), window: 2)", [1, 2, 2, 3]) { () -> Tensor in
            unfold(Tensor([1.0, 2, 3], shape: [1, 3, 1]), window: 2)
        },
        DocumentedExample("fold(Tensor([1.0, 2, 2, 3], shape: [1, 2, 2, 1]), size: [3])", [1, 4, 3]) { () -> Tensor in
            fold(Tensor([1.0, 2, 2, 3], shape: [1, 2, 2, 1]), size: [3])
        },
    ]

    private static let printingExamples: [DocumentedExample] = [
        DocumentedExample(
            "withPrintOptions(PrintOptions(precision: 1)) { \"\\(Tensor([0.25, 1.75] as [Float]))\" } == \"[0.2, 1.8]  float32[2]\"",
            [1]
        ) { () -> Bool in
            withPrintOptions(PrintOptions(precision: 1)) { "\(Tensor([0.25, 1.75] as [Float]))" }
                == "[0.2, 1.8]  float32[2]"
        },
        DocumentedExample(
            "Tensor([0.5, 100] as [Float]).formatted(PrintOptions(precision: 2)) == \"[  0.50, 100.00]  float32[2]\"",
            [1]
        ) { () -> Bool in
            Tensor([0.5, 100] as [Float]).formatted(PrintOptions(precision: 2)) == "[  0.50, 100.00]  float32[2]"
        },
    ]

    static let ofArrangement: [DocumentedExample] = [
        numberExamples, shapeExamples, arrangingExamples, splittingExamples, subscriptsExamples, tensorIndexExamples,
        slicesExamples,
        paddingExamples, positionsExamples, scatterExamples, masksExamples, diagonalsExamples, pixelShuffleExamples,
        unfoldExamples, printingExamples,
    ].flatMap { $0 }
}
