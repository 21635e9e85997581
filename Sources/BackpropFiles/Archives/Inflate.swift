/// Unpacks what was packed by "deflate": blocks of literal bytes and of repetitions of what came before.
///
/// One value can unpack several streams one after the other, each of which starts with nothing to repeat.
///
/// Source: RFC 1951.
struct Inflate: ~Copyable {
    private let literals = HuffmanTable(.literalsAndLengths)
    private let distances = HuffmanTable(.distances)
    private let codeLengths = HuffmanTable(.codeLengths)
    private var lengths = [UInt8](repeating: 0, count: 320)
    /// Whether the tables are those of the fixed codes: a stream may have a block for every byte.
    private var hasFixedCodes = false

    /// A repetition is written in words, so memory goes on behind the last byte that may be written.
    private static let slack = 288

    /// What to do with more bytes than the limit.
    enum Excess { case refused, ignored }

    /// Unpacks the stream at the start of `input` behind what `output` holds, and returns how many bytes of `input` it took.
    ///
    /// - Parameter limit: the most bytes of `output` afterwards. Where more are ignored, unpacking ends there.
    mutating func unpack(
        _ input: UnsafeRawBufferPointer, into output: inout GrowingBytes, limit: Int, excess: Excess = .refused
    ) throws(FormatProblem) -> Int {
        var bits = BitReader(input)
        let start = output.count
        while true {
            bits.refill()
            let isLast = bits.take(1) == 1
            switch bits.take(2) {
            case 0: try copyStored(&bits, into: &output, limit: limit)
            case 1:
                try prepareFixedCodes()
                try decode(&bits, into: &output, start: start, limit: limit)
            case 2:
                try readCodes(&bits)
                try decode(&bits, into: &output, start: start, limit: limit)
            default: throw FormatProblem("the packed data has a block of an unknown kind")
            }
            guard !bits.isBeyondEnd else { throw Self.cutShort }
            if output.count > limit {
                guard excess == .ignored else {
                    throw FormatProblem(
                        "it unpacks to more than the \(limit) bytes that are expected or allowed", reason: .tooLarge,
                        remedy: "check that it is the right file, or allow more bytes")
                }
                output.count = limit
                return bits.wholeBytesTaken
            }
            if isLast { return bits.wholeBytesTaken }
        }
    }

    private static let cutShort = FormatProblem("the packed data ends too early")

    private func copyStored(
        _ bits: inout BitReader, into output: inout GrowingBytes, limit: Int
    ) throws(FormatProblem) {
        let position = bits.wholeBytesTaken
        guard bits.input.count - position >= 4 else { throw Self.cutShort }
        let size = UInt16(littleEndian: bits.input.loadUnaligned(fromByteOffset: position, as: UInt16.self))
        let check = UInt16(littleEndian: bits.input.loadUnaligned(fromByteOffset: position + 2, as: UInt16.self))
        guard size == ~check else { throw FormatProblem("a stored block of the packed data contradicts its length") }
        guard bits.input.count - position - 4 >= Int(size) else { throw Self.cutShort }
        let room = limit - output.count
        let kept = Int(size) > room ? room + 1 : Int(size)
        output.append(UnsafeRawBufferPointer(rebasing: bits.input[(position + 4)..<(position + 4 + kept)]))
        bits.move(to: position + 4 + Int(size))
    }

    private mutating func prepareFixedCodes() throws(FormatProblem) {
        guard !hasFixedCodes else { return }
        for symbol in 0..<288 { lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8 }
        try build(literals, 0..<288)
        for symbol in 0..<32 { lengths[symbol] = 5 }
        try build(distances, 0..<32)
        hasFixedCodes = true
    }

    private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// Reads the codes of a block, whose lengths are themselves packed.
    private mutating func readCodes(_ bits: inout BitReader) throws(FormatProblem) {
        hasFixedCodes = false
        bits.refill()
        let literalCount = Int(bits.take(5)) + 257, distanceCount = Int(bits.take(5)) + 1
        let lengthCount = Int(bits.take(4)) + 4
        guard literalCount <= 286, distanceCount <= 30 else {
            throw FormatProblem("a block of the packed data has too many codes")
        }
        for symbol in 0..<19 { lengths[symbol] = 0 }
        for place in Self.order.prefix(lengthCount) {
            bits.refill()
            lengths[place] = UInt8(bits.take(3))
        }
        try build(codeLengths, 0..<19)
        let count = literalCount + distanceCount
        var filled = 0
        while filled < count {
            bits.refill()
            guard !bits.isBeyondEnd else { throw Self.cutShort }
            let entry = codeLengths.entries[Int(bits.next & 127)]
            bits.skip(entry & 31)
            let symbol = UInt8(entry >> 16)
            guard symbol >= 16 else {
                lengths[filled] = symbol
                filled += 1
                continue
            }
            guard symbol != 16 || filled > 0 else {
                throw FormatProblem("the packed data repeats a code length where there is none")
            }
            let repeated = symbol == 16 ? lengths[filled - 1] : 0
            let times = Int(symbol == 16 ? 3 + bits.take(2) : symbol == 17 ? 3 + bits.take(3) : 11 + bits.take(7))
            guard filled + times <= count else {
                throw FormatProblem("a block of the packed data repeats a code length beyond the last code")
            }
            for place in filled..<(filled + times) { lengths[place] = repeated }
            filled += times
        }
        guard lengths[256] > 0 else { throw FormatProblem("a block of the packed data has no code for its end") }
        try build(literals, 0..<literalCount)
        try build(distances, literalCount..<count)
    }

    private func build(_ table: borrowing HuffmanTable, _ range: Range<Int>) throws(FormatProblem) {
        try lengths.withUnsafeBufferPointer { (all) throws(FormatProblem) in
            try table.build(UnsafeBufferPointer(rebasing: all[range]))
        }
    }

    /// Decodes a block up to its end, or until more than `limit` bytes are there.
    private func decode(
        _ reader: inout BitReader, into output: inout GrowingBytes, start: Int, limit: Int
    ) throws(FormatProblem) {
        let literalEntries = literals.entries, distanceEntries = distances.entries
        let literalMask = UInt64(1) << UInt64(literals.indexBits) &- 1
        let distanceMask = UInt64(1) << UInt64(distances.indexBits) &- 1
        var bits = reader
        defer { reader = bits }
        var at = output.count
        defer { output.count = at }
        while true {
            if at > limit { return }
            if output.capacity - at < 2 * Self.slack {
                output.count = at
                let (most, overflow) = limit.addingReportingOverflow(4 * Self.slack)
                output.grow(to: min(max(2 * output.capacity, 4_096), overflow ? .max : most))
            }
            let base = output.base.assumingMemoryBound(to: UInt8.self)
            let first = start
            let safe = output.capacity &- 2 &* Self.slack
            // Up to three literals or one repetition are written in each round, none of which needs more than 56 bits.
            while at <= safe {
                bits.refill()
                var entry = literalEntries[Int(truncatingIfNeeded: bits.next & literalMask)]
                if entry & HuffmanTable.literal != 0 {
                    bits.skip(entry)
                    base[at] = UInt8(truncatingIfNeeded: entry >> 16)
                    at &+= 1
                    entry = literalEntries[Int(truncatingIfNeeded: bits.next & literalMask)]
                    if entry & HuffmanTable.literal != 0 {
                        bits.skip(entry)
                        base[at] = UInt8(truncatingIfNeeded: entry >> 16)
                        at &+= 1
                        entry = literalEntries[Int(truncatingIfNeeded: bits.next & literalMask)]
                        if entry & HuffmanTable.literal != 0 {
                            bits.skip(entry)
                            base[at] = UInt8(truncatingIfNeeded: entry >> 16)
                            at &+= 1
                            continue
                        }
                    }
                    bits.refill()
                }
                if entry & HuffmanTable.link != 0 {
                    bits.skip(entry)
                    entry = literalEntries[Int(entry >> 16) &+ bits.low(entry >> 8)]
                    if entry & HuffmanTable.literal != 0 {
                        bits.skip(entry)
                        base[at] = UInt8(truncatingIfNeeded: entry >> 16)
                        at &+= 1
                        continue
                    }
                }
                if entry & (HuffmanTable.endOfBlock | HuffmanTable.unused) != 0 {
                    guard entry & HuffmanTable.unused == 0 else { throw Self.unknownCode(bits) }
                    bits.skip(entry)
                    return
                }
                bits.skip(entry)
                let length = Int(entry >> 16) &+ bits.low(entry >> 8)
                bits.skip(entry >> 8 & 15)
                var place = distanceEntries[Int(truncatingIfNeeded: bits.next & distanceMask)]
                if place & HuffmanTable.link != 0 {
                    bits.skip(place)
                    place = distanceEntries[Int(place >> 16) &+ bits.low(place >> 8)]
                }
                guard place & HuffmanTable.unused == 0 else { throw Self.unknownCode(bits) }
                bits.skip(place)
                let distance = Int(place >> 16) &+ bits.low(place >> 8)
                bits.skip(place >> 8 & 15)
                guard distance <= at &- first else {
                    throw bits.isBeyondEnd
                        ? Self.cutShort : FormatProblem("the packed data repeats what lies before its beginning")
                }
                Self.copy(base + at, length, from: distance)
                at &+= length
            }
            guard !bits.isBeyondEnd else { throw Self.cutShort }
        }
    }

    private static func unknownCode(_ bits: BitReader) -> FormatProblem {
        bits.isBeyondEnd ? cutShort : FormatProblem("the packed data has a code that stands for nothing")
    }

    /// Repeats `length` bytes, which begin `distance` bytes before `target`. Up to `slack` bytes are written.
    @inline(__always)
    private static func copy(_ target: UnsafeMutablePointer<UInt8>, _ length: Int, from distance: Int) {
        let source = target - distance
        if distance >= 8 {
            let to = UnsafeMutableRawPointer(target), from = UnsafeRawPointer(source)
            var done = 0
            repeat {
                to.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: done, as: UInt64.self), toByteOffset: done, as: UInt64.self)
                done &+= 8
            } while done < length
        } else if distance == 1 {
            target.update(repeating: source.pointee, count: length)
        } else {
            for place in 0..<length { target[place] = source[place] }
        }
    }
}

/// Hands out the bits of a deflated stream, lowest first. Behind the end there are zeros, which are noticed later.
struct BitReader {
    let input: UnsafeRawBufferPointer
    private(set) var next: UInt64 = 0
    private var available: UInt64 = 0
    private var position = 0

    init(_ input: UnsafeRawBufferPointer) { self.input = input }

    /// Makes at least 56 bits available.
    @inline(__always)
    mutating func refill() {
        guard position &+ 8 <= input.count else { return refillAtEnd() }
        let word = input.baseAddress.unsafelyUnwrapped.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        next |= UInt64(littleEndian: word) &<< available
        position &+= Int(truncatingIfNeeded: (63 &- available) &>> 3)
        available |= 56
    }

    @inline(never)
    private mutating func refillAtEnd() {
        while available < 56 {
            if position < input.count { next |= UInt64(input[position]) &<< available }
            position += 1
            available += 8
        }
    }

    /// The lowest bits, as many as the lowest four bits of `count` say.
    @inline(__always)
    func low(_ count: UInt32) -> Int {
        Int(truncatingIfNeeded: next & (1 &<< UInt64(count & 15) &- 1))
    }

    /// Drops bits, as many as the lowest five bits of `count` say.
    @inline(__always)
    mutating func skip(_ count: UInt32) {
        next &>>= UInt64(count & 31)
        available &-= UInt64(count & 31)
    }

    mutating func take(_ count: UInt32) -> UInt32 {
        defer { skip(count) }
        return UInt32(low(count))
    }

    /// Whether more bits were taken than there are.
    var isBeyondEnd: Bool { position - Int(available / 8) > input.count }

    /// How many bytes were taken, the last one perhaps in part.
    var wholeBytesTaken: Int { position - Int(available / 8) }

    /// Goes on at a byte.
    mutating func move(to byte: Int) {
        (position, next, available) = (byte, 0, 0)
    }
}
