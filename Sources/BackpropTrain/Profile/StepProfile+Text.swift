import Backprop

extension StepProfile: CustomStringConvertible {
    /// The step in two lines; `table(rows:)` says more.
    public var description: String { summary }

    /// The profile as a person reads it: the step, then its parts, operators, layers and the longest kernels.
    ///
    /// - Parameter rows: how many layers and kernels are shown.
    public func table(rows count: Int = 15) -> String {
        var text = summary
        text += "\n" + table("part", parts)
        text += "\n" + table("operator", operators)
        if layers.contains(where: { !$0.name.isEmpty }) { text += "\n" + layerTable(count) }
        let longest = kernels.enumerated().sorted { ($0.element.seconds, $1.offset) > ($1.element.seconds, $0.offset) }
        return text + "\n" + table("kernel", Array(longest.prefix(count).map(\.element)), of: kernels.count)
    }

    /// The steps as a file for `chrome://tracing` or Perfetto: one line of JSON.
    ///
    /// - Throws: `TrainError` where a number is not finite.
    public func chromeTrace() throws(TrainError) -> String { try ChromeTrace.text(trace) }

    private var summary: String {
        let kernelSeconds = kernels.reduce(0) { $0 + $1.seconds }
        var parts = ["kernels \(ms(kernelSeconds))", "threads waiting \(ms(waitingSeconds))"]
        if otherPlanSeconds > 0 { parts.append("other plans \(ms(otherPlanSeconds))") }
        parts.append("recording and reading \(ms(recordingSeconds))")
        return """
            Step     \(ms(stepSeconds)) ms, the median of \(steps): \(parts.joined(separator: ", ")), with \(threads) threads
            Machine  \(limit.text)

            """
    }

    private func table(_ title: String, _ rows: [Row], of count: Int? = nil) -> String {
        let table = TextTable(columns: [
            .left(title), .right("kernels"), .right("ms"), .right("share"), .right("GFLOP/s"), .right("GB/s"),
            .right("of limit"),
        ])
        let text = table.text(
            rows.map { row in
                [PlainText.shown(row.name, limit: 48), "\(row.kernels)", ms(row.seconds), share(row.seconds)]
                    + rates(row)
            })
        let rest = (count ?? rows.count) - rows.count
        return rest > 0 ? text + "and \(rest) more\n" : text
    }

    private func layerTable(_ count: Int) -> String {
        let phases = StepAnatomy.Phase.allCases.map(\.rawValue)
        let table = TextTable(
            columns: [.left("layer")] + phases.map { .right($0) } + [
                .right("ms"), .right("share"), .right("GFLOP/s"), .right("GB/s"), .right("of limit"),
            ])
        let text = table.text(
            layers.prefix(count).map { row in
                [row.name.isEmpty ? "(none)" : PlainText.shown(row.name, limit: 48)]
                    + phases.map { ms(row.secondsByPart[$0] ?? 0) } + [ms(row.seconds), share(row.seconds)] + rates(row)
            })
        return layers.count > count ? text + "and \(layers.count - count) more\n" : text
    }

    private func ms(_ seconds: Double) -> String { NumberFormat.fixed(seconds * 1e3, digits: seconds < 0.01 ? 3 : 1) }

    private func share(_ seconds: Double) -> String {
        NumberFormat.fixed(100 * seconds / max(stepSeconds, .leastNormalMagnitude), digits: 1) + " %"
    }

    private func rates(_ row: Row) -> [String] {
        guard row.seconds > 0 else { return ["-", "-", "-"] }
        return [
            NumberFormat.fixed(Double(row.arithmetic) / row.seconds / 1e9, digits: 1),
            NumberFormat.fixed(Double(row.bytes) / row.seconds / 1e9, digits: 1),
            NumberFormat.fixed(100 * row.shareOfLimit, digits: 0) + " %",
        ]
    }
}
