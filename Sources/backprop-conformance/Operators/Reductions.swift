import Backprop

extension Operators {
    /// Sums, means, extremes and norms along axes.
    static let reductions: [String: Adapter] = [
        "sum": { call in
            let x = try call.tensor("input")
            let sums = x.sum(axes: try axes(call), keepDims: try call.bool("keepdim", default: false))
            return [try call.dtype().map { sums.asType($0) } ?? sums]
        }
    ]

    /// The axes of "dim"; nil for all of them, which are also meant by an empty list.
    static func axes(_ call: Call, _ name: String = "dim") throws -> [Int]? {
        guard let axes = try call.optionalInts(name), !axes.isEmpty else { return nil }
        return axes
    }
}
