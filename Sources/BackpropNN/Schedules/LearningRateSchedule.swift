import Backprop

/// The learning rate as a function of the number of steps done and of the rate that the optimizer was made with.
///
/// ```swift
/// let schedule = LearningRateSchedule.linear(from: 0.01, to: 1, steps: 100).followed(after: 100, by: .cosine(steps: 900))
/// let scheduler = Scheduler(optimizer, schedule)
/// ```
public struct LearningRateSchedule: Sendable {
    private let function: @Sendable (_ step: Int, _ base: Double) -> Double

    /// A schedule of one's own: the rate after `step` steps, where `base` is the rate of the optimizer.
    public init(_ function: @escaping @Sendable (_ step: Int, _ base: Double) -> Double) { self.function = function }

    /// The rate after `step` steps of an optimizer that was made with the rate `base`.
    public func rate(after step: Int, base: Double) -> Double { function(step, base) }

    /// A schedule that multiplies the rate.
    private init(factor: @escaping @Sendable (Int) -> Double) { function = { step, base in base * factor(step) } }
}

extension LearningRateSchedule {
    /// `factor` times the rate, for the given number of steps; the rate itself from then on.
    public static func constant(factor: Double = 1, steps: Int = .max) -> Self {
        Self { step in step < steps ? factor : 1 }
    }

    /// Multiplied by `factor` every `interval` steps.
    public static func stepwise(every interval: Int, factor: Double = 0.1) -> Self {
        requireSteps(interval, "stepwise")
        return Self { step in ScalarMath.pow(factor, Double(step / interval)) }
    }

    /// Multiplied by `factor` at each of the steps; twice at one that is named twice.
    public static func stepwise(at steps: [Int], factor: Double = 0.1) -> Self {
        Self { step in ScalarMath.pow(factor, Double(steps.count { $0 <= step })) }
    }

    /// Multiplied by `factor` at every step.
    public static func exponential(factor: Double) -> Self { Self { step in ScalarMath.pow(factor, Double(step)) } }

    /// From one multiple of the rate to another along a line, and constant from then on: a warm-up or a decay.
    public static func linear(from start: Double, to end: Double, steps: Int) -> Self {
        requireSteps(steps, "linear")
        return Self { step in start + (end - start) * share(step, of: steps) }
    }

    /// Down to 0 as a power of the share of steps that is left.
    public static func polynomial(steps: Int, power: Double = 1) -> Self {
        requireSteps(steps, "polynomial")
        return Self { step in ScalarMath.pow(1 - share(step, of: steps), power) }
    }

    /// Half a wave of a cosine down to `minimum`, and up and down again where it goes on (Loshchilov and Hutter, 2017).
    public static func cosine(steps: Int, minimum: Double = 0) -> Self {
        requireSteps(steps, "cosine")
        return Self { step, base in wave(from: base, to: minimum, Double(step) / Double(steps)) }
    }

    /// Half waves of a cosine down to `minimum`, each of which starts at the rate again and is `growth` times as long as
    /// the one before (Loshchilov and Hutter, 2017).
    public static func cosineWithRestarts(first: Int, growth: Int = 1, minimum: Double = 0) -> Self {
        requireSteps(first, "cosineWithRestarts")
        require(growth >= 1, "LearningRateSchedule.cosineWithRestarts: a growth of \(growth), expected 1 or more")
        return Self { step, base in
            var (place, length) = (step, first)
            while place >= length { (place, length) = (place - length, length * growth) }
            return wave(from: base, to: minimum, Double(place) / Double(length))
        }
    }

    /// How a schedule gets from one rate to another.
    public enum Transition: Sendable { case cosine, linear }

    /// Up to `peak` and down again, far below the start (Smith and Topin, 2019). The rate of the optimizer has no
    /// influence.
    ///
    /// - Parameters:
    ///   - steps: of the whole cycle. The rate after the last of them, which no step has, continues the curve, as in PyTorch.
    ///   - rise: the share of steps on the way up.
    ///   - startDivisor: the start is the peak divided by this.
    ///   - endDivisor: the end is the start divided by this.
    ///   - isSymmetric: whether it comes down as slowly as it rose, and goes below the start in the rest of the steps.
    public static func oneCycle(
        peak: Double, steps: Int, rise: Double = 0.3, transition: Transition = .cosine, startDivisor: Double = 25,
        endDivisor: Double = 1e4, isSymmetric: Bool = false
    ) -> Self {
        requireSteps(steps, "oneCycle")
        require(
            rise >= 0 && rise <= 1, "LearningRateSchedule.oneCycle: a rise of \(rise), expected a share from 0 to 1")
        let start = peak / startDivisor
        let end = start / endDivisor
        let top = rise * Double(steps) - 1, last = Double(steps) - 1
        var phases = [(end: top, from: start, to: peak)]
        if isSymmetric { phases.append((2 * top, peak, start)) }
        phases.append((last, isSymmetric ? start : peak, end))
        return Self { [phases] step, _ in
            guard step <= steps else { return end }
            var begin = 0.0
            for phase in phases {
                if Double(step) <= phase.end || phase.end == last {
                    // A rise that ends with the first step has no length.
                    let place = phase.end > begin ? (Double(step) - begin) / (phase.end - begin) : 1
                    return transition == .cosine
                        ? wave(from: phase.from, to: phase.to, place) : phase.from + (phase.to - phase.from) * place
                }
                begin = phase.end
            }
            return end
        }
    }

    /// What becomes of the height of a cycle.
    public enum CycleHeight: Sendable {
        case constant, halved
        /// Multiplied by the factor at every step.
        case decaying(Double)
    }

    /// Up and down between two rates along lines, again and again (Smith, 2017). The rate of the optimizer has no
    /// influence.
    public static func cyclic(
        from low: Double, to high: Double, rise: Int = 2000, fall: Int? = nil, height: CycleHeight = .constant
    ) -> Self {
        for steps in [rise, fall ?? rise] { requireSteps(steps, "cyclic") }
        let length = Double(rise + (fall ?? rise))
        let top = Double(rise) / length
        return Self { step, _ in
            let place = Double(step) / length
            let cycle = place.rounded(.down)
            let share = place - cycle <= top ? (place - cycle) / top : (place - cycle - 1) / (top - 1)
            let factor =
                switch height {
                case .constant: 1.0
                case .halved: ScalarMath.pow(0.5, cycle)
                case .decaying(let factor): ScalarMath.pow(factor, Double(step))
                }
            return low + (high - low) * share * factor
        }
    }

    /// This schedule for the given number of steps, and then another one from its beginning.
    public func followed(after steps: Int, by next: Self) -> Self {
        Self { step, base in
            step < steps ? rate(after: step, base: base) : next.rate(after: step - steps, base: base)
        }
    }

    /// The product of what this schedule and another one make of the rate.
    public func times(_ other: Self) -> Self {
        Self { step, base in base == 0 ? 0 : rate(after: step, base: base) * other.rate(after: step, base: base) / base
        }
    }

    /// Stops where a schedule has no step to divide by.
    private static func requireSteps(_ steps: Int, _ name: String) {
        require(steps > 0, "LearningRateSchedule.\(name): \(steps) steps, expected 1 or more")
    }

    private static func share(_ step: Int, of steps: Int) -> Double { Double(min(step, steps)) / Double(steps) }

    /// Half a wave, at a place from 0 to 1.
    private static func wave(from start: Double, to end: Double, _ place: Double) -> Double {
        end + (start - end) * (1 + ScalarMath.cos(Double.pi * place)) / 2
    }
}
