import Backprop

/// Attention with linear biases (ALiBi): a score falls with the distance between query and key, in each head at a slope of
/// its own, and no other encoding of positions is needed (Press et al., 2022).
public struct LinearBiases: ParameterContainer {
    public let heads: Int
    /// Of each head: powers of two where the number of heads is one.
    public let slopes: [Double]

    public init(heads: Int) {
        require(heads > 0, "LinearBiases: \(heads) heads")
        self.heads = heads
        slopes = LinearBiases.slopes(heads)
    }

    /// What is added to the scores, [heads, queries, keys]; -infinity for a key behind its query where causal.
    ///
    /// - Parameter offset: the position of the first query, for a sequence that comes in parts.
    public func mask(
        queries: Int, keys: Int, offset: Int = 0, isCausal: Bool = true, dtype: DType = .float32
    ) -> AttentionMask {
        let query = positions(queries, from: offset).expandedDimensions(axis: -1)
        let distance = (query - positions(keys, from: 0)).asType(.float64)
        let factors = Tensor(slopes, shape: [heads, 1, 1], dtype: .float64)
        let bias = -(abs(distance) * factors)
        return .tensor((isCausal ? which(distance .< 0, bias.like(-.infinity), bias) : bias).asType(dtype))
    }

    /// 2^(-8 i / heads) for i from 1 on. Where heads are no power of two, those of the next lower power, and then every
    /// second one of the next higher.
    private static func slopes(_ heads: Int) -> [Double] {
        func geometric(_ count: Int) -> [Double] {
            (1...count).map { ScalarMath.exp2(-8 * Double($0) / Double(count)) }
        }
        let lower = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
        if lower == heads { return geometric(heads) }
        let between = geometric(2 * lower).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        return geometric(lower) + between.prefix(heads - lower)
    }
}
