import Backprop

extension RandomState: Resumable {
    /// The seed and the position.
    public var savedState: SavedState {
        SavedState(values: [
            "seed": .integer(Int(bitPattern: UInt(seed))), "position": .integer(Int(bitPattern: UInt(position))),
        ])
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    /// Goes on from the place of the state, whatever the seed was before.
    public func restore(_ state: SavedState) throws(DataError) {
        let (seed, position) = try contents(of: state)
        move(toSeed: seed, position: position)
    }

    private func contents(of state: SavedState) throws(DataError) -> (seed: UInt64, position: UInt64) {
        var reader = StateReader(state, of: "RandomState")
        let seed = reader.integer("seed"), position = reader.integer("position")
        try reader.finish()
        return (UInt64(bitPattern: Int64(seed)), UInt64(bitPattern: Int64(position)))
    }
}
