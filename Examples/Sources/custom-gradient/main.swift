// A function that has no useful gradient gets a rule of its own: signs, through which gradients pass as if they were a clipped
// line (the straight-through estimator of Bengio et al., 2013). So a network with hidden units of -1 and 1 can be trained.
import Backprop
import BackpropNN
import ExampleSupport

let sign = CustomFunction { inputs in
    [which(inputs[0] .>= 0, 1.0, -1.0)]
} vjp: { inputs, _, cotangents in
    [which(abs(inputs[0]) .<= 1, cotangents[0], 0.0)]
}

setRandomSeed(1)
let first = Linear(2, 64)
// Signs of sums without a threshold are the same for a point and its opposite, but for the sign.
first.bias!.value = Tensor.uniform([64], low: -1, high: 1)
let model = Sequential(first, Lambda { x in sign([x])[0] }, Linear(64, 1))

// Whether a point is inside of a circle.
let x = Tensor.uniform([2_048, 2], low: -1, high: 1)
let y = (square(x).sum(axis: 1, keepDims: true) .< 0.6).asType(.float32)
let optimizer = Adam(model.parameters(), learningRate: 0.003)
let steps = Options.quick ? 50 : 1_000
for step in 1...steps {
    let scores = model(x)
    let loss = binaryCrossEntropyWithLogits(scores, y)
    loss.backward()
    optimizer.step()
    if step % (steps / 5) == 0 {
        let right = ((scores .> 0) .== (y .> 0)).asType(.float32).mean()
        print("step \(step)  loss \(loss.item())  right \(right.item())")
    }
}
