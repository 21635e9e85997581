import Testing

@testable import BackpropTrain

/// What the lessons on training show, which is what their numbers have to say.
@Suite struct LessonTests {
    private static func isNarrow(_ text: String) -> Bool {
        text.split(separator: "\n").allSatisfy { TextBlock.width(String($0)) <= 80 }
    }

    @Test func vanishingGradientsVanishWithSigmoidAlone() throws {
        let lesson = try VanishingGradients(depth: 12, steps: 60)
        #expect(lesson.networks.map(\.name) == ["sigmoid", "relu", "residual", "normalized"])
        #expect(lesson.networks[0].factor >= 1_000)
        for network in lesson.networks.dropFirst() {
            #expect(network.factor <= 30 && network.factor >= 1.0 / 30, "\(network.name): \(network.factor)")
            #expect(network.losses[1] < lesson.networks[0].losses[1])
        }
        #expect(lesson.networks.allSatisfy { $0.gradients.count == 13 })
        for colour in [false, true] {
            #expect(Self.isNarrow(lesson.text(colour: colour)))
        }
        #expect(try lesson.jsonLine().contains("\"gradients\":["))
        #expect(throws: TrainError.self) { try VanishingGradients(depth: 1) }
        #expect(throws: TrainError.self) { try VanishingGradients(steps: 0) }
    }

    @Test func explodingGradientsEndATrainingThatClippingSaves() throws {
        let lesson = try ExplodingGradients(steps: 60)
        #expect(!lesson.free.survived)
        #expect(lesson.free.losses.count < 20)
        #expect(lesson.clipped.survived)
        #expect(lesson.clipped.losses.count == 60 && lesson.clipped.norms.count == 60)
        #expect(lesson.clipped.losses.last! < lesson.clipped.losses[0] / 10)
        // The first step starts from the same weights.
        #expect(lesson.free.norms[0] == lesson.clipped.norms[0])
        #expect(Self.isNarrow(lesson.text(colour: false)))
        #expect(try lesson.jsonLine().contains("\"clipped\":{"))
        #expect(throws: TrainError.self) { try ExplodingGradients(limit: 0) }
        #expect(throws: TrainError.self) { try ExplodingGradients(learningRate: -1) }
    }

    @Test func bothWaysToAGradientAgreeAndOneOfThemIsLong() throws {
        let lesson = try CostOfGradients(seconds: 0.01)
        #expect(lesson.difference < 1e-4 && lesson.difference > 0)
        #expect(lesson.sizes.map(\.parameters) == [8, 16, 32, 64, 128, 256, 512, 1_024].map { 3 * ($0 * $0 + $0) })
        #expect(lesson.sizes.map(\.naiveIsMeasured) == [true, true] + [Bool](repeating: false, count: 6))
        #expect(lesson.sizes.allSatisfy { $0.naive > 10 * $0.both })
        #expect(Self.isNarrow(lesson.text(colour: false)))
        #expect(throws: TrainError.self) { try CostOfGradients(seconds: 0) }
    }

    @Test func theSameGradientsDriveAllOptimizers() throws {
        let lesson = try SeparateSteps(steps: 20)
        #expect(lesson.changedByBackward == 0 && lesson.changedByIdleStep == 0)
        #expect(lesson.changedByOtherNumbers > lesson.parameters * 9 / 10)
        let sgd = lesson.rules[0]
        #expect(sgd.angle < 0.1)
        #expect(Swift.abs(sgd.move / (sgd.learningRate * lesson.gradientNorm) - 1) < 1e-4)
        #expect(Set(lesson.rules.map { $0.losses[0] }).count == 1)
        for rule in lesson.rules {
            #expect(rule.losses[2] < rule.losses[0], "\(rule.name)")
            #expect(rule.angle < 90, "\(rule.name)")
        }
        #expect(Self.isNarrow(lesson.text(colour: false)))
    }
}
