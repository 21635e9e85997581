import Backprop

// Names of PyTorch that are other ones here: the compiler says which, and offers to exchange them.

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

extension ParameterContainer {
    @available(*, unavailable, message: "use load(from:) or, for a file of PyTorch, loadPyTorch(from:)")
    public func loadStateDict(_ state: Any, strict: Bool = true) { fatalError() }
    @available(*, unavailable, message: "use save(to:); Weights(of:) has the values now")
    public func stateDict() -> [String: Tensor] { fatalError() }
}
