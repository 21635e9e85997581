import Backprop

// Names of PyTorch that are other ones here: the compiler says which, and offers to exchange them.

@available(*, unavailable, renamed: "Activation.relu")
public func ReLU() -> Activation { fatalError() }
@available(*, unavailable, renamed: "Activation.gelu")
public func GELU() -> Activation { fatalError() }
@available(*, unavailable, renamed: "Activation.silu")
public func SiLU() -> Activation { fatalError() }
@available(*, unavailable, renamed: "Activation.tanh")
public func Tanh() -> Activation { fatalError() }
@available(*, unavailable, renamed: "Activation.sigmoid")
public func Sigmoid() -> Activation { fatalError() }

extension Tensor {
    @available(*, unavailable, message: "use the function relu(_:)")
    public func relu() -> Tensor { fatalError() }
    @available(*, unavailable, message: "use the function gelu(_:)")
    public func gelu() -> Tensor { fatalError() }
}

extension Optimizer {
    @available(*, unavailable, message: "step() uses the gradients up; zeroGradients() forgets them without a step")
    public func zeroGrad() { fatalError() }
}

extension Parameter {
    @available(*, unavailable, renamed: "gradient")
    public var grad: Tensor? { fatalError() }
    @available(*, unavailable, message: "set isTrainable")
    public var requiresGrad: Bool { fatalError() }
    @available(*, unavailable, renamed: "value")
    public var data: Tensor { fatalError() }
}
