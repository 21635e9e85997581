// Two layers learn XOR with nothing but tensors and gradients: no layer, no optimizer.
import Backprop
import ExampleSupport

setRandomSeed(1)
let x = Tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
let y = Tensor([[0.0], [1], [1], [0]])

func network(_ p: [Tensor]) -> Tensor { sigmoid(matmul(tanh(matmul(x, p[0]) + p[1]), p[2]) + p[3]) }
func loss(_ p: [Tensor]) -> Tensor { square(network(p) - y).mean() }

var parameters = [Tensor.normal([2, 8]), Tensor.zeros(8), Tensor.normal([8, 1]), Tensor.zeros(1)]
let lossAndGradients = valueAndGrad { loss($0) }

let steps = Options.quick ? 200 : 2_000
for step in 1...steps {
    let (value, gradients) = lossAndGradients(parameters)
    parameters = zip(parameters, gradients).map { $0 - 0.5 * $1 }
    try evaluate(parameters + [value])
    if step % (steps / 5) == 0 { print("step \(step)  loss \(value.item())") }
}
print(network(parameters))
