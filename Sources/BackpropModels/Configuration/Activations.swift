import BackpropFiles

/// How activations are called in `config.json`.
enum ActivationNames {
    /// The first name of each is the one that is written.
    private static let all: [(name: String, activation: Activation)] = [
        ("gelu", .gelu), ("gelu_python", .gelu), ("gelu_new", .geluTanh), ("gelu_pytorch_tanh", .geluTanh),
        ("gelu_fast", .geluTanh), ("relu", .relu), ("relu6", .relu6), ("silu", .silu), ("swish", .silu),
        ("tanh", .tanh), ("sigmoid", .sigmoid), ("mish", .mish), ("leaky_relu", .leakyRelu),
    ]

    static let known = all.map(\.name)

    static func activation(_ name: String) -> Activation { all.first { $0.name == name }!.activation }

    static func name(_ activation: Activation) -> String {
        all.first { $0.activation == activation }?.name ?? activation.rawValue
    }
}

extension ConfigurationReader {
    /// An activation by its name.
    mutating func activation(_ key: String, _ fallback: String) throws(DataError) -> Activation {
        ActivationNames.activation(try word(key, fallback, of: ActivationNames.known))
    }
}
