import Backprop
import Testing

/// Tensors, parameters and buffers as text.
@Suite struct PrintingTests {
    private struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable () -> Tensor
        let text: String

        init(_ name: String, _ text: String, _ make: @escaping @Sendable () -> Tensor) {
            (testDescription, self.text, self.make) = (name, text, make)
        }
    }

    private static let small = [
        Example("matrix", "[[1, 2, 3],\n [4, 5, 6]]  float32[2, 3]") {
            Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        },
        Example("fractions", "[-0.5000,  1.0000, 12.2500]  float32[3]") { Tensor([-0.5, 1, 12.25] as [Float]) },
        Example("float64", "[0.1000, 0.3333]  float64[2]") { Tensor([0.1, 1.0 / 3], dtype: .float64) },
        Example("bfloat16", "[0.5000, 2.2500]  bfloat16[2]") { Tensor([0.5, 2.25] as [Float]).asType(.bfloat16) },
        Example("integers", "[ -1,   0, 255]  int64[3]") { Tensor([-1, 0, 255] as [Int64]) },
        Example("the ends of int64", "[-9223372036854775808,  9223372036854775807]  int64[2]") {
            Tensor([Int64.min, Int64.max])
        },
        Example("bytes", "[  0, 255]  uint8[2]") { Tensor([0, 255] as [UInt8]) },
        Example("masks", "[ true, false]  bool[2]") { Tensor([true, false]) },
        Example("without numbers", "[nan, inf]  float32[2]") { Tensor([.nan, .infinity] as [Float]) },
        Example("beside none", "[ 1.5000,     nan,     inf,    -inf, -2.2500]  float32[5]") {
            Tensor([1.5, .nan, .infinity, -.infinity, -2.25] as [Float])
        },
        Example("far apart", "[1.0000e-05, 1.0000e+00]  float32[2]") { Tensor([1e-5, 1] as [Float]) },
        Example("large", "[3.0000e+30, 0.0000e+00]  float32[2]") { Tensor([3e30, 0] as [Float]) },
        Example("whole and far apart", "[    1, 65536]  float32[2]") { Tensor([1, 65536] as [Float]) },
        Example("negative zero", "[-0,  1]  float32[2]") { Tensor([-0.0, 1] as [Float]) },
        Example("scalar", "0.2500  float32[]") { Tensor(0.25) },
        Example("whole scalar", "7  int64[]") { Tensor([7] as [Int64], shape: []) },
        Example("empty", "[]  float32[0]") { Tensor([] as [Float]) },
        Example("empty matrix", "[]  float32[3, 0]") { Tensor.zeros([3, 0]) },
        Example("three axes", "[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]  int32[2, 2, 2]") {
            Tensor.arange(8, dtype: .int32).reshaped([2, 2, 2])
        },
        Example(
            "a long line",
            """
            [  0,   5,  10,  15,  20,  25,  30,  35,  40,  45,  50,  55,  60,  65,  70,
              75,  80,  85,  90,  95, 100]  int64[21]
            """
        ) { Tensor((0..<21).map { Int64($0 * 5) }) },
        Example("a long vector", "[   0,    1,    2, ..., 1998, 1999, 2000]  int32[2001]") {
            Tensor.arange(2001, dtype: .int32)
        },
        Example(
            "a large matrix",
            """
            [[   0,    1,    2, ...,   37,   38,   39],
             [  40,   41,   42, ...,   77,   78,   79],
             [  80,   81,   82, ...,  117,  118,  119],
             ...,
             [1080, 1081, 1082, ..., 1117, 1118, 1119],
             [1120, 1121, 1122, ..., 1157, 1158, 1159],
             [1160, 1161, 1162, ..., 1197, 1198, 1199]]  int32[30, 40]
            """
        ) { Tensor.arange(1200, dtype: .int32).reshaped([30, 40]) },
        Example(
            "a short axis of a large tensor",
            "[[   0, 1000],\n [   1, 1001],\n [   2, 1002],\n ...,\n [ 997, 1997],\n [ 998, 1998],\n [ 999, 1999]]  int32[1000, 2]"
        ) {
            Tensor.arange(2000, dtype: .int32).reshaped([2, 1000]).T
        },
    ]

    @Test(arguments: small) private func examples(_ example: Example) {
        let tensor = example.make()
        #expect(String(describing: tensor) == example.text)
        // And once more, from memory.
        #expect(tensor.description == example.text)
    }

    @Test func options() {
        let x = Tensor([0.125, 100] as [Float])
        #expect(x.formatted(PrintOptions(precision: 1)) == "[  0.1, 100.0]  float32[2]")
        #expect(x.formatted(PrintOptions(precision: 1, isScientific: true)) == "[1.2e-01, 1.0e+02]  float32[2]")
        #expect(
            Tensor([1e-6, 1] as [Float]).formatted(PrintOptions(isScientific: false)) == "[0.0000, 1.0000]  float32[2]")
        let y = Tensor.arange(10, dtype: .int32)
        #expect(y.formatted(PrintOptions(edgeItems: 1, threshold: 5)) == "[0, ..., 9]  int32[10]")
        #expect(y.formatted(PrintOptions(threshold: 10)) == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]  int32[10]")
        #expect(y.formatted(PrintOptions(lineWidth: 12)) == "[0, 1, 2,\n 3, 4, 5,\n 6, 7, 8,\n 9]  int32[10]")
        let within = withPrintOptions(PrintOptions(edgeItems: 2, threshold: 0)) { "\(y)" }
        #expect(within == "[0, 1, ..., 8, 9]  int32[10]")
        #expect(String(describing: y) == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]  int32[10]")
    }

    /// Every kind of view, looked through, shows what the elements show that are written one after the other.
    @Test func viewsAreLookedThrough() {
        let base = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
        let views: [(String, Tensor)] = [
            ("transposed", base.transposed(axes: [2, 0, 1])),
            ("broadcast", base[0].expandedDimensions(axis: 1).broadcast(to: [3, 5, 4])),
            ("broadcast to more axes", Tensor([1, 2] as [Float]).broadcast(to: [3, 2])),
            ("narrowed", base.narrowed(axis: 2, 1..<3)),
            ("reshaped", base.transposed(axes: [1, 0, 2]).reshaped([4, 6])),
            ("reversed", base.reversed(axes: [0, 2])),
            ("reversed and reshaped", base.reversed(axes: [2]).reshaped([6, 4]).T),
            ("numbers", Tensor.full([2, 3], 2.5)),
            ("positions", Tensor.arange(12, dtype: .int64).reshaped([3, 4]).T),
        ]
        for (name, view) in views {
            let looked = "\(view)"
            let copied = view.dtype == .int64 ? view + 0 : view * 1
            #expect(looked == String(describing: copied), Comment(rawValue: name))
        }
    }

    /// Printing a few elements of something huge neither copies nor computes it.
    @Test func hugeTensorsArePrintedInPlace() async {
        await #expect(processExitsWith: .success) {
            let zeros = Tensor.zeros([1_000_000, 1_000_000])
            precondition("\(zeros)".hasPrefix("[[0, 0, 0, ..., 0, 0, 0],\n"))
            let x = Tensor([Float](repeating: 1, count: 4_000_000), shape: [2000, 2000])
            let runs = EngineCounters.plansRun, held = MemoryPool.shared.liveBytes
            MemoryPool.shared.resetPeak()
            precondition("\(x.T)".hasSuffix("float32[2000, 2000]"))
            precondition("\(x.reshaped([-1]).asType(.float32)[0..<3_000_000])".hasSuffix("float32[3000000]"))
            precondition(EngineCounters.plansRun == runs, "something was computed")
            precondition(MemoryPool.shared.peakBytes == held, "something was copied")
        }
    }

    @Test func debugDescriptionsDoNotCompute() async {
        await #expect(processExitsWith: .success) {
            let x = Tensor([1, 2, 3] as [Float])
            let sum = x + x
            let runs = EngineCounters.plansRun
            precondition(sum.debugDescription == "float32[3], not computed: add")
            precondition(which(x .> 2, x, sum).debugDescription == "float32[3], not computed: which")
            var dumped = ""
            dump(sum, to: &dumped)
            precondition(dumped == "- float32[3], not computed: add\n", dumped)
            precondition(EngineCounters.plansRun == runs)
            precondition(x.debugDescription == "[1, 2, 3]  float32[3]")
            precondition("\([x])" == "[[1, 2, 3]  float32[3]]")
            precondition("\(sum)" == "[2, 4, 6]  float32[3]")
            precondition(sum.debugDescription == "[2, 4, 6]  float32[3]")
        }
    }

    @Test func parametersAndBuffers() {
        let parameter = Parameter(Tensor([1, 2] as [Float]))
        #expect(String(describing: parameter) == "Parameter: trainable, no gradient\n[1, 2]  float32[2]")
        parameter.value.sum().backward()
        #expect(String(describing: parameter) == "Parameter: trainable, with a gradient\n[1, 2]  float32[2]")
        parameter.gradient = nil
        parameter.isTrainable = false
        #expect(String(describing: parameter) == "Parameter: frozen, no gradient\n[1, 2]  float32[2]")
        #expect(String(describing: Buffer(Tensor([0] as [Float]))) == "Buffer\n[0]  float32[1]")
    }

    @Test func misuseOfOptions() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = PrintOptions(precision: -1)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("PrintOptions: -1 digits"))
    }
}
