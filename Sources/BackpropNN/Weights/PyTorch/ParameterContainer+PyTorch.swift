import Backprop
import BackpropFiles

extension ParameterContainer {
    /// Reads the values of all parameters and buffers from a state dictionary of PyTorch, saved from a model of the same layers
    /// with `safetensors.torch.save_file` (an index of several files, or a folder, will do as well) or with `torch.save`, of
    /// which nothing is executed.
    ///
    /// ```swift
    /// print(try model.loadPyTorch(from: "model.safetensors"))
    /// // layers.0.weight  from 0.weight, [out, in, kernel...] turned to [out, kernel..., in]
    /// // layers.0.bias    from 0.bias
    /// ```
    ///
    /// Names follow from the layers: `Sequential` counts its layers without `layers`, a property is called as it is, and each
    /// layer calls its tensors as that of PyTorch does. Case and underscores do not matter where a name is not found
    /// otherwise; containers with which all names begin, such as `module.`, are left away where names do not fit with them.
    /// Names that could be meant for several tensors are an error. `num_batches_tracked` is left out.
    ///
    /// Kernels are turned to channels last. Where a linear layer reads channels that were flattened, PyTorch counts them
    /// first: inside of a `Sequential` it is known which layers do, elsewhere `flattened` has to say so.
    ///
    /// - Parameters:
    ///   - renaming: how names of the file become names as PyTorch would give them to this model; errors tell those.
    ///   - flattened: the number of channels in the inputs of a layer, by its name here; 1 where there are none.
    ///   - isStrict: with `false`, names may be left on either side.
    /// - Returns: what was loaded from where, and how it was turned.
    /// - Throws: `DataError` that says in one line everything that does not fit; the model is unchanged then.
    @discardableResult
    public func loadPyTorch(
        from path: String, renaming: Renaming = .none, flattened: [String: Int] = [:], isStrict: Bool = true
    ) throws(DataError) -> LoadReport {
        try loadPyTorch(
            from: namedTensors(path), renaming: renaming, flattened: flattened, isStrict: isStrict)
    }

    func loadPyTorch(
        from source: some NamedTensors, renaming: Renaming, flattened: [String: Int], isStrict: Bool
    ) throws(DataError) -> LoadReport {
        var search = PropertySearch()
        search.visit(self, "")
        search.nameParameters()
        let matching = PyTorchMatching(self, source.tensors, renaming: renaming, flattened: flattened)
        try matching.loading.check(source.path, isStrict: isStrict)
        for (first, second) in matching.repeated {
            let (a, b) = (try source.read(first), try source.read(second))
            guard a.dtype == b.dtype, a.withUnsafeBytes({ x in b.withUnsafeBytes { x.elementsEqual($0) } }) else {
                throw DataError(
                    .mismatch, at: source.path,
                    "\(Wording.list([first.name, second.name])) are one parameter of the model, and differ",
                    remedy: "use a model whose layers do not share it")
            }
        }
        assign(try matching.loading.values(from: source))
        return matching.loading.report
    }
}
