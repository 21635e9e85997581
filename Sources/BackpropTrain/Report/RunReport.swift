/// What a run came to: how well the model does on examples that it has not seen, beside what guessing gives, and how the
/// training went.
///
/// `text` is for a terminal, `html` is one page that needs nothing else.
package struct RunReport: Codable, Sendable, Equatable {
    package static let partName = "report.json"
    package static let pageName = "report.html"

    /// A name and what it was set to, as text.
    package struct Setting: Codable, Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// A table of text. Rows may be shorter than the header.
    package struct Rows: Codable, Sendable, Equatable {
        package let header: [String]
        package let rows: [[String]]

        package init(header: [String], rows: [[String]]) { (self.header, self.rows) = (header, rows) }
    }

    /// What a report is told about its run.
    package struct Facts: Codable, Sendable, Equatable {
        /// Stands above the report.
        package var title: String
        /// What was learnt from, on one line.
        package var data: String
        /// What has learnt, on one line.
        package var model: String
        /// What is predicted.
        package var label: String
        /// Of the label, for numbers.
        package var unit: String?
        package var seed: UInt64?
        package var seconds: Double?
        /// Memory that training needed at most.
        package var peakBytes: Int?
        /// How the run was made.
        package var settings: [Setting] = []
        /// What became of the columns of a table.
        package var columns: Rows?
        /// What a person has to know about it, a sentence each.
        package var notes: [String] = []

        enum CodingKeys: String, CodingKey {
            case title, data, model, label, unit, seed, seconds
            case peakBytes = "peak_bytes"
            case settings, columns, notes
        }

        package init(title: String, data: String, model: String, label: String) {
            (self.title, self.data, self.model, self.label) = (title, data, model, label)
        }
    }

    static let currentFormat = 1

    package private(set) var format = currentFormat
    package var facts: Facts
    /// Of a classification whose test part is not empty.
    package let classes: ClassQuality?
    /// Of a regression whose test part is not empty.
    package let numbers: NumberQuality?
    package let epochs: [EpochValues]
    /// The epoch whose weights were kept.
    package let bestEpoch: Int?
    /// What that epoch was best in.
    package let monitor: String?
    /// The most important first; empty where they were not measured.
    package var importances: [ColumnImportance]
    /// Nil where nobody looked.
    package var flow: GradientFlow?

    enum CodingKeys: String, CodingKey {
        case format, facts, classes, numbers, epochs
        case bestEpoch = "best_epoch"
        case monitor, importances
        case flow = "gradient_flow"
    }

    /// - Parameters:
    ///   - judgement: of the test part; nil where nothing was held out.
    ///   - baseline: of the training part.
    package init(
        _ facts: Facts, judgement: Judgement?, baseline: Baseline?, epochs: [EpochValues], bestEpoch: Int?,
        importances: [ColumnImportance] = [], monitor: String? = nil
    ) {
        self.facts = facts
        self.epochs = epochs
        self.bestEpoch = bestEpoch
        self.importances = importances
        self.monitor = monitor
        switch judgement {
        case .classes(let names, let probabilities, let labels):
            classes = ClassQuality(names: names, probabilities: probabilities, labels: labels, baseline: baseline)
            numbers = nil
        case .numbers(let predicted, let truth):
            classes = nil
            numbers = NumberQuality(predicted: predicted, truth: truth, baseline: baseline, seed: facts.seed ?? 0)
        case nil: (classes, numbers) = (nil, nil)
        }
    }

    package init(
        _ facts: Facts, judgement: Judgement?, baseline: Baseline?, epochs: [FitReport.Epoch], bestEpoch: Int?,
        importances: [ColumnImportance] = [], monitor: Monitor? = nil
    ) {
        self.init(
            facts, judgement: judgement, baseline: baseline, epochs: epochs.map(EpochValues.init), bestEpoch: bestEpoch,
            importances: importances, monitor: monitor?.name)
    }
}
