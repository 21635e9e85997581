/// What an equation of `einsum` says about its operands: a label for every axis, and which labels the result has.
///
/// Letters are labels of axes; `...` stands for axes that are aligned at their ends and get labels of their own.
struct EinsumExpression {
    /// A letter, or the place of an axis of `...` counted from its end.
    enum Label: Hashable, Comparable, CustomStringConvertible {
        case ellipsis(Int)
        case letter(Character)

        var description: String {
            switch self {
            case .ellipsis(let place): "axis \(-1 - place) of ..."
            case .letter(let letter): "\(letter)"
            }
        }
    }

    /// The labels of each operand's axes.
    let operands: [[Label]]
    let result: [Label]
    /// The extent of every label; where operands disagree, one of them has extent one and broadcasts.
    let extents: [Label: Int]

    init(_ equation: String, shapes: [[Int]], file: StaticString, line: UInt) {
        func requireValid(_ condition: Bool, _ reason: @autoclosure () -> String) {
            require(condition, "einsum \"\(equation)\" of \(shapes): \(reason())", file: file, line: line)
        }
        let text = equation.filter { !$0.isWhitespace }
        let sides = text.split(separator: "->", omittingEmptySubsequences: false).map(String.init)
        requireValid(sides.count <= 2, "more than one arrow")
        let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        requireValid(terms.count == shapes.count, "\(terms.count) terms for \(shapes.count) operands")

        var operands: [[Label]] = []
        var extents: [Label: Int] = [:]
        for (term, shape) in zip(terms, shapes) {
            let (before, after) = EinsumExpression.letters(of: term)
            requireValid(
                (before + (after ?? [])).allSatisfy(\.isLetter),
                "\"\(term)\" holds something else than letters and \"...\"")
            let named = before.count + (after?.count ?? 0)
            requireValid(
                after == nil ? named == shape.count : named <= shape.count,
                "\"\(term)\" does not fit \(shape.count) axes")
            let free = (0..<(shape.count - named)).reversed().map(Label.ellipsis)
            let labels = before.map(Label.letter) + free + (after ?? []).map(Label.letter)
            for (label, extent) in zip(labels, shape) {
                let known = extents[label] ?? 1
                requireValid(
                    known == 1 || extent == 1 || known == extent, "\(label) has extents \(known) and \(extent)")
                extents[label] = known == 1 ? extent : known
            }
            operands.append(labels)
        }
        let free = extents.keys.filter { if case .ellipsis = $0 { true } else { false } }.sorted().reversed()
        if sides.count == 2 {
            let (before, after) = EinsumExpression.letters(of: sides[1])
            result = before.map(Label.letter) + (after == nil ? [] : Array(free)) + (after ?? []).map(Label.letter)
            requireValid(Set(result).count == result.count, "the result names an axis twice")
            requireValid(result.allSatisfy { extents[$0] != nil }, "the result names an axis that no operand has")
        } else {
            // Letters that appear once, in the order of the alphabet.
            let all = operands.joined()
            let once = extents.keys.filter { label in
                if case .letter = label { all.lazy.filter { $0 == label }.count == 1 } else { false }
            }
            result = Array(free) + once.sorted()
        }
        self.operands = operands
        self.extents = extents
    }

    /// The letters before and after `...`; nil for the latter where there is no `...`.
    private static func letters(of term: String) -> ([Character], [Character]?) {
        let parts = term.split(separator: "...", maxSplits: 1, omittingEmptySubsequences: false)
        return (Array(parts[0]), parts.count > 1 ? Array(parts[1]) : nil)
    }
}
