import Backprop

/// What a part of a training needs to go on exactly where it stopped: tensors and plain values, by name.
///
/// An optimizer, a schedule or the place in the data each have one; a checkpoint keeps them all in one file.
public struct SavedState: Sendable, Equatable {
    /// Moments of an optimizer, averages of weights and the like.
    public var tensors: [String: Tensor]
    /// Counts, rates, options and the like.
    public var values: [String: SavedValue]

    public init(tensors: [String: Tensor] = [:], values: [String: SavedValue] = [:]) {
        self.tensors = tensors
        self.values = values
    }

    /// Whether both have the same names, values, and tensors of the same dtypes, shapes and bits.
    public static func == (a: SavedState, b: SavedState) -> Bool {
        guard a.values == b.values, a.tensors.count == b.tensors.count else { return false }
        return a.tensors.allSatisfy { name, tensor in
            guard let other = b.tensors[name], tensor.dtype == other.dtype, tensor.shape == other.shape else {
                return false
            }
            return tensor.withUnsafeBytes { x in other.withUnsafeBytes { y in x.elementsEqual(y) } }
        }
    }
}

/// A part of a training whose state can be kept and given back.
///
/// ```swift
/// let kept = optimizer.savedState
/// try sameOptimizerInAnotherProcess.restore(kept)
/// ```
///
/// A state is taken between steps: gradients that wait for one are no part of it.
public protocol Resumable: AnyObject {
    /// Everything on which the next step depends, apart from what the part was made with. Later steps do not change it.
    var savedState: SavedState { get }

    /// Throws what `restore` would throw, and changes nothing.
    ///
    /// A part without it accepts everything here. A checkpoint then learns from `restore` what does not fit, and gives the
    /// parts that it has changed by then what they had.
    func check(_ state: SavedState) throws(DataError)

    /// Goes back to a state of this part, or of one that was made alike.
    ///
    /// - Throws: `DataError` that says in one line everything that does not fit; the part is as before then.
    func restore(_ state: SavedState) throws(DataError)
}

extension Resumable {
    public func check(_ state: SavedState) throws(DataError) {}
}
