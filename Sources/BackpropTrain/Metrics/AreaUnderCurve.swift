import Backprop
import BackpropData

/// The area under the receiver operating characteristic: how likely an example of class 1 has a higher score than one of
/// class 0, where equal scores count half. Exact.
///
/// Takes scores of any shape, of which only the order counts, and labels 0 or 1 of the same shape and any dtype. All scores
/// are kept, as float32, until `reset()`: five bytes an example.
///
/// ```swift
/// let area = AreaUnderCurve()
/// area.update(Tensor([0.1, 0.4, 0.35, 0.8]), Tensor([0, 0, 1, 1]))
/// area.value  // 0.75
/// ```
public final class AreaUnderCurve: Metric {
    public let name: String
    /// A label whose examples do not count.
    public let ignoredLabel: Int?
    /// Batches that may not be in memory yet.
    private var recorded: [(scores: Buffer, labels: Buffer)] = []
    private var scores: [Float] = []
    private var labels: [Bool] = []
    private static let ignored: UInt8 = 2
    private static let wrong: UInt8 = 3
    private static let longestRecording = 8

    public init(ignoredLabel: Int? = nil, name: String = "auc") {
        (self.ignoredLabel, self.name) = (ignoredLabel, name)
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        requireBinaryScores("AreaUnderCurve", outputs, labels)
        // As in `MetricCounters`: without a backward pass nobody computes one batch before the next.
        if !recorded.isEmpty {
            let areComputed = recorded.allSatisfy { $0.scores.isComputed && $0.labels.isComputed }
            if areComputed || !gradientsAreOn || recorded.count >= Self.longestRecording { gather() }
        }
        withoutGradients {
            let label = labels.asType(.float64)
            var marks = which(label .== 0, 0, which(label .== 1, 1, Int(Self.wrong)))
            if let ignoredLabel { marks = which(label .== ignoredLabel, Int(Self.ignored), marks) }
            let scores = Buffer(Tensor(0.0)), kept = Buffer(Tensor(0.0))
            scores.value = outputs.asType(.float32).flattened()
            kept.value = marks.asType(.uint8).flattened()
            recorded.append((scores, kept))
        }
    }

    public func reset() {
        recorded = []
        scores = []
        labels = []
    }

    /// Moves what has been recorded to where all of it is kept. Computes it.
    private func gather() {
        evaluateOrStop(recorded.flatMap { [$0.scores.value, $0.labels.value] })
        for batch in recorded {
            let marks = batch.labels.value.array(of: UInt8.self)
            require(!marks.contains(Self.wrong), "AreaUnderCurve: a label is neither 0 nor 1")
            for (score, mark) in zip(batch.scores.value.array(of: Float.self), marks) where mark != Self.ignored {
                scores.append(score)
                labels.append(mark == 1)
            }
        }
        recorded = []
    }

    /// The area; NaN where one of the classes, or an order of the scores, is missing. Computes what is recorded.
    public var values: [MetricValue] {
        gather()
        return [MetricValue(name, area)]
    }

    private var area: Double {
        let positives = labels.count { $0 }, negatives = labels.count - positives
        guard positives > 0, negatives > 0, !scores.contains(where: \.isNaN) else { return .nan }
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        // Twice the number of pairs in the right order, equal ones included once.
        var (pairs, below, start) = (0.0, 0, 0)
        while start < order.count {
            var (end, right, wrong) = (start, 0, 0)
            while end < order.count, scores[order[end]] == scores[order[start]] {
                if labels[order[end]] { right += 1 } else { wrong += 1 }
                end += 1
            }
            pairs += Double(right) * Double(2 * below + wrong)
            below += wrong
            start = end
        }
        return pairs / (2 * Double(positives) * Double(negatives))
    }

    public var savedState: SavedState {
        gather()
        return SavedState(tensors: [
            "scores": Tensor(scores, shape: [scores.count]), "labels": Tensor(labels, shape: [labels.count]),
        ])
    }

    public func restore(_ state: SavedState) throws(DataError) {
        guard let scores = state.tensors["scores"], let labels = state.tensors["labels"], state.tensors.count == 2,
            state.values.isEmpty, scores.dtype == .float32, labels.dtype == .bool, scores.ndim == 1,
            scores.shape == labels.shape
        else {
            throw DataError(
                .mismatch, at: name, "the state is not one of scores float32[n] and labels bool[n]",
                remedy: "restore what an AreaUnderCurve has saved")
        }
        reset()
        self.scores = scores.array()
        self.labels = labels.array()
    }
}
