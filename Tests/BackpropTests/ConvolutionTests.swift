import Backprop
import Testing

/// Small whole numbers that follow no line.
private func pattern(_ shape: Int...) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { Double($0 * 7 % 11 - 5) }, shape: shape, dtype: .float64)
}

/// The functions behind the primitives, against numbers of PyTorch.
@Suite struct ConvolutionTests {
    private func expect(_ found: Tensor, _ shape: [Int], _ numbers: [Double]) {
        #expect(found.shape == shape)
        #expect(found.numbers == numbers)
    }

    @Test func convolutionsOfEachRank() {
        expect(conv1d(pattern(2, 5, 2), pattern(1, 3, 2)), [2, 3, 1], [68, 7, -32, -17, -34, 15])
        expect(
            conv2d(pattern(1, 4, 4, 2), pattern(2, 3, 3, 2), stride: 2, padding: 1), [1, 2, 2, 2],
            [-31, -22, -20, 60, 61, -50, 15, -60])
        expect(
            conv3d(pattern(1, 2, 3, 3, 1), pattern(2, 2, 2, 2, 1)), [1, 1, 2, 2, 2],
            [38, 32, -25, 3, -19, -11, -60, -18])
    }

    @Test func groupsDilationAndPaddingOfOneAxis() {
        expect(
            conv2d(pattern(1, 4, 4, 2), pattern(2, 2, 2, 1), padding: [0, 1], dilation: 2, groups: 2), [1, 2, 4, 2],
            [-4, -15, 48, 27, -7, -11, -11, -7, 3, 15, 48, 29, -7, -20, -18, -2])
    }

    @Test func samePaddingOfAnEvenKernelIsWiderBehind() {
        expect(
            conv2d(pattern(1, 3, 3, 1), pattern(1, 2, 2, 1), padding: .same), [1, 3, 3, 1],
            [24, -31, 16, -31, -31, 23, -20, -8, 20])
    }

    @Test func transposedConvolutions() {
        expect(
            convTransposed1d(pattern(1, 3, 2), pattern(2, 3, 2), stride: 2, padding: 1, outputPadding: 1), [1, 6, 2],
            [20, 26, 9, -13, 29, 23, -28, -19, -17, -13, 10, 14])
        expect(
            convTransposed2d(pattern(1, 2, 2, 2), pattern(1, 2, 2, 2), stride: 2, dilation: 2), [1, 5, 5, 1],
            [29, 0, 40, 0, 29, 0, 0, 0, 0, 0, -22, 0, -74, 0, -16, 0, 0, 0, 0, 0, 10, 0, 8, 0, 16])
    }

    @Test func theGeneralFormTurnsTheKernelRound() {
        let x = pattern(1, 4, 5, 2), weights = pattern(3, 2, 3, 2)
        expect(
            convGeneral(x, weights.reversed(axes: [1, 2]), strides: [1, 2], flip: true), [1, 3, 2, 3],
            conv2d(x, weights, stride: [1, 2]).numbers)
        let dilated = convGeneral(x, weights, padding: .sides(low: [1, -1], high: 0), inputDilation: 2)
        let spread = Tensor(Node.pad(x.node, low: [0, 1, 0, 0], high: [0, 0, 0, 0], interior: [0, 1, 1, 0]))
        expect(dilated, [1, 7, 6, 3], conv2d(spread.narrowed(axis: 2, 1..<9), weights).numbers)
    }

    @Test func emptyBatchesAndChannels() {
        #expect(conv2d(pattern(0, 4, 4, 2), pattern(3, 2, 2, 2)).shape == [0, 3, 3, 3])
        expect(conv1d(Tensor.zeros([1, 4, 0], dtype: .float64), pattern(2, 2, 0)), [1, 3, 2], [0, 0, 0, 0, 0, 0])
    }
}

/// Windows as axes, and their reverse.
@Suite struct UnfoldTests {
    @Test func windowsBesideOneAnother() {
        let windows = unfold(pattern(1, 3, 4, 1), window: 2, stride: [1, 2])
        #expect(windows.shape == [1, 2, 2, 2, 2, 1])
        #expect(windows.numbers == [-5, 2, 1, -3, -2, 5, 4, 0, 1, -3, -4, 3, 4, 0, -1, -5])
    }

    @Test func foldIsTheTransposeOfUnfold() {
        for (size, window, stride, padding, dilation) in [
            ([6], PerAxis(3), PerAxis(2), PerAxis(1), PerAxis(2)), ([4, 5], [2, 3], 1, [1, 0], 1),
            ([3, 4, 3], 2, [1, 2, 1], 0, [2, 1, 1]),
        ] as [([Int], PerAxis, PerAxis, PerAxis, PerAxis)] {
            let count = size.reduce(2, *)
            let x = Tensor((0..<count).map { Double($0 * 5 % 13) }, shape: [1] + size + [2], dtype: .float64)
            let windows = unfold(x, window: window, stride: stride, padding: padding, dilation: dilation)
            let y = Tensor((0..<windows.size).map { Double($0 * 3 % 7) }, shape: windows.shape, dtype: .float64)
            let folded = fold(y, size: size, stride: stride, padding: padding, dilation: dilation)
            #expect((windows * y).sum().item() == (x * folded).sum().item(), "\(size)")
        }
    }
}

/// Mistakes in the operands of convolutions and windows.
@Suite struct WindowMisuseTests {
    private func expect(_ result: ExitTest.Result?, toName parts: String...) {
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        for part in parts { #expect(message.contains(part), "the message is: \(message.prefix(300))") }
    }

    @Test func channelsThatDoNotFit() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conv2d(Tensor.zeros([1, 4, 4, 3]), Tensor.zeros([8, 3, 3, 4]))
        }
        expect(result, toName: "conv2d:", "[1, 4, 4, 3]", "[8, 3, 3, 4]")
    }

    @Test func groupsThatDoNotDivide() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conv1d(Tensor.zeros([1, 4, 6]), Tensor.zeros([5, 3, 3]), groups: 2)
        }
        expect(result, toName: "conv1d:", "[1, 4, 6]", "[5, 3, 3]", "2 groups")
    }

    @Test func aKernelThatIsTooLarge() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conv2d(Tensor.zeros([1, 4, 4, 3]), Tensor.zeros([8, 3, 7, 3]), padding: 1)
        }
        expect(result, toName: "conv2d:", "spatial axis 1", "[8, 3, 7, 3]")
    }

    @Test func anotherNumberOfAxes() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conv3d(Tensor.zeros([1, 4, 4, 3]), Tensor.zeros([8, 3, 3, 3]))
        }
        expect(result, toName: "conv3d", "[1, 4, 4, 3]", "[8, 3, 3, 3]")
    }

    @Test func optionsForAnotherNumberOfAxes() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conv2d(Tensor.zeros([1, 4, 4, 3]), Tensor.zeros([8, 3, 3, 3]), stride: [1, 2, 3])
        }
        expect(result, toName: "conv2d", "stride", "[1, 2, 3]")
    }

    @Test func placesThatWouldOverflow() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conv1d(Tensor.zeros([1, 4, 3]), Tensor.zeros([8, 3, 3]), dilation: PerAxis(.max))
        }
        expect(result, toName: "conv1d", "dilation", "too large")
        let padded = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = conv1d(Tensor.zeros([1, 4, 3]), Tensor.zeros([8, 3, 3]), padding: PerAxis(1 << 40).symmetric)
        }
        expect(padded, toName: "conv1d", "padding", "too large")
    }

    @Test func windowsThatSeeNothing() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = maxPool(Tensor.zeros([1, 4, 0, 3]), window: 2, padding: 1)
        }
        expect(result, toName: "windowPick", "[1, 4, 0, 3]")
    }

    @Test func paddingWiderThanTheWindow() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = averagePool(Tensor.zeros([1, 4, 4, 3]), window: 2, padding: 2)
        }
        expect(result, toName: "averagePool", "padding 2")
    }
}

extension PerAxis {
    fileprivate var symmetric: ConvolutionPadding { .symmetric(self) }
}
