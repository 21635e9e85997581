/// The extents of up to eight axes, inline: a node of the graph holds one without touching the heap.
package struct Shape: Hashable, Sendable, CustomStringConvertible {
    package static let maximumRank = 8
    package static let maximumExtent = Int(Int32.max)
    /// More than any memory holds, and so few that neither their bytes nor sums of such numbers overflow.
    package static let maximumCount = 1 << 48

    // Two quarters rather than one SIMD8: a 32-byte alignment would push every node off the fast path of malloc.
    private var low: SIMD4<Int32>
    private var high: SIMD4<Int32>
    package private(set) var rank: Int

    /// The shape of a scalar.
    package static let scalar = Shape()

    package init() {
        low = SIMD4(repeating: 0)
        high = SIMD4(repeating: 0)
        rank = 0
    }

    /// Up to four extents; those beyond the rank are zero.
    @inline(__always)
    init(_ extents01: SIMD2<Int32>, _ extents23: SIMD2<Int32>, rank: Int) {
        low = SIMD4(lowHalf: extents01, highHalf: extents23)
        high = SIMD4(repeating: 0)
        self.rank = rank
    }

    var firstExtents: (SIMD2<Int32>, SIMD2<Int32>) { (low.lowHalf, low.highHalf) }

    /// Traps, in the name of an operator, where no tensor has these extents.
    @inline(never)
    package init(
        _ extents: some Collection<Int>, _ name: @autoclosure () -> String = "", file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.init()
        var count = 1
        for extent in extents {
            let isAxis = rank < Shape.maximumRank && extent >= 0 && extent <= Shape.maximumExtent
            // Two factors below 2^49 and 2^32 at most: what is too large is noticed before it overflows twice.
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            if !isAxis || overflow || product > Shape.maximumCount {
                Shape.refuse(Array(extents), name(), file: file, line: line)
            }
            count = product
            append(extent)
        }
    }

    // What is said about mistakes stands out of line: shapes are made in hundreds of places, each of which would repeat it.

    @inline(never)
    private static func refuse(_ extents: [Int], _ name: String, file: StaticString, line: UInt) -> Never {
        let mistake = mistake(in: extents)!
        trap(name.isEmpty ? mistake : "\(name): \(mistake)", file: file, line: line)
    }

    @inline(never)
    private static func mistake(in extent: Int) -> String {
        "an axis has between 0 and \(maximumExtent) elements, not \(extent)"
    }

    @inline(never)
    private static var tooManyAxes: String { "a tensor has at most \(maximumRank) axes" }

    /// Why no tensor has these extents, if none has.
    @inline(never)
    package static func mistake(in extents: [Int]) -> String? {
        if extents.count > maximumRank {
            return "\(tooManyAxes), not \(extents.count): \(extents)"
        }
        var count = 1
        for extent in extents {
            if extent < 0 || extent > maximumExtent {
                return "\(mistake(in: extent)): \(extents)"
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            if overflow || product > maximumCount {
                return "a tensor of shape \(extents) has too many elements"
            }
            count = product
        }
        return nil
    }

    /// The shape itself; traps, in the name of an operator, where it has too many elements.
    package func countable(
        _ name: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
    ) -> Shape {
        var count = 1
        for axis in 0..<rank {
            // Two factors below 2^49 and 2^32 at most: what is too large is noticed before it overflows twice.
            let (product, overflow) = count.multipliedReportingOverflow(by: self[axis])
            count = overflow ? .max : product
            if count > Shape.maximumCount {
                trap("\(name()): \(Shape.mistake(in: array)!)", file: file, line: line)
            }
        }
        return self
    }

    package subscript(axis: Int) -> Int {
        get { Int(axis < 4 ? low[axis] : high[axis &- 4]) }
        set {
            require(newValue >= 0 && newValue <= Shape.maximumExtent, Shape.mistake(in: newValue))
            if axis < 4 { low[axis] = Int32(newValue) } else { high[axis &- 4] = Int32(newValue) }
        }
    }

    package mutating func append(_ extent: Int) {
        require(rank < Shape.maximumRank, Shape.tooManyAxes)
        rank += 1
        self[rank - 1] = extent
    }

    /// The number of elements; traps where it does not fit in an `Int`.
    package var count: Int {
        var product = 1
        for axis in 0..<rank {
            let (value, overflow) = product.multipliedReportingOverflow(by: self[axis])
            require(!overflow, "a tensor of shape \(self) has too many elements")
            product = value
        }
        return product
    }

    /// The extents as words for hashing, two in each; zeros beyond the rank.
    @inline(__always)
    var words: (UInt64, UInt64, UInt64, UInt64) {
        (
            unsafeBitCast(low.lowHalf, to: UInt64.self), unsafeBitCast(low.highHalf, to: UInt64.self),
            unsafeBitCast(high.lowHalf, to: UInt64.self), unsafeBitCast(high.highHalf, to: UInt64.self)
        )
    }

    package var array: [Int] { (0..<rank).map { self[$0] } }

    /// Elements from one index of each axis to the next, when elements lie densely in row-major order.
    package var denseStrides: [Int] {
        var strides = [Int](repeating: 0, count: rank)
        var step = 1
        for axis in (0..<rank).reversed() {
            strides[axis] = step
            step *= self[axis]
        }
        return strides
    }

    /// The shape with the extents of the axes in `axes` set to one.
    package func keepingReduced(_ axes: AxisSet) -> Shape {
        var result = self
        for axis in 0..<rank where axes.contains(axis) { result[axis] = 1 }
        return result
    }

    /// The shape without the axes in `axes`.
    package func dropping(_ axes: AxisSet) -> Shape {
        if axes.count == rank { return .scalar }
        var result = Shape()
        for axis in 0..<rank where !axes.contains(axis) { result.append(self[axis]) }
        return result
    }

    /// The common shape that both broadcast to, or nil where they do not fit.
    package static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        if a == b { return a }
        var result = a.rank >= b.rank ? a : b
        let other = a.rank >= b.rank ? b : a
        let shift = result.rank - other.rank
        for axis in 0..<other.rank {
            let mine = result[axis + shift], theirs = other[axis]
            if mine == theirs || theirs == 1 { continue }
            guard mine == 1 else { return nil }
            result[axis + shift] = theirs
        }
        return result
    }

    package var description: String { "[" + array.map(String.init).joined(separator: ", ") + "]" }
}

/// A set of axes, as bits.
package struct AxisSet: Hashable, Sendable {
    package var bits: UInt8
    package init(bits: UInt8 = 0) { self.bits = bits }
    package init(_ axes: some Sequence<Int>) {
        bits = 0
        for axis in axes { insert(axis) }
    }
    package static func all(rank: Int) -> AxisSet { AxisSet(bits: UInt8((1 << rank) - 1)) }
    package func contains(_ axis: Int) -> Bool { bits & (1 << UInt8(axis)) != 0 }
    package mutating func insert(_ axis: Int) { bits |= 1 << UInt8(axis) }
    package var isEmpty: Bool { bits == 0 }
    package var count: Int { bits.nonzeroBitCount }
    package var axes: [Int] { (0..<8).filter(contains) }
}
