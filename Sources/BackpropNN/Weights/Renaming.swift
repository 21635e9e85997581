import Backprop
import BackpropFiles

/// How names of a file become names of a model.
///
/// As a literal it is a list of names, or of beginnings of names that end at a dot; the longest that fits counts. A name or a
/// beginning becomes another one, `nil` leaves the tensor out, and an empty text takes the beginning away:
///
/// ```swift
/// try model.load(from: path, renaming: ["encoder": "layers.0", "module": "", "head": nil], isStrict: false)
/// ```
public struct Renaming: Sendable, ExpressibleByDictionaryLiteral {
    /// Nil leaves a tensor out.
    private let rule: @Sendable (String) -> String?
    /// The beginnings of a list.
    private let beginnings: [String]

    /// A rule for each name of the file; `nil` leaves the tensor out.
    public init(_ rule: @escaping @Sendable (String) -> String?) { (self.rule, beginnings) = (rule, []) }

    /// Beginnings of names and what they become. One that is given twice stops it.
    public init(dictionaryLiteral pairs: (String, String?)...) { self.init(pairs) }

    /// Beginnings of names and what they become.
    public init(_ names: [String: String?]) { self.init(names.map { ($0.key, $0.value) }) }

    private init(_ pairs: [(String, String?)]) {
        let pairs = pairs.map { (Self.withoutDot($0.0), $0.1.map(Self.withoutDot)) }
        let names = Dictionary(pairs) { _, last in last }
        require(names.count == pairs.count, "Renaming: a beginning of names is given twice in \(pairs.map(\.0))")
        beginnings = names.keys.sorted()
        rule = { name in
            guard let (start, rest) = Self.longest(of: names, in: name) else { return name }
            guard let new = names[start]! else { return nil }
            return new.isEmpty || rest.isEmpty ? new + rest : new + "." + rest
        }
    }

    /// Names stay as they are.
    public static let none = Renaming([:] as [String: String?])

    /// What becomes of a name; nil where it is left out.
    public func callAsFunction(_ name: String) -> String? { rule(name) }

    /// The beginnings of a list that no name has: misspelled ones.
    func unused(by names: [String]) -> [String] {
        beginnings.filter { start in !names.contains { $0 == start || $0.hasPrefix(start + ".") } }
    }

    private static func withoutDot(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }

    /// The longest beginning of a name among some, and what follows its dot.
    private static func longest(of names: [String: String?], in name: String) -> (start: String, rest: String)? {
        if names.keys.contains(name) { return (name, "") }
        var start = name[...]
        while let dot = start.lastIndex(of: ".") {
            start = start[..<dot]
            if names.keys.contains(String(start)) { return (String(start), String(name[name.index(after: dot)...])) }
        }
        return nil
    }
}
