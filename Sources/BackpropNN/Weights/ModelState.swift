import Backprop
import BackpropFiles

/// The parameters and buffers of a model as a part of a training.
///
/// ```swift
/// let state = ModelState(model)
/// let start = state.savedState
/// ...
/// try state.restore(start)
/// ```
public final class ModelState: Resumable {
    private let find: () -> [NamedCell]

    public init(_ model: some ParameterContainer) { find = { model.namedCells() } }

    /// The values of all parameters and buffers, by name. Later steps do not change them.
    public var savedState: SavedState {
        let cells = find()
        evaluateOrStop(cells.map(\.cell.value))
        return SavedState(tensors: Dictionary(cells.map { ($0.name, $0.cell.value.kept) }) { first, _ in first })
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    /// Gives parameters and buffers the values of the state.
    ///
    /// - Throws: `DataError` that lists every name that is missing, unexpected, or of another shape or dtype, in one line;
    ///   the model is unchanged then.
    public func restore(_ state: SavedState) throws(DataError) {
        let contents = try contents(of: state)
        for (cell, value) in contents { cell.value = value }
        evaluateOrStop(contents.map(\.cell.value))
    }

    private func contents(of state: SavedState) throws(DataError) -> [(cell: any ValueCell, value: Tensor)] {
        var reader = StateReader(state, of: "the model")
        let result = find().map { (cell: $0.cell, value: reader.tensor($0.name, like: $0.cell.value)) }
        try reader.finish()
        return result
    }
}
