// Two networks against each other (Goodfellow et al., 2014): one makes points out of noise, the other tells them from points of
// eight heaps on a circle. Two optimizers, two models, one loop.
import Backprop
import BackpropNN
import ExampleSupport

setRandomSeed(1)
let generator = Sequential(Linear(8, 64), Activation.relu, Linear(64, 64), Activation.relu, Linear(64, 2))
let judge = Sequential(Linear(2, 64), Activation.relu, Linear(64, 64), Activation.relu, Linear(64, 1))
let generatorOptimizer = Adam(generator.parameters(), learningRate: 1e-3, betas: (0.5, 0.999))
let judgeOptimizer = Adam(judge.parameters(), learningRate: 1e-3, betas: (0.5, 0.999))
let batch = 256

/// Points of the eight heaps.
func realPoints() -> Tensor {
    let angles = Tensor.integers([batch], high: 8).asType(.float32) * (Float.pi / 4)
    return stacked([cos(angles), sin(angles)], axis: 1) + Tensor.normal([batch, 2]) * 0.05
}

func loss(_ points: Tensor, areReal: Bool) -> Tensor {
    let scores = judge(points)
    return binaryCrossEntropyWithLogits(scores, areReal ? Tensor.ones(like: scores) : Tensor.zeros(like: scores))
}

let steps = Options.quick ? 50 : 4_000
for step in 1...steps {
    // The judge learns; the generator is as it is.
    let made = generator(Tensor.normal([batch, 8]))
    let judged = loss(realPoints(), areReal: true) + loss(made.detached(), areReal: false)
    judged.backward()
    judgeOptimizer.step()
    // The generator learns; of the gradients through the judge only its own are asked for.
    let fooled = loss(generator(Tensor.normal([batch, 8])), areReal: true)
    fooled.backward(for: generator.parameters())
    generatorOptimizer.step()
    if step % (steps / 5) == 0 { print("step \(step)  judge \(judged.item())  generator \(fooled.item())") }
}

// How many points are near a heap, and how many heaps are reached.
let points = withoutGradients { generator(Tensor.normal([2_000, 8])) }
let heaps = Tensor.arange(0, 8, dtype: .float32) * (Float.pi / 4)
let centres = stacked([cos(heaps), sin(heaps)], axis: 1)
let distances = square(points.expandedDimensions(axis: 1) - centres).sum(axis: 2)
let near = (distances.min(axis: 1) .< 0.04).asType(.float32).mean()
let reached = distances.argMin(axis: 1).array(of: Int.self)
print("\(near.item() * 100) % of the points are near a heap; \(Set(reached).count) of 8 heaps are reached")
