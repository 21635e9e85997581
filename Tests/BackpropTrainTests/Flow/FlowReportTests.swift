import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

/// How what a watch has seen is shown and kept.
@Suite struct FlowReportTests {
    private static let flow: GradientFlow = {
        let model = withRandomSeed(1) {
            var layers: [any Module] = []
            for _ in 0..<8 { layers += [Linear(8, 8), Activation.sigmoid] as [any Module] }
            return Sequential(layers + [Linear(8, 1)])
        }
        let inputs = withRandomSeed(2) { Tensor.normal([64, 8]) }
        let optimizer = SGD(model.parameters(), learningRate: 1e-2)
        let watch = GradientWatch(model, every: 2, share: nil)
        optimizer.observer = watch
        for _ in 0..<12 {
            square(model(inputs) - 0.5).mean().backward()
            optimizer.step()
        }
        return watch.flow
    }()

    @Test(arguments: [60, 80, 120], [false, true]) func textHasALineForEachLayerAndFits(_ width: Int, _ colour: Bool) {
        let text = Self.flow.text(width: width, colour: colour)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { TextBlock.plain(String($0)) }
        let room = max(width, 80)
        for line in lines { #expect(PlainText.width(line) <= room, "\(line)") }
        for index in stride(from: 0, through: 16, by: 2) {
            // Once in the table and once in the map.
            #expect(lines.count { $0.hasPrefix("layers.\(index) ") } == 2, "\(index)")
        }
        #expect(text.contains("Gradients vanish from layers."))
        #expect(text.contains("What to try:"))
    }

    @Test func figuresComeBackFromJSON() throws {
        let bytes = try JSONFile.bytes(of: Self.flow, at: "here")
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        #expect(try decoder.decode(GradientFlow.self, from: Data(bytes)) == Self.flow)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"findings\""))
    }

    @Test func aPageShowsTheMapAndTheTable() throws {
        var report = RunReport(
            RunReport.Facts(title: "t", data: "d", model: "m", label: "l"), judgement: nil, baseline: nil,
            epochs: [EpochValues](), bestEpoch: nil)
        #expect(!report.html.contains("Gradient flow"))
        report.flow = Self.flow
        let page = report.html
        #expect(page.contains("<h2>Gradient flow</h2>") && page.contains("What to try"))
        // A cell for each layer and watched step.
        #expect(page.components(separatedBy: "<title>layers.").count - 1 == 9 * 6)
        _ = try PictureContent(page)
    }

    private final class Memory: TrainingLog {
        var scalars: [Int: [String: Double]] = [:]
        var pictures: [[Int]] = []
        var histograms = 0
        var failure: DataError? { nil }

        func write(_ values: [String: Double], step: Int) { scalars[step, default: [:]].merge(values) { $1 } }
        func write(histogramOf tensor: Tensor, name: String, step: Int) { histograms += 1 }
        func write(image: Tensor, name: String, step: Int) { pictures.append(image.shape) }
        func flush() {}
        func close() {}
    }

    @Test func aTrainerWatchesLogsAndReportsTheSameTrainingAsWithout() throws {
        func train(watches: Bool) throws -> (weights: [[Float]], report: FitReport, log: Memory) {
            let model = withRandomSeed(1) { Sequential(Linear(4, 8), Activation.relu, Linear(8, 3)) }
            let inputs = withRandomSeed(2) { Tensor.normal([60, 4]) }
            evaluateOrStop(inputs)
            let labels = Tensor((0..<60).map { Int32($0 % 3) })
            let loader = DataLoader(inputs: inputs, labels: labels, batchSize: 10, seed: 1)
            let trainer = Trainer(
                model, Adam(model.parameters(), learningRate: 0.01), loss: { crossEntropy($0, $1) },
                metrics: [Accuracy()])
            let log = Memory()
            trainer.options.progress = .quiet
            trainer.options.clipping = .norm(0.5)
            trainer.logs = [log]
            if watches { trainer.watch = GradientWatch(model, every: 2, window: 5, share: nil) }
            let report = try trainer.fit(loader, epochs: 4)
            #expect(trainer.optimizer.observer == nil)
            return (model.parameters().map { $0.value.array(of: Float.self) }, report, log)
        }
        let plain = try train(watches: false), watched = try train(watches: true)
        #expect(watched.weights == plain.weights)
        #expect(watched.report.epochs == plain.report.epochs)
        #expect(plain.report.flow == nil)
        #expect(watched.report.flow?.steps == 15...23)
        #expect(watched.report.flow?.history.count == 12)
        // After 5 and 10 watched steps, and at the end.
        let steps = watched.log.scalars.filter { $0.value["gradient/layers.0"] != nil }.map(\.key).sorted()
        #expect(steps == [9, 19, 24])
        #expect(watched.log.histograms == 3 && watched.log.pictures.last == [16, 96, 3])
        #expect(plain.log.histograms == 0)
    }
}
