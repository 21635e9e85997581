// Functions of one tensor as methods, for chains: `x.exp().sum()` is `exp(x).sum()`. What they compute, and their gradients,
// is said at the functions.

extension Tensor {
    /// `abs(_:)`.
    public func abs() -> Tensor { Backprop.abs(self) }
    /// `sign(_:)`.
    public func sign() -> Tensor { Backprop.sign(self) }
    /// `exp(_:)`.
    public func exp() -> Tensor { Backprop.exp(self) }
    /// `exp2(_:)`.
    public func exp2() -> Tensor { Backprop.exp2(self) }
    /// `expm1(_:)`.
    public func expm1() -> Tensor { Backprop.expm1(self) }
    /// `log(_:)`.
    public func log() -> Tensor { Backprop.log(self) }
    /// `log2(_:)`.
    public func log2() -> Tensor { Backprop.log2(self) }
    /// `log10(_:)`.
    public func log10() -> Tensor { Backprop.log10(self) }
    /// `log1p(_:)`.
    public func log1p() -> Tensor { Backprop.log1p(self) }
    /// `sqrt(_:)`.
    public func sqrt() -> Tensor { Backprop.sqrt(self) }
    /// `rsqrt(_:)`.
    public func rsqrt() -> Tensor { Backprop.rsqrt(self) }
    /// `square(_:)`.
    public func square() -> Tensor { Backprop.square(self) }
    /// `reciprocal(_:)`.
    public func reciprocal() -> Tensor { Backprop.reciprocal(self) }
    /// `sin(_:)`.
    public func sin() -> Tensor { Backprop.sin(self) }
    /// `cos(_:)`.
    public func cos() -> Tensor { Backprop.cos(self) }
    /// `tan(_:)`.
    public func tan() -> Tensor { Backprop.tan(self) }
    /// `asin(_:)`.
    public func asin() -> Tensor { Backprop.asin(self) }
    /// `acos(_:)`.
    public func acos() -> Tensor { Backprop.acos(self) }
    /// `atan(_:)`.
    public func atan() -> Tensor { Backprop.atan(self) }
    /// `sinh(_:)`.
    public func sinh() -> Tensor { Backprop.sinh(self) }
    /// `cosh(_:)`.
    public func cosh() -> Tensor { Backprop.cosh(self) }
    /// `tanh(_:)`.
    public func tanh() -> Tensor { Backprop.tanh(self) }
    /// `asinh(_:)`.
    public func asinh() -> Tensor { Backprop.asinh(self) }
    /// `acosh(_:)`.
    public func acosh() -> Tensor { Backprop.acosh(self) }
    /// `atanh(_:)`.
    public func atanh() -> Tensor { Backprop.atanh(self) }
    /// `sigmoid(_:)`.
    public func sigmoid() -> Tensor { Backprop.sigmoid(self) }
    /// `erf(_:)`.
    public func erf() -> Tensor { Backprop.erf(self) }
    /// `erfc(_:)`.
    public func erfc() -> Tensor { Backprop.erfc(self) }
    /// `erfInverse(_:)`.
    public func erfInverse() -> Tensor { Backprop.erfInverse(self) }
    /// `floor(_:)`.
    public func floor() -> Tensor { Backprop.floor(self) }
    /// `ceil(_:)`.
    public func ceil() -> Tensor { Backprop.ceil(self) }
    /// `round(_:)`.
    public func round() -> Tensor { Backprop.round(self) }
    /// `trunc(_:)`.
    public func trunc() -> Tensor { Backprop.trunc(self) }
    /// `frac(_:)`.
    public func frac() -> Tensor { Backprop.frac(self) }
    /// `isNaN(_:)`.
    public func isNaN() -> Tensor { Backprop.isNaN(self) }
    /// `isInfinite(_:)`.
    public func isInfinite() -> Tensor { Backprop.isInfinite(self) }
    /// `isFinite(_:)`.
    public func isFinite() -> Tensor { Backprop.isFinite(self) }

    /// The same value, through which no gradient flows: `stopGradient(_:)`, PyTorch's `detach`.
    ///
    /// ```swift
    /// grad({ x in x * x.detached() })(Tensor(3.0))  // 3
    /// ```
    public func detached() -> Tensor { stopGradient(self) }

    /// `softmax(_:axis:)`.
    public func softmax(axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.softmax(self, axis: axis, file: file, line: line)
    }
    /// `logSoftmax(_:axis:)`.
    public func logSoftmax(axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.logSoftmax(self, axis: axis, file: file, line: line)
    }
    /// `matmul(_:_:)`.
    public func matmul(_ other: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.matmul(self, other, file: file, line: line)
    }
    /// `pow(_:_:)`, with a tensor as exponent.
    public func pow(_ exponent: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.pow(self, exponent, file: file, line: line)
    }
    /// `pow(_:_:)`, with a number as exponent.
    public func pow(_ exponent: Double, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.pow(self, exponent, file: file, line: line)
    }
    /// `clip(_:min:max:)`.
    public func clip(
        min low: Double? = nil, max high: Double? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        Backprop.clip(self, min: low, max: high, file: file, line: line)
    }
    /// `maximum(_:_:)`.
    public func maximum(_ other: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.maximum(self, other, file: file, line: line)
    }
    /// `maximum(_:_:)` with a number.
    public func maximum(_ other: some TensorNumber, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.maximum(self, other, file: file, line: line)
    }
    /// `minimum(_:_:)`.
    public func minimum(_ other: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.minimum(self, other, file: file, line: line)
    }
    /// `minimum(_:_:)` with a number.
    public func minimum(_ other: some TensorNumber, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Backprop.minimum(self, other, file: file, line: line)
    }
}
