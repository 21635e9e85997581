import Backprop

/// An array in NumPy's format, in memory.
struct NPYArray {
    let header: NPYHeader
    private let elements: FileBytes

    /// Reads the header, and checks that all elements are there and nothing else.
    init(_ bytes: FileBytes) throws(FormatProblem) {
        let (header, start) = try NPYHeader.read(bytes.buffer)
        if let mistake = Shape.mistake(in: header.shape) {
            throw FormatProblem(mistake, reason: .mismatch, remedy: "reshape it before it is written")
        }
        let count = header.shape.reduce(1, *) * header.type.byteCount
        guard bytes.count - start >= count else {
            throw FormatProblem(
                "its shape \(header.shape) needs \(count) bytes of elements, \(bytes.count - start) are there")
        }
        guard bytes.count - start == count else {
            throw FormatProblem(
                "\(bytes.count - start - count) bytes follow its elements",
                remedy: "write one array to a file; several make an npz file")
        }
        self.header = header
        elements = bytes[start..<bytes.count]
    }

    /// The elements as a tensor: without a copy where their bytes and their address are those of a tensor.
    func tensor() throws(FormatProblem) -> Tensor {
        let type = header.type
        let isReversed = header.isFortranOrder && header.shape.count > 1
        let shape = isReversed ? header.shape.reversed() : header.shape
        if type.kind == .bool, let odd = elements.buffer.first(where: { $0 > 1 }) {
            throw FormatProblem("a truth value is stored as \(odd), not as 0 or 1")
        }
        let tensor: Tensor
        if type.isDirect {
            tensor = elements.tensor(shape: shape, dtype: type.dtype)
        } else {
            if type.kind == .unsigned, type.byteCount == 8 { try checkFits() }
            tensor = Tensor(shape: shape, dtype: type.dtype) { convert(to: $0) }
        }
        return isReversed ? tensor.transposed() : tensor
    }

    /// Refuses unsigned numbers that int64 does not hold.
    private func checkFits() throws(FormatProblem) {
        let big = header.type.isBigEndian
        for place in stride(from: 0, to: elements.count, by: 8) where elements.buffer[place + (big ? 0 : 7)] > 127 {
            throw FormatProblem(
                "element \(place / 8) is more than the largest int64", reason: .mismatch,
                remedy: "convert it with astype(float)")
        }
    }

    private func convert(to target: UnsafeMutableRawBufferPointer) {
        switch (header.type.kind, header.type.byteCount) {
        case (.signed, 1): fill(target, Int32.self) { Int32(Int8(bitPattern: $0)) }
        case (.signed, 2): fill(target, Int32.self) { Int32(Int16(bitPattern: $0)) }
        case (.signed, 4): fill(target, Int32.self) { (bits: UInt32) in Int32(bitPattern: bits) }
        case (.signed, _): fill(target, Int64.self) { (bits: UInt64) in Int64(bitPattern: bits) }
        case (.unsigned, 2): fill(target, Int32.self) { (bits: UInt16) in Int32(bits) }
        case (.unsigned, 4): fill(target, Int64.self) { (bits: UInt32) in Int64(bits) }
        case (.unsigned, 8): fill(target, Int64.self) { (bits: UInt64) in Int64(bitPattern: bits) }
        case (.floating, 2): fill(target, Float.self) { StoredNumbers.half($0) }
        case (.floating, 4): fill(target, UInt32.self) { (bits: UInt32) in bits }
        case (.floating, _): fill(target, UInt64.self) { (bits: UInt64) in bits }
        case (.bool, _), (.unsigned, _): target.copyMemory(from: elements.buffer)
        }
    }

    private func fill<Bits: FixedWidthInteger & BitwiseCopyable, Number: BitwiseCopyable>(
        _ target: UnsafeMutableRawBufferPointer, _ type: Number.Type, _ convert: (Bits) -> Number
    ) {
        ElementBytes.convert(elements.buffer, isBigEndian: header.type.isBigEndian, to: target, convert)
    }
}

/// Turns stored numbers into elements of tensors, one by one.
package enum ElementBytes {
    /// Hands each number of `source` to `convert`, and writes what it returns to `target`, which has as many elements.
    @inline(__always)
    package static func convert<Bits: FixedWidthInteger & BitwiseCopyable, Number: BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, isBigEndian: Bool, to target: UnsafeMutableRawBufferPointer,
        _ convert: (Bits) -> Number
    ) {
        let count = target.count / MemoryLayout<Number>.stride
        for index in 0..<count {
            let bits = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.stride, as: Bits.self)
            let number = convert(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
            target.storeBytes(of: number, toByteOffset: index * MemoryLayout<Number>.stride, as: Number.self)
        }
    }
}
