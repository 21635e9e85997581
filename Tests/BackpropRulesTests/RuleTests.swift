import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import BackpropRules

@Suite struct RuleTests {
    /// Each gets better at a problem that can be learnt, with the bits that its seed gives.
    @Test(arguments: RuleKind.allCases)
    func learns(_ kind: RuleKind) {
        let run = RuleRun(kind, Toy.data, settings: Toy.settings(kind), seed: 3)
        let result = run()
        #expect(result.testErrors.count == run.settings.epochs + 1 && result.peakBytes > 0)
        #expect(result.testError < 0.2, "\(kind.rawValue): \(result.testErrors)")
        #expect(result.losses.allSatisfy { $0.isFinite } && result.losses.last! < result.losses[0])
        var short = run.settings
        short.epochs = 1
        let some = [3, 3, 4].map { RuleRun(kind, Toy.data, settings: short, seed: $0)(measuresAngles: $0 == 4) }
        #expect(some[0].losses == some[1].losses && some[0].testErrors == some[1].testErrors)
        #expect(kind == .perceptron || some[0].losses != some[2].losses)
    }

    /// Written out, and by local means with fixed predictions, it is what the engine finds by itself.
    @Test(arguments: Nonlinearity.allCases)
    func someAreTheGradient(_ nonlinearity: Nonlinearity) {
        withRandomSeed(1) {
            let network = LayeredNetwork([5, 7, 6, 5, 3], nonlinearity, dtype: .float64)
            let batch = Toy.batch(features: 5, classes: 3)
            for rule in [Backpropagation(network), PredictiveCoding(network, fixesPredictions: true)]
                as [any LearningRule]
            {
                let update = rule.update(batch)
                for (own, gradient) in zip(update.weights, rule.trueGradient(batch)) {
                    #expect(Toy.distance(own!, gradient) < 1e-12)
                }
                let loss = batch.loss(rule.scores(batch.inputs))
                let slopes = gradients(of: loss, withRespectTo: network.biases.map(\.value))
                for (own, gradient) in zip(update.biases, slopes) { #expect(Toy.distance(own!, gradient) < 1e-12) }
            }
        }
    }

    @Test func fixedPredictionsAreBackpropagationInSinglePrecision() {
        withRandomSeed(2) {
            let network = LayeredNetwork([64, 128, 128, 10], .relu)
            let batch = Toy.batch(features: 64, classes: 10, count: 32, dtype: .float32)
            let (own, other) = (
                PredictiveCoding(network, fixesPredictions: true).update(batch), Backpropagation(network).update(batch)
            )
            for (a, b) in zip(own.all, other.all) { #expect(Toy.distance(a!, b!) < 1e-5) }
        }
    }

    /// Its error falls with the square of the difference.
    @Test func naiveDifferentiationNearsTheGradient() {
        withRandomSeed(1) {
            let network = LayeredNetwork([4, 5, 3], .tanh, dtype: .float64)
            let batch = Toy.batch(features: 4, classes: 3)
            func distances(_ difference: Double) -> [Double] {
                let rule = NaiveDifferentiation(network, difference: difference)
                return zip(rule.update(batch).weights, rule.trueGradient(batch)).map { Toy.distance($0!, $1) }
            }
            let (coarse, fine) = (distances(1e-2), distances(1e-3))
            for (coarse, fine) in zip(coarse, fine) { #expect(fine < 1e-5 && fine < coarse / 50) }
        }
    }

    /// What is pulled less says more, and pulling both ways is better by more than half.
    @Test func equilibriumPropagationNearsTheGradient() {
        let batch = withRandomSeed(4) { Toy.batch(features: 6, classes: 3) }
        let table = NudgingTable([6, 8, 7, 3], batch, nudgings: [0.5, 0.1, 0.02, 0.004], seed: 1)
        for row in table.rows { #expect(row.symmetric < row.oneSided / 2, "\(row)") }
        for (large, small) in zip(table.rows, table.rows.dropFirst()) {
            #expect(small.oneSided < large.oneSided / 3 && small.symmetric < large.symmetric / 15, "\(small)")
        }
        #expect(table.rows.last!.symmetric < 1e-4)
    }

    /// At rest more steps change nothing.
    @Test func predictiveCodingComesToRest() {
        withRandomSeed(1) {
            let network = LayeredNetwork([5, 7, 6, 3], .tanh, dtype: .float64)
            let batch = Toy.batch(features: 5, classes: 3)
            let updates = [10, 100, 200].map { PredictiveCoding(network, inferenceSteps: $0).update(batch).weights }
            for layer in 0..<3 {
                let distances = updates.dropLast().map { Toy.distance($0[layer]!, updates[2][layer]!) }
                #expect(distances[1] < 0.01 && distances[1] < distances[0] / 10, "\(distances)")
            }
        }
    }

    /// Hidden layers have new weights before the labels have been looked at: labels that are no classes stop only the end.
    @Test func syntheticGradientsDoNotWaitForTheLoss() {
        withRandomSeed(1) {
            let network = LayeredNetwork([5, 6, 6, 3], .tanh)
            let rule = SyntheticGradients(network, seesLabels: false)
            for guide in rule.guides { guide.value = Tensor.normal(guide.shape) }
            evaluateAll(rule.guides.map(\.value))
            let batch = Toy.batch(features: 5, classes: 3, dtype: .float32)
            let optimizers = rule.stages.map { SGD($0, learningRate: 0.1) }
            let before = network.weights.map { $0.value.array(of: Float.self) }
            var moved: [Int] = []
            rule.layerMoved = { layer in
                moved.append(layer)
                let now = network.weights.map { $0.value.array(of: Float.self) }
                #expect(zip(before, now).map { $0 != $1 } == (0..<3).map { $0 <= layer })
            }
            _ = rule.step(batch, optimizers)
            #expect(moved == [0, 1] && before[2] != network.weights[2].value.array(of: Float.self))
        }
    }

    /// Novikoff's bound holds, and then there are no mistakes any more.
    @Test func perceptronMakesNoMoreMistakesThanItsBound() {
        withRandomSeed(5) {
            // Of random points those that some weights of length 1 tell apart by a margin.
            let teacher = Tensor.normal([3, 3]), unit = teacher / square(teacher).sum().sqrt()
            let points = Tensor.normal([400, 2]),
                scores = matmul(concatenated([points, .ones([400, 1])], axis: 1), unit.transposed())
            let best = scores.sorted(axis: 1)
            let gaps = [Float](best[0..., 2] - best[0..., 1]), classes = scores.argMax(axis: 1).array(of: Int.self)
            let margin = 0.1
            let chosen = gaps.indices.filter { Double(gaps[$0]) >= margin }
            let rows = [[Float]](points), kept = chosen.map { rows[$0] }
            let radius = Double(kept.map { $0[0] * $0[0] + $0[1] * $0[1] }.max()!).squareRoot()
            let bound = Perceptron.mistakeBound(radius: radius, margin: margin)
            let rule = Perceptron(LayeredNetwork([2, 3])), optimizer = [SGD(rule.parameters, learningRate: 1)]
            var mistakes = 0, last = 1
            for _ in 0..<60 where last > 0 {
                last = 0
                for (row, place) in zip(kept, chosen) {
                    let batch = RuleBatch(inputs: Tensor([row]), labels: Tensor([Int32(classes[place])]))
                    let share: Double = rule.step(batch, optimizer).item()
                    last += share > 0 ? 1 : 0
                }
                mistakes += last
            }
            #expect(
                chosen.count > 100 && mistakes > 3 && last == 0 && Double(mistakes) <= bound, "\(mistakes) \(bound)")
        }
    }

    /// The last hidden layer turns toward the gradient, from a right angle or so.
    @Test func feedbackAlignmentAligns() {
        var settings = RuleKind.feedbackAlignment.settings
        (settings.hidden, settings.epochs, settings.learningRate) = ([16, 16], 12, 0.005)
        let result = RuleRun(.feedbackAlignment, .digits, settings: settings, seed: 1)()
        let last = result.angles.map { $0[1]! }
        #expect(last[0] > 70 && last.min()! < 60 && result.testError < 0.15, "\(last)")
        #expect(RuleRun(.shallow, Toy.data, settings: Toy.settings(.shallow), seed: 1)().angles.last![0] == nil)
    }

    /// Settings are chosen by a part of what is learnt from: the test part has no say.
    @Test func validationLeavesTheTestPartOut() throws {
        let data = Toy.data, part = try data.validation
        #expect(part.trainingLabels == Array(data.trainingLabels[..<160]))
        #expect(part.testLabels == Array(data.trainingLabels[160...]))
        // Up to the mean, which is that of fewer examples.
        let moved = part.test - data.training[160..<200]
        #expect(abs(moved - moved[0]).max().item() < 1e-5 && abs(part.training.mean(axis: 0)).max().item() < 1e-5)
        let few = RuleData(
            name: "few", training: Tensor.zeros([3, 2]), trainingLabels: [0, 1, 0], test: Tensor.zeros([1, 2]),
            testLabels: [0], classCount: 2)
        #expect(throws: DataError.self) { try few.validation }
    }

    /// A comparison says everything of every rule, in all its forms.
    @Test func comparisonsAreShown() throws {
        var settings = Toy.settings(.feedbackAlignment)
        settings.epochs = 2
        let outcomes = [RuleKind.feedbackAlignment, .shallow].map { kind in
            RuleOutcome(kind, settings, [1, 2].map { RuleRun(kind, Toy.data, settings: settings, seed: $0)() })
        }
        let errors = outcomes[0].results.map(\.testError)
        #expect(abs(outcomes[0].testError - (errors[0] + errors[1]) / 2) < 1e-12)
        #expect(abs(outcomes[0].spread - abs(errors[0] - errors[1]) / 2.0.squareRoot()) < 1e-12)
        #expect(outcomes[1].angles.count == 3 && outcomes[1].angles[0] == nil && outcomes[1].angles[2] != nil)
        #expect(RuleCharts(outcomes).errors.series.map(\.name) == ["fa", "shallow"])
        #expect(RuleCharts(outcomes).angles.series.map(\.name) == ["fa"])
        let page = RulePage(outcomes, Toy.data).html
        for part in ["clouds", "fa</th>", "shallow</th>", "Test error", "Angle to the true gradient"] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(XMLParser(data: Data(page.replacing("<!DOCTYPE html>", with: "").utf8)).parse())
        let line = try #require(
            try JSONSerialization.jsonObject(with: Data(RuleText.json(outcomes[1]).utf8)) as? [String: Any])
        #expect(line["rule"] as? String == "shallow" && (line["angles"] as? [Any])?.count == 3)
        for key in ["test_error", "spread", "seconds", "peak_bytes"] { #expect(line[key] is NSNumber, "\(key)") }
    }
}
