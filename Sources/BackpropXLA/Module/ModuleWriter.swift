/// Writes the operations of one function in StableHLO, the language that the compilers behind PJRT take, in the generic
/// form of its text: the one that changes least from version to version.
///
/// StableHLO specification: https://openxla.org/stablehlo/spec
struct ModuleWriter {
    private(set) var lines: [String] = []
    private var names = 0
    private var constants: [String: ModuleValue] = [:]

    private mutating func name() -> String {
        names += 1
        return "%\(names)"
    }

    /// An argument of the function; what stands beside its type is up to whoever writes the signature.
    mutating func argument(_ type: ElementType, _ extents: [Int]) -> ModuleValue {
        ModuleValue(name: name(), type: type, extents: extents)
    }

    /// A list of numbers as an attribute.
    static func list(_ numbers: [Int]) -> String {
        numbers.isEmpty ? "array<i64>" : "array<i64: \(numbers.map(String.init).joined(separator: ", "))>"
    }

    /// Pairs of numbers as an attribute.
    static func pairs(_ numbers: [(Int, Int)]) -> String {
        let rows = numbers.map { "[\($0.0), \($0.1)]" }.joined(separator: ", ")
        return "dense<[\(rows)]> : tensor<\(numbers.count)x2xi64>"
    }

    /// One operation with one result of the given type.
    mutating func operation(
        _ operation: String, _ operands: [ModuleValue], _ type: ElementType, _ extents: [Int],
        _ attributes: String = "",
        region: [String] = []
    ) -> ModuleValue {
        self.operation(operation, operands, [(type, extents)], attributes, region: region)[0]
    }

    /// One operation with results of the given types.
    mutating func operation(
        _ operation: String, _ operands: [ModuleValue], _ results: [(ElementType, [Int])], _ attributes: String = "",
        region: [String] = []
    ) -> [ModuleValue] {
        let result = name()
        let names = operands.map(\.name).joined(separator: ", ")
        let types = operands.map(\.typeText).joined(separator: ", ")
        let resultTypes = results.map { ModuleValue.typeText($0.0, $0.1) }
        let count = results.count > 1 ? ":\(results.count)" : ""
        let properties = attributes.isEmpty ? "" : " <{\(attributes)}>"
        let head = "\(result)\(count) = \"\(operation)\"(\(names))\(properties)"
        let tail =
            ": (\(types)) -> "
            + (results.count == 1 ? resultTypes[0] : "(\(resultTypes.joined(separator: ", ")))")
        if region.isEmpty {
            lines.append("\(head) \(tail)")
        } else {
            lines.append("\(head) ({")
            lines += region.map { "  " + $0 }
            lines.append("}) \(tail)")
        }
        return results.enumerated().map { position, item in
            ModuleValue(
                name: results.count > 1 ? "\(result)#\(position)" : result, type: item.0, extents: item.1)
        }
    }

    /// The body of a reduction or a sort: a function of numbers, two for each of the given types.
    mutating func region(
        _ types: [ElementType], _ body: (inout ModuleWriter, [ModuleValue]) -> [ModuleValue]
    ) -> [String] {
        let arguments = types.map { argument($0, []) }
        let outer = lines, known = constants
        (lines, constants) = ([], [:])
        let results = body(&self, arguments)
        let head = "^bb0(\(arguments.map { "\($0.name): \($0.typeText)" }.joined(separator: ", "))):"
        let types = results.map(\.typeText).joined(separator: ", ")
        let inner =
            [head] + lines.map { "  " + $0 }
            + ["  \"stablehlo.return\"(\(results.map(\.name).joined(separator: ", "))) : (\(types)) -> ()"]
        (lines, constants) = (outer, known)
        return inner
    }

    /// The same number everywhere.
    mutating func constant(_ number: Double, _ type: ElementType, _ extents: [Int] = []) -> ModuleValue {
        constant(literal: type.literal(number), type, extents)
    }

    /// The same number everywhere, as it is written in a constant.
    mutating func constant(literal: String, _ type: ElementType, _ extents: [Int] = []) -> ModuleValue {
        let text = ModuleValue.typeText(type, extents)
        let key = literal + text
        if let known = constants[key] { return known }
        let value = operation("stablehlo.constant", [], type, extents, "value = dense<\(literal)> : \(text)")
        constants[key] = value
        return value
    }
}
