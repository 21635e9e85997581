// Learning to learn: weights from which one step of gradient descent, on ten points, fits a sine of any height and phase (MAML,
// Finn et al., 2017). The gradient goes through the gradient step.
import Backprop
import BackpropNN
import ExampleSupport

setRandomSeed(1)
let model = Sequential(Linear(1, 40), Activation.relu, Linear(40, 40), Activation.relu, Linear(40, 1))
let names = model.namedParameters().map(\.name)

/// The loss on some points with other weights in the place of the model's.
func loss(_ weights: [Tensor], _ x: Tensor, _ y: Tensor) -> Tensor {
    model.withParameters(weights) { meanSquaredError(model(x), y) }
}

/// The weights after one step on some points, as a function of the weights before.
func adapted(_ weights: [Tensor], _ x: Tensor, _ y: Tensor) -> [Tensor] {
    let slopes = grad { loss($0, x, y) }(weights)
    return zip(weights, slopes).map { $0 - 0.01 * $1 }
}

/// Sines to be fitted: heights, phases, and points of them.
func tasks(_ count: Int) -> (points: (Int) -> (x: Tensor, y: Tensor), count: Int) {
    let heights = Tensor.uniform([count, 1, 1], low: 0.1, high: 5), phases = Tensor.uniform([count, 1, 1], high: .pi)
    let points = { (count: Int) -> (x: Tensor, y: Tensor) in
        let x = Tensor.uniform([heights.dim(0), count, 1], low: -5, high: 5)
        return (x, heights * sin(x - phases))
    }
    return (points, count)
}

/// The mean loss after the step, on other points of the same sines.
func lossAfterwards(_ weights: [Tensor], _ tasks: (points: (Int) -> (x: Tensor, y: Tensor), count: Int)) -> Tensor {
    let known = tasks.points(10), unknown = tasks.points(10)
    let losses = vmap { (points: [Tensor]) in
        [loss(adapted(weights, points[0], points[1]), points[2], points[3])]
    }
    return losses([known.x, known.y, unknown.x, unknown.y])[0].mean()
}

let optimizer = Adam(model.parameters(), learningRate: 1e-3)
let steps = Options.quick ? 20 : 5_000
for step in 1...steps {
    let loss = lossAfterwards(model.parameters().map(\.value), tasks(25))
    loss.backward()
    optimizer.step()
    if step % (steps / 5) == 0 { print("step \(step)  loss after one step of descent: \(loss.item())") }
}
let plain = withRandomSeed(7) { tasks(100) }
let weights = model.parameters().map(\.value)
let points = plain.points(10)
print("before a step \(loss(weights, points.x, points.y).item()), after it \(lossAfterwards(weights, plain).item())")
