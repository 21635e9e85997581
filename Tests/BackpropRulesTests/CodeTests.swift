import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import BackpropRules

@Suite struct CodeTests {
    /// The terms of the bound against sums by hand.
    @Test func boundIsOfBinomialPixelsAndChoices() {
        withRandomSeed(1) {
            let model = DiscreteAutoencoder()
            let pixels = CodeTraining.pixels(Digits.test)[0..<2] * 1
            let code = oneHot(Tensor.zeros([2, 12], dtype: .int32), classes: 8, dtype: .float32)
            let bound = model.bound(pixels) { _ in code }
            let logits = [Double](model.grainLogits(code).flattened()), grains = Digits.test.pixels.prefix(128)
            var likelihood = 0.0
            for (logit, count) in zip(logits, grains) {
                let p = 1 / (1 + exp(-logit)), k = Double(count)
                likelihood += lgamma(17) - lgamma(k + 1) - lgamma(17 - k) + k * log(p) + (16 - k) * log(1 - p)
            }
            #expect(abs(bound.likelihood.item() - likelihood / 2) < 1e-3 * abs(likelihood))
            let shares = [Double](softmax(model.scores(pixels), axis: -1).flattened())
            let misfit = shares.reduce(0) { $0 + $1 * log(8 * $1) } / 2
            #expect(abs(bound.misfit.item() - misfit) < 1e-4 && misfit > 0)
        }
    }

    /// Each way learns a code that tells figures apart: the bound is far above that of a decoder that sees nothing of them.
    @Test(arguments: DiscreteAutoencoder.Way.allCases)
    func codesAreLearnt(_ way: DiscreteAutoencoder.Way) {
        let training = CodeTraining(way, seed: 1, epochs: 60, figures: 512) {}
        let blind = CodeTraining(way, seed: 1, epochs: 0) {}
        #expect(training.misfit > 3 && training.bound > blind.bound + 100, "\(training.bound), \(blind.bound)")
        let pixels = CodeTraining.pixels(Digits.test)[0..<50] * 1
        func misses(_ training: CodeTraining) -> Double {
            square(training.model.reconstructions(pixels) - pixels).mean().item()
        }
        let mean: Double = square(CodeTraining.pixels(Digits.training).mean(axis: 0) - pixels).mean().item()
        #expect(misses(training) < 0.8 * mean, "\(misses(training)) \(mean)")
    }

    @Test func figuresAreDrawn() throws {
        let rows = FigureRows(side: 2, rows: [.init(title: "a & b", figures: [[1, 0, 1, 1], [0, 0.6, 0, 0]])])
        #expect(rows.terminal(width: 80, colour: false) == "a & b\n█▄  ▀\n")
        #expect(rows.terminal(width: 3, colour: false) == "a & b\n█▄\n")
        #expect(rows.terminal(width: 80, colour: true).contains("38;2;0;0;0;48;2;0;0;0m▀"))
        let svg = rows.svg(title: "figures")
        #expect(XMLParser(data: Data(svg.utf8)).parse() && svg.components(separatedBy: "rgb(").count == 5)
    }
}
