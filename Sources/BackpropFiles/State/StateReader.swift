import Backprop

/// Takes a saved state apart, and gathers everything that does not fit, so that one error names it all.
///
/// What is missing or of another kind is noted, and something of the right kind handed out in its place; `finish()` throws
/// then, before anything has been changed.
///
/// ```swift
/// func restore(_ state: SavedState) throws(DataError) {
///     var reader = StateReader(state, of: "Smoothing")
///     let count = reader.integer("count")
///     let mean = reader.tensor("mean", like: self.mean)
///     try reader.finish()
///     (self.count, self.mean) = (count, mean)
/// }
/// ```
public struct StateReader {
    private let state: SavedState
    private let part: String
    private var readValues: Set<String> = []
    private var readTensors: Set<String> = []
    private var missing: [String] = []
    private var problems: [String] = []

    /// - Parameter part: what the state is of, as messages call it.
    public init(_ state: SavedState, of part: String) {
        self.state = state
        self.part = part
    }

    /// A value of any kind; nothing where it is missing.
    public mutating func value(_ name: String) -> SavedValue {
        readValues.insert(name)
        if let value = state.values[name] { return value }
        missing.append(name)
        return .null
    }

    /// A whole number within the range.
    public mutating func integer(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) -> Int {
        guard let value = required(name, "a whole number", \.integer) else { return range.lowerBound }
        if !range.contains(value) {
            let expected = range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range)"
            note("\(Wording.quoted(name)) is \(value), expected \(expected)")
        }
        return value
    }

    /// A number, whole ones included.
    public mutating func number(_ name: String) -> Double { required(name, "a number", \.number) ?? 0 }

    /// A truth value.
    public mutating func bool(_ name: String) -> Bool { required(name, "true or false", \.bool) ?? false }

    /// A text.
    public mutating func text(_ name: String) -> String { required(name, "a text", \.text) ?? "" }

    /// A list of numbers, of `count` where that is given.
    public mutating func numbers(_ name: String, count: Int? = nil) -> [Double] {
        list(name, "numbers", count, 0, \.number)
    }

    /// A list of whole numbers, of `count` where that is given.
    public mutating func integers(_ name: String, count: Int? = nil) -> [Int] {
        list(name, "whole numbers", count, 0, \.integer)
    }

    /// A list of texts, of `count` where that is given.
    public mutating func texts(_ name: String, count: Int? = nil) -> [String] { list(name, "texts", count, "", \.text) }

    /// A list of objects, of `count` where that is given.
    public mutating func objects(_ name: String, count: Int? = nil) -> [[String: SavedValue]] {
        list(name, "objects", count, [:], \.object)
    }

    /// A tensor in the shape and the dtype of another one. No later step changes its elements.
    public mutating func tensor(_ name: String, like expected: Tensor) -> Tensor {
        tensor(name, shape: expected.shape, dtype: expected.dtype) ?? expected
    }

    /// A tensor of a shape and a dtype; nil where there is none. No later step changes its elements.
    public mutating func tensor(_ name: String, shape: [Int], dtype: DType) -> Tensor? {
        readTensors.insert(name)
        guard let tensor = state.tensors[name] else {
            missing.append(name)
            return nil
        }
        guard tensor.shape == shape, tensor.dtype == dtype else {
            note("\(Wording.quoted(name)) is \(tensor.dtype)\(tensor.shape), expected \(dtype)\(shape)")
            return nil
        }
        return tensor.kept
    }

    /// Notes that a part of the state does not fit.
    public mutating func note(_ problem: String) { problems.append(problem) }

    /// Notes that something is missing.
    public mutating func noteMissing(_ name: String) { missing.append(name) }

    /// Leaves it at what has been read: nothing else counts as unexpected.
    public mutating func ignoreRest() {
        readValues.formUnion(state.values.keys)
        readTensors.formUnion(state.tensors.keys)
    }

    /// Throws where something was missing, of another kind, noted, or is left over.
    ///
    /// - Throws: `DataError` of one line that names all of it.
    public func finish() throws(DataError) {
        let values = state.values.keys.filter { !readValues.contains($0) }
        let unexpected = (values + state.tensors.keys.filter { !readTensors.contains($0) }).sorted()
        var found: [String] = []
        if !missing.isEmpty { found.append("missing \(Wording.list(missing, limit: 100))") }
        if !unexpected.isEmpty { found.append("unexpected \(Wording.list(unexpected, limit: 100))") }
        found += problems
        if found.isEmpty { return }
        throw DataError(
            .mismatch, at: part, "the saved state does not fit: \(found.joined(separator: "; "))",
            remedy: "make the part as the one whose state was saved")
    }

    private mutating func list<Kind>(
        _ name: String, _ expected: String, _ count: Int?, _ substitute: Kind, _ kind: (SavedValue) -> Kind?
    ) -> [Kind] {
        guard let values = required(name, "a list", \.list) else {
            return Array(repeating: substitute, count: count ?? 0)
        }
        let result = values.compactMap(kind)
        if result.count != values.count {
            note("\(Wording.quoted(name)) is not a list of \(expected)")
        } else if let count, count != result.count {
            note("\(Wording.quoted(name)) has \(result.count) \(expected), expected \(count)")
        } else {
            return result
        }
        return Array(repeating: substitute, count: count ?? values.count)
    }

    private mutating func required<Kind>(
        _ name: String, _ expected: String, _ kind: (SavedValue) -> Kind?
    ) -> Kind? {
        readValues.insert(name)
        guard let value = state.values[name] else {
            missing.append(name)
            return nil
        }
        guard let result = kind(value) else {
            note("\(Wording.quoted(name)) is not \(expected)")
            return nil
        }
        return result
    }
}
