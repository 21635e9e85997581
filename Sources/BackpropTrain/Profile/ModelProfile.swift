import Backprop
import BackpropNN

extension ParameterContainer {
    /// Trains for a few steps, and says where their time goes.
    ///
    /// The model learns from these steps as from any others. Two more come before them, so that nothing is planned while
    /// time is taken. Readings of the clock around every kernel are part of the time: on networks whose kernels take
    /// microseconds a step takes longer under the profile.
    ///
    /// ```swift
    /// let profile = model.stepProfile(optimizer: optimizer) { crossEntropy($0(images), labels) }
    /// try profile.chromeTrace().write(toFile: "step.json", atomically: true, encoding: .utf8)
    /// ```
    ///
    /// - Parameters:
    ///   - clipping: the norm to which all gradients together are limited before the update.
    ///   - steps: how many are timed.
    ///   - loss: one number, from this model.
    public func stepProfile(
        optimizer: Optimizer, clipping: Double? = nil, steps: Int = 10, loss: (Self) throws -> Tensor
    ) rethrows -> StepProfile {
        require(steps > 0, "stepProfile: \(steps) steps, expected 1 or more")
        func step() throws {
            let value = try loss(self)
            value.backward()
            if let clipping { clipGradientNorm(optimizer.parameters, to: clipping) }
            optimizer.step()
            _ = value.item()
        }
        for _ in 0..<2 { try step() }
        var labels = BillLabels()
        labels.wantsAnatomy = true
        let bill = try memoryBill(optimizer: optimizer, clipping: clipping, labels: labels, loss: loss)
        let limit = MachineLimit.measured()
        let stopwatch = Stopwatch()
        let clock = ContinuousClock()
        var seconds: [Double] = []
        for _ in 0..<steps {
            let start = clock.now
            try stopwatch.observe { try step() }
            seconds.append((clock.now - start) / .seconds(1))
        }
        return StepProfile(bill.anatomy!, stopwatch.runs, stepSeconds: seconds, limit)
    }
}
