import BackpropData
import Yams

extension ModelDescription {
    /// The most bytes of a file that describes a network.
    static let largestFile = 64 << 10

    /// Reads a small YAML file, or a JSON file: `family` and sizes, or `layers`, a list.
    ///
    /// ```yaml
    /// family: cnn
    /// channels: [32, 64, 128]
    /// hidden: [128]
    /// dropout: 0.3
    /// ```
    ///
    /// ```yaml
    /// layers:
    ///   - conv: {channels: 32, kernel: 5}
    ///   - pool: 2
    ///   - norm
    ///   - relu
    ///   - flatten
    ///   - linear: 128
    ///   - relu
    /// ```
    ///
    /// The last layer, with as many units as there are outputs, is added where it is not listed.
    ///
    /// - Throws: `DataError` where the path is no readable file, and `TrainError` for what is in it, in one line that names
    ///   the line of the file.
    package init(yaml path: String) throws {
        let bytes = try FileBytes(mapping: path, expecting: "YAML")
        guard bytes.count <= Self.largestFile else {
            throw TrainError(
                .tooLarge, at: path,
                "\(bytes.count) bytes, and the description of a network has at most \(Self.largestFile)",
                remedy: "give a YAML file with family and sizes, or with layers")
        }
        guard let text = String(validating: bytes.buffer, as: UTF8.self) else {
            throw TrainError(.badOption, at: path, "it is no UTF-8 text", remedy: "write it as UTF-8")
        }
        try self.init(yaml: text, at: path)
    }

    /// Reads text; `place` is what errors call it.
    init(yaml text: String, at place: String) throws(TrainError) {
        try self.init(try DescriptionNode(yaml: text, at: place), at: place)
    }
}

extension DescriptionNode {
    /// Brackets and dashes inside of each other beyond which nothing is read.
    private static let deepest = 32

    init(yaml text: String, at place: String) throws(TrainError) {
        try Self.checkStructure(of: text, place)
        let found: Node?
        do {
            found = try Yams.compose(yaml: text, .basic)
        } catch {
            throw Self.syntaxError(error, place)
        }
        guard let found else {
            throw TrainError(
                .badOption, at: place, "it is empty", remedy: "give keys, such as family: mlp and hidden: [128, 64]")
        }
        try self.init(found, place)
    }

    private init(_ node: Node, _ place: String) throws(TrainError) {
        let line = node.mark?.line
        switch node {
        case .scalar(let scalar): self.init(.scalar(scalar.string), line: line)
        case .sequence(let items):
            var list: [DescriptionNode] = []
            for item in items { list.append(try DescriptionNode(item, place)) }
            self.init(.list(list), line: line)
        case .mapping(let pairs):
            var entries: [Entry] = []
            for (key, value) in pairs {
                guard case .scalar(let name) = key else {
                    throw DescriptionReader.error(place, key.mark?.line, "a key is no word", "give keys such as hidden")
                }
                entries.append(
                    Entry(key: name.string, line: key.mark?.line, value: try DescriptionNode(value, place)))
            }
            self.init(.map(entries), line: line)
        case .alias:
            throw DescriptionReader.error(place, line, "an alias (*) stands there", "write the value itself")
        }
    }

    /// Refuses what a short text can make long or deep of: the parser calls itself for each level, and compares keys.
    private static func checkStructure(of text: String, _ place: String) throws(TrainError) {
        var open = 0
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            var nested = 0, before = UInt8(ascii: " ")
            for byte in line.utf8 {
                if byte == UInt8(ascii: "#"), before == UInt8(ascii: " ") || before == UInt8(ascii: "\t") { break }
                switch byte {
                case UInt8(ascii: "["), UInt8(ascii: "{"): open += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): open = max(0, open - 1)
                case UInt8(ascii: " ") where "-?:".utf8.contains(before): nested += 1
                case UInt8(ascii: "&"), UInt8(ascii: "*"):
                    throw DescriptionReader.error(
                        place, index + 1, "an anchor (&) or an alias (*) stands there", "write the value itself")
                default: break
                }
                before = byte
            }
            guard max(open, nested) <= deepest else {
                throw DescriptionReader.error(
                    place, index + 1, "lists lie more than \(deepest) deep in each other",
                    "close them; a network needs two levels")
            }
        }
    }

    private static func syntaxError(_ error: any Error, _ place: String) -> TrainError {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            return DescriptionReader.error(place, mark.line, "it is no YAML: \(problem)", "correct that line")
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            return DescriptionReader.error(
                place, context.mark.line, "a key comes twice: \(Wording.list(duplicates.sorted()))",
                "keep one of them")
        default: return TrainError(.badOption, at: place, "it is no YAML", remedy: "write it as key: value, one a line")
        }
    }
}
