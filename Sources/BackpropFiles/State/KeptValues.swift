/// Plain values that a training keeps for itself, such as the place in the data or a history of measures.
///
/// ```swift
/// let progress = KeptValues(["epoch": 1, "batch": 0])
/// progress["batch"] = 17
/// ```
public final class KeptValues: Resumable {
    public var values: [String: SavedValue]

    public init(_ values: [String: SavedValue] = [:]) { self.values = values }

    /// The value with that name; nil where there is none.
    public subscript(name: String) -> SavedValue? {
        get { values[name] }
        set { values[name] = newValue }
    }

    public var savedState: SavedState { SavedState(values: values) }

    public func check(_ state: SavedState) throws(DataError) {
        if state.tensors.isEmpty { return }
        throw DataError(
            .mismatch, at: "KeptValues",
            "the saved state does not fit: unexpected \(Wording.list(state.tensors.keys.sorted(), limit: 100))",
            remedy: "use a state of plain values")
    }

    /// Takes over all values, whatever their names.
    public func restore(_ state: SavedState) throws(DataError) {
        try check(state)
        values = state.values
    }
}
