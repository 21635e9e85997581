import Backprop

/// What the layers of a model make of an input, found out by recording a forward pass without computing it.
public struct ModelSummary: Sendable, CustomStringConvertible {
    /// One call of a layer. All numbers include those of the layers within it.
    public struct Row: Sendable, Hashable {
        /// The path of the layer in the model; empty for the model itself, and for a layer that holds nothing and that no
        /// `Sequential` names.
        public let name: String
        /// The layer with its options.
        public let layer: String
        let typeName: String
        /// Layers around it.
        public let depth: Int
        /// The shapes of what it gives.
        public internal(set) var outputShapes: [[Int]]
        /// Numbers in its parameters, those that are frozen too.
        public let parameterCount: Int
        /// Whether the same layer was called before; its parameters are those of the first call.
        public let isRepeated: Bool
        /// Multiplications with an addition in the matrix products and convolutions of its forward pass. Elementwise work,
        /// sums and decompositions are not counted.
        public internal(set) var multiplyAdds: Int
        /// Bytes of activations that it leaves for the backward pass: all values that the gradient rules of what it has
        /// recorded read, each once and in the row that reads it first. Parameters, inputs of the model and what is in memory
        /// already do not count. A plan may hold less, since it may compute a value anew; `memoryBill` is exact.
        public internal(set) var keptBytes: Int
    }

    /// The model, and each call of a layer that reports itself: those of the library, and whatever is in a `Sequential` or a
    /// `Residual`. In the order in which the calls begin.
    public let rows: [Row]
    /// Numbers in the parameters of the model.
    public let parameterCount: Int
    /// Those of them that are trained.
    public let trainableCount: Int

    /// Multiplications with an addition in the forward pass.
    public var multiplyAdds: Int { rows[0].multiplyAdds }
    /// Bytes of activations that are left for the backward pass.
    public var keptBytes: Int { rows[0].keptBytes }

    /// A table with a line for each row.
    public var description: String {
        var lines = [["layer", "output", "parameters", "multiply-adds", "kept for backward"]]
        for row in rows {
            let title = row.name.isEmpty ? row.layer : "\(row.name): \(row.layer)"
            lines.append([
                String(repeating: "  ", count: row.depth) + title,
                row.outputShapes.map { "\($0)" }.joined(separator: ", "),
                row.isRepeated ? "again" : row.parameterCount == 0 ? "" : grouped(row.parameterCount),
                row.multiplyAdds == 0 ? "" : grouped(row.multiplyAdds),
                row.keptBytes == 0 ? "" : MemoryBill.formatted(row.keptBytes),
            ])
        }
        let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max()! }
        var texts = lines.map { line -> String in
            let cells = line.indices.map { column -> String in
                let padding = String(repeating: " ", count: widths[column] - line[column].count)
                return column < 2 ? line[column] + padding : padding + line[column]
            }
            var text = cells.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text
        }
        texts.insert(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
        let frozen = parameterCount - trainableCount
        let note = frozen == 0 ? "" : ", \(grouped(frozen)) of them frozen"
        texts.append(
            "\(grouped(parameterCount)) parameters\(note), \(grouped(multiplyAdds)) multiply-adds, \(MemoryBill.formatted(keptBytes)) kept for backward"
        )
        return texts.joined(separator: "\n")
    }
}

extension Module {
    /// What each layer makes of an input of this shape, and what that costs: a table of shapes, parameters, arithmetic and
    /// activations, as training or use has it (see `train()` and `eval()`). The forward pass is recorded and thrown away:
    /// nothing is computed, running statistics stay as they are, and no random number is taken.
    ///
    /// ```swift
    /// print(model.summary(inputs: [32, 784]))
    /// ```
    public func summary(inputs shape: [Int], dtype: DType = .float32) -> ModelSummary {
        summary(inputs: .zeros(shape, dtype: dtype))
    }

    /// The same for a sample of the inputs, of which only shape and dtype matter.
    public func summary(inputs: Tensor) -> ModelSummary { summary(excluding: [inputs]) { [$0(inputs)] } }
}

extension ParameterContainer {
    /// The same for a model with any operands; `forward` calls it.
    ///
    /// ```swift
    /// print(decoder.summary { $0(targets, memory: encoded, mask: .causal) })
    /// ```
    public func summary(_ forward: (Self) -> Tensor) -> ModelSummary {
        summary(excluding: []) { [forward($0)] }
    }

    fileprivate func summary(excluding inputs: [Tensor], _ forward: (Self) -> [Tensor]) -> ModelSummary {
        let parameters = parametersWithoutNaming()
        return ModelSummary(
            rows: recorded(inputs, forward).finished(), parameterCount: parameters.reduce(0) { $0 + $1.value.size },
            trainableCount: parameters.reduce(0) { $0 + ($1.isTrainable ? $1.value.size : 0) })
    }

    /// The calls of layers in a forward pass that is recorded and not computed.
    fileprivate func recorded(_ inputs: [Tensor], _ forward: (Self) -> [Tensor]) -> LayerRecorder {
        let recorder = LayerRecorder(self)
        recorder.exclude(inputs)
        let buffers = namedBuffers().map { ($0.buffer, $0.buffer.value) }
        // Drawn from a stream that is thrown away, like all the rest.
        withRandomSeed(0) {
            recordingOnly {
                LayerTrace.record(with: recorder) {
                    recorder.enter(ErasedLayer(self), inputs, label: nil)
                    recorder.leave(forward(self))
                }
            }
        }
        for (buffer, value) in buffers { buffer.restore(value) }
        return recorder
    }
}

extension Module {
    /// The calls of layers for an input, of which only shape and dtype matter, in the order in which they begin. Nothing is
    /// computed.
    package func layerCalls(inputs: Tensor) -> [LayerCall] { recorded([inputs]) { [$0(inputs)] }.calls }
}
