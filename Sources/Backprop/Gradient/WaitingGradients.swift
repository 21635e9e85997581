/// Gradients of one value that cost less when they are added up together, once all are there.
///
/// The pieces of a value that is cut along an axis have gradients that are zero outside of the piece: they are put side by
/// side, where a sum would pass through the whole value for each. The uses of one matrix have products as gradients, whose
/// sum is one product of longer operands.
struct WaitingGradients {
    private var waiting: [Int: [Tensor]] = [:]

    /// Keeps the gradient for later where it may be joined with others.
    mutating func take(_ gradient: Tensor, at position: Int) -> Bool {
        guard PaddedGradient(gradient.node) != nil || ProductGradient(gradient.node) != nil else { return false }
        waiting[position, default: []].append(gradient)
        return true
    }

    /// The gradients that were kept for a node and one more, as few of the node's shape; none where nothing was kept.
    mutating func joined(to first: Tensor, at position: Int) -> [Tensor] {
        guard !waiting.isEmpty, let kept = waiting.removeValue(forKey: position) else { return [] }
        var padded: [PaddedGradient] = [], products: [ProductGradient] = [], others: [Tensor] = []
        for gradient in [first] + kept {
            if let part = PaddedGradient(gradient.node) {
                padded.append(part)
            } else if let product = ProductGradient(gradient.node) {
                products.append(product)
            } else {
                others.append(gradient)
            }
        }
        return others + PaddedGradient.sums(padded) + ProductGradient.sums(products)
    }
}

/// A gradient that is `content` along `axis` from `start` on, and zero before and behind.
private struct PaddedGradient {
    let whole: Node
    let content: Node
    let axis: Int
    let start: Int

    var end: Int { start + content.shape[axis] }

    /// Nil where the node is no gradient of a slice along one axis with a step of one.
    init?(_ node: Node) {
        guard node.primitive == .pad, let content = node.input0 else { return nil }
        let rank = node.shape.rank, list = node.list!
        let axes = (0..<rank).filter { content.shape[$0] != node.shape[$0] }
        guard axes.count == 1, list[2 * rank + axes[0]] == 0, content.shape[axes[0]] > 0 else { return nil }
        whole = node
        self.content = content
        axis = axes[0]
        start = list[axis]
    }

    static func sums(_ parts: [PaddedGradient]) -> [Tensor] {
        var sums: [Tensor] = []
        for axis in Set(parts.map(\.axis)).sorted() {
            var rest = parts.filter { $0.axis == axis }.sorted { $0.start < $1.start }
            while !rest.isEmpty {
                var row: [PaddedGradient] = [], overlapping: [PaddedGradient] = []
                for part in rest {
                    if part.start >= row.last?.end ?? 0 { row.append(part) } else { overlapping.append(part) }
                }
                sums.append(sideBySide(row))
                rest = overlapping
            }
        }
        return sums
    }

    /// The sum of parts that do not overlap, in their order.
    private static func sideBySide(_ row: [PaddedGradient]) -> Tensor {
        let axis = row[0].axis, whole = row[0].whole
        if row.count == 1 { return Tensor(whole) }
        var pieces: [Node] = []
        var end = 0
        func fill(to start: Int) {
            guard start > end else { return }
            var gap = whole.shape
            gap[axis] = start - end
            pieces.append(Node.broadcast(Node.scalar(0, whole.dtype), gap))
        }
        for part in row {
            fill(to: part.start)
            pieces.append(part.content)
            end = part.end
        }
        fill(to: whole.shape[axis])
        let rows = axis == 0 ? pieces.compactMap(\.singleRow) : []
        guard rows.count == pieces.count, rows[0].shape.rank > 0 else {
            return Tensor(Node.concatenate(pieces, axis: axis))
        }
        // In the form in which products of the same rows are put together.
        return Tensor(Node.reshape(Node.concatenate(rows, axis: 0), whole.shape))
    }
}

/// A gradient aᵀ b of a matrix, where a and b have one row for every example.
private struct ProductGradient {
    let product: Node

    private var a: Node { product.input0! }
    private var b: Node { product.input1! }

    /// Nil where the node is another product, or one whose operands have so many rows that putting them together takes
    /// longer than adding up the results: both pass through memory once more.
    init?(_ node: Node) {
        guard node.primitive == .matmul, node.shape.rank == 2, node.bits & 3 == 1 else { return nil }
        product = node
        guard a.shape[0] * (a.shape[1] + b.shape[1]) < node.shape.count else { return nil }
    }

    static func sums(_ products: [ProductGradient]) -> [Tensor] {
        if products.count < 2 { return products.map { Tensor($0.product) } }
        // In the order of the forward pass.
        let a = Node.concatenate(products.reversed().map(\.a), axis: 0)
        let b = Node.concatenate(products.reversed().map(\.b), axis: 0)
        return [Tensor(Node.matmul(a, b, transposeA: true, transposeB: false))]
    }
}

extension Node {
    /// Of a node [1, ...] the [...] that it was made from; nil where it was made from something else.
    fileprivate var singleRow: Node? {
        guard primitive == .reshape, shape.rank > 0, shape[0] == 1, let source = input0 else { return nil }
        return source.shape.array == Array(shape.array.dropFirst()) ? source : nil
    }
}
