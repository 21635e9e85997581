import BackpropFiles

extension ParameterContainer {
    /// Writes the values of all parameters and buffers to a safetensors file, by their names.
    ///
    /// ```swift
    /// try model.save(to: "model.safetensors", as: .bfloat16)
    /// try other.load(from: "model.safetensors")
    /// ```
    ///
    /// - Parameters:
    ///   - type: how floating point is written: narrower numbers are rounded to nearest. As it is where left out.
    ///   - maximumShardBytes: the most bytes of tensors in a file; where there are more, several are written with an index,
    ///     see `saveTensors`.
    /// - Throws: `DataError` where the file cannot be written, what was at the path is as before then; and for a finite
    ///   number beyond the range of `type`.
    public func save(
        to path: String, as type: SafeTensorsType? = nil, maximumShardBytes: Int? = nil, file: StaticString = #fileID,
        line: UInt = #line
    ) throws(DataError) {
        try Weights(of: self).write(to: path, as: type, maximumShardBytes: maximumShardBytes, file: file, line: line)
    }

    /// Reads the values of all parameters and buffers from a safetensors file, from an index of several, or from a folder
    /// with either. Names and shapes are those of this model; what types it takes is said at `Weights`.
    ///
    /// - Parameters:
    ///   - renaming: how names of the file become names of the model.
    ///   - isStrict: with `false`, what the file has not keeps its value, and what the model has not stays in the file: for
    ///     a body that gets a new head. Shapes and types have to fit nevertheless.
    /// - Returns: what was loaded and what was left.
    /// - Throws: `DataError` that says in one line everything that does not fit; the model is unchanged then.
    @discardableResult
    public func load(
        from path: String, renaming: Renaming = .none, isStrict: Bool = true
    ) throws(DataError) -> LoadReport {
        let source = try SafeTensors(path: path)
        let loading = WeightLoading(namedCells(), source.tensors, renaming: renaming)
        try loading.check(path, isStrict: isStrict)
        assign(try loading.values(from: source))
        return loading.report
    }
}
