/// What a rule came to over several seeds.
public struct RuleOutcome: Sendable, Codable, Equatable {
    public let rule: RuleKind
    public let settings: RuleSettings
    /// Of each seed.
    public let results: [RuleRun.Result]

    /// - Parameter results: at least one.
    public init(_ rule: RuleKind, _ settings: RuleSettings, _ results: [RuleRun.Result]) {
        precondition(!results.isEmpty, "RuleOutcome: there are no results")
        (self.rule, self.settings, self.results) = (rule, settings, results)
    }

    /// The mean over the seeds.
    public var testError: Double { Self.mean(results.map(\.testError)) }

    /// The standard deviation among the seeds (that of a sample); 0 for a single one.
    public var spread: Double {
        guard results.count > 1 else { return 0 }
        let mean = testError
        let squares = results.reduce(0) { $0 + ($1.testError - mean) * ($1.testError - mean) }
        return (squares / Double(results.count - 1)).squareRoot()
    }

    /// Of one training, the mean over the seeds.
    public var seconds: Double { Self.mean(results.map(\.seconds)) }
    /// What a step holds in memory at most.
    public var peakBytes: Int { results.map(\.peakBytes).max() ?? 0 }

    /// Degrees for each layer before training and after each epoch, the mean over the seeds.
    public var angleCurves: [[Double?]] {
        let layers = results[0].angles.first?.count ?? 0
        return (0..<layers).map { layer in
            results[0].angles.indices.map { epoch in
                let angles = results.compactMap { $0.angles.indices.contains(epoch) ? $0.angles[epoch][layer] : nil }
                return angles.isEmpty ? nil : Self.mean(angles)
            }
        }
    }

    /// Degrees for each layer at the end.
    public var angles: [Double?] { angleCurves.map { $0.last ?? nil } }

    /// The share of wrong answers before training and after each epoch, the mean over the seeds.
    public var errorCurve: [Double] {
        (results.map(\.testErrors.count).min().map { 0..<$0 } ?? 0..<0).map { epoch in
            Self.mean(results.map { $0.testErrors[epoch] })
        }
    }

    private static func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(max(numbers.count, 1)) }
}
