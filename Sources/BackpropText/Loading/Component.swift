import BackpropFiles

/// An object of tokenizer.json whose settings are all known: what is not read is refused.
struct Component {
    let name: String
    private let value: JSONValue

    /// - Parameter keys: the settings that are known. One with another is refused, unless it says nothing (null).
    init(_ value: JSONValue, _ name: String, keys: Set<String>) throws(FormatProblem) {
        guard let members = value.members else { throw FormatProblem("\(name) is no object") }
        for member in members where !keys.contains(member.key) && member.value != .null {
            throw Self.unknown("the setting", member.key, of: name)
        }
        (self.value, self.name) = (value, name)
    }

    /// The kind of a component: its member "type".
    static func kind(of value: JSONValue, _ name: String) throws(FormatProblem) -> String {
        guard let kind = value["type"]?.text else { throw FormatProblem("\(name) has no 'type'") }
        return kind
    }

    static func unknown(_ what: String, _ key: String, of name: String) -> FormatProblem {
        FormatProblem(
            "\(what) \(Wording.quoted(key)) of \(name) is not known, and ids may depend on it", reason: .mismatch,
            remedy: "use a tokenizer without it")
    }

    subscript(key: String) -> JSONValue? { value[key] == .null ? nil : value[key] }

    private func wrong(_ key: String, _ what: String) -> FormatProblem {
        FormatProblem("'\(key)' of \(name) is no \(what)")
    }

    func bool(_ key: String, _ fallback: Bool) throws(FormatProblem) -> Bool {
        guard let found = self[key] else { return fallback }
        guard let value = found.bool else { throw wrong(key, "truth value") }
        return value
    }

    func text(_ key: String, _ fallback: String? = nil) throws(FormatProblem) -> String {
        guard let found = self[key] ?? fallback.map({ .text($0) }), let value = found.text else {
            throw wrong(key, "text")
        }
        return value
    }

    func integer(_ key: String, _ fallback: Int? = nil) throws(FormatProblem) -> Int {
        guard let found = self[key] else {
            guard let fallback else { throw wrong(key, "whole number") }
            return fallback
        }
        guard let value = found.integer else { throw wrong(key, "whole number") }
        return value
    }

    func list(_ key: String) throws(FormatProblem) -> [JSONValue] {
        guard let value = self[key]?.list else { throw wrong(key, "list") }
        return value
    }

    /// Refuses a setting whose value is another than the one that is known.
    func expect(_ key: String, _ known: JSONValue...) throws(FormatProblem) {
        guard let found = self[key], !known.contains(found) else { return }
        throw FormatProblem(
            "'\(key)' of \(name) is \(Wording.quoted(found.written)), known is \(known.map(\.written).joined(separator: ", "))",
            reason: .mismatch, remedy: "use a tokenizer without it")
    }
}
