import Backprop

/// Whole arrays of elements on their way between files and tensors. Bytes of files may stand at any address.
enum StoredArrays {
    /// Why elements cannot be what they should be.
    enum Misfit: Error {
        /// A finite number is beyond the range.
        case range
        /// A truth value is neither 0 nor 1.
        case truth
    }

    @inline(__always)
    private static func convert<Source: BitwiseCopyable, Target: BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ number: (Source) -> Target
    ) {
        guard let source = source.baseAddress, let start = target.baseAddress else { return }
        let results = start.assumingMemoryBound(to: Target.self)
        for index in 0..<(target.count / MemoryLayout<Target>.size) {
            results[index] = number(
                source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Source>.size, as: Source.self))
        }
    }

    /// Writes elements as those of `type.dtype`, exactly.
    static func widen(
        _ type: SafeTensorsType, _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer
    ) throws(Misfit) {
        switch type {
        case .bool:
            var all: UInt8 = 0
            convert(source, target) { (byte: UInt8) -> UInt8 in
                all |= byte
                return byte
            }
            guard all <= 1 else { throw .truth }
        case .int8: convert(source, target) { (number: Int8) in Int32(number) }
        case .int16: convert(source, target) { (number: Int16) in Int32(number) }
        case .uint16: convert(source, target) { (number: UInt16) in Int32(number) }
        case .uint32: convert(source, target) { (number: UInt32) in Int64(number) }
        case .uint64:
            var all: UInt64 = 0
            convert(source, target) { (number: UInt64) -> UInt64 in
                all |= number
                return number
            }
            guard all <= UInt64(Int64.max) else { throw .range }
        case .float16: convert(source, target) { (bits: UInt16) in StoredNumbers.half(bits) }
        case .float8e5m2, .float8e4m3, .float8e8m0, .float8e4m3fnuz, .float8e5m2fnuz:
            EightBitFormat(type)!.values.withUnsafeBufferPointer { values in
                convert(source, target) { (byte: UInt8) in values[Int(byte)] }
            }
        case .uint8, .bfloat16, .int32, .float32, .float64, .int64: target.copyMemory(from: source)
        case .complex64, .float4, .float6e2m3, .float6e3m2: preconditionFailure("\(type.rawValue) has no dtype")
        }
    }

    /// Writes elements of one dtype as those of another of the same kind: numbers of floating point are rounded to nearest,
    /// ties to even.
    static func convert(
        _ source: UnsafeRawBufferPointer, _ from: DType, to target: UnsafeMutableRawBufferPointer, _ to: DType
    ) throws(Misfit) {
        var isOutside = false
        switch (from, to) {
        case (.bfloat16, .float32): convert(source, target) { (bits: BFloat16) in Float(bits) }
        case (.bfloat16, .float64): convert(source, target) { (bits: BFloat16) in Double(Float(bits)) }
        case (.float32, .float64): convert(source, target) { (number: Float) in Double(number) }
        case (.float32, .bfloat16):
            convert(source, target) { (number: Float) -> BFloat16 in narrowed(number, &isOutside) }
        case (.float64, .float32):
            convert(source, target) { (number: Double) -> Float in
                let near = Float(number)
                isOutside = isOutside || (near.isInfinite && number.isFinite)
                return near
            }
        case (.float64, .bfloat16):
            convert(source, target) { (number: Double) -> BFloat16 in
                narrowed(StoredNumbers.roundedToOdd(number), &isOutside)
            }
        case (.uint8, .int32): convert(source, target) { (number: UInt8) in Int32(number) }
        case (.uint8, .int64): convert(source, target) { (number: UInt8) in Int64(number) }
        case (.int32, .int64): convert(source, target) { (number: Int32) in Int64(number) }
        case (.int32, .uint8): convert(source, target) { (number: Int32) -> UInt8 in cut(number, &isOutside) }
        case (.int64, .uint8): convert(source, target) { (number: Int64) -> UInt8 in cut(number, &isOutside) }
        case (.int64, .int32): convert(source, target) { (number: Int64) -> Int32 in cut(number, &isOutside) }
        default:
            precondition(from == to, "\(from) and \(to) are not of one kind")
            target.copyMemory(from: source)
        }
        if isOutside { throw .range }
    }

    @inline(__always)
    private static func narrowed(_ number: Float, _ isOutside: inout Bool) -> BFloat16 {
        let near = BFloat16(number)
        isOutside = isOutside || (near.bitPattern & 0x7FFF == 0x7F80 && number.isFinite)
        return near
    }

    @inline(__always)
    private static func cut<Wide: FixedWidthInteger, Narrow: FixedWidthInteger>(
        _ number: Wide, _ isOutside: inout Bool
    ) -> Narrow {
        let cut = Narrow(truncatingIfNeeded: number)
        isOutside = isOutside || Wide(truncatingIfNeeded: cut) != number
        return cut
    }

    /// Writes elements of floating point in a format of files, rounded to nearest, ties to even.
    static func store(
        _ source: UnsafeRawBufferPointer, _ dtype: DType, as type: SafeTensorsType,
        to target: UnsafeMutableRawBufferPointer
    ) throws(Misfit) {
        if let own = type.dtype, SafeTensorsType(own) == type { return try convert(source, dtype, to: target, own) }
        var isOutside = false
        if type == .float16 {
            func half(_ number: Float) -> UInt16 {
                let near = StoredNumbers.half(number)
                isOutside = isOutside || (near & 0x7FFF == 0x7C00 && number.isFinite)
                return near
            }
            switch dtype {
            case .bfloat16: convert(source, target) { (bits: BFloat16) in half(Float(bits)) }
            case .float32: convert(source, target) { (number: Float) in half(number) }
            default: convert(source, target) { (number: Double) in half(StoredNumbers.roundedToOdd(number)) }
            }
        } else {
            let format = EightBitFormat(type)!
            func byte(_ number: Double) -> UInt8 {
                guard let near = format.byte(number) else {
                    isOutside = true
                    return 0
                }
                return near
            }
            switch dtype {
            case .bfloat16: convert(source, target) { (bits: BFloat16) in byte(Double(Float(bits))) }
            case .float32: convert(source, target) { (number: Float) in byte(Double(number)) }
            default: convert(source, target) { (number: Double) in byte(number) }
            }
        }
        if isOutside { throw .range }
    }
}

extension StoredArrays {
    /// A tensor in memory of its own, in the smallest dtype that holds every value of a type. There are as many bytes as
    /// the shape needs.
    ///
    /// - Throws: `DataError` in the name of `place` for a shape that no tensor has, a type that no dtype holds, a U64 beyond
    ///   those of int64, and a truth value other than 0 and 1.
    static func tensor(
        _ bytes: UnsafeRawBufferPointer, shape: [Int], type: SafeTensorsType, place: String
    ) throws(DataError) -> Tensor {
        guard Shape.mistake(in: shape) == nil else {
            throw DataError(
                .mismatch, at: place, "its shape is \(shape.prefix(9))",
                remedy: "reshape it to at most \(Shape.maximumRank) axes of at most \(Shape.maximumExtent) elements")
        }
        guard let dtype = type.dtype else {
            let known = SafeTensorsType.allCases.filter { $0.dtype != nil }.map(\.rawValue)
            throw DataError(
                .mismatch, at: place, "its elements are \(type.rawValue), for which tensors have no dtype",
                remedy: type == .complex64
                    ? "write real and imaginary parts as two tensors of F32"
                    : "convert it to one of \(known.joined(separator: " "))")
        }
        var misfit: Misfit?
        let tensor = Tensor(shape: shape, dtype: dtype) { target in
            do throws(Misfit) { try widen(type, bytes, to: target) } catch { misfit = error }
        }
        switch misfit {
        case nil: return tensor
        case .truth:
            throw DataError(
                .badFormat, at: place, "a truth value is neither 0 nor 1", remedy: "fetch or write the file again")
        case .range:
            throw DataError(
                .mismatch, at: place, "a number is beyond the range of \(dtype)", remedy: "convert it to F64")
        }
    }
}

extension Tensor {
    /// The elements as another dtype of the same kind, rounded to nearest; throws where a finite one does not fit.
    func stored(as dtype: DType) throws(StoredArrays.Misfit) -> Tensor {
        if dtype == self.dtype { return self }
        let from = self.dtype
        return try Result { () throws(StoredArrays.Misfit) -> Tensor in
            var failure: StoredArrays.Misfit?
            let result = withUnsafeBytes { source in
                Tensor(shape: shape, dtype: dtype) { target in
                    do throws(StoredArrays.Misfit) {
                        try StoredArrays.convert(source, from, to: target, dtype)
                    } catch { failure = error }
                }
            }
            if let failure { throw failure }
            return result
        }.get()
    }
}
