import BackpropTrain

/// What one method came to, over its seeds.
public struct PolicyOutcome: Sendable {
    public let method: PolicyMethod
    public let trainings: [PolicyTraining]

    /// - Parameter trainings: at least one, all of one method.
    public init(_ trainings: [PolicyTraining]) {
        precondition(!trainings.isEmpty, "PolicyOutcome: there are no trainings")
        (method, self.trainings) = (trainings[0].method, trainings)
    }

    /// Those of each seed that solved the task.
    public var steps: [Int] { trainings.compactMap(\.stepsToSolve) }

    /// The mean over the seeds; nil where one of them did not solve the task.
    public var meanSteps: Double? {
        steps.count < trainings.count ? nil : Double(steps.reduce(0, +)) / Double(steps.count)
    }

    private var seconds: Double { trainings.reduce(0) { $0 + $1.seconds } / Double(trainings.count) }

    /// Several methods side by side.
    package static func text(_ outcomes: [PolicyOutcome]) -> String {
        func count(_ steps: Double?) -> String {
            steps.map { NumberFormat.grouped(NumberFormat.fixed($0, digits: 0)) } ?? "-"
        }
        return TextTable(columns: [
            .left("method"), .left("what it does"), .right("solved"), .right("steps, mean"), .right("fewest"),
            .right("most"), .right("seconds"),
        ]).text(
            outcomes.map { outcome in
                [
                    outcome.method.rawValue, outcome.method.summary,
                    "\(outcome.steps.count) of \(outcome.trainings.count)", count(outcome.meanSteps),
                    count(outcome.steps.min().map(Double.init)), count(outcome.steps.max().map(Double.init)),
                    NumberFormat.fixed(outcome.seconds, digits: 1),
                ]
            })
    }

    /// How long episodes became over the steps, for the first seed of each.
    package static func chart(_ outcomes: [PolicyOutcome]) -> LineChart {
        LineChart(
            title: "How long the pole stands", xLabel: "steps of all carts", yLabel: "mean of 100 episodes",
            series: outcomes.map { outcome in
                let curve = outcome.trainings[0].curve
                return LineChart.Series(
                    outcome.method.rawValue, x: curve.map { Double($0.steps) }, y: curve.map(\.length))
            })
    }

    /// What became of a training, with a line feed.
    package static func progress(_ training: PolicyTraining) -> String {
        let end = training.stepsToSolve.map { "solved after \(NumberFormat.grouped(String($0))) steps" }
        return "\(training.method.rawValue)  seed \(training.seed)  \(end ?? "not solved")  "
            + "\(NumberFormat.fixed(training.seconds, digits: 1)) s\n"
    }

    /// One object on one line, with a line feed.
    package var json: String {
        get throws(TrainError) { try JSONFile.line(of: Line(self)) }
    }

    private struct Line: Encodable {
        let method: String
        let seeds: Int
        let solved: Int
        let steps: Double?
        let steps_by_seed: [Int?]
        let seconds: Double

        init(_ outcome: PolicyOutcome) {
            (method, seeds, solved) = (outcome.method.rawValue, outcome.trainings.count, outcome.steps.count)
            (steps, seconds) = (outcome.meanSteps, outcome.seconds)
            steps_by_seed = outcome.trainings.map(\.stepsToSolve)
        }
    }
}
