import Backprop
import BackpropNN
import BackpropTrain

/// Bias and variance of all estimators on small discrete problems, beside the exact gradient of all outcomes added up: means over
/// several problems of random numbers each, since one alone can favour whom it likes.
public struct EstimatorTable: Sendable {
    /// Choices among three options, by every estimator.
    public let choices: [EstimatorRow]
    /// Units that are zero or one.
    public let bits: [EstimatorRow]
    /// Rounded weights, by the number of values that they can have.
    public let weights: [EstimatorRow]
    /// Points that become codes, by the number of codes.
    public let codes: [EstimatorRow]
    public let draws: Int
    public let problems: Int

    /// - Parameters:
    ///   - draws: for each estimator and problem, a multiple of 160.
    ///   - problems: of each kind.
    public init(draws: Int = 40_000, problems: Int = 10, seed: UInt64 = 1) {
        (self.draws, self.problems) = (draws, problems)
        func mean(_ table: (Int) -> [EstimatorRow]) -> [EstimatorRow] {
            EstimatorRow.means((0..<problems).map { _ in table(draws) })
        }
        (choices, bits, weights, codes) = withRandomSeed(seed) {
            (mean(Self.choices), mean(Self.bits), mean(Self.weights), mean(Self.codes))
        }
    }

    public var rows: [EstimatorRow] { choices + bits + weights + codes }

    /// Four choices among three options; a random layer of tanh units looks at them, and in each of eight situations they should
    /// be others. All 81 outcomes are added up.
    private static func choices(_ draws: Int) -> [EstimatorRow] {
        let (count, options, units, situations, pool) = (4, 3, 8, 8, 20)
        let scores = random([count, options]), weights = random([count * options, units])
        let targets = random([situations, units])
        // Wanted [draws or 1, units] for each outcome [draws, choices, options].
        func loss(_ choice: Tensor, _ wanted: Tensor) -> Tensor {
            square(tanh(matmul(choice.reshaped([-1, count * options]), weights)) - wanted).mean(axis: 1)
        }
        let outcomes = EstimatorRow.outcomes(count, options)
        let exact = grad { (scores: Tensor) in
            let probabilities = exp((logSoftmax(scores, axis: -1) * outcomes).sum(axis: [1, 2]))
            let losses = (0..<situations).map { loss(outcomes, targets[$0]) }
            return (probabilities * losses.dropFirst().reduce(losses[0], +)).sum() / Double(situations)
        }(scores)
        let numbers = (0..<draws).map { Int32($0 / pool % situations) }
        let wanted = targets.take(Tensor(numbers))
        evaluateAll([exact, wanted])
        return Estimator.allCases.map { estimator in
            let found = estimator.estimates(scores, draws: draws, pool: pool, situations: situations) {
                loss($0, wanted)
            }
            return EstimatorRow("choices", estimator.title, estimates: found, exact: exact)
        }
    }

    /// Six units that are zero or one, of which 64 outcomes are added up.
    private static func bits(_ draws: Int) -> [EstimatorRow] {
        let (count, units) = (6, 8)
        let logits = random([count]), weights = random([count, units]), target = random([units])
        func loss(_ bits: Tensor) -> Tensor { square(tanh(matmul(bits, weights)) - target).mean(axis: 1) }
        let outcomes = EstimatorRow.outcomes(count, 2)[0..., 0..., 1]
        let exact = grad { (logits: Tensor) in
            let p = sigmoid(logits), probabilities = (outcomes * p + (1 - outcomes) * (1 - p)).product(axis: 1)
            return (probabilities * loss(outcomes)).sum()
        }(logits)
        let many = logits.broadcast(to: [draws, count])
        let drawn = withoutGradients { StraightThrough.bits(many) }, losses = loss(drawn)
        let found: [(String, Tensor)] = [
            ("straight-through", grad { loss(StraightThrough.bits($0)).sum() }(many)),
            ("REINFORCE", losses.expandedDimensions(axis: 1) * (drawn - sigmoid(many))),
        ]
        return found.map { EstimatorRow("bits", $0, estimates: $1, exact: exact) }
    }

    /// Six weights of a small network, each rounded at random to one of the two allowed values beside it: 64 outcomes, whose
    /// probabilities move with the weights.
    private static func weights(_ draws: Int) -> [EstimatorRow] {
        let inputs = random([16, 6]), values = tanh(random([6])) * 0.9, wanted = tanh(random([16]) * 2)
        func loss(_ weights: Tensor) -> Tensor {
            square(tanh(matmul(weights, inputs.transposed()) * 2) - wanted).mean(axis: 1)
        }
        let isAbove = EstimatorRow.outcomes(6, 2)[0..., 0..., 1]
        return [2, 4, 16, 64].map { levels in
            // From -1 to 1.
            let step = 2 / Double(levels - 1), first = Tensor(-1.0, dtype: .float64)
            let below = stopGradient(floor((values - first) / step))
            let exact = grad { (values: Tensor) in
                let share = (values - first) / step - below
                let probabilities = (isAbove * share + (1 - isAbove) * (1 - share)).product(axis: 1)
                return (probabilities * loss((below + isAbove) * step + first)).sum()
            }(values)
            let found = grad { (many: Tensor) in
                loss(StraightThrough.roundedAtRandom(many - first, step: step) + first).sum()
            }(values.broadcast(to: [draws, 6]))
            return EstimatorRow("weights", "\(levels) values", estimates: found, exact: exact)
        }
    }

    /// A point of the plane that becomes one of the codes near it, by chance, and is read by a small network. Codes lie on a grid
    /// from -2 to 2, moved a little.
    private static func codes(_ draws: Int) -> [EstimatorRow] {
        let weights = random([2, 8]), target = random([8]), point = tanh(random([1, 2])) * 0.5
        func loss(_ codes: Tensor) -> Tensor { square(tanh(matmul(codes, weights)) - target).mean(axis: 1) }
        return [2, 4, 8, 16].map { side in
            let gap = 4 / Double(side), places = (0..<side).map { (Double($0) + 0.5) * gap - 2 }
            let grid = Tensor(places.flatMap { y in places.map { [$0, y] } }, dtype: .float64)
            let codes = grid + random([side * side, 2]) * (0.1 * gap), temperature = gap * gap
            let exact = grad { (point: Tensor) in
                let distances = StraightThrough.squaredDistances(point, codes)[0]
                return (softmax(distances / -temperature, axis: 0) * loss(codes)).sum()
            }(point)[0]
            let found = grad { (many: Tensor) in
                loss(StraightThrough.nearbyAtRandom(many, in: codes, temperature: temperature)).sum()
            }(point.broadcast(to: [draws, 2]))
            return EstimatorRow("codes", "\(side * side) codes", estimates: found, exact: exact)
        }
    }

    /// Random numbers of the surrounding stream, as they are from now on.
    private static func random(_ shape: [Int]) -> Tensor {
        let numbers = Tensor.normal(shape, dtype: .float64)
        evaluateAll([numbers])
        return numbers
    }
}
