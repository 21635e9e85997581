import Backprop
import BackpropNN
import Foundation
import Testing

@testable import BackpropText
@testable import BackpropTuning

/// An encoder of a few weights tells sentences apart.
@Suite struct ClassifierTests {
    static func model(in folder: TemporaryFolder, layers: Int = 1) throws -> String {
        let tokenizer = Tokenizer(charactersOf: "abcdefghijklmnopqrstuvwxyz ")
        var c = BERTConfiguration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads) = (tokenizer.vocabularySize, 32, 16, layers, 2)
        (c.hidden, c.dropout, c.attentionDropout) = (32, 0, 0)
        let path = folder.path + "/bert"
        try withRandomSeed(2) { BERT(c) }.save(to: path)
        try tokenizer.save(to: path)
        return path
    }

    /// Sentences of the first letters, and of the last.
    static let lines = (0..<80).map { number in
        let letters = (0..<6).map { UnicodeScalar(UInt8((number % 2 == 0 ? 97 : 110) + (number * 7 + $0 * 3) % 13)) }
        return "\(number % 2) \(letters.map(String.init).joined())"
    }

    private func options(_ folder: TemporaryFolder) throws -> ClassifierOptions {
        let data = try folder.write(Self.lines.joined(separator: "\n") + "\n", to: "lines")
        var options = ClassifierOptions()
        (options.model, options.data, options.passes.epochs) = (try Self.model(in: folder), data, 4)
        (options.learning.batchSize, options.learning.learningRate, options.learning.holdOut) = (8, 1e-2, 0.25)
        return options
    }

    @Test func sentencesAreToldApart() throws {
        let folder = try TemporaryFolder(), options = try options(folder), path = folder.path + "/run"
        let outcome = try ClassifierTraining(options, output: path).perform(.quiet)
        #expect(outcome.testAccuracy! > 0.9 && outcome.testCount == 20)
        let classifier = try SentenceClassifier.load(path)
        #expect(classifier.classes == ["0", "1"] && classifier.encoder.limit == 32)
        let shares = try classifier.probabilities(["abcdef", "nopqrs"])
        #expect(shares[0][0] > 0.5 && shares[1][1] > 0.5)
        #expect(shares.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
        // The encoder in it is one that others read.
        #expect(try SentenceEncoder(path).vectors(["abc"])[0].count == 16)
    }

    @Test func aTrainingGoesOn() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder(), options = try options(folder)
        let whole = try ClassifierTraining(options, output: folder.path + "/whole").perform(.quiet)
        var reporter = TrainingRun.Reporter.quiet
        reporter.checkpointSeconds = 0
        reporter.say = { text in if text.hasPrefix("Accuracy") { throw Stop() } }
        #expect(throws: Stop.self) { try ClassifierTraining(options, output: folder.path + "/parts").perform(reporter) }
        let rest = try ClassifierTraining(resuming: folder.path + "/parts").perform(.quiet)
        #expect(rest.weightsDigest == whole.weightsDigest)
    }

    @Test func labelsStandInManyPlaces() throws {
        let folder = try TemporaryFolder()
        func read(_ text: String) throws -> LabelledSentences { try LabelledSentences(folder.write(text, to: "data")) }
        for text in [
            "1 a b\n0 c\n", "1\ta b\n\n0\tc",
            #"{"text": "a b", "label": 1}"# + "\n" + #"{"sentence": "c", "label": "0"}"#,
            #"[{"text": "a b", "label": "1"}, {"text": "c", "label": 0}]"#,
        ] {
            let found = try read(text)
            #expect(found.texts == ["a b", "c"] && found.labels == ["1", "0"] && found.classes == ["0", "1"])
        }
        for (text, message) in [
            ("", "there is no sentence in it"), ("1\n", "no sentence stands behind its label"),
            ("a b\nc d\ne f\n", "3 different words begin its 3 lines"), (#"{"text": "a"}"#, "there is no 'label'"),
            (#"{"label": "a"}"#, "there is no 'text'"),
        ] {
            let error = #expect(throws: DataError.self) { _ = try read(text) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "") for \(text)")
        }
        var options = try options(folder)
        options.test = try folder.write("2 abc\n0 abc\n", to: "test")
        let error = #expect(throws: DataError.self) {
            try ClassifierTraining(options, output: folder.path + "/run").perform(.quiet)
        }
        #expect(error?.description.contains("the label '2' is none of those to train") == true)
    }
}
