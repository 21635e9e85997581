import Backprop
import BackpropFiles

/// What a parameter or buffer is in the files of another library: one tensor, with a name and an arrangement.
package struct ForeignTensor: Sendable, Hashable {
    package let name: String
    package let arrangement: Arrangement

    package init(_ name: String, _ arrangement: Arrangement = .same) {
        (self.name, self.arrangement) = (name, arrangement)
    }
}

extension ParameterContainer {
    /// Reads the values of all parameters and buffers from the tensors of another library. Those that need no conversion stay
    /// where they are: a file that is mapped into memory.
    ///
    /// - Parameters:
    ///   - foreign: what a parameter or buffer is there; nil where it is nothing there and keeps its value.
    ///   - isLeftOut: which tensors of the file the model does not need.
    ///   - isStrict: with `false`, names may be left on either side.
    /// - Throws: `DataError` that says in one line everything that does not fit; the model is unchanged then.
    @discardableResult
    package func load(
        from source: some NamedTensors, foreign: (String) -> ForeignTensor?, isLeftOut: (String) -> Bool,
        isStrict: Bool = true
    ) throws(DataError) -> LoadReport {
        let loading = WeightLoading(namedCells(), source.tensors, foreign: foreign, isLeftOut: isLeftOut)
        try loading.check(source.path, isStrict: isStrict)
        assign(try loading.values(from: source, inPlace: true))
        return loading.report
    }
}
