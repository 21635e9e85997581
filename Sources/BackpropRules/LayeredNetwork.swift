import Backprop
import BackpropNN

/// What a hidden unit makes of the sum that it receives.
public enum Nonlinearity: String, Sendable, CaseIterable, Codable {
    case relu, tanh, sigmoid

    /// The activities that follow from sums.
    public func callAsFunction(_ sums: Tensor) -> Tensor {
        switch self {
        case .relu: BackpropNN.relu(sums)
        case .tanh: Backprop.tanh(sums)
        case .sigmoid: Backprop.sigmoid(sums)
        }
    }

    /// f'(z), from the activities f(z) alone.
    public func slope(atActivities activities: Tensor) -> Tensor {
        switch self {
        case .relu: (activities .> 0).asType(activities.dtype)
        case .tanh: 1 - activities * activities
        case .sigmoid: activities * (1 - activities)
        }
    }
}

/// A network of full layers, all that the rules need to know of a network.
///
/// Layer l turns activities[l] of shape [batch, widths[l]] into sums[l] = activities[l] weights[l]ᵀ + biases[l] of shape
/// [batch, widths[l + 1]]. Hidden sums become activities[l + 1] = f(sums[l]); the last ones are the scores of the classes.
public struct LayeredNetwork: Sendable {
    /// Units of each layer, from the inputs to the outputs: one more than there are layers.
    public let widths: [Int]
    /// f, that of hidden layers.
    public let nonlinearity: Nonlinearity
    /// Shape [widths[l + 1], widths[l]] each.
    public let weights: [Parameter]
    /// Shape [widths[l + 1]] each.
    public let biases: [Parameter]

    /// How many layers of weights there are.
    public var layerCount: Int { weights.count }
    /// Weights and biases, weights first.
    public var parameters: [Parameter] { weights + biases }
    /// How many numbers are learnt.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } }

    /// A network with random weights from the surrounding random stream, of variance 2 / inputs before relu (He et al., 2015)
    /// and 2 / (inputs + outputs) elsewhere (Glorot and Bengio, 2010), and biases of 0.
    ///
    /// - Parameters:
    ///   - widths: at least two, each at least 1.
    ///   - coupling: what weights from one hidden layer to the next are multiplied by. Layers that pull at each other both
    ///     ways come to rest soon, and in one state, where it is below 0.5.
    ///   - dtype: float32 or float64.
    public init(
        _ widths: [Int], _ nonlinearity: Nonlinearity = .tanh, coupling: Double = 1, dtype: DType = .float32
    ) {
        precondition(
            widths.count >= 2 && widths.allSatisfy { $0 >= 1 }, "LayeredNetwork: \(widths) are no widths of layers")
        self.widths = widths
        self.nonlinearity = nonlinearity
        let hidden: Initializer = nonlinearity == .relu ? .heNormal : .xavierNormal
        let last = widths.count - 2
        weights = (0...last).map { layer in
            let start = layer == last ? Initializer.xavierNormal : hidden
            let value = start([widths[layer + 1], widths[layer]], dtype: dtype)
            return Parameter(layer > 0 && layer < last && coupling != 1 ? value * coupling : value)
        }
        biases = (0...last).map { Parameter(Tensor.zeros([widths[$0 + 1]], dtype: dtype)) }
    }

    /// What a forward pass leaves in the layers.
    public struct Signals {
        /// The inputs, then those of each hidden layer: as many as there are layers.
        public var activities: [Tensor]
        /// The scores of the classes, shape [batch, classes]: the sums of the last layer, to which no nonlinearity is applied.
        public var scores: Tensor
    }

    /// Records a forward pass.
    ///
    /// - Parameter inputs: shape [batch, widths[0]].
    public func callAsFunction(_ inputs: Tensor) -> Signals {
        var activities = [inputs]
        for layer in 0..<(layerCount - 1) { activities.append(nonlinearity(sums(layer, activities[layer]))) }
        return Signals(activities: activities, scores: sums(layerCount - 1, activities[layerCount - 1]))
    }

    /// activities weights[layer]ᵀ + biases[layer].
    public func sums(_ layer: Int, _ activities: Tensor) -> Tensor {
        matmul(activities, weights[layer].value.transposed()) + biases[layer].value
    }
}
