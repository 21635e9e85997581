import Backprop
import BackpropFiles

/// Keeps small gradients from vanishing in a narrow dtype: the loss is multiplied by a scale and the gradients are divided by
/// it, which falls when they overflow and rises when they have not for a while (Micikevicius et al., 2018).
///
/// ```swift
/// scaler.scaled(loss).backward()
/// scaler.step(optimizer)
/// ```
public final class LossScaler {
    /// What losses are multiplied by now.
    public private(set) var scale: Double
    public let growth: Double
    public let backoff: Double
    /// Steps without overflow after which the scale grows.
    public let interval: Int
    private var streak = 0

    public init(scale: Double = 65_536, growth: Double = 2, backoff: Double = 0.5, interval: Int = 2000) {
        require(
            scale > 0 && scale.isFinite && growth >= 1 && backoff > 0 && backoff < 1 && interval > 0,
            "LossScaler: a scale of \(scale) that grows by \(growth) every \(interval) steps and falls by \(backoff)")
        self.scale = scale
        self.growth = growth
        self.backoff = backoff
        self.interval = interval
    }

    /// The loss times the scale.
    public func scaled(_ loss: Tensor) -> Tensor { loss * scale }

    /// Divides the gradients by the scale and steps, or forgets them where one is not finite. Computes the gradients.
    ///
    /// - Returns: whether the optimizer has stepped.
    @discardableResult
    public func step(_ optimizer: Optimizer) -> Bool {
        let isSound = withoutGradients {
            var sum = Tensor(0.0)
            for parameter in optimizer.parameters {
                guard let gradient = parameter.gradient else { continue }
                parameter.gradient = gradient * (1 / scale)
                // 0 for a finite number, NaN for any other.
                sum = sum + (gradient * 0).sum().asType(.float32)
            }
            return sum.item() == 0
        }
        guard isSound else {
            optimizer.zeroGradients()
            scale *= backoff
            streak = 0
            return false
        }
        optimizer.step()
        streak += 1
        if streak == interval {
            scale *= growth
            streak = 0
        }
        return true
    }
}

extension LossScaler: Resumable {
    /// The scale, and the steps since it changed.
    public var savedState: SavedState {
        SavedState(values: ["scale": .number(scale), "streak": .integer(streak)])
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    public func restore(_ state: SavedState) throws(DataError) { (scale, streak) = try contents(of: state) }

    private func contents(of state: SavedState) throws(DataError) -> (scale: Double, streak: Int) {
        var reader = StateReader(state, of: "LossScaler")
        let scale = reader.number("scale")
        if !(scale > 0 && scale.isFinite) { reader.note("'scale' is \(scale), expected more than 0") }
        let streak = reader.integer("streak", in: 0...(interval - 1))
        try reader.finish()
        return (scale, streak)
    }
}
