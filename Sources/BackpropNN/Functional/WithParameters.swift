import Backprop

extension ParameterContainer {
    /// Runs `body` with other values in the place of those of the parameters: the model as a function of its parameters.
    ///
    /// Gradients flow on to what the values were computed from, so `grad` and its relatives differentiate the model for its
    /// parameters, and a step of gradient descent can itself be differentiated. Only this thread, and only inside of
    /// `body`, sees the values; calls nest, and the inner values go before the outer ones. The parameters themselves stay as
    /// they are: an assignment to one, an optimizer's included, stops while another value stands in for it.
    ///
    /// ```swift
    /// let model = Linear(1, 1, bias: false)
    /// let slope = grad({ w in
    ///     model.withParameters([w]) { square(model(Tensor([3] as [Float]))).sum() }
    /// })
    /// slope(Tensor([2] as [Float], shape: [1, 1]))  // [36]
    /// ```
    ///
    /// - Parameter values: one for each of `parameters()`, in its shape and dtype.
    public func withParameters<Result>(
        _ values: [Tensor], file: StaticString = #fileID, line: UInt = #line, _ body: () throws -> Result
    ) rethrows -> Result {
        let parameters = namedParameters()
        require(
            values.count == parameters.count,
            "withParameters: \(values.count) values for \(parameters.count) parameters", file: file, line: line)
        return try standingIn(Array(zip(parameters, values)), file, line, body)
    }

    /// The same with values by the names of `namedParameters()`. Parameters without a value keep their own; a name that no
    /// parameter has stops it.
    public func withParameters<Result>(
        _ values: [String: Tensor], file: StaticString = #fileID, line: UInt = #line, _ body: () throws -> Result
    ) rethrows -> Result {
        let known = Dictionary(namedParameters().map { ($0.name, $0) }) { first, _ in first }
        let pairs = values.map { name, value in
            guard let parameter = known[name] else {
                trap(
                    "withParameters: there is no parameter \(name), but \(known.keys.sorted().joined(separator: ", "))",
                    file: file, line: line)
            }
            return (parameter, value)
        }
        return try standingIn(pairs, file, line, body)
    }

    private func standingIn<Result>(
        _ pairs: [(NamedParameter, Tensor)], _ file: StaticString, _ line: UInt, _ body: () throws -> Result
    ) rethrows -> Result {
        for (named, value) in pairs {
            let parameter = named.parameter
            require(
                value.shape == parameter.shape && value.dtype == parameter.dtype,
                "withParameters: \(named.name) is \(parameter.dtype)\(parameter.shape), its value \(value.dtype)\(value.shape)",
                file: file, line: line)
        }
        return try Parameter.withStandIns(pairs.map { ($0.0.parameter, $0.1) }, body)
    }
}
