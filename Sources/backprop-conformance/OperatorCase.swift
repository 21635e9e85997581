import Backprop

/// One recorded call of an operator, with what PyTorch made of it. A line of opinfo.jsonl.
struct OperatorCase {
    let label: CaseLabel
    let variant: String
    let arguments: Call.Arguments
    let outputs: [TensorReference]
    /// Keys of the cotangents of some outputs, by the number of the output.
    let cotangents: [Int: String]
    /// The tensors that are differentiated for, sorted by key, and the keys of the expected gradients; nil where no
    /// gradient flows.
    let gradients: [(input: String, reference: String?)]
    let second: Second?
    /// Keys of the arguments that the call changes, and of what they are afterward.
    let changes: [(input: String, reference: String)]

    /// The derivative of <gradients, directions> for the inputs.
    struct Second {
        let directions: [(input: String, direction: String)]
        let gradients: [(input: String, reference: String?)]
    }

    init(_ json: JSON) throws(PythonValue.BadNotation) {
        guard let id = json["id"]?.string, let name = json["op"]?.string, let outputs = json["outputs"]?.array else {
            throw PythonValue.BadNotation(found: "no id, op or outputs")
        }
        label = CaseLabel(
            id: id, name: name, tier: json["tier"]?.int ?? 1, group: json["group"]?.string ?? "")
        variant = json["variant"]?.string ?? ""
        arguments = try Self.arguments(of: json)
        var references: [TensorReference] = []
        for output in outputs { references.append(try TensorReference(output)) }
        self.outputs = references

        var cotangents: [Int: String] = [:]
        for (name, key) in try Self.keys(json["cotangents"]) {
            guard name.hasPrefix("out"), let number = Int(name.dropFirst(3)), references.indices.contains(number),
                let key
            else { throw PythonValue.BadNotation(found: "the cotangent '\(name.prefix(40))'") }
            cotangents[number] = key
        }
        self.cotangents = cotangents
        let names = Self.inputNames(of: arguments)
        let gradients: [(input: String, reference: String?)] = try Self.inputs(json["grads"], names).map {
            ($0.input, $0.key)
        }
        self.gradients = gradients
        changes = try Self.required(Self.inputs(json["mutated"], names)).map { ($0.input, $0.key) }
        if let second = json["second"], second != .null {
            // Every tensor of a second derivative is one that is differentiated for.
            let names = names.filter { name in gradients.contains { $0.input == name.value } }
            self.second = Second(
                directions: try Self.required(Self.inputs(second["v"], names)).map { ($0.input, $0.key) },
                gradients: try Self.inputs(second["grads"], names).map { ($0.input, $0.key) })
        } else {
            second = nil
        }
    }

    private static func arguments(of json: JSON) throws(PythonValue.BadNotation) -> Call.Arguments {
        if let named = json["named"]?.object { return .named(try values(named)) }
        var positions: [PythonValue] = []
        if let input = json["input"] {
            // A call on a list of tensors has the list as its first argument.
            positions.append(try PythonValue(input))
        }
        for argument in json["args"]?.array ?? [] { positions.append(try PythonValue(argument)) }
        return .positional(positions, keywords: try values(json["kwargs"]?.object ?? [:]))
    }

    private static func values(_ members: [String: JSON]) throws(PythonValue.BadNotation) -> [String: PythonValue] {
        var values: [String: PythonValue] = [:]
        for (name, value) in members { values[name] = try PythonValue(value) }
        return values
    }

    private static func keys(_ json: JSON?) throws(PythonValue.BadNotation) -> [(String, String?)] {
        var result: [(String, String?)] = []
        for (name, key) in json?.object ?? [:] {
            guard key == .null || key.string != nil else {
                throw PythonValue.BadNotation(found: "the key of '\(name.prefix(40))'")
            }
            result.append((name, key.string))
        }
        return result
    }

    /// The keys of the tensors among the arguments by the last part of the key: "in0", "in1", ...
    private static func inputNames(of arguments: Call.Arguments) -> [String: String] {
        let values: [PythonValue] =
            switch arguments {
            case .named(let named): Array(named.values)
            case .positional(let positions, let keywords): positions + Array(keywords.values)
            }
        let keys = values.flatMap(\.references).map(\.key)
        return Dictionary(keys.map { (lastPart(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func lastPart(of key: String) -> String {
        key.lastIndex(of: "/").map { String(key[key.index(after: $0)...]) } ?? key
    }

    private static func inputs(
        _ json: JSON?, _ names: [String: String]
    ) throws(PythonValue.BadNotation) -> [(input: String, key: String?)] {
        var result: [(input: String, key: String?)] = []
        for (name, key) in try keys(json) {
            guard let input = names[name] else {
                throw PythonValue.BadNotation(found: "the input '\(name.prefix(40))'")
            }
            result.append((input, key))
        }
        return result.sorted { $0.input < $1.input }
    }

    private static func required(
        _ inputs: [(input: String, key: String?)]
    ) throws(PythonValue.BadNotation) -> [(input: String, key: String)] {
        var result: [(input: String, key: String)] = []
        for (input, key) in inputs {
            guard let key else { throw PythonValue.BadNotation(found: "no key for '\(input.prefix(40))'") }
            result.append((input, key))
        }
        return result
    }

    /// Every tensor that the arguments name.
    var argumentReferences: [TensorReference] {
        switch arguments {
        case .named(let named): named.values.flatMap(\.references)
        case .positional(let positions, let keywords):
            positions.flatMap(\.references) + keywords.values.flatMap(\.references)
        }
    }

    /// Every further tensor that the case needs.
    var referenceKeys: [String] {
        outputs.map(\.key) + cotangents.values + gradients.compactMap(\.reference) + changes.map(\.reference)
            + (second?.directions.map(\.direction) ?? []) + (second?.gradients.compactMap(\.reference) ?? [])
    }
}
