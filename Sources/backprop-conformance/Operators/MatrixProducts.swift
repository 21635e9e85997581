import Backprop

extension Operators {
    /// Products of matrices and of vectors.
    static let matrixProducts: [String: Adapter] = [
        "mm": { try [matmul($0.tensor("input"), $0.tensor("mat2"))] },
        "bmm": { try [matmul($0.tensor("input"), $0.tensor("mat2"))] },
    ]
}
