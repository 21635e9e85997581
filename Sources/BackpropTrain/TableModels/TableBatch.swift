import Backprop
import BackpropData

/// Some rows of a table, and which member of a network must not learn from which.
package struct TableBatch: Sendable {
    /// Float32 [rows, numbers].
    package let numbers: Tensor
    /// Int32 [rows, categorical columns].
    package let codes: Tensor
    /// Int32 [rows] for classes, float32 [rows] for standardized numbers.
    package let labels: Tensor
    /// Int32 [rows]: the member that does not learn from the row and judges it; -1 where all learn from it.
    package let folds: Tensor
    package var count: Int { numbers.dim(0) }
}

/// The rows that a network learns from, or is judged by: what makes batches of them. It shares the memory of the rows.
struct TableRowSource: Sendable {
    let rows: EncodedRows
    let targets: Targets
    /// The fold of each row; empty where there are none.
    let folds: [UInt8]

    /// The rows at those positions, in that order.
    func batch(_ positions: [Int32]) -> TableBatch {
        let labels: Tensor =
            switch targets {
            case .classes(let classes): Tensor(positions.map { classes[Int($0)] })
            case .numbers(let numbers): Tensor(positions.map { numbers[Int($0)] })
            }
        return TableBatch(
            numbers: Self.picked(rows.numbers, width: rows.numberCount, .float32, positions),
            codes: Self.picked(rows.codes, width: rows.categorySizes.count, .int32, positions),
            labels: labels,
            folds: Tensor(positions.map { folds.isEmpty ? -1 : Int32(folds[Int($0)]) }))
    }

    /// Batches of some of the rows. `batchSize` is at most their number.
    func loader(_ positions: [Int32], batchSize: Int, shuffles: Bool, seed: UInt64) -> DataLoader<TableBatch> {
        DataLoader(
            positions, batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: !shuffles
        ) { batch($0) }
    }

    /// Rows of `width` elements of a flat array.
    static func picked<Element>(
        _ elements: [Element], width: Int, _ dtype: DType, _ positions: [Int32]
    ) -> Tensor {
        Tensor(shape: [positions.count, width], dtype: dtype) { target in
            elements.withUnsafeBytes { source in
                let rowBytes = width * MemoryLayout<Element>.stride
                guard rowBytes > 0, let from = source.baseAddress, let to = target.baseAddress else { return }
                for (place, position) in positions.enumerated() {
                    (to + place * rowBytes).copyMemory(from: from + Int(position) * rowBytes, byteCount: rowBytes)
                }
            }
        }
    }
}
