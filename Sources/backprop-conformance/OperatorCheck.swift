import Backprop

/// Compares everything about one recorded call: outputs, gradients, second derivatives, changed arguments, and forward
/// mode with reverse mode.
struct OperatorCheck {
    private let one: OperatorCase
    private let adapter: Adapter
    private let load: (String) throws -> Tensor
    private let tolerance = Tolerance.operators

    init(_ one: OperatorCase, _ adapter: @escaping Adapter, load: @escaping (String) throws -> Tensor) {
        self.one = one
        self.adapter = adapter
        self.load = load
    }

    func run() throws {
        let arguments = try loadArguments()
        let variables = one.gradients.map(\.input)
        let primals = variables.map { arguments[$0]! }

        let (outputs, changes) = try outputs(of: arguments)
        try compareOutputs(outputs)
        try compareChanges(changes)
        guard !variables.isEmpty, !one.cotangents.isEmpty else { return }

        let numbers = one.cotangents.keys.sorted()
        let cotangents = try numbers.map { try load(one.cotangents[$0]!) }
        let function = { (values: [Tensor]) throws -> [Tensor] in
            let replaced = arguments.merging(zip(variables, values)) { _, value in value }
            let outputs = try self.outputs(of: replaced).outputs
            return numbers.map { outputs[$0] }
        }
        let gradients = try vjp(function, primals: primals, cotangents: cotangents).gradients
        for (index, expected) in one.gradients.enumerated() {
            try compareGradient(
                gradients[index], with: expected.reference, for: primals[index],
                "gradient of \(name(expected.input))")
        }
        let isFinite = numbers.allSatisfy { outputs[$0].numbers.allSatisfy(\.isFinite) }
        if isFinite { try compareForward(function, primals, cotangents, gradients) }
        if let second = one.second { try compareSecond(second, function, variables, primals, cotangents) }
    }

    // MARK: Calling

    private func loadArguments() throws -> [String: Tensor] {
        var arguments: [String: Tensor] = [:]
        for reference in one.argumentReferences where arguments[reference.key] == nil {
            guard DType(torchName: reference.dtype) != nil else { throw Unsupported("dtype \(reference.dtype)") }
            arguments[reference.key] = try load(reference.key)
        }
        return arguments
    }

    private func outputs(
        of arguments: [String: Tensor]
    ) throws -> (outputs: [Tensor], changes: [String: Tensor]) {
        let call = Call(name: one.label.name, variant: one.variant, arguments: one.arguments) { reference in
            arguments[reference.key]!
        }
        let outputs = try adapter(call)
        let untaken = call.untaken
        guard untaken.isEmpty else {
            throw Unsupported("no option for " + untaken.joined(separator: ", "))
        }
        guard outputs.count == one.outputs.count else {
            throw Wrong("\(outputs.count) outputs instead of \(one.outputs.count)")
        }
        for (index, output) in outputs.enumerated() where output.shape != one.outputs[index].shape {
            throw Wrong("output \(index) has shape \(output.shape) instead of \(one.outputs[index].shape)")
        }
        return (outputs, call.changes)
    }

    // MARK: Comparing

    private func compareOutputs(_ outputs: [Tensor]) throws {
        evaluateOrStop(outputs)
        for (index, output) in outputs.enumerated() {
            try compare(output, with: try load(one.outputs[index].key), "output \(index)", tolerance)
        }
    }

    private func compareChanges(_ changes: [String: Tensor]) throws {
        for (input, reference) in one.changes {
            guard let value = changes[input] else { throw Wrong("\(name(input)) does not change") }
            try compare(value, with: try load(reference), "\(name(input)) after the call", tolerance)
        }
    }

    /// Compares the gradient for `x`; without a reference it has to be zero.
    private func compareGradient(_ gradient: Tensor, with reference: String?, for x: Tensor, _ what: String) throws {
        let reference = try reference.map(load) ?? Tensor.zeros(x.shape, dtype: x.dtype)
        try compare(gradient, with: reference, what, tolerance)
    }

    /// The dot-product identity: <cotangent, J t> = <Jᵀ cotangent, t> for tangents t.
    private func compareForward(
        _ function: ([Tensor]) throws -> [Tensor], _ primals: [Tensor], _ cotangents: [Tensor], _ gradients: [Tensor]
    ) throws {
        let tangents = primals.enumerated().map { Self.tangent(like: $1, seed: $0) }
        let pushed = try jvp(function, primals: primals, tangents: tangents).tangents
        let forward = Self.inner(cotangents, pushed), reverse = Self.inner(gradients, tangents)
        // A gradient that is infinite or nan is so in the reference too, and leaves nothing to compare.
        guard reverse.value.isFinite else { return }
        guard
            abs(forward.value - reverse.value) <= tolerance.absolute + tolerance.relative
                * max(forward.size, reverse.size)
        else {
            throw Wrong("forward mode: <cotangent, J t> is \(forward.value), <Jᵀ cotangent, t> is \(reverse.value)")
        }
    }

    private func compareSecond(
        _ second: OperatorCase.Second, _ function: @escaping ([Tensor]) throws -> [Tensor], _ variables: [String],
        _ primals: [Tensor], _ cotangents: [Tensor]
    ) throws {
        let positions = second.directions.map { direction in variables.firstIndex(of: direction.input)! }
        let directions = try second.directions.map { try load($0.direction) }
        let gradient = { (values: [Tensor]) throws -> [Tensor] in
            let gradients = try vjp(function, primals: values, cotangents: cotangents).gradients
            return positions.map { gradients[$0] }
        }
        let found = try vjp(gradient, primals: primals, cotangents: directions).gradients
        for expected in second.gradients {
            let position = variables.firstIndex(of: expected.input)!
            try compareGradient(
                found[position], with: expected.reference, for: primals[position],
                "second derivative of \(name(expected.input))")
        }
    }

    /// Numbers between -1 and 1 that are the same in every run.
    private static func tangent(like x: Tensor, seed: Int) -> Tensor {
        let numbers = (0..<x.size).map { index -> Double in
            let phase = Double((index + 1) * 7919 + (seed + 1) * 104_729).truncatingRemainder(dividingBy: 1009)
            return phase / 504.5 - 1
        }
        return Tensor(numbers, shape: x.shape, dtype: .float64).asType(x.dtype)
    }

    /// The inner product, and the sum of the sizes of its terms.
    private static func inner(_ a: [Tensor], _ b: [Tensor]) -> (value: Double, size: Double) {
        var value = 0.0, size = 0.0
        for (a, b) in zip(a, b) {
            for (x, y) in zip(a.numbers, b.numbers) {
                value += x * y
                size += abs(x * y)
            }
        }
        return (value, size)
    }

    /// "in0" for the tensor that is called so in the case.
    private func name(_ key: String) -> String { String(key.split(separator: "/").last ?? "") }
}
