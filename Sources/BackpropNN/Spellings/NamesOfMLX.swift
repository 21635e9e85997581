import Backprop

// What MLX Swift's layers, losses and training loops spell otherwise: typing it says what to type instead. None of it can
// be used.

@available(*, unavailable, message: "write Activation.relu")
public typealias ReLU = Activation

@available(*, unavailable, message: "write Activation.relu6")
public typealias ReLU6 = Activation

@available(*, unavailable, message: "write Activation.gelu")
public typealias GELU = Activation

@available(*, unavailable, message: "write Activation.silu")
public typealias SiLU = Activation

@available(*, unavailable, message: "write Activation.tanh")
public typealias Tanh = Activation

@available(*, unavailable, message: "write Activation.sigmoid")
public typealias Sigmoid = Activation

@available(*, unavailable, message: "write Activation.mish")
public typealias Mish = Activation

@available(*, unavailable, message: "write Activation.selu")
public typealias SELU = Activation

@available(*, unavailable, renamed: "Module")
public typealias UnaryLayer = Module

@available(*, unavailable, message: "store layers and parameters in plain properties: they are found by their types")
@propertyWrapper
public struct ModuleInfo<Value> {
    public var wrappedValue: Value
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public init(key: String) { fatalError() }
    public init(wrappedValue: Value, key: String) { self.wrappedValue = wrappedValue }
}

@available(*, unavailable, message: "store layers and parameters in plain properties: they are found by their types")
@propertyWrapper
public struct ParameterInfo<Value> {
    public var wrappedValue: Value
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public init(key: String) { fatalError() }
    public init(wrappedValue: Value, key: String) { self.wrappedValue = wrappedValue }
}

@available(*, unavailable, message: "write meanSquaredError(predictions, targets)")
public func mseLoss(predictions: Tensor, targets: Tensor, reduction: Reduction = .mean) -> Tensor { fatalError() }

@available(*, unavailable, message: "write negativeLogLikelihood(logProbabilities, labels)")
public func nllLoss(inputs: Tensor, targets: Tensor, reduction: Reduction = .none) -> Tensor { fatalError() }

@available(
    *, unavailable,
    message:
        "compute the loss, then call loss.backward() and optimizer.step(): an optimizer holds the parameters that it moves"
)
public func valueAndGrad<Model: ParameterContainer, Value>(model: Model, _ function: Value) -> Value { fatalError() }

@available(
    *, unavailable,
    message:
        "compute the loss, then call loss.backward() and optimizer.step(): an optimizer holds the parameters that it moves"
)
public func valueAndGrad<Model: ParameterContainer, Value>(_ model: Model, _ function: Value) -> Value { fatalError() }

extension Optimizer {
    @available(
        *, unavailable,
        message:
            "compute the loss, then call loss.backward() and optimizer.step(): an optimizer holds the parameters that it moves"
    )
    public func update(model: some ParameterContainer, gradients: Any) { fatalError() }
}

@available(*, unavailable, message: "write loadTensors(from: path)")
public func loadArrays(url: Any) throws -> [String: Tensor] { fatalError() }

@available(*, unavailable, message: "write saveTensors(tensors, to: path)")
public func save(arrays: [String: Tensor], metadata: [String: String] = [:], url: Any) throws { fatalError() }
