import Backprop

/// Recurrent cells over a sequence: layers above one another, each in one direction or in both.
public struct RecurrentStack<Cell: RecurrentCell>: ParameterContainer {
    /// The cells of each layer, that of the reverse direction second.
    public let cells: [[Cell]]
    private let dropout: Dropout

    /// - Parameter makeCell: a cell for an extent of inputs.
    init(layers: Int, isBidirectional: Bool, inputs: Int, dropout: Double, _ makeCell: (Int) -> Cell) {
        require(layers > 0, "a recurrent network needs a layer, not \(layers)")
        var cells: [[Cell]] = []
        for _ in 0..<layers {
            let width = cells.last.map { $0.reduce(0) { $0 + $1.outputs } } ?? inputs
            cells.append((0..<(isBidirectional ? 2 : 1)).map { _ in makeCell(width) })
        }
        self.cells = cells
        self.dropout = Dropout(dropout)
    }

    /// The outputs of the last layer, [..., steps, outputs of all directions], and the last state of each cell, by layer and
    /// direction.
    ///
    /// Where lengths are given, [...], a state stays as it is beyond the end of its sequence. So the last state is that at
    /// the end, and the reverse direction begins there.
    func run(
        _ x: Tensor, states: [Cell.State]?, lengths: (any SequenceLengths)? = nil
    ) -> (outputs: Tensor, states: [Cell.State]) {
        require(
            x.ndim >= 2 && x.dim(-2) > 0, "a recurrent network needs [..., steps, inputs] with a step, not \(x.shape)")
        let isInside = lengths.map { self.isInside($0, x) }
        // What lies behind an end takes no part, not even as zero times infinity.
        var x = isInside.map { which(stacked($0, axis: -2), x, x.zero) } ?? x
        var last: [Cell.State] = []
        for (layer, directions) in cells.enumerated() {
            if layer > 0 { x = dropout(x) }
            var outputs: [Tensor] = []
            for (direction, cell) in directions.enumerated() {
                var state =
                    states?[layer * directions.count + direction]
                    ?? cell.initialState(Array(x.shape.dropLast(2)), dtype: x.dtype)
                // What belongs to one step lies together.
                let steps = cell.projected(x.movedAxis(-2, to: 0)).unstacked()
                var sequence: [Tensor] = []
                sequence.reserveCapacity(steps.count)
                for index in direction == 1 ? Array(steps.indices.reversed()) : Array(steps.indices) {
                    let next = cell.step(steps[index], state)
                    let output = cell.output(next)
                    if let isHere = isInside?[index] {
                        state = Cell.selected(isHere, next, state)
                        sequence.append(which(isHere, output, output.zero))
                    } else {
                        state = next
                        sequence.append(output)
                    }
                }
                if direction == 1 { sequence.reverse() }
                outputs.append(stacked(sequence, axis: -2))
                last.append(state)
            }
            x = concatenated(outputs, axis: -1)
        }
        return (x, last)
    }

    /// For each step, bool [..., 1], whether it lies within its sequence.
    private func isInside(_ lengths: any SequenceLengths, _ x: Tensor) -> [Tensor] {
        if let known = lengths as? [Int] {
            require(
                known.allSatisfy { (0...x.dim(-2)).contains($0) },
                "a recurrent network: lengths \(known) for sequences of \(x.dim(-2)) steps")
        }
        let lengths = lengths.sequenceLengths
        require(
            (lengths.dtype == .int32 || lengths.dtype == .int64) && lengths.shape == Array(x.shape.dropLast(2)),
            "a recurrent network: lengths \(lengths.dtype)\(lengths.shape) for sequences of shape \(x.shape)")
        let column = lengths.expandedDimensions(axis: -1)
        return (0..<x.dim(-2)).map { column .> Double($0) }
    }
}

/// The states of all cells as one tensor, [cells, ...], and back.
func cellStates(_ states: Tensor?, count: Int) -> [Tensor]? {
    guard let states else { return nil }
    return states.split(parts: count, axis: 0).map { $0.squeezed(axis: 0) }
}
