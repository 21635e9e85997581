/// How an iteration space is walked: batch axes, then rows, then columns, with as few axes as the strides of all
/// operands allow.
struct LoopNest: Equatable {
    var batch: [Int] = []
    var rows = 1
    var columns = 1
    /// For each merged axis, outermost first, the axes of the domain that it stands for.
    private(set) var runs: [Range<Int>] = []
    private var hasRows = false
    private var hasColumns = false

    /// Where a cluster needs a boundary: axes from `columnsStart` on are columns; axes before `rowsStart` are batch.
    struct Constraint: Equatable {
        var columnsStart: Int?
        var rowsStart: Int?

        /// Takes over the boundaries of another one; false where the two disagree.
        mutating func merge(_ other: Constraint) -> Bool {
            if let start = other.columnsStart, start != columnsStart ?? start { return false }
            if let start = other.rowsStart, start != rowsStart ?? start { return false }
            columnsStart = columnsStart ?? other.columnsStart
            rowsStart = rowsStart ?? other.rowsStart
            return true
        }
    }

    /// Whether the axes can be walked as one, with one stride.
    static func isMergeable(_ strides: [Int], _ shape: Shape, _ axes: [Int]) -> Bool {
        let axes = axes.filter { shape[$0] != 1 }
        for (outer, inner) in zip(axes, axes.dropFirst()) where strides[outer] != strides[inner] * shape[inner] {
            return false
        }
        return true
    }

    static func isMergeable(_ strides: [Int], _ domain: [Int], _ range: Range<Int>) -> Bool {
        guard range.count > 1 else { return true }
        for axis in range.dropLast() where strides[axis] != strides[axis + 1] * domain[axis + 1] { return false }
        return true
    }

    /// The nest for a domain and the strides of all operands in it; nil where the constraint cannot be met.
    init?(domain: [Int], operands: [[Int]], constraint: Constraint) {
        var runs: [Range<Int>] = []
        for axis in domain.indices {
            let isBoundary = axis == constraint.columnsStart || axis == constraint.rowsStart
            if let last = runs.last, !isBoundary,
                operands.allSatisfy({ $0[axis - 1] == $0[axis] * domain[axis] })
            {
                runs[runs.count - 1] = last.lowerBound..<(axis + 1)
            } else {
                runs.append(axis..<(axis + 1))
            }
        }
        func extent(_ run: Range<Int>) -> Int { run.reduce(1) { $0 * domain[$1] } }
        var outer = runs
        if let start = constraint.columnsStart {
            let columnRuns = runs.filter { $0.lowerBound >= start }
            guard columnRuns.count <= 1 else { return nil }
            if let run = columnRuns.first {
                columns = extent(run)
                hasColumns = true
                outer.removeLast()
            }
        } else if let run = outer.popLast() {
            columns = extent(run)
            hasColumns = true
        }
        if let start = constraint.rowsStart {
            let rowRuns = outer.filter { $0.lowerBound >= start }
            guard rowRuns.count <= 1 else { return nil }
            if let run = rowRuns.first {
                rows = extent(run)
                hasRows = true
                outer.removeLast()
            }
        } else if let run = outer.popLast() {
            rows = extent(run)
            hasRows = true
        }
        batch = outer.map(extent)
        guard batch.count <= 6 else { return nil }
        self.runs = runs
    }

    /// The strides of an operand along the nest, from its strides along the domain.
    func strides(_ strides: [Int]) -> (batch: [Int], row: Int, column: Int) {
        var outer = runs.map { strides[$0.upperBound - 1] }
        let column = hasColumns ? outer.removeLast() : 0
        let row = hasRows ? outer.removeLast() : 0
        return (outer, row, column)
    }
}
