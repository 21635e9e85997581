import BackpropData

/// A value of YAML or JSON, and where it stands.
struct DescriptionNode: Equatable {
    indirect enum Content: Equatable {
        case scalar(String)
        case list([DescriptionNode])
        case map([Entry])
    }

    struct Entry: Equatable {
        let key: String
        /// The line of the key, from 1; nil where there are no lines.
        let line: Int?
        let value: DescriptionNode
    }

    let content: Content
    /// From 1; nil where there are no lines.
    let line: Int?

    init(_ content: Content, line: Int? = nil) { (self.content, self.line) = (content, line) }

    static func scalar(_ value: some CustomStringConvertible) -> DescriptionNode {
        DescriptionNode(.scalar(value.description))
    }
    static func list(_ values: [some CustomStringConvertible]) -> DescriptionNode {
        DescriptionNode(.list(values.map { .scalar($0) }))
    }
    static func map(_ values: [(String, DescriptionNode?)]) -> DescriptionNode {
        DescriptionNode(
            .map(values.compactMap { key, value in value.map { Entry(key: key, line: nil, value: $0) } }))
    }

    /// As an error shows it.
    var words: String {
        switch content {
        case .scalar(let text): text.isEmpty ? "nothing" : Wording.quoted(text)
        case .list: "a list"
        case .map: "a group of keys"
        }
    }
}

extension DescriptionNode: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        line = nil
        if let fields = try? decoder.container(keyedBy: Key.self) {
            content = .map(
                try fields.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                    Entry(
                        key: $0.stringValue, line: nil, value: try fields.decode(DescriptionNode.self, forKey: $0))
                })
        } else if var items = try? decoder.unkeyedContainer() {
            var list: [DescriptionNode] = []
            while !items.isAtEnd { list.append(try items.decode(DescriptionNode.self)) }
            content = .list(list)
        } else {
            let value = try decoder.singleValueContainer()
            if let bool = try? value.decode(Bool.self) {
                content = .scalar("\(bool)")
            } else if let integer = try? value.decode(Int.self) {
                content = .scalar("\(integer)")
            } else if let number = try? value.decode(Double.self) {
                content = .scalar("\(number)")
            } else {
                content = .scalar(value.decodeNil() ? "" : try value.decode(String.self))
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch content {
        case .map(let entries):
            var fields = encoder.container(keyedBy: Key.self)
            for entry in entries { try fields.encode(entry.value, forKey: Key(stringValue: entry.key)) }
        case .list(let items):
            var list = encoder.unkeyedContainer()
            for item in items { try list.encode(item) }
        case .scalar(let text):
            var value = encoder.singleValueContainer()
            if let bool = Bool(text) {
                try value.encode(bool)
            } else if let integer = Int(text) {
                try value.encode(integer)
            } else if let number = Double(text), number.isFinite {
                try value.encode(number)
            } else {
                try value.encode(text)
            }
        }
    }
}
