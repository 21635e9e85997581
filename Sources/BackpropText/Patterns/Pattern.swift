import BackpropFiles

/// A regular expression, ready to be looked for in UTF-8.
///
/// Alternatives are tried from left to right and repetitions are given back one by one, as in Oniguruma, so that the same pieces
/// are found. Only sets are repeated, so the depth of calls is that of the pattern whatever the text.
struct Pattern: Sendable {
    private enum Step: Sendable {
        case set(Int)
        case loop(Int, least: Int, most: Int, PatternParser.Greed)
        /// Where the alternatives begin.
        case choice([Int])
        case jump(Int)
        /// The steps from here to the next `done`, which must or must not match; it goes on elsewhere.
        case look(isNegative: Bool, next: Int)
        case atomic(next: Int)
        case done
    }

    private var steps: [Step] = []
    private var sets: [ScalarSet] = []
    /// For each first byte, which of the alternatives at the top it may begin, one bit each. Empty where there are too many.
    private var beginnings: [UInt64] = []
    /// As it was given.
    let text: String

    private static let maximumSteps = 4096

    /// - Throws: `FormatProblem` where it has what is not known, or matches nothing at all.
    init(_ text: String) throws(FormatProblem) {
        self.text = text
        let node = try PatternParser.parse(text)
        guard !Self.mayBeEmpty(node) else {
            throw FormatProblem(
                "the pattern \(Wording.quoted(text)) may match nothing",
                remedy: "use a tokenizer with one of the usual patterns")
        }
        add(node)
        steps.append(.done)
        guard steps.count <= Self.maximumSteps else {
            throw FormatProblem("the pattern \(Wording.quoted(text)) is too long", reason: .tooLarge)
        }
        guard case .choice(let starts) = steps[0], case .choice(let nodes) = node, starts.count <= 64 else { return }
        beginnings = [UInt64](repeating: 0, count: 256)
        for (place, node) in nodes.enumerated() {
            for (byte, isFirst) in Self.firstBytes(node).enumerated() where isFirst {
                beginnings[byte] |= 1 << UInt64(place)
            }
        }
    }

    private static func mayBeEmpty(_ node: PatternParser.Node) -> Bool {
        switch node {
        case .set: false
        case .sequence(let nodes): nodes.allSatisfy(mayBeEmpty)
        case .choice(let nodes): nodes.contains(where: mayBeEmpty)
        case .loop(_, let least, _, _): least == 0
        case .optional, .look: true
        case .atomic(let node): mayBeEmpty(node)
        }
    }

    private static func firstBytes(_ node: PatternParser.Node) -> [Bool] {
        switch node {
        case .set(let set), .loop(let set, _, _, _): return set.firstBytes
        case .choice(let nodes):
            return nodes.reduce([Bool](repeating: false, count: 256)) { zip($0, firstBytes($1)).map { $0 || $1 } }
        case .atomic(let node), .optional(let node, _): return firstBytes(node)
        case .look: return [Bool](repeating: true, count: 256)
        case .sequence(let nodes):
            var result = [Bool](repeating: false, count: 256)
            for node in nodes {
                if case .look = node { continue }
                result = zip(result, firstBytes(node)).map { $0 || $1 }
                if !mayBeEmpty(node) { break }
            }
            return result
        }
    }

    private mutating func place(of set: ScalarSet) -> Int {
        if let found = sets.firstIndex(of: set) { return found }
        sets.append(set)
        return sets.count - 1
    }

    private mutating func add(_ node: PatternParser.Node) {
        switch node {
        case .set(let set): steps.append(.set(place(of: set)))
        case .loop(let set, let least, let most, let greed):
            steps.append(.loop(place(of: set), least: least, most: most, greed))
        case .sequence(let nodes): for node in nodes { add(node) }
        case .choice(let nodes): addChoice(nodes)
        case .optional(let node, let greed): addChoice(greed == .lazy ? [.sequence([]), node] : [node, .sequence([])])
        case .look(let node, let isNegative):
            let start = steps.count
            steps.append(.done)
            add(node)
            steps.append(.done)
            steps[start] = .look(isNegative: isNegative, next: steps.count)
        case .atomic(let node):
            let start = steps.count
            steps.append(.done)
            add(node)
            steps.append(.done)
            steps[start] = .atomic(next: steps.count)
        }
    }

    private mutating func addChoice(_ nodes: [PatternParser.Node]) {
        let start = steps.count
        var starts: [Int] = [], ends: [Int] = []
        steps.append(.done)
        for node in nodes {
            starts.append(steps.count)
            add(node)
            ends.append(steps.count)
            steps.append(.done)
        }
        steps[start] = .choice(starts)
        for end in ends { steps[end] = .jump(steps.count) }
    }

    /// Where a match ends that begins at `start`; -1 where there is none.
    func match(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        guard start < end else { return -1 }
        return steps.withUnsafeBufferPointer { steps in
            sets.withUnsafeBufferPointer { sets in
                let machine = Machine(bytes: bytes, end: end, steps: steps, sets: sets)
                guard !beginnings.isEmpty, case .choice(let starts) = steps[0] else { return machine.run(0, start) }
                var open = beginnings[Int(bytes[start])]
                while open != 0 {
                    let found = machine.run(starts[open.trailingZeroBitCount], start)
                    if found >= 0 { return found }
                    open &= open - 1
                }
                return -1
            }
        }
    }

    private struct Machine {
        let bytes: UnsafePointer<UInt8>
        let end: Int
        let steps: UnsafeBufferPointer<Step>
        let sets: UnsafeBufferPointer<ScalarSet>

        func run(_ step: Int, _ place: Int) -> Int {
            var (step, place) = (step, place)
            while true {
                switch steps[step] {
                case .done: return place
                case .jump(let target): step = target
                case .set(let set):
                    guard place < end else { return -1 }
                    let (value, length) = scalar(bytes, place)
                    guard sets[set].contains(value) else { return -1 }
                    place += length
                    step += 1
                case .choice(let starts):
                    for start in starts {
                        let found = run(start, place)
                        if found >= 0 { return found }
                    }
                    return -1
                case .look(let isNegative, let next):
                    guard (run(step + 1, place) >= 0) != isNegative else { return -1 }
                    step = next
                case .atomic(let next):
                    place = run(step + 1, place)
                    guard place >= 0 else { return -1 }
                    step = next
                case .loop(let set, let least, let most, .lazy):
                    return lazy(set, least: least, most: most, step, place)
                case .loop(let set, let least, let most, let greed):
                    let start = place
                    var count = 0
                    while count < most, place < end {
                        let (value, length) = scalar(bytes, place)
                        guard sets[set].contains(value) else { break }
                        place += length
                        count += 1
                    }
                    guard count >= least else { return -1 }
                    step += 1
                    if greed == .possessive || count == least { continue }
                    if case .done = steps[step] { return place }
                    if case .jump(let target) = steps[step], case .done = steps[target] { return place }
                    while true {
                        let found = run(step, place)
                        if found >= 0 || count == least || place == start { return found }
                        place = scalarStart(bytes, before: place)
                        count -= 1
                    }
                }
            }
        }

        private func lazy(_ set: Int, least: Int, most: Int, _ step: Int, _ start: Int) -> Int {
            var place = start, count = 0
            while true {
                if count >= least {
                    let found = run(step + 1, place)
                    if found >= 0 { return found }
                }
                guard count < most, place < end else { return -1 }
                let (value, length) = scalar(bytes, place)
                guard sets[set].contains(value) else { return -1 }
                place += length
                count += 1
            }
        }
    }
}
