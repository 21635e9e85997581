import Backprop
import BackpropNN

/// Keys and values of all attention layers of a model, so that a sequence goes on token by token.
///
/// Room is fixed and where the next position goes is data of the plan, so every step replays the plan of the one before. It
/// is a value: a copy continues on its own.
public struct DecodingCache: Sendable {
    /// One for each layer.
    public internal(set) var layers: [KeyValueCache]
    /// How many positions there is room for.
    public let capacity: Int

    public init(layers: Int, capacity: Int) {
        self.layers = [KeyValueCache](repeating: KeyValueCache(capacity: capacity), count: layers)
        self.capacity = capacity
    }

    /// How many positions it holds.
    public var count: Int { layers.first?.count ?? 0 }

    /// Forgets all positions but the first ones.
    public mutating func truncate(to count: Int) {
        for index in layers.indices { layers[index].truncate(to: count) }
    }

    /// All keys and values.
    var tensors: [Tensor] { layers.flatMap { [$0.keys, $0.values].compactMap { $0 } } }
}

extension Optional where Wrapped == DecodingCache {
    /// What the block of one layer gives while it uses the cache of that layer.
    mutating func withLayer(_ index: Int, _ body: (inout KeyValueCache?) -> Tensor) -> Tensor {
        guard self != nil else {
            return ofBlock {
                var none: KeyValueCache?
                return body(&none)
            }
        }
        var layer: KeyValueCache? = self!.layers[index]
        let result = body(&layer)
        self!.layers[index] = layer!
        return result
    }
}
