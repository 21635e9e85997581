#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The elements of a tensor as nested brackets with aligned columns.
struct TensorText {
    private let reader: ElementReader
    private let options: PrintOptions
    private let extents: [Int]
    /// Whether elements in the middle of long axes are left out.
    private let isShortened: Bool
    private var cells: [String] = []
    private var width = 0

    init(_ reader: ElementReader, _ options: PrintOptions) {
        self.reader = reader
        self.options = options
        extents = reader.shape.array
        isShortened = reader.shape.count > options.threshold
        if reader.shape.count == 0 { return }
        cells = shownCells()
        width = cells.reduce(0) { max($0, $1.utf8.count) }
    }

    /// The brackets and what is in them.
    var text: String {
        if reader.shape.count == 0 { return "[]" }
        if extents.isEmpty { return cells[0] }
        var next = 0
        return text(axis: 0, &next)
    }

    /// The places along an axis that are shown; nil stands for those that are left out.
    private func shown(_ axis: Int) -> [Int?] {
        let extent = extents[axis], edge = options.edgeItems
        guard isShortened, extent > 2 * edge else { return Array(0..<extent) }
        return Array(0..<edge) + [nil] + Array((extent - edge)..<extent)
    }

    /// What stands in the brackets from an axis on; `next` is the next cell.
    private func text(axis: Int, _ next: inout Int) -> String {
        let margin = String(repeating: " ", count: axis + 1)
        var parts: [String] = []
        for place in shown(axis) {
            if place == nil {
                parts.append("...")
            } else if axis < extents.count - 1 {
                parts.append(text(axis: axis + 1, &next))
            } else {
                parts.append(String(repeating: " ", count: width - cells[next].utf8.count) + cells[next])
                next += 1
            }
        }
        if axis < extents.count - 1 {
            let lines = String(repeating: "\n", count: extents.count - 1 - axis)
            return "[" + parts.joined(separator: "," + lines + margin) + "]"
        }
        let columns = max(1, (options.lineWidth - axis - 1) / (width + 2))
        let lines = stride(from: 0, to: parts.count, by: columns).map { start in
            parts[start..<min(start + columns, parts.count)].joined(separator: ", ")
        }
        return "[" + lines.joined(separator: ",\n" + margin) + "]"
    }

    /// The elements that are shown, all in one format.
    private func shownCells() -> [String] {
        var places: [[Int]] = [[]]
        for axis in extents.indices {
            let along = shown(axis).compactMap(\.self)
            places = places.flatMap { place in along.map { place + [$0] } }
        }
        if reader.dtype == .bool { return places.map { reader.integer(at: $0) != 0 ? "true" : "false" } }
        if reader.dtype.isInteger { return places.map { String(reader.integer(at: $0)) } }
        let numbers = places.map { reader.number(at: $0) }
        let format = NumberFormat(numbers, options)
        return numbers.map(format.text)
    }
}

/// How the numbers of one tensor are written: whole ones without a point, others with as many digits behind it; and as
/// powers of ten where the magnitudes are far from one or from each other, by the rule of PyTorch and NumPy.
private struct NumberFormat {
    private let digits: Int
    private let isScientific: Bool

    init(_ numbers: [Double], _ options: PrintOptions) {
        var least = Double.infinity, greatest = 0.0, isWhole = true
        for number in numbers where number.isFinite && number != 0 {
            least = min(least, abs(number))
            greatest = max(greatest, abs(number))
            isWhole = isWhole && number.rounded(.towardZero) == number
        }
        let isFar = greatest > 1e8 || !isWhole && (least < 1e-4 || greatest / least > 1000)
        isScientific = options.isScientific ?? isFar
        digits = isWhole && !isScientific ? 0 : options.precision
    }

    func text(_ number: Double) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        // Room for the 309 digits of the largest number.
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
            let format = isScientific ? "%.*e" : "%.*f"
            _ = withVaList([Int32(digits), number]) { vsnprintf(buffer.baseAddress!, buffer.count, format, $0) }
            return String(cString: buffer.baseAddress!)
        }
    }
}
