/// Complex numbers as two tensors of one shape and floating-point dtype: what Fourier transforms take and give. There is
/// no complex dtype; derivatives are those for the two parts, as PyTorch's are.
///
/// ```swift
/// let z = ComplexTensor(real: Tensor([3] as [Float]), imaginary: Tensor([4] as [Float]))
/// abs(z.multiplied(by: z))  // [25]
/// ```
public struct ComplexTensor: Sendable {
    /// The real parts.
    public let real: Tensor
    /// The imaginary parts.
    public let imaginary: Tensor

    /// Numbers from their parts, which broadcast to a common shape; real ones where there is no imaginary part. Floating
    /// point of one dtype.
    public init(real: Tensor, imaginary: Tensor? = nil, file: StaticString = #fileID, line: UInt = #line) {
        require(
            real.dtype.isFloatingPoint, "a complex tensor needs floating point, not \(real.dtype)", file: file,
            line: line)
        let imaginary = imaginary ?? Tensor.zeros(like: real)
        requireCommon("a complex tensor", real, imaginary, file: file, line: line)
        let shape = Shape.broadcast(real.node.shape, imaginary.node.shape)!.array
        self.real = real.broadcast(to: shape)
        self.imaginary = imaginary.broadcast(to: shape)
    }

    /// Numbers from their distance from 0 and their angle in radians, which broadcast to a common shape.
    public init(magnitude: Tensor, angle: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireCommon("a complex tensor", magnitude, angle, file: file, line: line)
        self.init(real: magnitude * cos(angle), imaginary: magnitude * sin(angle), file: file, line: line)
    }

    /// The extents of the axes.
    public var shape: [Int] { real.shape }
    /// The number of axes.
    public var ndim: Int { real.ndim }
    /// The type of either part.
    public var dtype: DType { real.dtype }

    /// The numbers mirrored at the real axis.
    public var conjugate: ComplexTensor { ComplexTensor(parts: real, -imaginary) }

    /// The angles in radians, from -π to π. No gradient at 0.
    public var angle: Tensor { atan2(imaginary, real) }

    /// Both parts in another shape of as many elements; one extent may be -1.
    ///
    /// ```swift
    /// ComplexTensor(real: Tensor([1, 2] as [Float])).reshaped([2, 1]).shape  // [2, 1]
    /// ```
    public func reshaped(_ shape: [Int], file: StaticString = #fileID, line: UInt = #line) -> ComplexTensor {
        map { $0.reshaped(shape, file: file, line: line) }
    }

    /// Both parts with their axes in another order: the opposite one where it is left out.
    ///
    /// ```swift
    /// ComplexTensor(real: Tensor.zeros([2, 3])).transposed().shape  // [3, 2]
    /// ```
    public func transposed(
        axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> ComplexTensor { map { $0.transposed(axes: axes, file: file, line: line) } }

    /// Parts of one shape and dtype.
    init(parts real: Tensor, _ imaginary: Tensor) { (self.real, self.imaginary) = (real, imaginary) }

    /// What linear functions that treat every element alike make of both parts.
    func map(_ function: (Tensor) -> Tensor) -> ComplexTensor {
        ComplexTensor(parts: function(real), function(imaginary))
    }

    /// Both parts exchanged, which is i times the conjugate.
    var exchanged: ComplexTensor { ComplexTensor(parts: imaginary, real) }
}

/// The distances from 0, without overflow; the gradient at 0 is 0.
///
/// ```swift
/// abs(ComplexTensor(real: Tensor([3] as [Float]), imaginary: Tensor([4] as [Float])))  // [5]
/// ```
public func abs(_ z: ComplexTensor) -> Tensor { hypot(z.real, z.imaginary) }

// Arithmetic has names, because every operator that is declared costs the type checker time in all other expressions.
extension ComplexTensor {
    /// The sum, elementwise with broadcasting.
    ///
    /// ```swift
    /// let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
    /// i.adding(i).imaginary  // 2
    /// ```
    public func adding(_ other: ComplexTensor, file: StaticString = #fileID, line: UInt = #line) -> ComplexTensor {
        requireCommon("adding", real, other.real, file: file, line: line)
        return ComplexTensor(parts: real + other.real, imaginary + other.imaginary)
    }

    /// The difference, elementwise with broadcasting.
    ///
    /// ```swift
    /// let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
    /// i.subtracting(i).imaginary  // 0
    /// ```
    public func subtracting(_ other: ComplexTensor, file: StaticString = #fileID, line: UInt = #line) -> ComplexTensor {
        requireCommon("subtracting", real, other.real, file: file, line: line)
        return ComplexTensor(parts: real - other.real, imaginary - other.imaginary)
    }

    /// The product, elementwise with broadcasting.
    ///
    /// ```swift
    /// let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
    /// i.multiplied(by: i).real  // -1
    /// ```
    public func multiplied(by other: ComplexTensor, file: StaticString = #fileID, line: UInt = #line) -> ComplexTensor {
        requireCommon("multiplied", real, other.real, file: file, line: line)
        return ComplexTensor(
            parts: real * other.real - imaginary * other.imaginary, real * other.imaginary + imaginary * other.real)
    }
    /// The product with real numbers, elementwise with broadcasting.
    public func multiplied(by factor: Tensor, file: StaticString = #fileID, line: UInt = #line) -> ComplexTensor {
        requireCommon("multiplied", real, factor, file: file, line: line)
        return map { $0 * factor }
    }
    /// The product with a number.
    public func multiplied(by factor: Double) -> ComplexTensor {
        map { $0 * factor }
    }

    /// The quotient, elementwise with broadcasting; by the method of Smith (1962), which does not overflow where the result
    /// does not.
    ///
    /// ```swift
    /// let i = ComplexTensor(real: Tensor(0.0), imaginary: Tensor(1.0))
    /// i.divided(by: i.adding(i)).real  // 0.5
    /// ```
    public func divided(by other: ComplexTensor, file: StaticString = #fileID, line: UInt = #line) -> ComplexTensor {
        requireCommon("divided", real, other.real, file: file, line: line)
        let isWide = abs(other.real) .>= abs(other.imaginary)
        let greater = which(isWide, other.real, other.imaginary)
        let lesser = which(isWide, other.imaginary, other.real)
        let ratio = lesser / greater, scale = 1 / (greater + lesser * ratio)
        let sum = which(isWide, real + imaginary * ratio, real * ratio + imaginary)
        let difference = which(isWide, imaginary - real * ratio, imaginary * ratio - real)
        return ComplexTensor(parts: sum * scale, difference * scale)
    }

    /// The numbers on the other side of 0.
    public var negated: ComplexTensor { map { -$0 } }
}
