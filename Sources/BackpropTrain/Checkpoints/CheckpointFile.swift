/// A file of a folder of checkpoints, by its name.
struct CheckpointFile {
    let name: String
    let number: Int

    private static let start = "checkpoint-", end = ".safetensors"

    init(number: Int, step: Int?) {
        let digits = String(number)
        let padding = String(repeating: "0", count: max(0, 6 - digits.count))
        self.number = number
        name = Self.start + padding + digits + (step.map { "-step-\($0)" } ?? "") + Self.end
    }

    /// Nil where the name is that of something else.
    init?(_ name: String) {
        guard name.hasPrefix(Self.start), name.hasSuffix(Self.end) else { return nil }
        let digits = name.dropFirst(Self.start.count).prefix { $0.isASCII && $0.isNumber }
        guard digits.count <= 15, let number = Int(digits) else { return nil }
        self.name = name
        self.number = number
    }

    /// Whether it is what a writer of such a file leaves behind that was killed.
    static func isLeftover(_ name: String) -> Bool { name.hasPrefix("." + start) && name.contains(end + ".partial-") }
}
