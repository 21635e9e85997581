import BackpropData

extension StepGraph {
    /// The graph in the language of Graphviz: a cluster for each part of the step and for each layer in it, shapes on edges,
    /// what is kept with a bold frame and what is computed twice with a dashed one.
    public func dot() -> String {
        var lines = [
            "digraph step {", "  label=\(Self.quoted(title)); labelloc=t; rankdir=TB; newrank=true;",
            "  node [shape=box, style=\"filled,rounded\", fontname=\"Helvetica\", fontsize=10];",
            "  edge [fontname=\"Helvetica\", fontsize=8];",
        ]
        var clusters = 0
        for (phase, colour) in [("forward", "#dbe7fb"), ("backward", "#fbe3d6"), ("update", "#d9f0e6")] {
            let members = values.indices.filter { values[$0].phase == phase }
            guard !members.isEmpty else { continue }
            lines.append("  subgraph cluster_\(phase) {")
            lines.append("    label=\(Self.quoted(phase)); color=\"#8a949e\";")
            for (layer, places) in Self.grouped(members, by: { values[$0].layer }) {
                clusters += 1
                if !layer.isEmpty { lines.append("    subgraph cluster_\(clusters) { label=\(Self.quoted(layer));") }
                for place in places { lines.append("      " + dotNode(place, colour)) }
                if !layer.isEmpty { lines.append("    }") }
            }
            lines.append("  }")
        }
        for (place, value) in values.enumerated() {
            for input in value.inputs {
                lines.append("  v\(input) -> v\(place) [label=\(Self.quoted("\(values[input].shape)"))];")
            }
        }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    private func dotNode(_ place: Int, _ colour: String) -> String {
        let value = values[place]
        var words = ["\(value.name)", "\(value.dtype) \(value.shape)"]
        if let kernel = value.kernel { words.append("kernel \(kernel + 1)") }
        if !value.again.isEmpty { words.append("computed again") }
        let frame = value.isKept ? ", penwidth=2.5" : value.again.isEmpty ? "" : ", style=\"filled,rounded,dashed\""
        let fill = value.isInput ? "#ffffff" : colour
        return "v\(place) [label=\(Self.quoted(words.joined(separator: "\n"))), fillcolor=\"\(fill)\"\(frame)];"
    }

    /// Places by a name, in the order in which names come first.
    private static func grouped(_ places: [Int], by name: (Int) -> String) -> [(name: String, places: [Int])] {
        var groups: [(name: String, places: [Int])] = [], known: [String: Int] = [:]
        for place in places {
            let name = name(place)
            if let group = known[name] {
                groups[group].places.append(place)
            } else {
                known[name] = groups.count
                groups.append((name, [place]))
            }
        }
        return groups
    }

    /// A string of Graphviz. Names come from files too.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if result.utf8.count > 1 { result += "\\n" }
            for character in PlainText.shown(String(part), limit: 200) {
                if character == "\"" || character == "\\" { result += "\\" }
                result.append(character)
            }
        }
        return result + "\""
    }
}
