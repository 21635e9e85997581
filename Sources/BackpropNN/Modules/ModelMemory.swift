import Backprop

extension ParameterContainer {
    /// What a training step of this model will hold in memory, by layer and by value, before the first one. No step runs.
    ///
    /// `loss` records the forward pass as the training does; its backward pass and the update by the optimizer are added
    /// here. The loss is taken to be read after the step. Gradients that wait, running statistics and random numbers are afterwards as before. Under
    /// `withMemoryBudget` it is the bill of the plan that fits, and says what that computes anew.
    ///
    /// ```swift
    /// let bill = model.memoryBill(optimizer: optimizer) { crossEntropy($0(images), labels) }
    /// print(bill.table)
    /// ```
    ///
    /// - Parameters:
    ///   - clipping: the norm to which all gradients together are limited before the update.
    ///   - loss: one number, from this model.
    public func memoryBill(
        optimizer: Optimizer, clipping: Double? = nil, loss: (Self) throws -> Tensor
    ) rethrows -> MemoryBill {
        try memoryBill(optimizer: optimizer, clipping: clipping, labels: BillLabels(), loss: loss)
    }

    /// The same with what is known about values besides.
    package func memoryBill(
        optimizer: Optimizer, clipping: Double? = nil, labels: BillLabels, loss: (Self) throws -> Tensor
    ) rethrows -> MemoryBill {
        let parameters = optimizer.parameters
        let waiting = parameters.map { $0.takeGradient() }
        defer { for (parameter, gradient) in zip(parameters, waiting) { parameter.gradient = gradient } }
        // Initial values that are only recorded are part of no step.
        let buffers = namedBuffers().map(\.buffer.value.node)
        withMemoryBudget(nil) { Graph.evaluate(self.parameters().map(\.value.node) + buffers) }
        return try billed(labels) { labels in
            let value = try recorded(&labels) { try loss(self) }
            value.backward()
            if let clipping { clipGradientNorm(parameters, to: clipping) }
            return optimizer.memoryBill(labels)
        }
    }

    /// What a forward pass of this model will hold where no backward pass follows, by layer and by value. Nothing runs.
    ///
    /// - Parameter forward: what is to be computed with this model.
    public func inferenceBill(_ forward: (Self) throws -> Tensor) rethrows -> MemoryBill {
        try billed { labels in
            let value = try recorded(&labels) { try evaluating { try withoutGradients { try forward(self) } } }
            for named in namedParameters() {
                let node = ObjectIdentifier(named.parameter.value.node)
                labels.kinds[node] = (.weights, named.name)
                labels.modules[node] = named.name.split(separator: ".").dropLast().joined(separator: ".")
            }
            return MemoryBill.of([value], released: [], labels: labels)
        }
    }

    /// Runs `body` so that random numbers and running statistics are afterwards as before.
    private func billed(
        _ labels: BillLabels = BillLabels(), _ body: (inout BillLabels) throws -> MemoryBill
    ) rethrows -> MemoryBill {
        let buffers = namedBuffers().map { ($0.buffer, $0.buffer.value) }
        defer { for (buffer, value) in buffers { buffer.restore(value) } }
        var labels = labels
        return try withRandomSeed(0) { try body(&labels) }
    }

    /// What `body` records, with the layers in which it does.
    package func recorded(_ labels: inout BillLabels, _ body: () throws -> Tensor) rethrows -> Tensor {
        let recorder = LayerRecorder(self)
        let value = try LayerTrace.record(with: recorder, body)
        labels.modules = recorder.takeModules(of: value)
        return value
    }
}
