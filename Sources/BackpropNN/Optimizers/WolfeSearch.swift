import Backprop

/// A line search that brackets a place where the strong conditions of Wolfe hold, and closes in on it (Nocedal and
/// Wright, 2006, algorithms 3.5 and 3.6), with the safeguards of PyTorch.
struct WolfeSearch {
    /// The loss at a place along the line.
    struct Sample {
        let place: Double
        let loss: Double
        let gradient: Tensor
        /// The derivative along the line.
        let slope: Double
    }

    let start: Sample
    /// Interpolations at most.
    let limit: Int
    /// The width of a bracket that is not worth dividing.
    let smallest: Double

    private static let sufficientDecrease = 1e-4
    private static let flatness = 0.9

    /// The best sample found, and how many were taken.
    func run(from first: Double, _ sample: (Double) -> Sample) -> (end: Sample, samples: Int) {
        var previous = start, present = sample(first)
        var interpolations = 0
        var bracket: [Sample]?
        while interpolations < limit, bracket == nil {
            if isTooHigh(present) || (interpolations > 1 && present.loss >= previous.loss) {
                bracket = [previous, present]
            } else if isFlat(present) {
                return (present, interpolations + 1)
            } else if present.slope >= 0 {
                bracket = [previous, present]
            } else {
                let place = present.place
                let next = Self.minimum(
                    previous, present, from: place + 0.01 * (place - previous.place), to: place * 10)
                previous = present
                present = sample(next)
                interpolations += 1
            }
        }
        return closeIn(bracket ?? [start, present], &interpolations, sample)
    }

    private func closeIn(
        _ ends: [Sample], _ interpolations: inout Int, _ sample: (Double) -> Sample
    ) -> (end: Sample, samples: Int) {
        var ends = ends
        var low = ends[0].loss <= ends[1].loss ? 0 : 1
        var hugsAnEnd = false
        while interpolations < limit, abs(ends[1].place - ends[0].place) >= smallest {
            let (left, right) = (min(ends[0].place, ends[1].place), max(ends[0].place, ends[1].place))
            var place = Self.minimum(ends[0], ends[1], from: left, to: right)
            // A place close to an end twice in a row, or on it, is moved away from it.
            let margin = 0.1 * (right - left)
            if min(right - place, place - left) < margin {
                if hugsAnEnd || place >= right || place <= left {
                    place = abs(place - right) < abs(place - left) ? right - margin : left + margin
                    hugsAnEnd = false
                } else {
                    hugsAnEnd = true
                }
            } else {
                hugsAnEnd = false
            }
            let present = sample(place)
            interpolations += 1
            if isTooHigh(present) || present.loss >= ends[low].loss {
                ends[1 - low] = present
                low = ends[0].loss <= ends[1].loss ? 0 : 1
            } else {
                if isFlat(present) { return (present, interpolations + 1) }
                if present.slope * (ends[1 - low].place - ends[low].place) >= 0 { ends[1 - low] = ends[low] }
                ends[low] = present
            }
        }
        return (ends[low], interpolations + 1)
    }

    private func isTooHigh(_ sample: Sample) -> Bool {
        sample.loss > start.loss + Self.sufficientDecrease * sample.place * start.slope
    }

    private func isFlat(_ sample: Sample) -> Bool { abs(sample.slope) <= -Self.flatness * start.slope }

    /// Where the cubic through two samples and their slopes is least, within bounds; their middle where it has no least.
    private static func minimum(_ a: Sample, _ b: Sample, from low: Double, to high: Double) -> Double {
        let (left, right) = a.place <= b.place ? (a, b) : (b, a)
        let width = right.place - left.place
        let bend = left.slope + right.slope - 3 * (right.loss - left.loss) / width
        let discriminant = bend * bend - left.slope * right.slope
        guard discriminant >= 0 else { return (low + high) / 2 }
        let root = discriminant.squareRoot()
        let share = (right.slope + root - bend) / (right.slope - left.slope + 2 * root)
        return min(max(right.place - width * share, low), high)
    }
}
