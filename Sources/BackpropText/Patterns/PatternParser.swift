import BackpropFiles

/// Reads a regular expression as far as tokenizers use them, in Oniguruma's spelling: alternatives, groups, classes of
/// characters, categories, repetitions of one class or character, and a look ahead. What else there is, is refused by name.
struct PatternParser {
    indirect enum Node: Equatable {
        case set(ScalarSet)
        case sequence([Node])
        case choice([Node])
        /// A set, `least` to `most` times.
        case loop(ScalarSet, least: Int, most: Int, Greed)
        /// Once or not at all.
        case optional(Node, Greed)
        case look(Node, isNegative: Bool)
        case atomic(Node)
    }

    enum Greed: Equatable { case greedy, lazy, possessive }

    private let text: [Unicode.Scalar]
    private var place = 0
    private var ignoresCase = false
    private var depth = 0

    private typealias Problem = FormatProblem
    private static let maximumDepth = 32

    private init(_ text: String) { self.text = Array(text.unicodeScalars) }

    static func parse(_ text: String) throws(FormatProblem) -> Node {
        guard text.utf8.count <= 1 << 16 else {
            throw FormatProblem("a pattern has more than \(1 << 16) bytes", reason: .tooLarge)
        }
        var parser = PatternParser(text)
        let node = try parser.alternatives()
        guard parser.place == parser.text.count else { throw parser.unknown("a ')' too many") }
        return node
    }

    private var next: Unicode.Scalar? { place < text.count ? text[place] : nil }

    private mutating func accept(_ word: String) -> Bool {
        let scalars = Array(word.unicodeScalars)
        guard text[place...].starts(with: scalars) else { return false }
        place += scalars.count
        return true
    }

    private func unknown(_ what: String) -> FormatProblem {
        FormatProblem(
            "the pattern \(Wording.quoted(String(String.UnicodeScalarView(text)), limit: 60)) has \(what) at character \(place), "
                + "which is not known", remedy: "use a tokenizer with one of the usual patterns")
    }

    private mutating func alternatives() throws(FormatProblem) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw unknown("groups too deep in each other") }
        var choices = [try sequence()]
        while accept("|") { choices.append(try sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(FormatProblem) -> Node {
        var nodes: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try repeated(try atom())) }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func atom() throws(FormatProblem) -> Node {
        switch next! {
        case "(": return try group()
        case "[":
            place += 1
            return .set(try characterClass())
        case "\\": return .set(try escape())
        case ".":
            place += 1
            return .set(ScalarSet([], 0x0A...0x0A, inverted: true))
        case "*", "+", "?", "{", "^", "$": throw unknown("'\(next!)'")
        default:
            defer { place += 1 }
            return .set(single(next!))
        }
    }

    /// One character, or all that it stands for where case is ignored.
    private func single(_ scalar: Unicode.Scalar) -> ScalarSet {
        var values = [scalar.value]
        if ignoresCase, scalar.isASCII, scalar.properties.isAlphabetic {
            values = [scalar.value, scalar.value ^ 0x20]
            // The long s and the sign of Kelvin are other forms of these letters.
            if scalar == "s" || scalar == "S" { values.append(0x17F) }
            if scalar == "k" || scalar == "K" { values.append(0x212A) }
        }
        var set = ScalarSet()
        set.ranges = values.map { $0...$0 }
        set.complete()
        return set
    }

    private mutating func group() throws(FormatProblem) -> Node {
        let before = ignoresCase
        defer { ignoresCase = before }
        var wrap: (Node) -> Node = { $0 }
        if accept("(?:") {
        } else if accept("(?i:") {
            ignoresCase = true
        } else if accept("(?=") {
            wrap = { .look($0, isNegative: false) }
        } else if accept("(?!") {
            wrap = { .look($0, isNegative: true) }
        } else if accept("(?>") {
            wrap = { .atomic($0) }
        } else if accept("(?") {
            throw unknown("a group of another kind")
        } else {
            place += 1
        }
        let inside = try alternatives()
        guard accept(")") else { throw unknown("no ')'") }
        return wrap(inside)
    }

    private mutating func repeated(_ node: Node) throws(FormatProblem) -> Node {
        var (least, most) = (1, 1)
        switch next {
        case "*": (least, most) = (0, .max)
        case "+": (least, most) = (1, .max)
        case "?": (least, most) = (0, 1)
        case "{":
            place += 1
            guard let low = count() else { throw unknown("'{' without a number") }
            var high: Int? = low
            if accept(",") { high = next == "}" ? .max : count() }
            guard let high, high >= low, high > 0, next == "}" else { throw unknown("a wrong number of repetitions") }
            (least, most) = (low, high)
        default: return node
        }
        place += 1
        let greed: Greed = accept("?") ? .lazy : accept("+") ? .possessive : .greedy
        if let next, "*+?{".unicodeScalars.contains(next) { throw unknown("repetitions of repetitions") }
        if case .set(let set) = node { return .loop(set, least: least, most: most, greed) }
        guard (least, most) == (0, 1) else { throw unknown("a group that is repeated") }
        return greed == .possessive ? .atomic(.optional(node, .greedy)) : .optional(node, greed)
    }

    private mutating func count() -> Int? {
        var value: Int?
        while let digit = next, ("0"..."9").contains(digit), (value ?? 0) < 10_000 {
            value = 10 * (value ?? 0) + Int(digit.value - 48)
            place += 1
        }
        return value
    }

    /// What stands between brackets, and the one that closes it.
    private mutating func characterClass() throws(FormatProblem) -> ScalarSet {
        var set = ScalarSet()
        set.isInverted = accept("^")
        var isFirst = true
        while true {
            guard let scalar = next else { throw unknown("no ']'") }
            if scalar == "]", !isFirst { break }
            isFirst = false
            if scalar == "[" { throw unknown("a class within a class") }
            if accept("&&") { throw unknown("'&&'") }
            let first: ScalarSet
            if scalar == "\\" {
                first = try escape()
            } else {
                place += 1
                first = single(scalar)
            }
            guard next == "-", place + 1 < text.count, text[place + 1] != "]", let low = first.only else {
                set.formUnion(first)
                continue
            }
            place += 1
            guard let bound = next else { throw unknown("no ']'") }
            let last: ScalarSet
            if bound == "\\" {
                last = try escape()
            } else {
                place += 1
                last = single(bound)
            }
            guard let high = last.only, high >= low else { throw unknown("a range that ends before it begins") }
            set.ranges.append(low...high)
            if ignoresCase { try addOtherCase(of: low...high, to: &set) }
        }
        place += 1
        set.complete()
        return set
    }

    private func addOtherCase(of range: ClosedRange<UInt32>, to set: inout ScalarSet) throws(FormatProblem) {
        guard range.upperBound < 128 else { throw unknown("a range of other letters whose case is ignored") }
        for value in range {
            if let scalar = Unicode.Scalar(value) { set.formUnion(single(scalar)) }
        }
    }

    private mutating func escape() throws(FormatProblem) -> ScalarSet {
        place += 1
        guard let kind = next else { throw unknown("a '\\' at its end") }
        place += 1
        switch kind {
        case "s": return .space
        case "S": return .notSpace
        case "d": return .digit
        case "D": return .notDigit
        case "w": return .patternWord
        case "n": return single("\n")
        case "r": return single("\r")
        case "t": return single("\t")
        case "f": return single("\u{C}")
        case "v": return single("\u{B}")
        case "p", "P": return try category(isNegative: kind == "P")
        case "u", "x":
            let isBraced = accept("{")
            let start = place, limit = isBraced ? 8 : kind == "u" ? 4 : 2
            while let digit = next, digit.isASCII, Character(digit).isHexDigit, place - start < limit { place += 1 }
            let digits = String(String.UnicodeScalarView(text[start..<place]))
            guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value), !isBraced || accept("}")
            else { throw unknown("a wrong number of a character") }
            return single(scalar)
        default:
            guard kind.isASCII, !kind.properties.isAlphabetic, !("0"..."9").contains(kind) else {
                throw unknown("'\\\(kind)'")
            }
            return single(kind)
        }
    }

    private mutating func category(isNegative: Bool) throws(FormatProblem) -> ScalarSet {
        var name = ""
        if accept("{") {
            while let scalar = next, scalar != "}", name.count < 40 {
                name.unicodeScalars.append(scalar)
                place += 1
            }
            guard accept("}") else { throw unknown("a category without '}'") }
        } else if let scalar = next {
            name = String(scalar)
            place += 1
        }
        let isOpposite = name.hasPrefix("^")
        guard let found = Category(named: isOpposite ? String(name.dropFirst()) : name) else {
            throw unknown("the category \(Wording.quoted(name))")
        }
        return ScalarSet(isNegative != isOpposite ? Category.all.subtracting(found) : found)
    }
}

extension ScalarSet {
    /// The only member of a set of one; nil for other sets.
    fileprivate var only: UInt32? {
        guard categories.isEmpty, !isInverted, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
