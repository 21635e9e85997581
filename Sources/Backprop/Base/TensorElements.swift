/// What a tensor can be made of: a number, or numbers in arrays that are nested to any depth.
///
/// A type of yours that holds elements in rows and columns becomes one with two lines:
///
/// ```
/// extension Matrix: TensorElements {
///     var extents: [Int] { [rows, columns] }
///     var elements: [Float] { storage }
/// }
/// ```
public protocol TensorElements {
    /// The type of one element.
    associatedtype Scalar: TensorScalar
    /// The extents of the axes; none for a number.
    var extents: [Int] { get }
    /// The elements, in row-major order.
    var elements: [Scalar] { get }
}

extension TensorScalar {
    public var extents: [Int] { [] }
    public var elements: [Self] { [self] }
}

extension Array: TensorElements where Element: TensorElements {
    public var extents: [Int] { Backprop.extents(ofRows: self) }
    public var elements: [Element.Scalar] { Backprop.elements(ofRows: self) }
}

extension ArraySlice: TensorElements where Element: TensorElements {
    public var extents: [Int] { Backprop.extents(ofRows: self) }
    public var elements: [Element.Scalar] { Backprop.elements(ofRows: self) }
}

extension ContiguousArray: TensorElements where Element: TensorElements {
    public var extents: [Int] { Backprop.extents(ofRows: self) }
    public var elements: [Element.Scalar] { Backprop.elements(ofRows: self) }
}

extension UnsafeBufferPointer: TensorElements where Element: TensorScalar {
    public var extents: [Int] { [count] }
    public var elements: [Element] { Array(self) }
}

extension Range: TensorElements where Bound == Int {
    public var extents: [Int] { [count] }
    public var elements: [Int] { Array(self) }
}

extension ClosedRange: TensorElements where Bound == Int {
    public var extents: [Int] { [count] }
    public var elements: [Int] { Array(self) }
}

/// The number of rows before the extents that all of them have in common.
private func extents<Rows: Collection>(ofRows rows: Rows) -> [Int] where Rows.Element: TensorElements {
    // Numbers have no extents to compare.
    if Rows.Element.self == Rows.Element.Scalar.self { return [rows.count] }
    guard let first = rows.first?.extents else { return [0] }
    for (position, row) in rows.enumerated() {
        require(
            row.extents == first,
            "a tensor of nested arrays: element \(position) has shape \(row.extents), element 0 has \(first)")
    }
    return [rows.count] + first
}

private func elements<Rows: Collection>(
    ofRows rows: Rows
) -> [Rows.Element.Scalar] where Rows.Element: TensorElements {
    rows as? [Rows.Element.Scalar] ?? rows.flatMap(\.elements)
}
