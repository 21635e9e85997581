import Backprop
import BackpropNN

/// A learned number for each head and each bucket of distances between positions, added to scores (Raffel et al., 2020).
public struct RelativePositions: ParameterContainer {
    /// [buckets, heads].
    public let weight: Parameter
    public let buckets: Int, farthest: Int
    /// Whether positions behind a query have buckets of their own; otherwise all of them have that of distance 0.
    public let seesBehind: Bool

    init(buckets: Int, heads: Int, farthest: Int, seesBehind: Bool, dtype: DType) {
        weight = Parameter(Initializer.normal(standardDeviation: 0.1)([buckets, heads], dtype: dtype))
        (self.buckets, self.farthest, self.seesBehind) = (buckets, farthest, seesBehind)
    }

    /// What is added to the scores, [1, heads, queries, keys].
    ///
    /// - Parameter offset: the position of the first query.
    func callAsFunction(queries: Int, keys: Int, offset: Int = 0) -> Tensor {
        let buckets = (0..<queries).flatMap { query in
            (0..<keys).map { Int64(bucket(distance: $0 - query - offset)) }
        }
        let rows = embedding(weight.value, Tensor(buckets, shape: [queries, keys]))
        return rows.movedAxis(-1, to: 0).expandedDimensions(axis: 0)
    }

    /// The bucket of a key that is so far behind its query: half of them for single distances, the others ever wider.
    func bucket(distance: Int) -> Int {
        let count = seesBehind ? buckets / 2 : buckets
        let start = seesBehind && distance > 0 ? count : 0
        let length = seesBehind ? abs(distance) : max(0, -distance)
        let exact = count / 2
        if length < exact { return start + length }
        let ratio = Float(ScalarMath.log(Double(Float(length) / Float(exact))))
        let wide = ratio / Float(ScalarMath.log(Double(farthest) / Double(exact))) * Float(count - exact)
        return start + min(exact + Int(wide), count - 1)
    }
}
