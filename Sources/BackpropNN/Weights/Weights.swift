import Backprop
import BackpropFiles

/// The values of all parameters and buffers of a model at one moment, by name: to be kept in a file, given back to a model,
/// or compared by their digest.
///
/// ```swift
/// try Weights(of: model).write(to: "model.safetensors")
/// try Weights(reading: "model.safetensors", for: model).restore(to: model)
/// ```
public struct Weights: Sendable {
    /// One parameter or buffer.
    struct Entry: Sendable {
        let name: String
        let value: Tensor
    }

    /// Sorted by name.
    private let entries: [Entry]

    /// The values that `model` has now. Later training does not change them.
    public init(of model: some ParameterContainer) {
        let cells = model.namedCells()
        evaluateOrStop(cells.map(\.cell.value))
        self.init(cells.map { Entry(name: $0.name, value: Self.copy($0.cell.value)) })
    }

    private init(_ entries: [Entry]) { self.entries = entries.sorted { Self.precedes($0.name, $1.name) } }

    /// The names, sorted.
    public var names: [String] { entries.map(\.name) }

    /// The value of one parameter or buffer; nil where there is none with that name.
    public subscript(name: String) -> Tensor? { entries.first { $0.name == name }?.value }

    /// Whether every number is finite.
    package var isFinite: Bool {
        entries.filter(\.value.dtype.isFloatingPoint).allSatisfy { entry in
            entry.value.array(of: Double.self).allSatisfy(\.isFinite)
        }
    }

    /// Makes these the values of the parameters and buffers of `model`.
    ///
    /// - Throws: `DataError` that lists every name that is missing, unexpected or of another shape, in one line;
    ///   the model is unchanged then.
    public func restore(to model: some ParameterContainer) throws(DataError) {
        let loading = WeightLoading(model.namedCells(), tensors, renaming: .none)
        try loading.check("weights", isStrict: true)
        assign(try loading.values(from: self))
    }

    // MARK: Digest

    /// A number that names these values: SHA-256, as 64 hexadecimal digits.
    ///
    /// It is taken over the parameters and buffers in the order of their names (by Unicode scalars). Each contributes a line
    /// `name dtype shape`, such as `layers.0.weight float32 [128, 64]`, with a line feed at its end, and then its
    /// elements, little-endian and in row-major order.
    public var digest: String {
        var digest = SHA256()
        for entry in entries {
            digest.add(Array("\(entry.name) \(entry.value.dtype) \(entry.value.shape)\n".utf8))
            entry.value.withUnsafeBytes { digest.add($0) }
        }
        return digest.hexadecimal()
    }

    // MARK: Writing

    /// Writes a safetensors file, all of it or nothing, or several with an index.
    ///
    /// - Parameters:
    ///   - type: how floating point is written, as it is where left out; see `saveTensors`.
    ///   - maximumShardBytes: the most bytes of tensors in a file; see `saveTensors`.
    /// - Throws: `DataError` where the system refuses, and for a finite number beyond the range of `type`.
    public func write(
        to path: String, as type: SafeTensorsType? = nil, metadata: [String: String] = [:],
        maximumShardBytes: Int? = nil, file: StaticString = #fileID, line: UInt = #line
    ) throws(DataError) {
        requireWritable(type, maximumShardBytes, "Weights.write", file: file, line: line)
        _ = try output(as: type, metadata: metadata, limit: maximumShardBytes).write(to: path)
    }

    package func output(
        as type: SafeTensorsType? = nil, metadata: [String: String], limit: Int? = nil
    ) throws(DataError) -> TensorOutput {
        let tensors = Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return try TensorOutput(tensors, as: type, metadata: metadata, limit: limit)
    }

    // MARK: Reading

    /// Reads the values that `model` needs, in its dtypes, from a safetensors file, an index of several, or a folder with
    /// either.
    ///
    /// The names, after renaming, and shapes are exactly those of the model. A floating-point parameter takes every type of
    /// floating point; what is narrower is widened exactly, what is wider is rounded to nearest, and refused where it is
    /// finite and beyond the range of the parameter. One of integers takes all integers that fit, and one of truth values
    /// its own only.
    ///
    /// - Throws: `DataError` where the file cannot be read, or that lists all names that are missing, unexpected, or
    ///   of another shape or type, in one line.
    public init(
        reading path: String, for model: some ParameterContainer, renaming: Renaming = .none
    ) throws(DataError) {
        let source = try SafeTensors(path: path)
        let loading = WeightLoading(model.namedCells(), source.tensors, renaming: renaming)
        try loading.check(path, isStrict: true)
        self.init(try loading.values(from: source).map { Entry(name: $0.cell.name, value: $0.value) })
    }

    private static func copy(_ tensor: Tensor) -> Tensor {
        tensor.withUnsafeBytes { source in
            Tensor(shape: tensor.shape, dtype: tensor.dtype) { $0.copyMemory(from: source) }
        }
    }

    private static func precedes(_ a: String, _ b: String) -> Bool {
        a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
    }
}

extension Weights: NamedTensors {
    package var path: String { "weights" }

    package var tensors: [StoredTensor] {
        entries.map { StoredTensor(name: $0.name, shape: $0.value.shape, type: SafeTensorsType($0.value.dtype)) }
    }

    package func read(_ tensor: StoredTensor) throws(DataError) -> Tensor { self[tensor.name]! }
}
