import BackpropData
import BackpropNN

/// Takes the keys of a group one by one, and says what is wrong in one line that names the place.
struct DescriptionReader {
    /// What is described, for messages: "a cnn", "conv".
    private let subject: String
    private let place: String
    private let entries: [DescriptionNode.Entry]
    private var known: [String] = []

    /// - Throws: `TrainError` where the node is no group of keys, or a key comes twice.
    init(_ node: DescriptionNode, of subject: String, at place: String) throws(TrainError) {
        guard case .map(let entries) = node.content else {
            throw Self.error(place, node.line, "\(subject) is \(node.words)", "give keys, such as hidden: [128, 64]")
        }
        (self.subject, self.place, self.entries) = (subject, place, entries)
        var seen: Set<String> = []
        for entry in entries where !seen.insert(Self.plain(entry.key)).inserted {
            throw Self.error(place, entry.line, "the key \(Wording.quoted(entry.key)) comes twice", "keep one of them")
        }
    }

    /// The value of a key; nil where it is not there.
    mutating func node(_ key: String) -> DescriptionNode? {
        known.append(key)
        return entries.first { Self.plain($0.key) == Self.plain(key) }?.value
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(TrainError) -> Int? {
        guard let node = node(key) else { return nil }
        return try integer(node, key, range)
    }

    /// Whole numbers; one alone stands for a list of it.
    mutating func integers(
        _ key: String, in range: ClosedRange<Int>, most: Int, allowsNone: Bool = false
    ) throws(TrainError) -> [Int]? {
        guard let node = node(key) else { return nil }
        guard case .list(let items) = node.content else { return [try integer(node, key, range)] }
        guard items.count <= most, allowsNone || !items.isEmpty else {
            throw wrong(node, key, "a list of \(items.count)", "\(allowsNone ? 0 : 1) to \(most) whole numbers")
        }
        var result: [Int] = []
        for item in items { result.append(try integer(item, key, range)) }
        return result
    }

    mutating func probability(_ key: String) throws(TrainError) -> Double? {
        guard let node = node(key) else { return nil }
        return try probability(node, key)
    }

    func probability(_ node: DescriptionNode, _ key: String) throws(TrainError) -> Double {
        guard case .scalar(let text) = node.content, let value = Double(text), value >= 0, value < 1 else {
            throw wrong(node, key, node.words, "a number from 0 to below 1, such as 0.2")
        }
        return value
    }

    mutating func bool(_ key: String) throws(TrainError) -> Bool? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let text) = node.content, let value = Bool(text.lowercased()) else {
            throw wrong(node, key, node.words, "true or false")
        }
        return value
    }

    /// One of several words, in any letter case.
    mutating func word(_ key: String, of words: [String]) throws(TrainError) -> String? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let text) = node.content,
            let word = words.first(where: { Self.plain($0) == Self.plain(text) })
        else { throw wrong(node, key, node.words, "one of \(words.joined(separator: ", "))") }
        return word
    }

    mutating func activation(_ key: String) throws(TrainError) -> Activation? {
        guard let node = node(key) else { return nil }
        return try activation(node, key)
    }

    func activation(_ node: DescriptionNode, _ key: String) throws(TrainError) -> Activation {
        guard case .scalar(let text) = node.content, let found = Activation(named: text) else {
            throw wrong(node, key, node.words, "one of \(Activation.named.map(\.rawValue).joined(separator: ", "))")
        }
        return found
    }

    func integer(_ node: DescriptionNode, _ key: String, _ range: ClosedRange<Int>) throws(TrainError) -> Int {
        guard case .scalar(let text) = node.content, let value = Int(text), range.contains(value) else {
            throw wrong(
                node, key, node.words, "whole numbers from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// - Throws: `TrainError` that names the first key that nobody asked for.
    func finish() throws(TrainError) {
        let wanted = Set(known.map(Self.plain))
        guard let entry = entries.first(where: { !wanted.contains(Self.plain($0.key)) }) else { return }
        throw Self.error(
            place, entry.line, "unknown key \(Wording.quoted(entry.key))",
            known.isEmpty
                ? "\(subject) has no keys" : "the keys of \(subject) are \(known.sorted().joined(separator: ", "))")
    }

    func wrong(_ node: DescriptionNode, _ key: String, _ found: String, _ wanted: String) -> TrainError {
        Self.error(place, node.line, "\(key) is \(found)", "give \(wanted)")
    }

    static func error(_ place: String, _ line: Int?, _ found: String, _ remedy: String) -> TrainError {
        TrainError(.badOption, at: line.map { "\(place), line \($0)" } ?? place, found, remedy: remedy)
    }

    /// Names are the same in any letter case, and with or without dashes.
    static func plain(_ name: String) -> String {
        String(name.lowercased().filter { $0 != "_" && $0 != "-" })
    }
}

extension Activation {
    /// Those that make sense between layers.
    static let named = allCases.filter { $0 != .softmax && $0 != .logSoftmax }

    /// The activation of that name, in any letter case.
    init?(named name: String) {
        let plain = DescriptionReader.plain(name)
        guard let found = Self.named.first(where: { $0.rawValue.lowercased() == plain }) else { return nil }
        self = found
    }
}
