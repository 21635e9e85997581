import Backprop
import BackpropData

/// The first steps of a training, timed.
package struct ProfiledTraining {
    package let model: String
    package let profile: StepProfile

    /// Ends a training when enough steps are timed.
    private struct Found: Error {}

    /// Steps before time is taken.
    private static let warmUp = 3

    /// Trains for so many steps.
    ///
    /// - Throws: `TrainError` and `DataError`, as the training would, and where the training ends before.
    package init(_ options: TrainingOptions, steps: Int) throws {
        guard steps > 0 else {
            throw TrainError(
                .badOption, at: "--steps", "\(steps) steps cannot be timed", remedy: "give a number of at least 1")
        }
        try options.validate()
        let source = try DataSource(recognizing: options.data ?? "digits")
        var subject = try source.subject(options)
        var surroundings = TrainingSurroundings()
        surroundings.memoryBudget = options.memoryBudget.map { MemoryBudget(bytes: $0) }
        surroundings.dissectedStep = Self.warmUp
        var anatomy: StepAnatomy?
        surroundings.announceMemory = { anatomy = $0.step.anatomy }
        let limit = MachineLimit.measured()
        let stopwatch = Stopwatch(), clock = ContinuousClock()
        var seconds: [Double] = []
        var done = 0, start = clock.now
        surroundings.stepEnded = {
            done += 1
            if done > Self.warmUp { seconds.append((clock.now - start) / .seconds(1)) } else { stopwatch.reset() }
            if seconds.count == steps { throw Found() }
            start = clock.now
        }
        do { _ = try stopwatch.observe { try subject.train(surroundings) } } catch is Found {}
        guard let anatomy, !seconds.isEmpty else {
            throw TrainError(
                .badOption, at: "profile",
                "this training makes \(done) steps, and the first \(Self.warmUp) are not timed",
                remedy: "give more --epochs or a smaller --batch-size")
        }
        model = subject.introduction.model
        profile = StepProfile(anatomy, stopwatch.runs, stepSeconds: seconds, limit)
    }

    /// The profile as a person reads it.
    package func text(rows: Int) -> String { "Model    \(model)\n" + profile.table(rows: rows) }

    /// The profile as one line of JSON.
    package func jsonLine() throws -> String {
        try JSONFile.line(of: Record(model, profile), keys: .convertToSnakeCase)
    }

    /// The parts of the JSON line.
    private struct Record: Encodable {
        struct Row: Encodable {
            var name: String
            var ms: Double
            var kernels: Int
            var arithmetic: Int
            var bytes: Int
            var shareOfLimit: Double
            var msByPart: [String: Double]

            init(_ row: StepProfile.Row) {
                name = row.name
                ms = row.seconds * 1e3
                kernels = row.kernels
                arithmetic = row.arithmetic
                bytes = row.bytes
                shareOfLimit = row.shareOfLimit
                msByPart = row.secondsByPart.mapValues { $0 * 1e3 }
            }
        }

        var model: String
        var stepMs: Double
        var planMs: Double
        var waitingMs: Double
        var recordingMs: Double
        var steps: Int
        var threads: Int
        var arithmeticPerSecond: Double
        var parts: [Row]
        var operators: [Row]
        var layers: [Row]
        var kernels: [Row]

        init(_ model: String, _ profile: StepProfile) {
            self.model = model
            stepMs = profile.stepSeconds * 1e3
            planMs = profile.planSeconds * 1e3
            waitingMs = profile.waitingSeconds * 1e3
            recordingMs = profile.recordingSeconds * 1e3
            steps = profile.steps
            threads = profile.threads
            arithmeticPerSecond = profile.limit.arithmeticPerSecond
            parts = profile.parts.map(Row.init)
            operators = profile.operators.map(Row.init)
            layers = profile.layers.map(Row.init)
            kernels = profile.kernels.map(Row.init)
        }
    }
}
