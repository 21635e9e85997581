/// Holds back what may be the beginning of a text that ends a generation.
struct StopWords {
    private let words: [String]
    private var held = ""
    /// Whether one was there.
    private(set) var hasStopped = false

    init(_ words: [String]) { self.words = words.filter { !$0.isEmpty } }

    /// What is certain once `piece` has come: what stands in front of a word, or all but an ending that may become one.
    mutating func next(_ piece: String) -> String {
        if words.isEmpty { return piece }
        held += piece
        // By scalars: a letter may still get an accent.
        let scalars = Array(held.unicodeScalars)
        var end: Int?
        for word in words.map({ Array($0.unicodeScalars) }) where word.count <= scalars.count {
            let limit = min(scalars.count - word.count, end ?? .max)
            if let place = (0...limit).first(where: { scalars[$0..<($0 + word.count)].elementsEqual(word) }) {
                end = min(end ?? place, place)
            }
        }
        if let end {
            hasStopped = true
            held = ""
            return Self.text(scalars[..<end])
        }
        let kept = words.map { Self.overlap(scalars, Array($0.unicodeScalars)) }.max() ?? 0
        held = Self.text(scalars.suffix(kept))
        return Self.text(scalars.dropLast(kept))
    }

    /// What was held back, when nothing comes any more.
    mutating func finish() -> String {
        defer { held = "" }
        return held
    }

    /// How many of the last scalars are the first of a word.
    private static func overlap(_ scalars: [Unicode.Scalar], _ word: [Unicode.Scalar]) -> Int {
        (0..<word.count).reversed().first { scalars.suffix($0).elementsEqual(word.prefix($0)) && $0 <= scalars.count }
            ?? 0
    }

    private static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
