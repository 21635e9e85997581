import Backprop
import BackpropNN

/// Looks at gradients, weights and units while a model trains: how large they are, how far steps move weights, and how many
/// units are dead or saturated.
///
/// ```swift
/// let watch = GradientWatch(model)
/// optimizer.observer = watch
/// for batch in loader.epoch(1) {
///     crossEntropy(model(batch.inputs), batch.labels).backward()
///     optimizer.step()
/// }
/// print(watch.flow)
/// ```
///
/// Every few steps sums are recorded as part of the step, and computed in its plan; the other steps are recorded as if nobody
/// looked. Numbers come to Swift when `window` steps were looked at, or when somebody asks. Weights move to the same bits
/// with and without.
public final class GradientWatch: StepObserver {
    /// Every so many steps, from the first on, one is looked at. Where that takes more than `share` of the time, they become
    /// more.
    public internal(set) var every: Int
    /// What watching may take of the time of a training; nil for as much as it takes.
    public let share: Double?
    /// How many of these steps make a window.
    public let window: Int
    let parameters: [NamedParameter]
    private let places: [ObjectIdentifier: Int]
    /// Gradients as they were before clipping, by parameter.
    private var raw: [ObjectIdentifier: Tensor] = [:]
    private var units: [RecordedUnits] = []
    /// The parameters of the last recorded step, by their places among all.
    private var moved: [Int] = []
    /// In which order the forward pass reads parameters, by their places.
    var order: [Int] = []
    private var pending: [RecordedSample] = []
    /// The last samples, at most `window`.
    var samples: [FlowSample] = []
    var timeline = FlowTimeline()
    private var clock = WatchClock()
    /// What `every` was at first.
    private let least: Int
    /// The step that is looked at next.
    var next = 1
    /// Whether a window has become full since somebody asked.
    private var hasNews = false

    /// - Parameters:
    ///   - model: whose parameters are looked at, under their names in it.
    ///   - every: of so many steps one is looked at, at least 1.
    ///   - window: how many of those steps the figures are of, at least 1.
    ///   - share: what it may take of the time of a training, measured on the way: `every` grows where it takes more. Which
    ///     steps are looked at depends on the time that they take then, and nothing else does. Nil to stay with `every`.
    public init(_ model: some ParameterContainer, every: Int = 10, window: Int = 20, share: Double? = 0.02) {
        require(
            every > 0 && window > 0, "GradientWatch: a window of \(window) steps, one of \(every), expected 1 or more")
        self.every = every
        least = every
        self.window = window
        self.share = share
        parameters = model.namedParameters()
        places = Dictionary(
            uniqueKeysWithValues: parameters.enumerated().map { (ObjectIdentifier($1.parameter), $0) })
    }

    /// Has the watch take gradients as they are now, for the step that comes: called before they are clipped or changed in
    /// another way. Otherwise it sees those that the optimizer gets. Recorded only.
    public func noteGradients(of optimizer: Optimizer) {
        guard observes(step: optimizer.stepCount + 1) else { return }
        for parameter in optimizer.parameters { raw[ObjectIdentifier(parameter)] = parameter.gradient }
    }

    // MARK: Steps

    public func observes(step: Int) -> Bool { step >= next }

    public func record(step: Int, _ moves: [ParameterMove]) -> [Tensor] {
        let known = moves.filter { places[ObjectIdentifier($0.parameter)] != nil }
        moved = known.map { places[ObjectIdentifier($0.parameter)]! }
        guard !known.isEmpty else { return [] }
        let gradients = known.map { raw[ObjectIdentifier($0.parameter)] ?? $0.gradient }
        var values = parameters.map(\.parameter.value)
        for (place, move) in zip(moved, known) { values[place] = move.before }
        let walk = UnitWalk(gradients, values: values, parameters: parameters)
        units = walk.units
        order = walk.order
        // In float64, where the square of the smallest gradient is no zero yet.
        let squares = gradients.map { square($0.asType(.float64)).sum() }
        let zeros = gradients.map { ($0 .== 0).asType(.float32).sum().asType(.float64) }
        let weights = known.map { square(Self.widened($0.before)).sum().asType(.float64) }
        let steps = known.map { square(Self.widened($0.after) - Self.widened($0.before)).sum().asType(.float64) }
        return [squares, zeros, weights, steps].map { stacked($0) } + units.map(\.tensor)
    }

    private static func widened(_ x: Tensor) -> Tensor { x.dtype == .bfloat16 ? x.asType(.float32) : x }

    public func stepEnded(_ step: Int, _ recorded: [Tensor]) {
        raw.removeAll()
        let isWatched = observes(step: step)
        if !recorded.isEmpty {
            pending.append(RecordedSample(step: step, moved: moved, units: units.map(\.facts), tensors: recorded))
            units = []
            if pending.count >= window {
                readPending()
                hasNews = true
            }
        }
        clock.note(step, isWatched: isWatched)
        guard isWatched else { return }
        // Not at once as far as a first few times say.
        if let share, every > 1, let wanted = clock.interval(for: share) { every = max(least, min(wanted, 2 * every)) }
        next = step + every
    }

    func readPending() {
        for recorded in pending {
            let sample = FlowSample(recorded, parameterCount: parameters.count)
            samples.append(sample)
            timeline.append(sample, parameters: parameters)
        }
        pending.removeAll()
        if samples.count > window { samples.removeFirst(samples.count - window) }
    }

    /// Whether a window has become full since this was asked last.
    func takesNews() -> Bool {
        defer { hasNews = false }
        return hasNews
    }

    // MARK: What came of it

    /// The figures of the last window, and how gradients were over time. Reads what has been computed.
    public var flow: GradientFlow {
        readPending()
        return GradientFlow(
            samples, parameters: parameters, order: order, every: every, history: timeline.columns, cost: clock.cost)
    }
}
