import Backprop

/// Plain loops for the primitives that walk along one axis in order.
extension ReferenceInterpreter {
    /// Applies the function to the elements along the axis, line by line.
    static func alongAxis(
        _ values: [Double], _ shape: [Int], _ axis: Int, _ function: ([Double], [Int]) -> [Double]
    ) -> [Double] {
        let inner = shape[(axis + 1)...].reduce(1, *), length = shape[axis]
        var result = values
        for start in values.indices where start / inner % max(1, length) == 0 {
            let places = (0..<length).map { start + $0 * inner }
            for (place, value) in zip(places, function(places.map { values[$0] }, places)) { result[place] = value }
        }
        return result
    }

    static func argSort(_ line: [Double], descending: Bool) -> [Double] {
        func isBefore(_ a: Double, _ b: Double) -> Bool {
            if a.isNaN || b.isNaN { return descending ? a.isNaN && !b.isNaN : !a.isNaN && b.isNaN }
            return descending ? a > b : a < b
        }
        let order = line.indices.sorted {
            isBefore(line[$0], line[$1]) || !isBefore(line[$1], line[$0]) && $0 < $1
        }
        return order.map(Double.init)
    }

    static func cumulativeArg(_ line: [Double], greatest: Bool) -> [Double] {
        var best = 0
        return line.indices.map { index in
            let (x, champion) = (line[index], line[best])
            if x.isNaN || !champion.isNaN && (greatest ? x >= champion : x <= champion) { best = index }
            return Double(best)
        }
    }

    static func linearRecurrence(_ factors: [Double], _ terms: [Double], reversed: Bool) -> [Double] {
        var result = terms
        let order = reversed ? Array(terms.indices.reversed()) : Array(terms.indices)
        for (before, index) in zip(order, order.dropFirst()) {
            result[index] = factors[index] * result[before] + terms[index]
        }
        return result
    }
}
