import Backprop
import Testing

@testable import BackpropXLA

/// What graphs look like as text, which needs no plugin.
@Suite struct ModuleTests {
    private static func lowered(_ tensors: [Tensor]) throws -> LoweredGraph {
        try GraphLowering.lower(Graph.planned(tensors.map(\.node)).graph).get()
    }

    private static let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    private static let i = Tensor([0, 1] as [Int32])

    /// Exactly these are left to libraries: a new primitive gets a form, or stands here.
    @Test func everyPrimitiveHasAFormOrIsNamed() {
        let unsupported = Primitive.allCases.filter {
            if case .unsupported = $0.stableHLO { true } else { false }
        }
        #expect(
            Set(unsupported) == [
                .solve, .determinant, .cofactors, .slogdet, .qrQ, .eighVectors, .svdVectors, .pseudoInverse,
            ])
    }

    @Test func aGraphIsAFunctionOfItsLeavesAndNumbers() throws {
        let lowered = try ModuleTests.lowered([(ModuleTests.x * 3).sum(axis: 1)])
        #expect(
            lowered.text == """
                module @graph {
                  func.func public @main(%1: tensor<2x3xf32>, %2: tensor<1xf32>) -> (tensor<2xf32>) {
                    %3 = "stablehlo.reshape"(%2) : (tensor<1xf32>) -> tensor<f32>
                    %4 = "stablehlo.broadcast_in_dim"(%3) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x3xf32>
                    %5 = "stablehlo.multiply"(%1, %4) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
                    %6 = "stablehlo.constant"() <{value = dense<0x00000000> : tensor<f32>}> : () -> tensor<f32>
                    %10 = "stablehlo.reduce"(%5, %6) <{dimensions = array<i64: 1>}> ({
                      ^bb0(%7: tensor<f32>, %8: tensor<f32>):
                        %9 = "stablehlo.add"(%7, %8) : (tensor<f32>, tensor<f32>) -> tensor<f32>
                        "stablehlo.return"(%9) : (tensor<f32>) -> ()
                    }) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
                    %11 = "stablehlo.reshape"(%10) : (tensor<2xf32>) -> tensor<2x1xf32>
                    %12 = "stablehlo.reshape"(%11) : (tensor<2x1xf32>) -> tensor<2xf32>
                    "func.return"(%12) : (tensor<2xf32>) -> ()
                  }
                }

                """)
    }

    /// Graphs, and a part of the text of each that says what the operation is.
    private static let graphs: [(name: String, part: String, graph: @Sendable () -> [Tensor])] = [
        ("an index that is checked", "slice_sizes = array<i64: 1, 3>", { [x.take(i)] }),
        ("a comparison", "comparison_direction = #stablehlo<comparison_direction GT>", { [x .> 2] }),
        ("a number that the graph knows", "dense<0x3F800000> : tensor<f32>", { [x + 1] }),
        ("a product", "lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>", { [matmul(x, x.T)] }),
        ("a transposed view", "permutation = array<i64: 1, 0>", { [x.T + 0.5] }),
        ("nothing", "stablehlo.constant\"() <{value = dense<0x00000000> : tensor<0x3xf32>}>", { [x[0..<0] * 2] }),
    ]

    @Test(arguments: graphs.indices) func operationsAreWritten(_ number: Int) throws {
        let (name, part, graph) = ModuleTests.graphs[number]
        let text = try ModuleTests.lowered(graph()).text
        #expect(text.contains(part), "\(name): \(text)")
    }

    @Test func whatIsLeftToLibrariesIsNamed() {
        let a = Tensor([2, 0, 0, 2] as [Float], shape: [2, 2])
        #expect(throws: UnsupportedPrimitives.self) { try ModuleTests.lowered([LinearAlgebra.solve(a, a)]) }
    }

    /// An update may take over the memory of what it updates; what is only read may not be taken.
    @Test func updatesAreInPlace() throws {
        let value = Tensor([1, 2] as [Float]), gradient = Tensor([3, 4] as [Float])
        let step = Tensor(Node.descend(value.node, gradient.node, Tensor(0.1).node))
        let lowered = try ModuleTests.lowered([step])
        #expect(lowered.donors.count == 1)
        #expect(lowered.text.contains("%1: tensor<2xf32> {tf.aliasing_output = 0 : i32}, %2: tensor<2xf32>,"))
    }

    /// What has the elements of a leaf or of another output is no result of the program.
    @Test func elementsThatAreThereAreShared() throws {
        let x = ModuleTests.x, y = x * 2.5
        let lowered = try ModuleTests.lowered([x.reshaped([3, 2]), y, y.reshaped([6])])
        #expect(lowered.outputs.computed.count == 1)
        #expect(lowered.outputs.sharedLeaves.filter { $0 >= 0 }.count == 1)
        #expect(lowered.outputs.sharedOutputs.filter { $0 >= 0 }.count == 1)
    }

    /// One replica and one partition, on a device: the bytes of the message that plugins read.
    @Test func compileOptionsNameTheDevice() {
        #expect(
            CompileOptions.serialized(device: 2) == [
                0x1a, 15, 0x20, 1, 0x28, 1, 0x4a, 9, 8, 1, 16, 1, 0x1a, 3, 0x0a, 1, 2,
            ])
        #expect(CompileOptions.serialized(device: 300).suffix(5) == [4, 0x0a, 2, 0xac, 2])
    }
}
