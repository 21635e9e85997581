// Swift's own comparisons answer with a Bool, and tensors with a tensor: what people type first says what to type instead.

extension Tensor {
    @available(*, unavailable, message: "compare tensors elementwise with .==, which gives a bool tensor")
    public static func == (a: Tensor, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .==, which gives a bool tensor")
    public static func == (a: Tensor, b: some TensorNumber) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .==, which gives a bool tensor")
    public static func == (a: some TensorNumber, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .!=, which gives a bool tensor")
    public static func != (a: Tensor, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .!=, which gives a bool tensor")
    public static func != (a: Tensor, b: some TensorNumber) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .!=, which gives a bool tensor")
    public static func != (a: some TensorNumber, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .<, which gives a bool tensor")
    public static func < (a: Tensor, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .<, which gives a bool tensor")
    public static func < (a: Tensor, b: some TensorNumber) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .<, which gives a bool tensor")
    public static func < (a: some TensorNumber, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .<=, which gives a bool tensor")
    public static func <= (a: Tensor, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .<=, which gives a bool tensor")
    public static func <= (a: Tensor, b: some TensorNumber) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .<=, which gives a bool tensor")
    public static func <= (a: some TensorNumber, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .>, which gives a bool tensor")
    public static func > (a: Tensor, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .>, which gives a bool tensor")
    public static func > (a: Tensor, b: some TensorNumber) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .>, which gives a bool tensor")
    public static func > (a: some TensorNumber, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .>=, which gives a bool tensor")
    public static func >= (a: Tensor, b: Tensor) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .>=, which gives a bool tensor")
    public static func >= (a: Tensor, b: some TensorNumber) -> Bool { fatalError() }
    @available(*, unavailable, message: "compare tensors elementwise with .>=, which gives a bool tensor")
    public static func >= (a: some TensorNumber, b: Tensor) -> Bool { fatalError() }
}
