import Backprop
import BackpropFiles

/// How angles of rotary positions are stretched, so that a model reads longer sequences than it was trained on first.
public enum RotaryScaling: Sendable, Hashable {
    case none
    /// All angles are divided by a factor (Chen et al., 2023).
    case linear(factor: Double)
    /// Slow angles are divided by a factor, fast ones stay, and those between are blended: Llama 3.1.
    case llama3(factor: Double, lowFrequency: Double, highFrequency: Double, positions: Int)
}

/// The angle of each pair of features at position 1, base^(-2 i / features), scaled.
public struct RotaryFrequencies: Sendable, Hashable {
    /// [features / 2].
    public let values: [Float]
    /// What sines and cosines are multiplied by.
    let amplitude = 1.0

    init(features: Int, base: Double, scaling: RotaryScaling) {
        values = stride(from: 0, to: features, by: 2).map { pair in
            let power = Float(ScalarMath.pow(base, Double(Float(pair) / Float(features))))
            let frequency = 1 / power
            switch scaling {
            case .none: return frequency
            case .linear(let factor): return frequency / Float(factor)
            case .llama3(let factor, let low, let high, let positions):
                let length = 2 * Float.pi / frequency
                let longest = Float(Double(positions) / low), shortest = Float(Double(positions) / high)
                if length > longest { return frequency / Float(factor) }
                if length < shortest { return frequency }
                let share = (Float(positions) / length - Float(low)) / Float(high - low)
                return (1 - share) * (frequency / Float(factor)) + share * frequency
            }
        }
    }
}

extension RotaryScaling {
    /// Reads base and scaling of a configuration, in the form of transformers 5 (`rope_parameters`) or before
    /// (`rope_theta`, `rope_scaling`).
    static func read(
        _ reader: inout ConfigurationReader, positions: Int
    ) throws(DataError) -> (base: Double, scaling: RotaryScaling) {
        let bases = 1.0...1e12, factors = 1.0...1e6
        let outer = try reader.number("rope_theta", 10_000, in: bases)
        let old = try reader.object("rope_scaling")
        guard var inner = try reader.object("rope_parameters") ?? old else { return (outer, .none) }
        let base = try inner.number("rope_theta", outer, in: bases)
        // What both keys say is called differently in files of different ages.
        let type = try inner.word("type", "default", of: ["default", "linear", "llama3"])
        let kind = try inner.word("rope_type", type, of: ["default", "linear", "llama3"])
        try inner.expect("partial_rotary_factor", .integer(1), .real(1))
        let scaling: RotaryScaling
        switch kind {
        case "linear": scaling = .linear(factor: try inner.number("factor", in: factors))
        case "llama3":
            let low = try inner.number("low_freq_factor", in: 1e-3...1e6)
            let high = try inner.number("high_freq_factor", in: 1e-3...1e6)
            guard low < high else {
                throw inner.problem("'low_freq_factor' \(low) is not below 'high_freq_factor' \(high)")
            }
            scaling = .llama3(
                factor: try inner.number("factor", in: factors), lowFrequency: low, highFrequency: high,
                positions: try inner.integer("original_max_position_embeddings", positions, in: Limit.positions))
        default: scaling = .none
        }
        _ = try inner.finish()
        return (base, scaling)
    }

    /// The settings as `rope_parameters` has them.
    func settings(base: Double) -> JSONValue {
        var members: [String: JSONValue] = ["rope_theta": .real(base)]
        switch self {
        case .none: members["rope_type"] = .text("default")
        case .linear(let factor):
            members["rope_type"] = .text("linear")
            members["factor"] = .real(factor)
        case .llama3(let factor, let low, let high, let positions):
            members["rope_type"] = .text("llama3")
            members["factor"] = .real(factor)
            members["low_freq_factor"] = .real(low)
            members["high_freq_factor"] = .real(high)
            members["original_max_position_embeddings"] = .integer(positions)
        }
        return .sorted(members)
    }
}
