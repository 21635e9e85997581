import BackpropNN

/// How the tensors of a family are called and arranged in Hugging Face's files.
public struct TensorNames: Sendable {
    /// Ways through our properties and what they become, the longest first.
    private let parts: [(ours: [Substring], theirs: String)]
    private let arrangement: @Sendable (String) -> Arrangement
    private let unused: [String]
    /// What the names of the body begin with, which files of the body alone leave away.
    private let body: String

    /// - Parameters:
    ///   - parts: such as `["blocks": "transformer.h", "attention.output": "attn.c_proj"]`. `*` stands for a number on both
    ///     sides. What is not among them stays.
    ///   - body: what names of the body begin with in files of a model with a head.
    ///   - unused: beginnings, or with a dot in front endings, of tensors in files that no parameter has: those that are the
    ///     same as others, and those of heads that are not there.
    ///   - arrangement: of a tensor, by our name.
    package init(
        _ parts: [String: String], body: String, unused: [String] = [],
        arrangement: @escaping @Sendable (String) -> Arrangement = { _ in .same }
    ) {
        self.parts = parts.map { ($0.key.split(separator: "."), $0.value) }.sorted {
            ($0.ours.count, $1.theirs) > ($1.ours.count, $0.theirs)
        }
        (self.body, self.unused, self.arrangement) = (body, unused, arrangement)
    }

    /// The tensor of one of our parameters or buffers.
    package func foreign(_ name: String) -> ForeignTensor {
        var path = name.split(separator: ".")[...]
        var result: [String] = []
        while let first = path.first {
            if let (ours, theirs) = parts.first(where: { Self.matches(path, $0.ours) }) {
                var text = theirs
                for (part, found) in zip(ours, path) where part == "*" {
                    text.replace("*", with: found, maxReplacements: 1)
                }
                result.append(text)
                path = path.dropFirst(ours.count)
            } else {
                result.append(String(first))
                path = path.dropFirst()
            }
        }
        return ForeignTensor(result.joined(separator: "."), arrangement(name))
    }

    /// The same in a file of which these are the tensors: of a body alone, or of one with a head.
    func foreign(_ name: String, in tensors: Set<String>) -> ForeignTensor {
        let foreign = foreign(name), own = foreign.name
        let other = own.hasPrefix(body) ? String(own.dropFirst(body.count)) : body + own
        let found = [own, Self.old(own), other, Self.old(other)].first(where: tensors.contains)
        return ForeignTensor(found ?? own, foreign.arrangement)
    }

    /// What factors and summands of normalizations were called once.
    private static func old(_ name: String) -> String {
        for (new, old) in [("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")]
        where name.hasSuffix(new) { return name.dropLast(new.count) + old }
        return name
    }

    /// Whether no model needs a tensor of this name.
    func isUnused(_ name: String) -> Bool {
        let bare = name.hasPrefix(body) ? String(name.dropFirst(body.count)) : name
        return unused.contains { $0.hasPrefix(".") ? name.hasSuffix($0) : name.hasPrefix($0) || bare.hasPrefix($0) }
    }

    private static func matches(_ path: ArraySlice<Substring>, _ part: [Substring]) -> Bool {
        path.count >= part.count
            && zip(path, part).allSatisfy { $0 == $1 || ($1 == "*" && $0.allSatisfy(\.isNumber)) }
    }
}
