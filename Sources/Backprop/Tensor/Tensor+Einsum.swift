/// Einstein's convention: the axes of each operand are named by letters, and elements are multiplied and added up over all
/// letters that the result does not have.
///
/// `"ij,jk->ik"` is a matrix product, `"ii->i"` a diagonal, `"...ij->...ji"` a transposition of the last two axes.
/// `...` stands for any number of axes, which broadcast. Without an arrow the result has the axes of `...` and the
/// letters that appear once, in alphabetical order. Spaces do not count. An axis of extent one broadcasts. Several operands
/// are contracted in pairs; the pair that leaves least comes first.
///
/// ```swift
/// einsum("ij,j->i", [Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1.0, 1])])  // [3, 7]
/// ```
public func einsum(
    _ equation: String, _ operands: [Tensor], file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(!operands.isEmpty, "einsum \"\(equation)\": no operands", file: file, line: line)
    let operands = castToMeet(operands)
    require(
        operands.allSatisfy { $0.dtype == operands[0].dtype && $0.dtype != .bool },
        "einsum \"\(equation)\": operands are \(operands.map { "\($0.dtype)\($0.shape)" }), not all numbers of one dtype",
        file: file, line: line)
    let expression = EinsumExpression(equation, shapes: operands.map(\.shape), file: file, line: line)
    var contraction = Contraction(expression, operands)
    return contraction.run()
}

/// Einstein's convention, with the operands one by one.
///
/// ```swift
/// einsum("i,j->ij", Tensor([1.0, 2]), Tensor([3.0, 4]))  // [3, 4, 6, 8]
/// ```
public func einsum(
    _ equation: String, _ operands: Tensor..., file: StaticString = #fileID, line: UInt = #line
) -> Tensor { einsum(equation, operands, file: file, line: line) }

/// The way from the operands of `einsum` to its result.
private struct Contraction {
    typealias Label = EinsumExpression.Label

    /// A tensor with a label for each axis, none of them twice.
    struct Term {
        var value: Tensor
        var labels: [Label]

        /// The axes in the order of the labels given, which are all.
        func ordered(_ order: [Label]) -> Tensor {
            Tensor(Node.transpose(value.node, order.map { labels.firstIndex(of: $0)! }))
        }
    }

    let result: [Label]
    let extents: [Label: Int]
    var terms: [Term]

    init(_ expression: EinsumExpression, _ operands: [Tensor]) {
        result = expression.result
        extents = expression.extents
        terms = zip(operands, expression.operands).map { operand, labels in
            Contraction.prepared(operand, labels, expression.extents)
        }
    }

    /// Repeated labels become diagonals, and axes that broadcast disappear.
    private static func prepared(_ operand: Tensor, _ labels: [Label], _ extents: [Label: Int]) -> Term {
        var term = Term(value: operand, labels: labels)
        for axis in term.labels.indices.reversed() where term.value.dim(axis) == 1 && extents[term.labels[axis]] != 1 {
            term.value = term.value.squeezed(axis: axis)
            term.labels.remove(at: axis)
        }
        while let second = term.labels.indices.first(where: { term.labels[..<$0].contains(term.labels[$0]) }) {
            let label = term.labels[second], first = term.labels.firstIndex(of: label)!
            term.value = term.value.diagonal(axes: (first, second))
            term.labels = term.labels.filter { $0 != label } + [label]
        }
        return term
    }

    mutating func run() -> Tensor {
        for index in terms.indices { reduce(index) }
        while terms.count > 1 {
            let (i, j) = cheapestPair()
            let product = contracted(i, j)
            terms.remove(at: j)
            terms.remove(at: i)
            terms.append(product)
        }
        let last = terms[0]
        // What every operand broadcasts is nowhere an axis any more.
        let present = result.filter { last.labels.contains($0) }
        let ordered = last.ordered(present)
        return ordered.reshaped(result.map { present.contains($0) ? extents[$0]! : 1 })
            .broadcast(to: result.map { extents[$0]! })
    }

    /// The labels that somebody else than the terms at these places still needs.
    private func needed(without places: [Int]) -> Set<Label> {
        var labels = Set(result)
        for (place, term) in terms.enumerated() where !places.contains(place) { labels.formUnion(term.labels) }
        return labels
    }

    /// Adds up over the axes that only this term has.
    private mutating func reduce(_ place: Int) {
        let needed = needed(without: [place]), labels = terms[place].labels
        let axes = labels.indices.filter { !needed.contains(labels[$0]) }
        if axes.isEmpty { return }
        let dtype = terms[place].value.dtype
        terms[place].value = terms[place].value.sum(axes: axes).asType(dtype)
        terms[place].labels = labels.filter(needed.contains)
    }

    private func count(_ labels: some Sequence<Label>) -> Int { labels.reduce(1) { $0 * extents[$1]! } }

    /// The same in floating point, for what may be more than a tensor holds.
    private func size(_ labels: some Sequence<Label>) -> Double { labels.reduce(1) { $0 * Double(extents[$1]!) } }

    /// The pair whose product is smallest beside its operands; of equals, the one with the fewest multiplications.
    private func cheapestPair() -> (Int, Int) {
        var best = (0, 1), leastGrowth = Double.infinity, leastWork = Double.infinity
        for i in terms.indices {
            for j in terms.indices where j > i {
                let (left, right) = (terms[i].labels, terms[j].labels)
                let all = Set(left).union(right), kept = all.intersection(needed(without: [i, j]))
                let growth = size(kept) - size(left) - size(right), work = size(all)
                if (growth, work) < (leastGrowth, leastWork) {
                    (best, leastGrowth, leastWork) = ((i, j), growth, work)
                }
            }
        }
        return best
    }

    /// The product of two terms, summed over what nobody else needs: a matrix product with batch axes.
    private func contracted(_ i: Int, _ j: Int) -> Term {
        let (a, b) = (terms[i], terms[j]), needed = needed(without: [i, j])
        let shared = a.labels.filter(b.labels.contains)
        let batch = shared.filter(needed.contains), summed = shared.filter { !needed.contains($0) }
        let rows = a.labels.filter { !shared.contains($0) }, columns = b.labels.filter { !shared.contains($0) }
        let (batches, n, k, m) = (count(batch), count(rows), count(summed), count(columns))
        let left = a.ordered(batch + rows + summed), right = b.ordered(batch + summed + columns)
        let product: Tensor
        if summed.isEmpty {
            product = left.reshaped([batches, n, 1]) * right.reshaped([batches, 1, m])
        } else if batch.isEmpty {
            product = matmul(left.reshaped([n, k]), right.reshaped([k, m]))
        } else {
            product = matmul(left.reshaped([batches, n, k]), right.reshaped([batches, k, m]))
        }
        let labels = batch + rows + columns
        return Term(value: product.reshaped(labels.map { extents[$0]! }), labels: labels)
    }
}
