import BackpropTrain

/// Counts tokens a second of training alone: neither validation nor what is done between epochs is in it.
final class TokenPace: TrainerCallback {
    private let tokensPerStep: Int
    private let clock = ContinuousClock()
    /// The end of the step before, of the same epoch.
    private var last: (epoch: Int, end: ContinuousClock.Instant)?
    private var steps = 0
    private var seconds = 0.0

    init(tokensPerStep: Int) { self.tokensPerStep = tokensPerStep }

    func stepEnded(_ moment: TrainerMoment) {
        let now = clock.now
        if let last, last.epoch == moment.epoch {
            steps += 1
            seconds += last.end.duration(to: now) / .seconds(1)
        }
        last = (moment.epoch, now)
    }

    var tokensPerSecond: Double { seconds > 0 ? Double(steps * tokensPerStep) / seconds : 0 }

    /// "2,048 tokens a second"; nil where too little was trained to say.
    var line: String? {
        guard steps > 0 else { return nil }
        return NumberFormat.grouped(NumberFormat.fixed(tokensPerSecond, digits: 0)) + " tokens a second"
    }
}
