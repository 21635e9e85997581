import Backprop

/// A file with one array of NumPy (`.npy`), opened for reading.
///
/// The file is mapped into memory and must not be changed while it, or a tensor of it, is in use. Numbers keep their values:
///
/// | NumPy | tensor |
/// |---|---|
/// | bool, uint8, int32, int64, float32, float64 | the same; not copied where NumPy stored them little-endian |
/// | int8, int16, uint16 | int32 |
/// | uint32 | int64 |
/// | uint64 | int64 where all numbers fit, refused otherwise |
/// | float16 | float32 |
///
/// Complex numbers, text, dates, structures and objects are refused; nothing of Python is ever run.
///
/// ```swift
/// let x = try NPYFile(path: "x.npy").tensor()
/// try NPYFile.write(x * 2, to: "y.npy")
/// ```
public struct NPYFile: Sendable, CustomStringConvertible {
    /// The path as it was given.
    public let path: String
    /// Sizes of the axes; empty for a scalar.
    public var shape: [Int] { array.header.shape }
    /// The dtype of the tensor.
    public var dtype: DType { array.header.type.dtype }

    /// `x.npy: float64[2, 3]`.
    public var description: String { "\(path): \(dtype)\(shape)" }

    private let array: NPYArray

    /// Opens a file and checks its header.
    ///
    /// - Throws: `DataError` where the path is no readable file, the bytes are no array of NumPy or not all of one, or no tensor
    ///   has its shape or its numbers.
    public init(path: String) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "npy"), path: path)
    }

    /// Reads a file that is in memory; `path` is what errors call it.
    package init(_ content: FileBytes, path: String) throws(DataError) {
        self.path = path
        do { array = try NPYArray(content) } catch { throw error.at(path) }
    }

    /// The array. Elements in Fortran order are rearranged when the tensor is computed.
    ///
    /// - Throws: `DataError` where an element has no place in the dtype.
    public func tensor() throws(DataError) -> Tensor {
        do { return try array.tensor() } catch { throw error.at(path) }
    }

    /// Writes a tensor, all of it or nothing. Its elements keep their dtype, except that bfloat16 is written as float32, which
    /// holds the same numbers.
    ///
    /// - Throws: `DataError` where the system refuses.
    public static func write(_ tensor: Tensor, to path: String) throws(DataError) {
        try writing(to: path) {
            try FileSystem.writeAtomically(path) { file in
                try file.write(header(of: tensor))
                try withElements(of: tensor) { try file.write(block: $0) }
            }
        }
    }

    static func header(of tensor: Tensor) -> [UInt8] {
        NPYHeader(type: NPYType(tensor.dtype), isFortranOrder: false, shape: tensor.shape).bytes
    }

    /// The elements as they are written.
    static func withElements<Result>(
        of tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let stored = tensor.dtype == .bfloat16 ? tensor.asType(.float32) : tensor
        return try stored.withUnsafeBytes(body)
    }

    /// Says failures of the system as errors of the file.
    static func writing(to path: String, _ body: () throws -> Void) throws(DataError) {
        do {
            try body()
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError(.system, at: path, "cannot write it: \(error)", remedy: "choose another place")
        }
    }
}
