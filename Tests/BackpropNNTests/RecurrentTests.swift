import Backprop
import BackpropNN
import Foundation
import Testing

/// Recurrent cells against their equations, and layers against their cells.
@Suite struct RecurrentTests {
    private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
        withRandomSeed(seed) { Tensor.normal(shape, dtype: .float64) }
    }

    private func expectEqual(_ a: Tensor, _ b: Tensor, _ name: String) {
        #expect(a.shape == b.shape, "\(name): \(a.shape) and \(b.shape)")
        if a.shape == b.shape { #expect(abs(a - b).max().item() < 1e-13, "\(name)") }
    }

    /// W x + b, row by row.
    private func linear(_ weight: Parameter, _ bias: Parameter?, _ x: [Double]) -> [Double] {
        let rows = weight.value.array(of: Double.self), offset = bias?.value.array(of: Double.self)
        var result: [Double] = []
        for row in 0..<weight.shape[0] {
            var sum: Double = offset?[row] ?? 0
            for column in x.indices { sum += rows[row * x.count + column] * x[column] }
            result.append(sum)
        }
        return result
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    @Test func equationsOfTheCells() {
        let x = random([3], 1), h = random([2], 2), c = random([2], 3)
        let (xs, hs, cs) = (x.array(of: Double.self), h.array(of: Double.self), c.array(of: Double.self))
        let simple = withRandomSeed(4) { RNNCell(3, 2, activation: .relu, dtype: .float64) }
        let (a, b) = both(simple.weights, xs, hs)
        expectEqual(simple(x, state: h), Tensor((0..<2).map { max(a[$0] + b[$0], 0) }, dtype: .float64), "RNN")

        let long = withRandomSeed(5) { LSTMCell(3, 2, dtype: .float64) }
        let (d, e) = both(long.weights, xs, hs)
        let gates = (0..<8).map { d[$0] + e[$0] }
        let cell = (0..<2).map { (unit: Int) -> Double in
            let kept = sigmoid(gates[2 + unit]) * cs[unit]
            return kept + sigmoid(gates[unit]) * tanh(gates[4 + unit])
        }
        let state = long(x, state: LSTMState(hidden: h, cell: c))
        expectEqual(state.cell, Tensor(cell, dtype: .float64), "LSTM cell")
        let hidden = (0..<2).map { (unit: Int) -> Double in sigmoid(gates[6 + unit]) * tanh(cell[unit]) }
        expectEqual(state.hidden, Tensor(hidden, dtype: .float64), "LSTM hidden")

        let gated = withRandomSeed(6) { GRUCell(3, 2, dtype: .float64) }
        let (f, g) = both(gated.weights, xs, hs)
        let next = (0..<2).map { (unit: Int) -> Double in
            let reset: Double = sigmoid(f[unit] + g[unit])
            let keep: Double = sigmoid(f[2 + unit] + g[2 + unit])
            let new: Double = tanh(f[4 + unit] + reset * g[4 + unit])
            return (1 - keep) * new + keep * hs[unit]
        }
        expectEqual(gated(x, state: h), Tensor(next, dtype: .float64), "GRU")
    }

    private func both(_ weights: RecurrentWeights, _ x: [Double], _ h: [Double]) -> ([Double], [Double]) {
        (linear(weights.input, weights.inputBias, x), linear(weights.hidden, weights.hiddenBias, h))
    }

    @Test(arguments: [1, 2, 5, 8])
    func aLayerIsItsCellStepByStep(_ steps: Int) {
        let layer = withRandomSeed(1) { GRU(3, 4, dtype: .float64) }
        let x = random([2, steps, 3], 2), cell = layer.stack.cells[0][0]
        var state = random([2, 4], 3)
        let result = layer(x, state: state.expandedDimensions(axis: 0))
        for step in 0..<steps {
            state = cell(x.narrowed(axis: 1, step..<(step + 1)).squeezed(axis: 1), state: state)
            let output = result.outputs.narrowed(axis: 1, step..<(step + 1)).squeezed(axis: 1)
            expectEqual(output, state, "step \(step) of \(steps)")
        }
        expectEqual(result.state, state.expandedDimensions(axis: 0), "the last state")
    }

    @Test func theReverseDirectionReadsBackward() {
        let layer = withRandomSeed(1) { LSTM(3, 4, isBidirectional: true, dtype: .float64) }
        let x = random([2, 5, 3], 2)
        let reverse = layer.stack.cells[0][1]
        var state = reverse(x.narrowed(axis: 1, 4..<5).squeezed(axis: 1))
        let last = layer(x).narrowed(axis: 1, 4..<5).squeezed(axis: 1).narrowed(axis: 1, 4..<8)
        expectEqual(last, state.hidden, "the first step backward")
        for step in (0..<4).reversed() {
            state = reverse(x.narrowed(axis: 1, step..<(step + 1)).squeezed(axis: 1), state: state)
        }
        expectEqual(layer(x, state: nil).state.cell.narrowed(axis: 0, 1..<2).squeezed(axis: 0), state.cell, "the last")
    }

    @Test func shapesAndNames() {
        let layer = LSTM(3, 6, outputs: 2, layers: 2, isBidirectional: true, dropout: 0.5)
        let result = layer(Tensor.ones([4, 5, 3]), state: nil)
        #expect(result.outputs.shape == [4, 5, 4])
        #expect(result.state.hidden.shape == [4, 4, 2] && result.state.cell.shape == [4, 4, 6])
        let names = layer.namedParameters().map { $0.name }
        #expect(names.count == 20 && names.contains("stack.cells.1.0.weights.inputBias"))
        #expect(names.contains("stack.cells.0.1.projection"))
        #expect(RNN(3, 4, bias: false)(Tensor.ones([5, 3])).shape == [5, 4])
        #expect(GRU(3, 4, bias: false).namedParameters().count == 2)
    }

    /// A network that has to remember the first step learns to.
    @Test func remembersTheFirstStep() {
        let (layer, head) = withRandomSeed(1) { (LSTM(1, 12), Linear(12, 1)) }
        let optimizer = Adam(layer.parameters() + head.parameters(), learningRate: 0.02)
        var last = 1.0
        for step in 0..<150 {
            let x = withRandomSeed(UInt64(step) + 10) { Tensor.uniform([32, 8, 1], low: -1, high: 1) }
            let first = x.narrowed(axis: 1, 0..<1).squeezed(axis: 1)
            let guess = head(layer(x).narrowed(axis: 1, 7..<8).squeezed(axis: 1))
            let loss = meanSquaredError(guess, first)
            loss.backward()
            optimizer.step()
            last = loss.item()
        }
        #expect(last < 0.1, "the loss is \(last), that of a guess is 0.33")
    }
}
