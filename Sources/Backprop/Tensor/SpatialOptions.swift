/// One number for each spatial axis, written as a list, or one for all of them: `stride: 2`, `stride: [2, 1]`.
public struct PerAxis: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    private let numbers: [Int]

    /// One number for each spatial axis; a single one counts for all.
    public init(_ numbers: [Int]) { self.numbers = numbers }
    /// One number for all spatial axes.
    public init(_ number: Int) { numbers = [number] }
    public init(integerLiteral value: Int) { self.init(value) }
    public init(arrayLiteral elements: Int...) { self.init(elements) }

    /// The numbers of all axes.
    func callAsFunction(
        _ rank: Int, _ name: @autoclosure () -> String, file: StaticString, line: UInt
    ) -> [Int] {
        require(
            numbers.allSatisfy { $0.magnitude <= Shape.maximumExtent }, "\(name()): \(numbers) is too large",
            file: file,
            line: line)
        if numbers.count == 1 { return [Int](repeating: numbers[0], count: rank) }
        require(
            numbers.count == rank, "\(name()): \(numbers) for \(rank) spatial axes", file: file, line: line)
        return numbers
    }
}

/// What a convolution adds around its input: a width for both sides of every axis, `1`, or of each, `[1, 2]`, or a word.
public enum ConvolutionPadding: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
    /// As many zeros on both sides.
    case symmetric(PerAxis)
    /// Zeros before and after each axis; negative widths leave out elements.
    case sides(low: PerAxis, high: PerAxis)
    /// No zeros.
    case valid
    /// As many zeros as keep the extents where the stride is 1; the odd one goes behind the axis.
    case same

    public init(integerLiteral value: Int) { self = .symmetric(PerAxis(value)) }
    public init(arrayLiteral elements: Int...) { self = .symmetric(PerAxis(elements)) }

    /// The widths for a kernel that spans so many places.
    func widths(
        spans: [Int], strides: [Int], _ name: String, file: StaticString, line: UInt
    ) -> (low: [Int], high: [Int]) {
        let rank = spans.count
        switch self {
        case .symmetric(let widths):
            let widths = widths(rank, "\(name): padding", file: file, line: line)
            return (widths, widths)
        case .sides(let low, let high):
            return (
                low(rank, "\(name): padding", file: file, line: line),
                high(rank, "\(name): padding", file: file, line: line)
            )
        case .valid:
            let none = [Int](repeating: 0, count: rank)
            return (none, none)
        case .same:
            require(
                strides.allSatisfy { $0 == 1 }, "\(name): padding .same needs strides of 1, not \(strides)", file: file,
                line: line)
            return (spans.map { ($0 - 1) / 2 }, spans.map { $0 / 2 })
        }
    }
}
