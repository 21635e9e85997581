extension MemoryBill {
    /// The bill as a person reads it: what is held at the peak by use, by layer and by value, and when the peak is.
    public var table: String { table(values: 12) }

    /// The same with so many values.
    package func table(values count: Int) -> String {
        var lines = ["peak \(MemoryBill.formatted(peakBytes)) (\(peakBytes) bytes)\(momentInWords)"]
        let parts = parts
        let kinds = BillItem.Kind.allCases.filter { parts[$0, default: 0] > 0 }.sorted { parts[$0]! > parts[$1]! }
        lines += MemoryBill.rows(kinds.map { ($0.rawValue, parts[$0]!) }, of: peakBytes)
        let modules = bytesByModule
        if modules.count > 1 {
            lines += ["", "by layer, at the peak"]
            lines += MemoryBill.rows(Array(modules.prefix(count)), of: peakBytes)
        }
        lines += ["", "largest values at the peak"]
        lines += MemoryBill.rows(largestValues(count), of: peakBytes)
        if let recomputation { lines += ["", recomputation.description] }
        return lines.joined(separator: "\n")
    }

    /// Bytes at the peak by the path of the layer that they belong to, the largest first.
    public var bytesByModule: [(module: String, bytes: Int)] {
        var bytes: [String: Int] = [:]
        for item in items where item.isAtPeak { bytes[item.module, default: 0] += item.bytes }
        return bytes.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map {
            ($0.key.isEmpty ? "(no layer)" : $0.key, $0.value)
        }
    }

    private var momentInWords: String {
        guard moment.waves > 1 else { return "" }
        let kernel = moment.kernels.max { $0.count < $1.count }.map { ", while it computes \($0)" } ?? ""
        return ", in step \(moment.wave + 1) of \(moment.waves)\(kernel)"
    }

    /// Equal values of one layer in one line.
    private func largestValues(_ count: Int) -> [(String, Int)] {
        var numbers: [String: (count: Int, bytes: Int)] = [:]
        for item in items where item.isAtPeak {
            let place = item.module.isEmpty || item.name.contains(item.module) ? "" : " in \(item.module)"
            let again = item.isRecomputed ? ", computed anew" : ""
            let line = "\(item.name) \(item.shape)\(place) (\(item.kind.rawValue)\(again))"
            numbers[line, default: (0, 0)].count += 1
            numbers[line]!.bytes += item.bytes
        }
        return numbers.sorted { ($0.value.bytes, $1.key) > ($1.value.bytes, $0.key) }.prefix(count).map {
            line, number in
            (number.count > 1 ? "\(number.count) x \(line)" : line, number.bytes)
        }
    }

    private static func rows(_ rows: [(String, Int)], of total: Int) -> [String] {
        let sizes = rows.map { formatted($0.1) }
        let width = sizes.map(\.count).max() ?? 0
        return zip(rows, sizes).map { row, size in
            let share = total == 0 ? 0 : Int((Double(row.1) / Double(total) * 100).rounded())
            let pad = String(repeating: " ", count: width - size.count)
            return "  \(pad)\(size) \(share < 10 ? "  " : share < 100 ? " " : "")\(share)%  \(row.0)"
        }
    }
}

extension RecomputationReport: CustomStringConvertible {
    /// What is computed anew, what that costs, and what other budgets would cost.
    public var description: String {
        var lines = [line]
        var numbers: [String: (count: Int, bytes: Int)] = [:]
        for item in items {
            numbers["\(item.name) \(item.shape)", default: (0, 0)].count += 1
            numbers["\(item.name) \(item.shape)"]!.bytes += item.bytes
        }
        for (line, number) in numbers.sorted(by: { ($0.value.bytes, $1.key) > ($1.value.bytes, $0.key) }).prefix(8) {
            lines.append("  \(number.count) x \(line): \(MemoryBill.formatted(number.bytes))")
        }
        lines.append("memory against time, beside the inputs:")
        for point in curve {
            lines.append(
                "  \(MemoryBill.formatted(point.addedBytes)) at \(RecomputationReport.percent(point.addedWork)) more arithmetic"
            )
        }
        return lines.joined(separator: "\n")
    }

    /// How much is computed anew, and what that costs.
    public var line: String {
        let bytes = items.reduce(0) { $0 + $1.bytes }
        return
            "computed anew: \(items.count) values of \(MemoryBill.formatted(bytes)), \(RecomputationReport.percent(addedWork)) more arithmetic"
    }

    private static func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10)%" }
}
