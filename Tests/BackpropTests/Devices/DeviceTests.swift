import Backprop
import BackpropXLA
import Foundation
import Testing

/// The device of this machine's plugin, if there is one.
enum TestDevice {
    static let device = try? Device.xla(0)
    /// One that leaves to the processors what it has no form for.
    static let fallback = try? Device.xla(0, fallback: true)
    static let message: Comment = "no PJRT plugin: set BACKPROP_PLUGIN, or pip install xla-cpu-pjrt"
}

/// Graphs on a device of a PJRT plugin, beside the same graphs on the processors.
@Suite(.enabled(if: TestDevice.device != nil, TestDevice.message)) struct DeviceTests {
    /// Primitives whose examples run on the processors because plugins have no form for something in them.
    private static let leftToLibraries: Set<Primitive> = [
        .solve, .determinant, .cofactors, .slogdet, .qrQ, .eighVectors, .svdVectors, .pseudoInverse,
        .stationaryValues,
    ]

    /// Whether all examples are compared, with their gradients: XLA takes minutes to compile them.
    private static let isThorough = ProcessInfo.processInfo.environment["BACKPROP_DEVICES"] == "all"

    /// The value of an example, and the gradients that lead back from it.
    private static func results(_ example: Example, _ dtype: DType) -> [Tensor] {
        let operands = example.operands(dtype)
        let value = example.function(operands)
        if !isThorough { return [value] }
        return [value]
            + vjp({ [example.loss($0)] }, primals: operands, cotangents: [Tensor(1.0).asType(dtype)]).gradients
    }

    /// Some examples of a primitive, and the dtypes in which they are compared: numbers of functions in float64 too.
    private static func compared(_ primitive: Primitive) -> ([Example], [DType]) {
        let all = examples(of: primitive)
        if isThorough { return (all, [.float32, .float64]) }
        let step = max(1, (all.count + 3) / 4)
        let list = stride(from: 0, to: all.count, by: step).map { all[$0] }
        return (list, primitive.kind == .elementwise ? [.float32, .float64] : [.float32])
    }

    /// All examples of a primitive are one program.
    @Test(arguments: Primitive.allCases) func everyPrimitiveHasTheValuesOfTheProcessors(_ primitive: Primitive) {
        let device = DeviceTests.leftToLibraries.contains(primitive) ? TestDevice.fallback! : TestDevice.device!
        let (list, dtypes) = DeviceTests.compared(primitive)
        for dtype in dtypes {
            func results() -> [[Tensor]] { list.map { DeviceTests.results($0, dtype) } }
            let found = withDevice(device) { () -> [[Tensor]] in
                let found = results()
                evaluateOrStop(found.flatMap(\.self))
                return found
            }
            let expected = results()
            evaluateOrStop(expected.flatMap(\.self))
            for (example, (found, expected)) in zip(list, zip(found, expected)) {
                for (number, (a, b)) in zip(found, expected).enumerated() {
                    let error = difference(a.numbers, b.numbers)
                    #expect(
                        error < (dtype == .float32 ? 2e-5 : 1e-11),
                        "\(example.name), \(dtype), \(number == 0 ? "value" : "gradient \(number)"): \(error)")
                }
            }
        }
    }
}
