import BackpropFiles

// Values of settings as JSON writes them.

extension JSONValue {
    static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

    /// The shortest text that is this number.
    static func real(_ value: Double) -> JSONValue { .number("\(value)") }

    /// An object with its members in the order of their names.
    static func sorted(_ members: [String: JSONValue]) -> JSONValue {
        .object(members.sorted { $0.key < $1.key }.map { Member($0.key, $0.value) })
    }

    /// How a value is shown in a message: short, on one line.
    var shown: String {
        switch self {
        case .text(let value): Wording.quoted(value)
        case .list(let elements): "a list of \(elements.count)"
        case .object: "an object"
        default: String(written.prefix(40))
        }
    }

    /// An object with each member on a line of its own.
    var lines: String {
        guard let members else { return written + "\n" }
        let lines = members.map { "  \(JSONText.quoted($0.key)): \($0.value.written)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    /// A file that is one value of at most so many bytes.
    ///
    /// - Throws: `DataError` where the file cannot be read, is longer, or is no JSON.
    static func read(_ path: String, limit: Int = 16 << 20) throws(DataError) -> JSONValue {
        let size = try FileSystem.size(ofFile: path, expecting: "JSON")
        guard size <= limit else {
            throw DataError(
                .tooLarge, at: path, "\(size) bytes of JSON, the limit is \(limit)",
                remedy: "check that this is the right file")
        }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch { throw DataError(error) }
        do throws(FormatProblem) {
            return try JSONValue(bytes, subject: "the file")
        } catch {
            throw error.at(path)
        }
    }
}
