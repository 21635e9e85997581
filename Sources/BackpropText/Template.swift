/// Where special tokens stand around a text, or around two of them.
struct Template: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case special([Int], type: Int)
        /// The first text, or the second one.
        case text(isSecond: Bool, type: Int)
    }

    /// Nothing is added; the second text has type 1.
    static let plain = Template(
        single: [.text(isSecond: false, type: 0)],
        pair: [.text(isSecond: false, type: 0), .text(isSecond: true, type: 1)])

    var single: [Part]
    var pair: [Part]

    static func specialCount(_ parts: [Part]) -> Int {
        parts.reduce(0) { if case .special(let ids, _) = $1 { $0 + ids.count } else { $0 } }
    }

    static func fill(_ parts: [Part], _ first: [Int], _ second: [Int]) -> (ids: [Int], types: [Int]) {
        var result: (ids: [Int], types: [Int]) = ([], [])
        for part in parts {
            switch part {
            case .special(let ids, let type):
                result.ids += ids
                result.types += [Int](repeating: type, count: ids.count)
            case .text(let isSecond, let type):
                let ids = isSecond ? second : first
                result.ids += ids
                result.types += [Int](repeating: type, count: ids.count)
            }
        }
        return result
    }
}
