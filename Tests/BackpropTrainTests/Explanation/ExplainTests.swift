import Testing

@testable import BackpropTrain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct TinyNetworkTests {
    @Test func saysWhenExclusiveOrIsNotLearntYet() throws {
        let error = try #require(throws: TrainError.self) { try ExclusiveOr(seed: 0, epochs: 1).check() }
        #expect(error.description.contains("after 1 epoch from seed 0") && isOneLine(error.description))
    }

    @Test func hasEveryNumberAsItIsWorkedByHand() {
        let network = TinyNetwork()
        #expect(network.forward.map(\.name) == ["z1", "h", "z2", "yhat", "L"])
        #expect(network.forward.map(\.byHand) == ["0.500", "0.622", "-0.187", "0.453", "0.150"])
        #expect(
            network.backward.map(\.name) == ["dL/dyhat", "dL/dz2", "dL/dw2", "dL/dh", "dL/dz1", "dL/dw1"])
        #expect(
            network.backward.map(\.byHand) == [
                "-0.547", "-0.135", "-0.0840", "+0.0405", "+0.00952", "+0.00952",
            ])
        #expect(network.update.map(\.name) == ["w2", "w1"])
        #expect(network.update.map(\.byHand) == ["-0.216", "0.490"])
        for step in network.forward + network.backward + network.update {
            #expect(network.text(colour: false).contains(step.byHand), "\(step)")
            #expect(abs(step.value - Double(step.byHand)!) < 0.0007, "\(step)")
        }
    }

    /// The same by the rules of the derivative, in plain arithmetic.
    @Test func engineIsExact() {
        func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        let (w1, w2) = (0.5, -0.3)
        let h = sigmoid(w1)
        let guess = sigmoid(w2 * h)
        let slope = (guess - 1) * guess * (1 - guess)
        let d1 = slope * w2 * h * (1 - h)
        let network = TinyNetwork()
        let expected = [
            w1, h, w2 * h, guess, (guess - 1) * (guess - 1) / 2, guess - 1, slope, slope * h, slope * w2, d1,
            d1,
            w2 - slope * h, w1 - d1,
        ]
        let steps = network.forward + network.backward + network.update
        #expect(steps.count == expected.count)
        for (step, value) in zip(steps, expected) {
            #expect(abs(step.value - value) < 1e-15, "\(step) \(value)")
        }
    }

    @Test func theLossFalls() {
        let network = TinyNetwork()
        #expect(network.after.map(\.byHand) == ["0.490", "0.620", "-0.134", "0.467", "0.142"])
        for step in network.after { #expect(abs(step.value - Double(step.byHand)!) < 0.0007, "\(step)") }
        #expect(network.after[0].value == network.update[1].value)
        #expect(network.after[4].value < network.forward[4].value)
        #expect(network.text(colour: false).contains("from 0.150 to 0.142"))
    }

    @Test func everyStepHasASentence() {
        let network = TinyNetwork(), text = TinyNetwork().text(colour: false)
        let steps = network.forward + network.backward + network.update
        #expect(Set(steps.map(\.sentence)).count == steps.count)
        for step in steps { #expect(text.contains(step.sentence) && step.sentence.hasSuffix("."), "\(step)") }
        for part in ["x = 1", "0.5", "-0.3", "dL/dw1 = +0.00952", "dL/dw2 = -0.0840"] { #expect(text.contains(part)) }
        for line in text.split(separator: "\n") { #expect(PlainText.width(String(line)) <= 80, "\(line)") }
        #expect(!text.contains("\u{1B}") && network.text(colour: true).contains("\u{1B}"))
        #expect(TextBlock.plain(network.text(colour: true)) == text)
    }
}

@Suite struct ExclusiveOrTests {
    @Test(arguments: [0, 3, 20] as [UInt64])
    func isLearntFromAnySeed(_ seed: UInt64) throws {
        let learnt = try ExclusiveOr(seed: seed, epochs: 1_500)
        #expect(learnt.isLearnt)
        #expect(learnt.losses.count == 1_501)
        #expect(learnt.losses.last! < 0.01 && learnt.losses[0] > 0.1)
        let text = learnt.text(colour: false)
        #expect(
            text.contains("○") && text.contains("●") && !text.contains("wrong") && !text.contains("\u{1B}"))
        for line in text.split(separator: "\n") { #expect(PlainText.width(String(line)) <= 80, "\(line)") }
        let picture = try PictureContent(learnt.map.svg())
        #expect(!picture.hasBadNumber && picture.elements["circle", default: 0] >= 4)
    }

    @Test func oneLayerCannotLearnIt() throws {
        let attempt = try ExclusiveOr(seed: 3, epochs: 1_500).attempt
        #expect(abs(attempt.losses.last! - 0.693147180559945) < 1e-4 && attempt.losses.allSatisfy { $0 > 0.693 })
        #expect(attempt.outputs.allSatisfy { abs($0 - 0.5) < 0.02 } && attempt.mostRight == 3)
        #expect(
            abs(attempt.firstScores[0] + attempt.firstScores[3] - attempt.firstScores[1] - attempt.firstScores[2])
                < 1e-5)
    }

    @Test func saysWhenItIsNotLearnt() throws {
        let short = try ExclusiveOr(seed: 0, epochs: 2)
        #expect(!short.isLearnt)
        #expect(throws: TrainError.self) { try short.check() }
        #expect(throws: TrainError.self) { try ExclusiveOr(seed: 0, epochs: 0) }
    }
}
