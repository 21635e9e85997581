import Backprop

/// An argument of a recorded call.
indirect enum PythonValue {
    case nothing
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case dtype(String)
    case tensor(TensorReference)
    case list([PythonValue])
    case tuple([PythonValue])
    case dictionary([String: PythonValue])
    case slice(PythonValue, PythonValue, PythonValue)
    case ellipsis
    /// What this reader knows no notation for; a call with it is unsupported.
    case unknown(String)

    /// The elements of a list or a tuple; nil for anything else.
    var elements: [PythonValue]? {
        switch self {
        case .list(let elements), .tuple(let elements): elements
        default: nil
        }
    }

    /// The whole number; nil for anything else.
    var int: Int? {
        if case .int(let number) = self { number } else { nil }
    }

    /// Every tensor in it.
    var references: [TensorReference] {
        switch self {
        case .tensor(let reference): [reference]
        case .list(let elements), .tuple(let elements): elements.flatMap(\.references)
        case .dictionary(let members): members.values.flatMap(\.references)
        case .slice(let start, let end, let step): [start, end, step].flatMap(\.references)
        default: []
        }
    }
}

/// A tensor of a case by its name in the tensor file. Two uses of one key are one tensor.
struct TensorReference: Equatable {
    let key: String
    let dtype: String
    let shape: [Int]
}

extension PythonValue {
    /// Reads the notation of the case files; the error says what is wrong in a few words.
    init(_ json: JSON) throws(BadNotation) {
        switch json {
        case .null: self = .nothing
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let text): self = .string(text)
        case .array(let elements): self = .list(try Self.all(elements))
        case .object(let members): self = try Self.marked(members)
        }
    }

    struct BadNotation: Error {
        let found: String
    }

    private static func all(_ elements: [JSON]) throws(BadNotation) -> [PythonValue] {
        var values: [PythonValue] = []
        for element in elements { values.append(try PythonValue(element)) }
        return values
    }

    private static func marked(_ members: [String: JSON]) throws(BadNotation) -> PythonValue {
        if members["$t"] != nil { return .tensor(try TensorReference(members)) }
        guard members.count == 1, let (mark, content) = members.first else {
            return .unknown("an object of \(members.count) members")
        }
        switch (mark, content) {
        case ("$tuple", .array(let elements)): return .tuple(try all(elements))
        case ("$dict", .object(let entries)):
            var values: [String: PythonValue] = [:]
            for (name, entry) in entries { values[name] = try PythonValue(entry) }
            return .dictionary(values)
        case ("$slice", .array(let bounds)) where bounds.count == 3:
            let bounds = try all(bounds)
            return .slice(bounds[0], bounds[1], bounds[2])
        case ("$ellipsis", _): return .ellipsis
        case ("$dtype", .string(let name)): return .dtype(name)
        case ("$f", .string(let name)):
            return number(named: name).map { .double($0) } ?? .unknown("the number '\(name.prefix(40))'")
        default: return .unknown("the notation '\(mark.prefix(40))'")
        }
    }

    private static func number(named name: String) -> Double? {
        switch name.lowercased() {
        case "inf", "+inf", "infinity": .infinity
        case "-inf", "-infinity": -.infinity
        case "nan": .nan
        default: nil
        }
    }
}

extension TensorReference {
    fileprivate init(_ members: [String: JSON]) throws(PythonValue.BadNotation) {
        guard let key = members["$t"]?.string, let dtype = members["dtype"]?.string, let shape = members["shape"]?.ints
        else { throw PythonValue.BadNotation(found: "a tensor without key, dtype or shape") }
        self.init(key: key, dtype: dtype, shape: shape)
    }

    init(_ json: JSON) throws(PythonValue.BadNotation) {
        guard case .object(let members) = json else { throw PythonValue.BadNotation(found: "no tensor") }
        try self.init(members)
    }
}
