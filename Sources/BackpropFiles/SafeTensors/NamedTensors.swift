import Backprop

/// A tensor of a file: what it is called and how it is stored.
package struct StoredTensor: Sendable {
    package let name: String
    package let shape: [Int]
    package let type: SafeTensorsType

    package init(name: String, shape: [Int], type: SafeTensorsType) {
        (self.name, self.shape, self.type) = (name, shape, type)
    }
}

/// Something that tensors can be read from by their names.
package protocol NamedTensors: Sendable {
    /// What messages call it.
    var path: String { get }
    /// All tensors, each name once.
    var tensors: [StoredTensor] { get }
    /// The elements of one of the tensors, in memory of their own.
    func read(_ tensor: StoredTensor) throws(DataError) -> Tensor
    /// The elements of one of the tensors, in the memory of the file where it has them as a tensor needs them.
    func view(_ tensor: StoredTensor) throws(DataError) -> Tensor
}

extension NamedTensors {
    package func view(_ tensor: StoredTensor) throws(DataError) -> Tensor { try read(tensor) }

    /// A tensor as one of another dtype of the same kind, rounded to nearest.
    ///
    /// - Throws: `DataError` where a finite number is beyond the range of the dtype, or not of its kind.
    package func read(
        _ stored: StoredTensor, as dtype: DType, inPlace: Bool = false
    ) throws(DataError) -> Tensor {
        let found = try inPlace ? view(stored) : read(stored)
        do {
            return try found.stored(as: dtype)
        } catch {
            throw DataError(
                .mismatch, at: "\(path), tensor \(Wording.quoted(stored.name))",
                "a number of \(stored.type.rawValue) is beyond the range of \(dtype)",
                remedy: "load it into a model of \(dtype.isFloatingPoint ? "float64" : "int64")")
        }
    }
}

extension DType {
    /// Whether numbers of the other dtype may become some of this one.
    package func takes(_ other: DType) -> Bool {
        self == other || (isFloatingPoint && other.isFloatingPoint) || (isInteger && other.isInteger)
    }
}
