/// What can be given as one number for each spatial axis: `2`, a variable, `[2, 1]`, or a `PerAxis`.
public protocol PerAxisConvertible: Sendable {
    /// The numbers.
    var perAxis: PerAxis { get }
}

/// One number for each spatial axis, or one for all of them.
public struct PerAxis: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    PerAxisConvertible, CustomStringConvertible
{
    private let numbers: [Int]

    /// One number for each spatial axis; a single one counts for all.
    public init(_ numbers: [Int]) { self.numbers = numbers }
    /// One number for all spatial axes.
    public init(_ number: Int) { numbers = [number] }
    public init(integerLiteral value: Int) { self.init(value) }
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    public var perAxis: PerAxis { self }
    /// As it is written: `2` or `[2, 1]`.
    public var description: String { numbers.count == 1 ? "\(numbers[0])" : "\(numbers)" }

    /// The numbers of all axes.
    @inline(never)
    package func callAsFunction(
        _ rank: Int, _ name: String, _ option: String, file: StaticString, line: UInt
    ) -> [Int] {
        require(
            numbers.allSatisfy { $0.magnitude <= Shape.maximumExtent }, "\(name): \(option): \(numbers) is too large",
            file: file, line: line)
        if numbers.count == 1 { return [Int](repeating: numbers[0], count: rank) }
        require(
            numbers.count == rank, "\(name): \(option): \(numbers) for \(rank) spatial axes", file: file, line: line)
        return numbers
    }
}

extension Int: PerAxisConvertible {
    public var perAxis: PerAxis { PerAxis(self) }
}

extension Array: PerAxisConvertible where Element == Int {
    public var perAxis: PerAxis { PerAxis(self) }
}

/// What can be given as the padding of a convolution: a width for both sides of every axis, `1`, one for each, `[1, 2]`,
/// or a word, `.same`.
public protocol ConvolutionPaddingConvertible: Sendable {
    /// The padding.
    var convolutionPadding: ConvolutionPadding { get }
}

/// What a convolution adds around its input.
public struct ConvolutionPadding: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral,
    ConvolutionPaddingConvertible, CustomStringConvertible
{
    private enum Kind: Hashable {
        case symmetric(PerAxis)
        case sides(low: PerAxis, high: PerAxis)
        case same
    }

    private let kind: Kind

    private init(kind: Kind) { self.kind = kind }
    public init(integerLiteral value: Int) { self.init(kind: .symmetric(PerAxis(value))) }
    public init(arrayLiteral elements: Int...) { self.init(kind: .symmetric(PerAxis(elements))) }

    public var convolutionPadding: ConvolutionPadding { self }

    /// As it is written: `1`, `[1, 2]` or `.same`.
    public var description: String {
        switch kind {
        case .symmetric(let widths): "\(widths)"
        case .sides(let low, let high): ".sides(low: \(low), high: \(high))"
        case .same: ".same"
        }
    }

    fileprivate static let toSame = ConvolutionPadding(kind: .same)
    fileprivate static func onBothSides(_ widths: PerAxis) -> ConvolutionPadding {
        ConvolutionPadding(kind: .symmetric(widths))
    }
    fileprivate static func onSides(_ low: PerAxis, _ high: PerAxis) -> ConvolutionPadding {
        ConvolutionPadding(kind: .sides(low: low, high: high))
    }

    /// The widths for a kernel that spans so many places.
    func widths(
        spans: [Int], strides: [Int], _ name: String, file: StaticString, line: UInt
    ) -> (low: [Int], high: [Int]) {
        if kind == .same {
            require(
                strides.allSatisfy { $0 == 1 }, "\(name): padding .same needs strides of 1, not \(strides)", file: file,
                line: line)
            return (spans.map { ($0 - 1) / 2 }, spans.map { $0 / 2 })
        }
        return given(spans.count, name, file: file, line: line)
    }

    /// The widths that a transposed convolution leaves out. What `.same` leaves of n elements is n times the stride.
    func croppedWidths(
        spans: [Int], strides: [Int], _ name: String, file: StaticString, line: UInt
    ) -> (low: [Int], high: [Int]) {
        guard kind == .same else { return given(spans.count, name, file: file, line: line) }
        let rest = spans.indices.map { spans[$0] - strides[$0] }
        return (rest.map { $0 >> 1 }, rest.map { $0 - ($0 >> 1) })
    }

    /// The widths where they are numbers.
    private func given(_ rank: Int, _ name: String, file: StaticString, line: UInt) -> (low: [Int], high: [Int]) {
        func numbers(_ widths: PerAxis) -> [Int] { widths(rank, name, "padding", file: file, line: line) }
        switch kind {
        case .symmetric(let widths): return (numbers(widths), numbers(widths))
        case .sides(let low, let high): return (numbers(low), numbers(high))
        case .same: return (numbers(0), numbers(0))
        }
    }
}

extension ConvolutionPaddingConvertible where Self == ConvolutionPadding {
    /// No zeros.
    public static var valid: ConvolutionPadding { .onBothSides(0) }
    /// As many zeros as keep the extents where the stride is 1; the odd one goes behind the axis.
    public static var same: ConvolutionPadding { .toSame }
    /// As many zeros on both sides.
    ///
    /// ```swift
    /// conv1d(Tensor.ones([1, 3, 1]), Tensor.ones([1, 2, 1]), padding: .symmetric(1))  // [1, 2, 2, 1]
    /// ```
    public static func symmetric(_ widths: any PerAxisConvertible) -> ConvolutionPadding {
        .onBothSides(widths.perAxis)
    }
    /// Zeros before and after each axis; negative widths leave out elements.
    ///
    /// ```swift
    /// conv1d(Tensor.ones([1, 3, 1]), Tensor.ones([1, 2, 1]), padding: .sides(low: 1, high: 0))  // [1, 2, 2]
    /// ```
    public static func sides(low: any PerAxisConvertible, high: any PerAxisConvertible) -> ConvolutionPadding {
        .onSides(low.perAxis, high.perAxis)
    }
}

extension PerAxis: ConvolutionPaddingConvertible {
    public var convolutionPadding: ConvolutionPadding { .onBothSides(self) }
}

extension Int: ConvolutionPaddingConvertible {
    public var convolutionPadding: ConvolutionPadding { .onBothSides(PerAxis(self)) }
}

extension Array: ConvolutionPaddingConvertible where Element == Int {
    public var convolutionPadding: ConvolutionPadding { .onBothSides(PerAxis(self)) }
}
