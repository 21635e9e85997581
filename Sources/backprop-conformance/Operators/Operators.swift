import Backprop

/// Turns a recorded call into a call of Backprop; see `Call`.
typealias Adapter = @Sendable (Call) throws -> [Tensor]

/// The adapters of all operators, by PyTorch's names. Each family is a table in a file of its own.
enum Operators {
    static let adapters: [String: Adapter] = {
        let families = [
            unary, binary, selections, reductions, norms, softmaxes, shapes, joining, indexing, matrixProducts,
            convolutions, poolings, normalizations,
            activations, losses, scans, linearAlgebra, images, attention, recurrent,
        ]
        var all: [String: Adapter] = [:]
        for family in families {
            all.merge(family) { _, _ in preconditionFailure("two adapters of one name") }
        }
        return all
    }()

    /// An operator of one tensor without options.
    static func map(_ function: @escaping @Sendable (Tensor) -> Tensor) -> Adapter {
        { [function(try $0.tensor("input"))] }
    }

    /// An operator of two tensors, or of a tensor and a number, without options.
    static func zip(_ function: @escaping @Sendable (Tensor, Tensor) -> Tensor) -> Adapter {
        { call in
            let (a, b) = try operands(call)
            return [function(a, b)]
        }
    }
}
