import BackpropData
import BackpropFiles

/// Sentences with the names of their classes.
struct LabelledSentences {
    var texts: [String] = []
    var labels: [String] = []

    /// Reads JSON records with `text` and `label`, or lines that begin with the label: `1 a stirring film`.
    ///
    /// - Throws: `DataError` where the file cannot be read, or has another form.
    init(_ path: String) throws(DataError) {
        let lines = try BackpropData.PlainText(path: path).lines.enumerated().filter { !$1.allSatisfy(\.isWhitespace) }
        guard let first = lines.first?.element.first(where: { !$0.isWhitespace }) else {
            throw DataError(.empty, at: path, "there is no sentence in it", remedy: "give a file with sentences")
        }
        if first == "{" || first == "[" {
            try readRecords(path)
            return
        }
        for (index, line) in lines {
            guard let end = line.firstIndex(where: { $0 == " " || $0 == "\t" }), end > line.startIndex else {
                throw DataError(
                    .badFormat, at: "\(path), line \(index + 1)", "no sentence stands behind its label",
                    remedy: "write the label, a blank and the sentence")
            }
            labels.append(String(line[..<end]))
            texts.append(String(line[line.index(after: end)...]))
        }
        let classes = Set(labels).count
        guard classes <= max(2, lines.count / 2), classes <= Self.mostClasses else {
            throw DataError(
                .badLabel, at: path, "\(classes) different words begin its \(lines.count) lines, too many for labels",
                remedy: "write the label, a blank and the sentence, or JSON lines with text and label")
        }
    }

    private mutating func readRecords(_ path: String) throws(DataError) {
        for record in try ExampleFile(path).records {
            let record = ExampleRecord(place: record.place, value: record.value)
            var text = try record.text("text")
            if text == nil { text = try record.text("sentence") }
            guard let text else {
                throw record.problem("there is no 'text'", remedy: "write an object with text and label")
            }
            switch record.value["label"] {
            case .text(let label)?: labels.append(label)
            case .number(let label)?: labels.append(label)
            case .bool(let label)?: labels.append("\(label)")
            default: throw record.problem("there is no 'label'", remedy: "write an object with text and label")
            }
            texts.append(text)
        }
        let classes = Set(labels).count
        guard classes <= Self.mostClasses else {
            throw DataError(
                .badLabel, at: path, "it has \(classes) labels, at most \(Self.mostClasses) are classes",
                remedy: "give labels that come again")
        }
    }

    private static let mostClasses = 10_000

    /// Those at some places.
    func part(_ places: some Sequence<Int>) -> LabelledSentences {
        var part = self
        part.texts = places.map { texts[$0] }
        part.labels = places.map { labels[$0] }
        return part
    }

    /// The names of the classes, in order.
    var classes: [String] { Set(labels).sorted() }
}
