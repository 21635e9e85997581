/// Elements of Swift types, in one of the two types that hold all of them.
private enum Numbers {
    case integers([Int64])
    case fractions([Double])

    init<Scalar: TensorScalar>(_ elements: [Scalar]) {
        self = elements.withUnsafeBytes { bytes in
            switch Scalar.dtype {
            case .bool, .uint8: .integers(bytes.map(Int64.init))
            case .int32: .integers(bytes.bindMemory(to: Int32.self).map(Int64.init))
            case .int64: .integers(Array(bytes.bindMemory(to: Int64.self)))
            case .float32: .fractions(bytes.bindMemory(to: Float.self).map(Double.init))
            case .float64: .fractions(Array(bytes.bindMemory(to: Double.self)))
            case .bfloat16: .fractions(bytes.bindMemory(to: BFloat16.self).map { Double(Float($0)) })
            }
        }
    }
}

extension Array where Element: TensorScalar {
    /// Writes the elements into fresh memory, converted to a dtype. A number that an integer dtype does not hold stops it.
    func write(to memory: UnsafeMutableRawPointer, as dtype: DType, file: StaticString, line: UInt) {
        if dtype == Element.dtype {
            return withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { memory.copyMemory(from: base, byteCount: bytes.count) }
            }
        }
        switch Numbers(self) {
        case .integers(let values):
            memory.write(values, as: dtype, real: { Double($0) }, whole: { dtype.checked(whole: $0, file, line) })
        case .fractions(let values):
            memory.write(values, as: dtype, real: { $0 }, whole: { dtype.checked(fraction: $0, file, line) })
        }
    }
}

extension Node {
    /// A Swift number as a scalar. One that an integer dtype does not hold stops it.
    static func scalar<Scalar: TensorScalar>(
        _ value: Scalar, _ dtype: DType, file: StaticString, line: UInt
    ) -> Node {
        switch Numbers([value]) {
        case .integers(let values):
            dtype.isFloatingPoint
                ? scalar(Double(values[0]), dtype)
                : scalar(integer: dtype.checked(whole: values[0], file, line), dtype)
        case .fractions(let values):
            dtype.isFloatingPoint
                ? scalar(values[0], dtype) : scalar(integer: dtype.checked(fraction: values[0], file, line), dtype)
        }
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func write<Value>(
        _ values: [Value], as dtype: DType, real: (Value) -> Double, whole: (Value) -> Int64
    ) {
        func store<Element>(_ element: (Value) -> Element) {
            let elements = bindMemory(to: Element.self, capacity: values.count)
            for position in values.indices { elements[position] = element(values[position]) }
        }
        switch dtype {
        case .bool, .uint8: store { UInt8(whole($0)) }
        case .int32: store { Int32(whole($0)) }
        case .int64: store { whole($0) }
        case .float32: store { Float(real($0)) }
        case .float64: store { real($0) }
        case .bfloat16: store { BFloat16(Float(real($0))) }
        }
    }
}

extension DType {
    /// Whether a whole number is one of this integer dtype; anything is a mask.
    func holds(_ value: Int64) -> Bool {
        switch self {
        case .uint8: UInt8(exactly: value) != nil
        case .int32: Int32(exactly: value) != nil
        case .bool, .int64: true
        case .float32, .float64, .bfloat16: false
        }
    }

    fileprivate func checked(whole value: Int64, _ file: StaticString, _ line: UInt) -> Int64 {
        require(holds(value), "a tensor of \(self) does not hold the number \(value)", file: file, line: line)
        return self == .bool ? (value == 0 ? 0 : 1) : value
    }

    fileprivate func checked(fraction value: Double, _ file: StaticString, _ line: UInt) -> Int64 {
        if self == .bool { return value == 0 ? 0 : 1 }
        let whole = integer(value)
        require(whole != nil, "a tensor of \(self) does not hold the number \(value)", file: file, line: line)
        return whole!
    }
}
