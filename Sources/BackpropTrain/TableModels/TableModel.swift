import Backprop
import BackpropData
import BackpropNN

/// A trained network for a table.
package struct TableModel: Sendable {
    package let network: TableNetwork
    package var shape: TableShape { network.shape }
    package var recipe: TableRecipe { network.recipe }

    /// Rows that are computed together. How a product is added up may depend on how many rows it has, so there are always as
    /// many, and what is said of a row depends on no other one.
    static let chunk = 256

    init(network: TableNetwork) { self.network = network }

    /// A model whose weights are to be read from a file: those of `network`.
    package init(_ shape: TableShape, _ recipe: TableRecipe) {
        network = withRandomSeed(0) { TableNetwork(shape, recipe, scaling: nil) }
    }

    /// What the members say together: probabilities [rows, classes], or standardized numbers [rows].
    package func predict(_ rows: EncodedRows) -> [Float] {
        let objective = TableObjective(recipe, classCounts: shape.classCount.map { [Int](repeating: 1, count: $0) })
        return each(rows, folds: []) { outputs, _ in
            shape.classCount == nil ? objective.mean(outputs) : exp(objective.mean(outputs))
        }
    }

    /// What is said about rows by the members that have not learnt from them, in the same form.
    func predict(_ rows: EncodedRows, outOf folds: [UInt8]) -> [Float] {
        let objective = TableObjective(recipe, classCounts: shape.classCount.map { [Int](repeating: 1, count: $0) })
        return each(rows, folds: folds) { outputs, batch in
            let answer = objective.answer(outputs, batch)
            return shape.classCount == nil ? answer : exp(answer)
        }
    }

    private func each(
        _ rows: EncodedRows, folds: [UInt8], _ result: (Tensor, TableBatch) -> Tensor
    ) -> [Float] {
        require(
            shape.fits(rows),
            "TableModel: rows of \(rows.numberCount) numbers and categories of \(rows.categorySizes) codes, expected \(shape.numberCount) and \(shape.categorySizes)"
        )
        let source = TableRowSource(
            rows: rows, targets: .classes([Int32](repeating: 0, count: rows.rowCount)), folds: folds)
        var found: [Float] = []
        found.reserveCapacity(rows.rowCount * shape.outputCount)
        network.evaluating {
            withoutGradients {
                for start in stride(from: 0, to: rows.rowCount, by: Self.chunk) {
                    let end = Swift.min(start + Self.chunk, rows.rowCount)
                    let wanted = (start..<(start + Self.chunk)).map { Int32(Swift.min($0, rows.rowCount - 1)) }
                    let batch = source.batch(wanted)
                    let values = result(network(batch), batch).array(of: Float.self)
                    found += values.prefix((end - start) * shape.outputCount)
                }
            }
        }
        return found
    }
}
