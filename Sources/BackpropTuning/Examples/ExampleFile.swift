import BackpropFiles

/// Records of a file that is one JSON list, or has one JSON object on each line.
struct ExampleFile {
    let path: String
    /// Each with what messages call its place.
    let records: [(place: String, value: JSONValue)]

    /// - Throws: `DataError` where the file cannot be read, or is neither.
    init(_ path: String) throws(DataError) {
        self.path = path
        let size = try FileSystem.size(ofFile: path, expecting: "JSON lines")
        guard size <= Self.mostBytes else {
            throw DataError(
                .tooLarge, at: path, "\(size) bytes, the limit is \(Self.mostBytes)", remedy: "split the file")
        }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch { throw DataError(error) }
        let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
        if bytes.first(where: { !blanks.contains($0) }) == UInt8(ascii: "[") {
            let whole: JSONValue
            do throws(FormatProblem) { whole = try JSONValue(bytes, subject: "the file") } catch {
                throw error.at(path)
            }
            records = (whole.list ?? []).enumerated().map { ("\(path), record \($0 + 1)", $1) }
        } else {
            var records: [(String, JSONValue)] = []
            for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
            where !line.allSatisfy(blanks.contains) {
                let place = "\(path), line \(index + 1)"
                do throws(FormatProblem) {
                    records.append((place, try JSONValue(Array(line), subject: "the line")))
                } catch { throw error.at(place) }
            }
            self.records = records
        }
        guard !records.isEmpty else {
            throw DataError(.empty, at: path, "there is no record in it", remedy: "give a file with examples")
        }
    }

    private static let mostBytes = 1 << 30
}

/// One record, with errors that say where it is.
struct ExampleRecord {
    let place: String
    let value: JSONValue

    /// The text of a key; nil where there is none.
    func text(_ key: String) throws(DataError) -> String? {
        switch value[key] {
        case .text(let text)?: return text
        case nil, .null?: return nil
        default: throw problem("'\(key)' is no text", remedy: "write text in quotation marks")
        }
    }

    func problem(_ found: String, remedy: String) -> DataError {
        DataError(.badFormat, at: place, found, remedy: remedy)
    }

    /// What the record asks for: `messages` or `prompt` as a list of turns, `prompt`, or `instruction` with its `input`; nil
    /// where it does not ask.
    func prompt() throws(DataError) -> [ChatTurn]? {
        if case .list = value["prompt"] { return try turns("prompt") }
        if let prompt = try text("prompt") { return [ChatTurn(.user, prompt)] }
        guard let instruction = try text("instruction") else { return nil }
        let input = try text("input") ?? ""
        return [ChatTurn(.user, input.isEmpty ? instruction : instruction + "\n" + input)]
    }

    /// A list of objects with a `role` and a `content`.
    func turns(_ key: String) throws(DataError) -> [ChatTurn]? {
        guard let list = value[key]?.list else { return nil }
        var turns: [ChatTurn] = []
        for element in list {
            guard let role = (element["role"]?.text).flatMap({ ChatTurn.Role(rawValue: $0) }),
                let text = element["content"]?.text
            else {
                throw problem(
                    "'\(key)' has an element that is no turn",
                    remedy: "write objects with a role (system, user or assistant) and a content")
            }
            turns.append(ChatTurn(role, text))
        }
        return turns
    }
}
