// What else people write between the brackets and behind them. All of it is `subscript(_:file:line:)`.

extension Tensor {
    /// `x[..., 1]`: three dots in front are `.ellipsis`.
    public subscript(
        _ ellipsis: UnboundedRange, _ items: any TensorIndex..., file file: StaticString = #fileID,
        line line: UInt = #line
    ) -> Tensor {
        get { indexed([.wholeAxes] + items.map(\.tensorIndexOperation), file: file, line: line) }
        set {
            self = replacing(
                [.wholeAxes] + items.map(\.tensorIndexOperation), by: newValue, file: file, line: line)
        }
    }

    /// `x[0, ..., 1]`: three dots in the second place are `.ellipsis`.
    public subscript(
        _ first: any TensorIndex, _ ellipsis: UnboundedRange, _ items: any TensorIndex...,
        file file: StaticString = #fileID, line line: UInt = #line
    ) -> Tensor {
        get {
            indexed(
                [first.tensorIndexOperation, .wholeAxes] + items.map(\.tensorIndexOperation), file: file, line: line)
        }
        set {
            self = replacing(
                [first.tensorIndexOperation, .wholeAxes] + items.map(\.tensorIndexOperation), by: newValue,
                file: file, line: line)
        }
    }

    /// `x[mask] = 0`: a number that is assigned takes the dtype of the tensor. Reading gives a tensor.
    @_disfavoredOverload
    public subscript(
        _ items: any TensorIndex..., file file: StaticString = #fileID, line line: UInt = #line
    ) -> any TensorNumber {
        @available(*, unavailable, message: "x[...] is a tensor; x[...].item() is its only element, as a Double")
        get { fatalError() }
        set {
            self = replacing(
                items.map(\.tensorIndexOperation), by: newValue.tensor(like: self), file: file, line: line)
        }
    }

    /// `x[..., 1] = 0`.
    @_disfavoredOverload
    public subscript(
        _ ellipsis: UnboundedRange, _ items: any TensorIndex..., file file: StaticString = #fileID,
        line line: UInt = #line
    ) -> any TensorNumber {
        @available(*, unavailable, message: "x[...] is a tensor; x[...].item() is its only element, as a Double")
        get { fatalError() }
        set {
            self = replacing(
                [.wholeAxes] + items.map(\.tensorIndexOperation), by: newValue.tensor(like: self), file: file,
                line: line)
        }
    }
}
