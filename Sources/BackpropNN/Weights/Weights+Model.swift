import BackpropFiles

extension ParameterContainer {
    /// Writes the values of all parameters and buffers to a safetensors file, by their names.
    ///
    /// ```swift
    /// try model.save(to: "model.safetensors")
    /// try other.load(from: "model.safetensors")
    /// ```
    ///
    /// - Throws: `DataError` where the file cannot be written; what was at the path is as before then.
    public func save(to path: String) throws(DataError) { try Weights(of: self).write(to: path) }

    /// Reads the values of all parameters and buffers from a safetensors file, whose names and shapes are those of this model.
    ///
    /// - Throws: `DataError` that says in one line what does not fit; the model is unchanged then.
    public func load(from path: String) throws(DataError) { try Weights(reading: path, for: self).restore(to: self) }
}
