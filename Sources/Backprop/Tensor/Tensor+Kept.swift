extension Tensor {
    /// The elements that this tensor has now, as a value of its own without a history. Computes the tensor.
    ///
    /// Nothing is copied: whoever would overwrite the memory finds that it is held, and takes other memory.
    package var kept: Tensor {
        Tensor(Node(storage: Graph.elements(of: node), dtype: dtype, shape: node.shape))
    }
}
