import Backprop

/// The recorded call of an operator, as its adapter sees it.
///
/// An adapter turns one recorded call into a call of Backprop. It is an entry in the table of its family, in
/// `Operators/`: a closure that takes the arguments by their PyTorch names and returns the outputs in PyTorch's order
/// and layout.
///
/// ```swift
/// "flip": { call in
///     try [call.tensor("input").reversed(axes: call.ints("dims"))]
/// },
/// "softmax": { try [softmax($0.tensor("input"), axis: $0.int("dim"))] },
/// "nn.functional.relu": { call in
///     call.ignore("inplace")
///     return try [relu(call.tensor("input"))]
/// },
/// "nn.functional.avg_pool2d": { call in
///     let x = try channelsLast(call.tensor("input"))
///     let pooled = averagePool(x, size: try call.ints("kernel_size", rank: 2), ...)
///     return [channelsFirst(pooled)]
/// },
/// ```
///
/// - Every argument that was given has to be taken by the adapter, even one without influence (`call.ignore("inplace")`).
///   One that nobody took makes the case unsupported, so an option can be forgotten but never overlooked. Only `None`
///   need not be taken: it stands for an argument that was left out.
/// - What Backprop has no option for throws `Unsupported("...")`; `call.expect("mode", "linear")` does it for an
///   argument that may only have one value.
/// - A default is what PyTorch takes when the argument is left out: `call.int("dim", default: 0)`.
/// - What the call changes in place is handed back with `call.mutate("running_mean", newValue)`.
/// - A call without `named` has positions only: `call.naming("query", "key", "value")` gives them names.
/// - Numbers in place of tensors become scalars of the other operand's dtype: `call.tensor("other", like: x)`.
/// - The adapter runs several times on one case, under differentiation too, so it has to compute everything from its
///   arguments, and must not read elements of a tensor that carries a gradient.
struct Call {
    /// The operator's name, without its variant.
    let name: String
    /// What distinguishes the cases of one operator, such as "bilinear" for `interpolate`; empty for most.
    let variant: String

    private let arguments: Arguments
    private let tensors: (TensorReference) throws -> Tensor
    private let taken = Taken()

    /// What was taken and changed so far; shared by the copies of a call.
    private final class Taken {
        var names: Set<String> = []
        var changed: [String: Tensor] = [:]
        /// Names for positions, where the recording has none.
        var positions: [String] = []
    }

    /// How the arguments were recorded.
    enum Arguments {
        case named([String: PythonValue])
        case positional([PythonValue], keywords: [String: PythonValue])
    }

    init(
        name: String, variant: String = "", arguments: Arguments,
        tensors: @escaping (TensorReference) throws -> Tensor
    ) {
        self.name = name
        self.variant = variant
        self.arguments = arguments
        self.tensors = tensors
    }

    // MARK: Bookkeeping

    /// Names the positions of a call that was recorded without names. A call with names is left alone.
    @discardableResult
    func naming(_ names: String...) -> Call {
        taken.positions = names
        return self
    }

    /// Whether the argument was given, `None` included.
    func has(_ name: String) -> Bool { given(name) != nil }

    /// The argument as it was recorded; nil where it was left out.
    func optionalValue(_ name: String) -> PythonValue? {
        taken.names.insert(name)
        return given(name)
    }

    /// The argument as it was recorded.
    func value(_ name: String) throws -> PythonValue {
        guard let value = optionalValue(name) else { throw Unsupported("no argument '\(name)'") }
        return value
    }

    /// Takes arguments that have no influence on the result.
    func ignore(_ names: String...) { taken.names.formUnion(names) }

    /// Takes an argument that has to be `expected` if it is given; nil stands for `None`.
    func expect(_ name: String, _ expected: Expected?) throws {
        guard let value = optionalValue(name) else { return }
        guard Expected.matches(value, expected) else {
            throw Unsupported("\(name) = \(Self.text(value))")
        }
    }

    /// A value that `expect` compares with; written as a literal.
    enum Expected: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
        ExpressibleByStringLiteral
    {
        case bool(Bool)
        case number(Double)
        case string(String)

        init(booleanLiteral value: Bool) { self = .bool(value) }
        init(integerLiteral value: Int) { self = .number(Double(value)) }
        init(floatLiteral value: Double) { self = .number(value) }
        init(stringLiteral value: String) { self = .string(value) }

        fileprivate static func matches(_ value: PythonValue, _ expected: Expected?) -> Bool {
            switch (value, expected) {
            case (.nothing, nil): true
            case (.bool(let value), .bool(let expected)?): value == expected
            case (.int(let value), .number(let expected)?): Double(value) == expected
            case (.double(let value), .number(let expected)?): value == expected
            case (.string(let value), .string(let expected)?): value == expected
            default: false
            }
        }
    }

    /// Says what a tensor argument is after the call.
    func mutate(_ name: String, _ value: Tensor) throws {
        guard case .tensor(let reference) = try self.value(name) else {
            throw Unsupported("\(name) is no tensor that can change")
        }
        taken.changed[reference.key] = value
    }

    /// Tensors that the call changed, by key.
    var changes: [String: Tensor] { taken.changed }

    /// The arguments that were given and not taken, sorted; without those that are `None`.
    var untaken: [String] {
        var values: [String: PythonValue]
        switch arguments {
        case .named(let named): values = named
        case .positional(let positions, let keywords):
            values = keywords
            for (index, value) in positions.enumerated() {
                values[taken.positions.indices.contains(index) ? taken.positions[index] : "#\(index)"] = value
            }
        }
        return values.compactMap { name, value in
            if case .nothing = value { return nil }
            return taken.names.contains(name) ? nil : name
        }.sorted()
    }

    private func given(_ name: String) -> PythonValue? {
        switch arguments {
        case .named(let values): return values[name]
        case .positional(let positions, let keywords):
            if let value = keywords[name] { return value }
            if let position = taken.positions.firstIndex(of: name) {
                return positions.indices.contains(position) ? positions[position] : nil
            }
            return nil
        }
    }

    private func misfit(_ name: String, _ value: PythonValue, _ expected: String) -> Unsupported {
        Unsupported("\(name) = \(Self.text(value)), expected \(expected)")
    }

    // MARK: Tensors

    /// A tensor.
    func tensor(_ name: String) throws -> Tensor {
        let value = try value(name)
        guard case .tensor(let reference) = value else { throw misfit(name, value, "a tensor") }
        return try tensors(reference)
    }

    /// A tensor, or a number as a scalar of the dtype of `other`.
    func tensor(_ name: String, like other: Tensor) throws -> Tensor {
        let value = try value(name)
        if let number = Self.number(value) { return Tensor(number, dtype: other.dtype) }
        return try tensor(name)
    }

    /// A tensor; nil where it is `None` or was left out.
    func optionalTensor(_ name: String) throws -> Tensor? { isAbsent(name) ? nil : try tensor(name) }

    /// A tensor, or a number as a scalar of the dtype of `other`; nil where it is `None` or was left out.
    func optionalTensor(_ name: String, like other: Tensor) throws -> Tensor? {
        isAbsent(name) ? nil : try tensor(name, like: other)
    }

    /// A list of tensors.
    func tensors(_ name: String) throws -> [Tensor] {
        let value = try value(name)
        guard let elements = value.elements else { throw misfit(name, value, "a list of tensors") }
        return try elements.map { element in
            guard case .tensor(let reference) = element else { throw misfit(name, element, "a tensor") }
            return try tensors(reference)
        }
    }

    /// All positions of a call that was recorded without names: `block_diag(a, b, c)`.
    func positionalTensors() throws -> [Tensor] {
        guard case .positional(let positions, _) = arguments else {
            throw Unsupported("positions are asked for, but the call has names")
        }
        return try positions.enumerated().map { index, value in
            taken.names.insert("#\(index)")
            guard case .tensor(let reference) = value else { throw misfit("#\(index)", value, "a tensor") }
            return try tensors(reference)
        }
    }

    /// The tensor behind an element of a value that an adapter takes apart itself.
    func tensor(_ reference: TensorReference) throws -> Tensor { try tensors(reference) }

    /// The weights of a layer, by name.
    func params() throws -> [String: Tensor] {
        guard case .dictionary(let members) = try value("params") else { throw Unsupported("params is no dictionary") }
        return try members.mapValues { value in
            guard case .tensor(let reference) = value else { throw misfit("params", value, "tensors") }
            return try tensors(reference)
        }
    }

    // MARK: Numbers and words

    /// A whole number; a scalar tensor of integers counts as one.
    func int(_ name: String, default fallback: Int? = nil) throws -> Int {
        guard let value = optionalValue(name) else {
            if let fallback { return fallback }
            throw Unsupported("no argument '\(name)'")
        }
        return try int(value, name)
    }

    /// A whole number; nil where it is `None` or was left out.
    func optionalInt(_ name: String) throws -> Int? { isAbsent(name) ? nil : try int(name) }

    /// Whole numbers; one number alone counts as a list of one.
    func ints(_ name: String, default fallback: [Int]? = nil) throws -> [Int] {
        guard let value = optionalValue(name) else {
            if let fallback { return fallback }
            throw Unsupported("no argument '\(name)'")
        }
        guard let elements = value.elements else { return [try int(value, name)] }
        return try elements.map { try int($0, name) }
    }

    /// Whole numbers; nil where they are `None` or were left out.
    func optionalInts(_ name: String) throws -> [Int]? { isAbsent(name) ? nil : try ints(name) }

    /// One whole number for each of `rank` axes: PyTorch's "int or tuple".
    func ints(_ name: String, rank: Int, default fallback: Int? = nil) throws -> [Int] {
        let values = try ints(name, default: fallback.map { [$0] })
        if values.count == 1 { return Array(repeating: values[0], count: rank) }
        guard values.count == rank else { throw Unsupported("\(name) = \(values), expected \(rank) numbers") }
        return values
    }

    /// One whole number for each of `rank` axes; nil where they are `None`, left out or an empty list, as the strides
    /// of poolings are when they are those of the window.
    func optionalInts(_ name: String, rank: Int) throws -> [Int]? {
        guard let values = try optionalInts(name), !values.isEmpty else { return nil }
        return try ints(name, rank: rank)
    }

    /// A number.
    func double(_ name: String, default fallback: Double? = nil) throws -> Double {
        guard let value = optionalValue(name) else {
            if let fallback { return fallback }
            throw Unsupported("no argument '\(name)'")
        }
        if let number = Self.number(value) { return number }
        if case .tensor(let reference) = value, reference.shape.isEmpty { return try tensors(reference).item() }
        throw misfit(name, value, "a number")
    }

    /// A number; nil where it is `None` or was left out.
    func optionalDouble(_ name: String) throws -> Double? { isAbsent(name) ? nil : try double(name) }

    /// Numbers; one number alone counts as a list of one.
    func doubles(_ name: String) throws -> [Double] {
        let value = try value(name)
        guard let elements = value.elements else { return [try double(name)] }
        return try elements.map { element in
            guard let number = Self.number(element) else { throw misfit(name, element, "a number") }
            return number
        }
    }

    /// True or false.
    func bool(_ name: String, default fallback: Bool? = nil) throws -> Bool {
        guard let value = optionalValue(name) else {
            if let fallback { return fallback }
            throw Unsupported("no argument '\(name)'")
        }
        switch value {
        case .bool(let value): return value
        case .int(0): return false
        case .int(1): return true
        default: throw misfit(name, value, "true or false")
        }
    }

    /// True or false; nil where it is `None` or was left out.
    func optionalBool(_ name: String) throws -> Bool? { isAbsent(name) ? nil : try bool(name) }

    /// A word.
    func string(_ name: String, default fallback: String? = nil) throws -> String {
        guard let value = optionalValue(name) else {
            if let fallback { return fallback }
            throw Unsupported("no argument '\(name)'")
        }
        guard case .string(let text) = value else { throw misfit(name, value, "a word") }
        return text
    }

    /// A word; nil where it is `None` or was left out.
    func optionalString(_ name: String) throws -> String? { isAbsent(name) ? nil : try string(name) }

    /// The element type to compute in; nil where it is `None` or was left out.
    func dtype(_ name: String = "dtype") throws -> DType? {
        guard !isAbsent(name) else { return nil }
        let value = try value(name)
        guard case .dtype(let text) = value else { throw misfit(name, value, "a dtype") }
        guard let dtype = DType(torchName: text) else { throw Unsupported("dtype \(text)") }
        return dtype
    }

    /// Takes the argument where it says nothing.
    private func isAbsent(_ name: String) -> Bool {
        switch optionalValue(name) {
        case nil, .nothing: true
        default: false
        }
    }

    private func int(_ value: PythonValue, _ name: String) throws -> Int {
        switch value {
        case .int(let number): return number
        case .tensor(let reference) where reference.shape.allSatisfy { $0 == 1 }:
            let tensor = try tensors(reference)
            guard !tensor.dtype.isFloatingPoint else { throw misfit(name, value, "a whole number") }
            return Int(tensor.item())
        default: throw misfit(name, value, "a whole number")
        }
    }

    private static func number(_ value: PythonValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        case .bool(let flag): flag ? 1 : 0
        default: nil
        }
    }

    private static func text(_ value: PythonValue) -> String {
        switch value {
        case .nothing: "None"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): "'\(value.prefix(40))'"
        case .dtype(let name): name
        case .tensor(let reference): "a tensor of shape \(reference.shape)"
        case .list(let elements): "[" + elements.map(text).joined(separator: ", ") + "]"
        case .tuple(let elements): "(" + elements.map(text).joined(separator: ", ") + ")"
        case .dictionary(let members): "a dictionary of \(members.count)"
        case .slice: "a slice"
        case .ellipsis: "..."
        case .unknown(let what): what
        }
    }
}

extension DType {
    /// The element type with PyTorch's name, where Backprop has it.
    init?(torchName: String) {
        guard let dtype = DType.allCases.first(where: { $0.description == torchName }) else { return nil }
        self = dtype
    }
}
