import Backprop

/// How the elements of a tensor are distributed: buckets of equal width from the least to the greatest.
struct ElementHistogram: Equatable {
    /// Elements that are finite.
    let count: Int
    let minimum: Double
    let maximum: Double
    let sum: Double
    let sumOfSquares: Double
    /// One more than there are buckets.
    let edges: [Double]
    /// A bucket holds its lower edge and not its upper one, but for the last, which holds both.
    let counts: [Int]

    static let buckets = 50

    /// Nil where there is no finite element. Computes the tensor.
    init?(of tensor: Tensor) {
        let elements = (tensor.dtype == .float64 ? tensor : tensor.asType(.float64)).array(of: Double.self)
        var (count, sum, squares, low, high) = (0, 0.0, 0.0, Double.infinity, -Double.infinity)
        for element in elements where element.isFinite {
            count += 1
            sum += element
            squares += element * element
            low = min(low, element)
            high = max(high, element)
        }
        guard count > 0 else { return nil }
        (self.count, self.sum, sumOfSquares, minimum, maximum) = (count, sum, squares, low, high)
        // Half of the width, which cannot overflow.
        let reach = high / 2 - low / 2
        guard reach > 0 else {
            (edges, counts) = ([low, high], [count])
            return
        }
        let places = Self.buckets
        edges = (0...places).map { $0 == places ? high : 2 * (low / 2 + reach * (Double($0) / Double(places))) }
        var counts = [Int](repeating: 0, count: places)
        for element in elements where element.isFinite {
            let place = (element / 2 - low / 2) / reach * Double(places)
            counts[min(max(Int(place), 0), places - 1)] += 1
        }
        self.counts = counts
    }
}
