import BackpropFiles

/// What loading has done: a line for each parameter and buffer that got a value, and what was left.
///
/// ```swift
/// print(try model.load(from: "body.safetensors", isStrict: false))
/// // layers.0.weight  from layers.0.weight
/// // missing 'layers.2.bias', 'layers.2.weight'
/// ```
public struct LoadReport: Sendable, Hashable, CustomStringConvertible {
    /// A parameter or buffer that got its value from a file.
    public struct Loaded: Sendable, Hashable {
        /// In the model.
        public let name: String
        /// In the file.
        public let source: String
        /// How the numbers were arranged anew, such as `[out, in, kernel...] turned to [out, kernel..., in]`; nil where they
        /// were not.
        public let change: String?
    }

    /// In the order of the model.
    public var loaded: [Loaded] = []
    /// Names of the model that no tensor of the file has; they keep their values.
    public var missing: [String] = []
    /// Names of the file that nothing in the model has.
    public var unexpected: [String] = []
    /// Names of the file that were left out on purpose.
    public var ignored: [String] = []

    public var description: String {
        let width = loaded.map(\.name.count).max() ?? 0
        var lines = loaded.map { entry in
            let padding = String(repeating: " ", count: width - entry.name.count)
            let change = entry.change.map { ", \($0)" } ?? ""
            return "\(entry.name)\(padding)  from \(entry.source)\(change)"
        }
        for (word, names) in [("missing", missing), ("unexpected", unexpected), ("left out", ignored)]
        where !names.isEmpty {
            lines.append("\(word) \(Wording.list(names, limit: 100))")
        }
        return lines.isEmpty ? "nothing to load" : lines.joined(separator: "\n")
    }
}
