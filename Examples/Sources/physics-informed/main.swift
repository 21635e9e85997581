// A network that obeys an equation (Raissi et al., 2019): u'' = -π² sin(πx) on [0, 1], with u(0) = u(1) = 0. The loss holds second
// derivatives of the network; Adam begins, L-BFGS ends. The solution is sin(πx).
import Backprop
import BackpropNN
import ExampleSupport

setRandomSeed(1)
let model = Sequential(
    Linear(1, 32, dtype: .float64), Activation.tanh, Linear(32, 32, dtype: .float64), Activation.tanh,
    Linear(32, 1, dtype: .float64))

let inside = Tensor.linspace(0, 1, count: 64, dtype: .float64).reshaped(64, 1)
let ends = Tensor([[0.0], [1]], dtype: .float64)
let force = -(Double.pi * Double.pi) * sin(inside * Double.pi)

/// The second derivative of the network, at every point by itself.
let curvature = grad { x in grad { x in model(x).sum() }(x).sum() }

func loss() -> Tensor { square(curvature(inside) - force).mean() + 10 * square(model(ends)).mean() }

func report(_ what: String, _ value: Double) {
    let error = abs(model(inside) - sin(inside * Double.pi)).max().item()
    print("\(what)  loss \(value)  greatest error \(error)")
}

let adam = Adam(model.parameters(), learningRate: 1e-3)
let steps = Options.quick ? 50 : 2_000
for step in 1...steps {
    let value = loss()
    value.backward()
    adam.step()
    if step % (steps / 4) == 0 { report("Adam, step \(step)", value.item()) }
}
let lbfgs = LBFGS(model.parameters(), lineSearch: .strongWolfe)
for step in 1...(Options.quick ? 2 : 20) {
    let value = lbfgs.step(loss)
    if step % (Options.quick ? 1 : 5) == 0 { report("L-BFGS, step \(step)", value) }
}
