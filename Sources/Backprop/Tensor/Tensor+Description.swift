extension Tensor: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The elements as nested brackets, and behind them dtype and shape, as messages write them. Computes the tensor, as any
    /// other way of reading it does; of a large one only the elements that are shown are looked at.
    ///
    ///     [[1, 2, 3],
    ///      [4, 5, 6]]  float32[2, 3]
    ///
    /// Since the dtype stands there, whole numbers have no point. `withPrintOptions(_:_:)` has other digits shown, and more
    /// or fewer elements.
    public var description: String { formatted(.current) }

    /// The same with given options.
    ///
    /// ```swift
    /// Tensor([0.5, 100] as [Float]).formatted(PrintOptions(precision: 2)) == "[  0.50, 100.00]  float32[2]"  // true
    /// ```
    public func formatted(_ options: PrintOptions) -> String {
        let reader = ElementReader(node) ?? ElementReader(Graph.elements(of: node), dtype, node.shape)
        return TensorText(reader, options).text + "  " + signature
    }

    /// The same where the elements are in memory. Never computes: of a tensor that is only recorded, dtype, shape and the
    /// operator whose result it is.
    ///
    ///     float32[2, 3], not computed: add
    public var debugDescription: String {
        guard let reader = ElementReader(node) else { return "\(signature), not computed: \(node.primitive.name)" }
        return TensorText(reader, .current).text + "  " + signature
    }

    /// Nothing below the tensor: `dump` and a debugger do not walk over the graph.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }

    /// Dtype and shape: `float32[2, 3]`.
    package var signature: String { "\(dtype)\(node.shape)" }
}
