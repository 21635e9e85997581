import Backprop

/// Keys and values of the positions that an attention layer has read, so that a sequence can be continued one position
/// after the other: `attention(x, cache: &cache)`.
///
/// It has room for a fixed number of positions, and where the next ones go is data of a plan: each step replays the plan
/// of the one before. It is a value, so a copy continues on its own. No gradient flows into what it holds.
public struct KeyValueCache: Sendable {
    /// How many positions there is room for.
    public let capacity: Int
    /// How many it holds, which is the position that comes next.
    public private(set) var count = 0
    /// [..., heads, capacity, features], zeros behind `count`; nil before the first step.
    public private(set) var keys: Tensor?
    /// [..., heads, capacity, features of a value]; nil before the first step.
    public private(set) var values: Tensor?

    public init(capacity: Int) {
        require(capacity > 0, "KeyValueCache: room for \(capacity) positions")
        self.capacity = capacity
    }

    /// Writes keys and values of the next positions, [..., heads, positions, features]. More than there is room for stop
    /// it.
    public mutating func append(keys: Tensor, values: Tensor) {
        require(
            keys.ndim >= 2 && values.ndim >= 2 && keys.dim(-2) == values.dim(-2),
            "KeyValueCache: keys \(keys.shape) and values \(values.shape) are not of the same positions")
        require(
            count + keys.dim(-2) <= capacity,
            "KeyValueCache: \(keys.dim(-2)) positions behind \(count) are more than the \(capacity) there is room for")
        self.keys = written(keys, over: self.keys)
        self.values = written(values, over: self.values)
        count += keys.dim(-2)
    }

    /// Forgets all positions but the first ones.
    public mutating func truncate(to count: Int) {
        require((0...self.count).contains(count), "KeyValueCache: \(count) of \(self.count) positions")
        self.count = count
    }

    /// Which positions each of the last `queries` sees, bool [queries, capacity]: its own and those before.
    package func mask(queries: Int) -> Tensor {
        let query = positions(queries, from: count - queries).expandedDimensions(axis: -1)
        return Tensor.arange(capacity, dtype: .int64) .<= query
    }

    private func written(_ new: Tensor, over old: Tensor?) -> Tensor {
        var shape = new.shape
        shape[shape.count - 2] = capacity
        let held = old ?? .zeros(shape, dtype: new.dtype)
        // What a cache has begun with it keeps, whether `autocast` is on for the next positions or not.
        let new = autocastLetsMeet(new.dtype, held.dtype) ? new.asType(held.dtype) : new
        require(
            held.shape == shape && held.dtype == new.dtype,
            "KeyValueCache: \(new.dtype)\(new.shape) does not continue \(held.dtype)\(held.shape)")
        let start = Tensor([Int64(count)], shape: [])
        if new.dim(-2) == 1 {
            // One position goes where its number stands; several have to be moved there first.
            let isHere = (Tensor.arange(capacity, dtype: .int64) .== start).expandedDimensions(axis: -1)
            return which(isHere, stopGradient(new), stopGradient(held))
        }
        return stopGradient(held).dynamicUpdateSlice(
            stopGradient(new), starts: [Tensor](repeating: start, count: shape.count))
    }
}
