import Backprop
import BackpropNN
import Testing

/// Recurrent layers on sequences of different lengths, and in pieces.
@Suite struct SequenceLengthTests {
    private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
        withRandomSeed(seed) { Tensor.normal(shape, dtype: .float64) }
    }

    private func expectEqual(_ a: Tensor, _ b: Tensor, _ name: String) {
        #expect(a.shape == b.shape, "\(name): \(a.shape) and \(b.shape)")
        if a.shape == b.shape { #expect(abs(a - b).max().item() < 1e-13, "\(name)") }
    }

    @Test func aBatchIsItsSequences() {
        let layer = withRandomSeed(1) { LSTM(3, 4, layers: 2, isBidirectional: true, dtype: .float64) }
        let lengths = [4, 1, 6, 3], sequences = lengths.map { random([$0, 3], UInt64($0)) }
        let batch = padded(sequences, value: 7)
        #expect(batch.batch.shape == [4, 6, 3] && batch.lengths == lengths)
        let given = Tensor(lengths.map { Int32($0) })
        for found in [
            layer(batch.batch, state: nil, lengths: batch.lengths), layer(batch.batch, state: nil, lengths: given),
        ] {
            for (index, sequence) in sequences.enumerated() {
                let (outputs, state) = layer(sequence.expandedDimensions(axis: 0), state: nil)
                let length = lengths[index], row = found.outputs[index]
                expectEqual(row.narrowed(axis: 0, 0..<length), outputs[0], "outputs of \(length)")
                #expect(abs(row.narrowed(axis: 0, length..<6)).sum().item() == 0, "behind \(length)")
                expectEqual(found.state.hidden[0..., index], state.hidden[0..., 0], "hidden of \(length)")
                expectEqual(found.state.cell[0..., index], state.cell[0..., 0], "cell of \(length)")
            }
        }
    }

    @Test func statesGoOnBehindAnEmptySequence() {
        let layer = withRandomSeed(1) { GRU(2, 3, dtype: .float64) }
        let x = random([2, 4, 2], 2), start = random([1, 2, 3], 3)
        let found = layer(x, state: start, lengths: [0, 4])
        expectEqual(found.state[0, 0], start[0, 0], "the state of an empty sequence")
        expectEqual(found.state[0, 1], layer(x, state: start).state[0, 1], "a whole one")
        #expect(abs(found.outputs[0]).sum().item() == 0)
    }

    /// What lies behind an end has no part in values or gradients.
    @Test func thePaddingDoesNotMatter() {
        let layer = withRandomSeed(1) { RNN(2, 3, isBidirectional: true, dtype: .float64) }
        func slope(_ value: Double) -> [Tensor] {
            let (batch, lengths) = padded([random([2, 2], 1), random([4, 2], 2)], value: value)
            let x = Parameter(batch)
            square(layer(x.value, lengths: lengths)).sum().backward()
            defer { for parameter in layer.parameters() { parameter.gradient = nil } }
            #expect(abs(x.gradient![0].narrowed(axis: 0, 2..<4)).sum().item() == 0)
            return layer.parameters().map { $0.gradient! }
        }
        for (a, b) in zip(slope(0), slope(.infinity)) { expectEqual(a, b, "gradient") }
    }

    /// A gradient ends where a state was detached, and the numbers go on.
    @Test func piecesOfASequence() {
        let layer = withRandomSeed(1) { LSTM(2, 3, dtype: .float64) }
        let x = Parameter(random([1, 6, 2], 2))
        let first = layer(x.value.narrowed(axis: 1, 0..<3), state: nil)
        let second = layer(x.value.narrowed(axis: 1, 3..<6), state: first.state.detached())
        expectEqual(second.outputs, layer(x.value).narrowed(axis: 1, 3..<6), "the second piece")
        second.outputs.sum().backward()
        let slopes = abs(x.gradient![0]).sum(axis: -1).array(of: Double.self)
        #expect(slopes[..<3].allSatisfy { $0 == 0 } && slopes[3...].allSatisfy { $0 > 0 })
        let gru = GRU(2, 3, dtype: .float64)(x.value, state: nil).state.detached()
        #expect(gru.shape == [1, 1, 3])
    }

    @Test func batchesOfUnequalSequences() {
        let found = padded([Tensor([1, 2] as [Int32]), Tensor([3] as [Int32]), Tensor([] as [Int32])], value: -1)
        #expect(found.batch.array(of: Int32.self) == [1, 2, 3, -1, -1, -1] && found.lengths == [2, 1, 0])
    }
}
