import CKernels
import Testing

@testable import Backprop

/// Which kernels graphs become: an optimization that never fires changes this table, where values would stay the same.
@Suite struct KernelTableTests {
    private static func tensor(_ shape: Int..., seed: Int = 1) -> Tensor {
        var generator = SeededGenerator(seed)
        return Tensor(generator.numbers(shape.reduce(1, *), in: 0.5...2), shape: shape, dtype: .float32)
    }

    private static let x = tensor(4, 8), y = tensor(4, 8, seed: 2), column = tensor(4, 1, seed: 3), row = tensor(8)
    private static let square8 = tensor(8, 8, seed: 4)

    private static func softmax(_ x: Tensor) -> Tensor {
        let powers = exp(x - x.max(axis: -1, keepDims: true))
        return powers * (1 / powers.sum(axis: -1, keepDims: true))
    }

    private static func standardized(_ x: Tensor) -> Tensor {
        let centered = x - x.mean(axis: -1, keepDims: true)
        return centered * rsqrt(square(centered).mean(axis: -1, keepDims: true) + 1e-5)
    }

    /// What leads back through a standardization with the unit rows `y`, where `x` arrives.
    private static func standardizationGradient() -> Tensor {
        let product = x * row
        let along = (product * y).mean(axis: -1, keepDims: true) * column
        return (product - product.mean(axis: -1, keepDims: true)) * column - y * along
    }

    /// A step of Adam: the new value, mean and square.
    private static func adam() -> [Tensor] {
        let numbers = Tensor([0.1, 0.9, 0.99, 0.01, 0.5, 1e-8], shape: [6], dtype: .float64).node
        let mean = Node.adamMean(x.node, gradient: y.node, numbers)
        let square = Node.adamSquare(tensor(4, 8, seed: 5).node, gradient: y.node, numbers)
        return [Node.adamValue(x.node, mean: mean, square: square, numbers), mean, square].map(Tensor.init)
    }

    private static let graphs: [(name: String, kernels: [String], graph: @Sendable () -> [Tensor])] = [
        ("elementwise", ["program muladd"], { [tanh(x * y + row) * 2] }),
        ("a product and a sum", ["program muladd"], { [x * y + row] }),
        ("views", ["program"], { [x.transposed()[0] + 1] }),
        ("a sum of rows", ["program row-dot"], { [(x * y).sum(axis: -1)] }),
        ("a sum of columns", ["program total-dot"], { [(x * y).sum(axis: 0)] }),
        ("a sum of all", ["program row-dot"], { [(x * y).sum()] }),
        ("equal parts", ["program"], { [exp(x) + exp(x)] }),
        ("softmax", ["program softmax"], { [softmax(x)] }),
        ("the gradient of softmax", ["program softmax-grad"], { [(x - (x * y).sum(axis: -1, keepDims: true)) * y] }),
        ("standardization", ["program standardize"], { [standardized(x)] }),
        ("standardization, scaled and shifted", ["program standardize-muladd"], { [standardized(x) * row + row] }),
        ("the gradient of standardization", ["program standardize-grad"], { [standardizationGradient()] }),
        (
            "exponentials that are kept", ["program expsub-sum"],
            {
                let powers = exp(x - x.max(axis: -1, keepDims: true)); return [powers, powers.sum(axis: -1)]
            }
        ),
        ("the gradient of tanh", ["program negmuladd"], { [grad { tanh($0).sum() }(x)] }),
        ("the gradient of gelu", ["program gelu-grad"], { [grad { Tensor(Node.unary(.gelu, $0.node)).sum() }(x)] }),
        (
            "the gradient of layers",
            ["product with tiles", "product with tiles negmuladd", "product with tiles tanh-grad", "product"],
            { [grad { tanh(matmul(tanh(matmul(x, $0)), square8)).sum() }(square8)] }
        ),
        (
            "layers that are a run", ["run of 2"],
            { [tanh(matmul(tanh(matmul(tensor(256, 32), tensor(32, 32))), tensor(32, 32)))] }
        ),
        ("Adam", ["program adam"], { adam() }),
        ("masked softmax", ["program softmax"], { [softmax(which(x .> 1, x, x.like(-Double.infinity)))] }),
        (
            "softmax of what may be hidden", ["program softmax-or-zero"],
            { [softmaxOrZero(which(x .> 1, x, x.like(-Double.infinity)))] }
        ),
        ("gelu", ["program gelu"], { [Tensor(Node.unary(.gelu, x.node))] }),
        ("a product", ["product"], { [matmul(x, square8)] }),
        ("a product, bias and activation", ["product with tiles"], { [tanh(matmul(x, square8) + row)] }),
        (
            "a large product, bias and activation", ["product with tiles"],
            { [tanh(matmul(tensor(128, 256), tensor(256, 128)) + 1)] }
        ),
        ("a product and softmax", ["product and program softmax"], { [softmax(matmul(x, square8))] }),
        (
            "layers", ["product with tiles", "product with tiles"],
            { [tanh(matmul(tanh(matmul(x, square8)), square8))] }
        ),
        (
            "rows by index", ["take", "program"],
            { [Tensor(Node.gather(x.node, Tensor([0, 2], shape: [2]).node, axis: 0)) + 1] }
        ),
        ("joined", ["concatenate"], { [concatenated([x, y], axis: 0)] }),
        ("random numbers", ["program"], { withRandomSeed(1) { [Tensor.uniform([4, 8]) * 2] } }),
    ]

    @Test(arguments: graphs.indices) func graphsBecomeTheseKernels(_ index: Int) {
        let (name, kernels, graph) = KernelTableTests.graphs[index]
        let roots = graph()
        let found = KernelTableTests.kernels(of: roots)
        #expect(found == kernels, "\(name)")
    }

    /// The kernels in the order of their waves, with the instructions of their programs that stand for several operators.
    private static func kernels(of roots: [Tensor]) -> [String] {
        let plan = Graph.planned(roots.map(\.node)).plan as! CPUPlan
        return plan.waves.joined().map { kernel in
            let kind =
                switch kernel {
                case is ProgramKernel: "program"
                case is ProductKernel: kernel.programs.isEmpty ? "product" : "product with tiles"
                case is ChainKernel: "product and program"
                case is RunKernel: "run of \(kernel.members.count)"
                default: String(kernel.name.prefix { $0 != " " })
                }
            let wide = kernel.programs.flatMap { program -> [String] in
                let program = program.program.pointee
                return (0..<Int(program.instruction_count)).compactMap { names[program.instructions[$0].op] }
            }
            return ([kind] + wide).joined(separator: " ")
        }
    }

    private static let names: [UInt16: String] = Dictionary(
        uniqueKeysWithValues: [
            (BK_OP_MULADD, "muladd"), (BK_OP_MULSUB, "mulsub"), (BK_OP_NEGMULADD, "negmuladd"), (BK_OP_GELU, "gelu"),
            (BK_OP_GELU_TANH, "gelu-tanh"), (BK_OP_EXPSUB, "expsub"), (BK_OP_TANH_GRAD, "tanh-grad"),
            (BK_OP_GELU_GRAD, "gelu-grad"), (BK_OP_GELU_TANH_GRAD, "gelu-tanh-grad"), (BK_OP_SUBMUL, "submul"),
            (BK_OP_MULMUL, "mulmul"), (BK_OP_MULADD_MUL, "muladd-mul"), (BK_OP_MULMUL_ADD, "mulmul-add"),
            (BK_OP_SUBMUL_MULADD, "submul-muladd"), (BK_OP_SUBMUL_MULSUB, "submul-mulsub"), (BK_OP_ADAM, "adam"),
            (BK_OP_ROW_DOT, "row-dot"), (BK_OP_ROW_SQUARES, "row-squares"), (BK_OP_EXPSUB_SUM, "expsub-sum"),
            (BK_OP_MUL_SUMS, "mul-sums"), (BK_OP_SOFTMAX, "softmax"),
            (BK_OP_SOFTMAX_OR_ZERO, "softmax-or-zero"), (BK_OP_SOFTMAX_GRAD, "softmax-grad"),
            (BK_OP_STANDARDIZE, "standardize"), (BK_OP_STANDARDIZE_MULADD, "standardize-muladd"),
            (BK_OP_STANDARDIZE_GRAD, "standardize-grad"),
            (BK_OP_STANDARDIZE_GRAD_TOTALS, "standardize-grad-totals"), (BK_OP_TOTAL_DOT, "total-dot"),
        ].map { (UInt16($0.0.rawValue), $0.1) })
}
