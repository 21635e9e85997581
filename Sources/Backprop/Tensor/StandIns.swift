import CKernels

/// Values in the place of those of parameters, on one thread and for as long as a closure runs.
///
/// The table is thread-local for the reason that `withoutGradients` is: the value of a parameter is asked for at every
/// step of every layer, and the closure is synchronous, so no suspension can come between.
enum StandIns {
    private final class Table {
        let values: [ObjectIdentifier: Tensor]
        init(_ values: [ObjectIdentifier: Tensor]) { self.values = values }
    }

    @inline(__always)
    static var areInPlace: Bool { bk_stand_ins() != nil }

    private static var table: Unmanaged<Table>? { bk_stand_ins().map { .fromOpaque($0) } }

    static func value(of parameter: Parameter) -> Tensor? {
        table?._withUnsafeGuaranteedRef { $0.values[ObjectIdentifier(parameter)] }
    }

    /// Those around go on standing in where these have none.
    static func with<Result>(_ values: [ObjectIdentifier: Tensor], _ body: () throws -> Result) rethrows -> Result {
        let outer = bk_stand_ins()
        let merged = table?._withUnsafeGuaranteedRef { $0.values.merging(values) { $1 } } ?? values
        let table = Table(merged)
        return try withExtendedLifetime(table) {
            bk_stand_ins_set(Unmanaged.passUnretained(table).toOpaque())
            defer { bk_stand_ins_set(outer) }
            return try body()
        }
    }
}

extension Parameter {
    /// What stands in for the value here and now.
    var standIn: Tensor? { StandIns.value(of: self) }

    /// Runs `body` with other values in the place of those of parameters, for this thread alone. Gradients flow on to
    /// what the values were computed from. Shapes and dtypes are those of the parameters.
    package static func withStandIns<Result>(
        _ values: [(parameter: Parameter, value: Tensor)], _ body: () throws -> Result
    ) rethrows -> Result {
        try StandIns.with(
            Dictionary(values.map { (ObjectIdentifier($0.parameter), $0.value) }) { $1 }, body)
    }
}
