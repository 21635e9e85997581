import Backprop
import BackpropNN

/// The recorded weights of a layer on their way to the parameters of ours.
struct LayerWeights {
    private let given: [String: Tensor]
    private var used: Set<String> = []
    /// By our names.
    private var adopted: [String: Tensor] = [:]

    init(_ given: [String: Tensor]) { self.given = given }

    /// Takes what has the name, or with `whole: false` the beginning of the name, under ours.
    mutating func adopt(_ theirs: String, as ours: String, whole: Bool = false) {
        for (name, tensor) in given where whole ? name == theirs : name.hasPrefix(theirs) {
            used.insert(name)
            adopted[ours + name.dropFirst(theirs.count)] = tensor
        }
    }

    /// Takes the projections of an attention, which PyTorch keeps in one matrix.
    mutating func adoptAttention(_ theirs: String, as ours: String) {
        let parts = ["queries", "keys", "values"]
        for (kind, name) in [("weight", "in_proj_weight"), ("bias", "in_proj_bias")] {
            guard let joined = given[theirs + name] else { continue }
            used.insert(theirs + name)
            for (part, tensor) in zip(parts, joined.split(parts: 3)) { adopted["\(ours)\(part).\(kind)"] = tensor }
        }
        for (part, name) in zip(parts, ["q_proj_weight", "k_proj_weight", "v_proj_weight"]) {
            adopt(theirs + name, as: "\(ours)\(part).weight", whole: true)
        }
        adopt(theirs + "out_proj.", as: ours + "output.")
    }

    /// Takes what begins so, and gives values for all parameters of the layer by their names.
    mutating func values(_ prefixes: [String: String], for layer: some ParameterContainer) throws -> [String: Tensor] {
        for (theirs, ours) in prefixes { adopt(theirs, as: ours) }
        let unused = given.keys.filter { !used.contains($0) }.sorted()
        guard unused.isEmpty else { throw Unsupported("no weights " + unused.joined(separator: ", ")) }
        let parameters = layer.namedParameters()
        for named in parameters where adopted[named.name]?.shape != named.parameter.shape {
            throw Unsupported("no weights for \(named.name) of shape \(named.parameter.shape)")
        }
        let superfluous = Set(adopted.keys).subtracting(parameters.map(\.name))
        guard superfluous.isEmpty else { throw Unsupported("no parameters \(superfluous.sorted())") }
        return adopted
    }
}
