// A layer of one's own: a gated linear unit with a scale that is learnt. Its parameters are found by their type.
import Backprop
import BackpropNN
import ExampleSupport

struct GatedUnit: Module {
    let value: Linear, gate: Linear
    let scale = Parameter(Tensor.ones(1))

    init(_ inputs: Int, _ outputs: Int) {
        value = Linear(inputs, outputs)
        gate = Linear(inputs, outputs)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { value(x) * sigmoid(gate(x)) * scale.value }
}

setRandomSeed(1)
let model = Sequential(GatedUnit(2, 16), GatedUnit(16, 16), Linear(16, 1))
print(model)

// The distance from the origin, of points of a square.
let x = Tensor.uniform([1_024, 2], low: -1, high: 1)
let y = sqrt(square(x).sum(axis: 1, keepDims: true))
let optimizer = Adam(model.parameters(), learningRate: 0.01)
let steps = Options.quick ? 50 : 1_000
for step in 1...steps {
    let loss = meanSquaredError(model(x), y)
    loss.backward()
    optimizer.step()
    if step % (steps / 5) == 0 { print("step \(step)  error \(loss.item().squareRoot())") }
}
print("the point [0.6, 0.8] is", model(Tensor([[0.6, 0.8]])).item(), "away from the origin")
