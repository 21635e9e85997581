import Backprop
import BackpropNN

extension FirstHour {
    static let gradientsSnippets: [FirstHour] = [
        FirstHour("a gradient", prints: "[2, 4, 6]  float32[3]") { print in
            let slope = grad { x in (x * x).sum() }
            print(slope(Tensor([1.0, 2, 3])))
        },
        FirstHour("a gradient of a gradient", prints: "12  float32[]") { print in
            let curvature = grad(grad { x in x * x * x })
            print(curvature(Tensor(2.0)))
        },
        FirstHour("value and gradients", prints: "11  float32[] [3, 4]  float32[2] [1, 2]  float32[2]") { print in
            let f = valueAndGrad { x in (x[0] * x[1]).sum() }
            let (value, gradients) = f([Tensor([1.0, 2]), Tensor([3.0, 4])])
            print(value, gradients[0], gradients[1])
        },
        FirstHour("backward", prints: "[2, 4]  float32[2]") { print in
            let weight = Parameter(Tensor([1.0, 2]))
            let loss = (weight.value * weight.value).sum()
            loss.backward()
            print(weight.gradient!)
        },
        FirstHour("a gradient stops", prints: "3  float32[] 3  float32[]") { print in
            print(grad { x in x * stopGradient(x) }(Tensor(3.0)), grad { x in x * x.detached() }(Tensor(3.0)))
        },
        FirstHour("gradients of some parameters", prints: "3  float32[] true") { print in
            let a = Parameter(Tensor(2.0)), b = Parameter(Tensor(3.0))
            (a.value * b.value).backward(for: [a])
            print(a.gradient!, b.gradient == nil)
        },
        FirstHour("gradients for an intermediate value", prints: "[ 6, 12]  float32[2]") { print in
            let weight = Parameter(Tensor([1.0, 2]))
            let hidden = weight.value * 3
            let loss = (hidden * hidden).sum()
            print(gradients(of: loss, withRespectTo: [hidden])[0])
        },
        FirstHour(
            "two losses share a part, and one is printed",
            prints: """
                9  float32[]
                [21, 39]  float32[2]
                """
        ) { print in
            let weight = Parameter(Tensor([1.0, 2]))
            let hidden = weight.value * 3
            let first = hidden.sum(), second = (hidden * hidden).sum()
            first.backward()
            print(first)
            second.backward()
            print(weight.gradient!)
        },
        FirstHour("a function for a batch", prints: "[ 5, 10]  float32[2]") { print in
            let norm = { (x: Tensor) in (x * x).sum().sqrt() }
            print(vmap(norm)(Tensor([[3.0, 4], [6, 8]])))
        },
        FirstHour(
            "a jacobian",
            prints: """
                [[2, 0, 0],
                 [0, 4, 0],
                 [0, 0, 6]]  float32[3, 3]
                """
        ) { print in
            print(jacobian({ x in x * x }, at: Tensor([1.0, 2, 3])))
        },
        FirstHour(
            "a hessian",
            prints: """
                [[ 6,  0],
                 [ 0, 12]]  float32[2, 2]
                """
        ) { print in
            print(hessian({ x in (x * x * x).sum() }, at: Tensor([1.0, 2])))
        },
        FirstHour(
            "a gradient for each example",
            prints: """
                [ 9, 49]  float32[2] [[[ 6, 12]],

                 [[42, 56]]]  float32[2, 1, 2]
                """
        ) { print in
            let model = Linear(2, 1, bias: false, initializer: .ones)
            let x = Tensor([[1.0, 2], [3, 4]]), y = Tensor([[0.0], [0]])
            let (losses, gradients) = model.perExampleGradients(of: [x, y]) { meanSquaredError(model($0[0]), $0[1]) }
            print(losses, gradients[0])
        },
        FirstHour("no gradients", prints: "[2, 4]  float32[2]") { print in
            let weight = Parameter(Tensor([1.0, 2]))
            let y = withoutGradients { weight.value * 2 }
            print(y)
        },
    ]

    static let modelsSnippets: [FirstHour] = [
        FirstHour(
            "a summary",
            prints: """
                layer                                                output           parameters  multiply-adds  kept for backward
                ---------------------------------------------------  ---------------  ----------  -------------  -----------------
                Sequential                                           [32, 10]             15,770      2,308,096             1.2 MB
                  layers.0: Conv2d(1, 8, kernel: 3, padding: .same)  [32, 28, 28, 8]          80      1,806,336
                  layers.1: relu                                     [32, 28, 28, 8]                                      200.7 kB
                  layers.2: MaxPool2d(2)                             [32, 14, 14, 8]                                      802.8 kB
                  layers.3: Flatten()                                [32, 1568]
                  layers.4: Linear(1568, 10)                         [32, 10]             15,690        501,760           200.7 kB
                15,770 parameters, 2,308,096 multiply-adds, 1.2 MB kept for backward
                """
        ) { print in
            let net = Sequential(
                Conv2d(1, 8, kernel: 3, padding: .same), Activation.relu, MaxPool2d(2),
                Flatten(), Linear(8 * 14 * 14, 10))
            print(net.summary(inputs: [32, 28, 28, 1]))
        },
        FirstHour("a copy", prints: "[[1, 1]]  float32[1, 2] [[5, 5]]  float32[1, 2]") { print in
            let layer = Linear(2, 1, initializer: .ones)
            let twin = layer.copy()
            twin.weight.value = twin.weight.value * 5
            print(layer.weight.value, twin.weight.value)
        },
        FirstHour(
            "an optimizer is printed",
            prints: """
                AdamW(betas: (0.9, 0.999), epsilon: 1e-08, isAMSGrad: false), 0 steps
                  group 0: 2 parameters of 8 numbers, learning rate 0.01, weight decay 0.01
                """
        ) { print in
            print(AdamW(Linear(3, 2).parameters(), learningRate: 0.01))
        },
        FirstHour(
            "a parameter is printed",
            prints: """
                Parameter layers.0.weight: trainable, no gradient
                [[1, 1]]  float32[1, 2]
                """
        ) { print in
            let model = Sequential(Linear(2, 1, initializer: .ones))
            print(model.parameters()[0])
        },
        FirstHour(
            "a model is printed",
            prints: """
                Sequential
                  layers.0: Linear(3, 4)  weight [4, 3], bias [4]  16
                  layers.1: relu
                  layers.2: Linear(4, 2)  weight [2, 4], bias [2]  10
                26 parameters
                """
        ) { print in
            print(Sequential(Linear(3, 4), Activation.relu, Linear(4, 2)))
        },
        FirstHour("a layer is called", prints: "[[6, 6]]  float32[1, 2]") { print in
            let layer = Linear(3, 2, initializer: .ones)
            print(layer(Tensor([[1.0, 2, 3]])))
        },
        FirstHour("a model of one's own", prints: "[5, 1] 33") { print in
            struct Net: Module {
                let first = Linear(2, 8), second = Linear(8, 1)

                func callAsFunction(_ x: Tensor) -> Tensor { second(relu(first(x))) }
            }
            let net = Net()
            print(net(Tensor.zeros(5, 2)).shape, net.parameterCount)
        },
        FirstHour(
            "names of parameters",
            prints: "[\"layers.0.weight\", \"layers.0.bias\", \"layers.2.weight\", \"layers.2.bias\"]"
        ) { print in
            let model = Sequential(Linear(2, 3), Activation.relu, Linear(3, 1))
            print(model.namedParameters().map(\.name))
        },
        FirstHour("a convolutional network", prints: "[2, 10]") { print in
            let model = Sequential(
                Conv2d(1, 8, kernel: 3, padding: .same), Activation.relu, MaxPool2d(2),
                Flatten(), Linear(8 * 14 * 14, 10))
            print(model(Tensor.zeros(2, 28, 28, 1)).shape)
        },
        FirstHour("any function is a layer", prints: "[[8, 8, 8, 8]]  float32[1, 4]") { print in
            let model = Sequential(Linear(4, 4, initializer: .ones), Lambda { x in x * 2 })
            print(model(Tensor.ones(1, 4)))
        },
        FirstHour("a layer is replaced", prints: "[1, 2]") { print in
            var model = Sequential(Linear(4, 8), Activation.relu, Linear(8, 10))
            model[2] = Linear(8, 2)
            print(model(Tensor.zeros(1, 4)).shape)
        },
        FirstHour("frozen layers", prints: "true [2, 8]") { print in
            let body = Linear(4, 8), head = Linear(8, 2)
            body.freeze()
            head(body(Tensor.ones(1, 4))).sum().backward()
            print(body.weight.gradient == nil, head.weight.gradient!.shape)
        },
        FirstHour("training and use", prints: "[[2, 2]]  float32[1, 2]") { print in
            let model = Sequential(Dropout(0.5), Linear(2, 2, initializer: .ones))
            model.eval()
            print(model(Tensor.ones(1, 2)))
        },
        FirstHour("a recurrent network", prints: "[2, 7, 5] [1, 2, 5]") { print in
            let (outputs, state) = LSTM(3, 5)(Tensor.zeros(2, 7, 3), state: nil)
            print(outputs.shape, state.hidden.shape)
        },
        FirstHour("attention", prints: "[2, 10, 16]") { print in
            let block = TransformerEncoderLayer(16, heads: 4, hidden: 32, isCausal: true)
            print(block(Tensor.zeros(2, 10, 16)).shape)
        },
    ]

    static let trainingSnippets: [FirstHour] = [
        FirstHour("a line is fitted", prints: "[[2]]  float32[1, 1] [1]  float32[1]") { print in
            let x = Tensor([[0.0], [1], [2], [3]]), y = 2 * x + 1
            let model = Linear(1, 1)
            let optimizer = SGD(model.parameters(), learningRate: 0.1)
            for _ in 0..<300 {
                let loss = meanSquaredError(model(x), y)
                loss.backward()
                optimizer.step()
            }
            print(round(model.weight.value, decimals: 2), round(model.bias!.value, decimals: 2))
        },
        FirstHour(
            "XOR is learnt",
            prints: """
                [[0],
                 [1],
                 [1],
                 [0]]  float32[4, 1]
                """
        ) { print in
            let x = Tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
            let y = Tensor([[0.0], [1], [1], [0]])
            let model = Sequential(Linear(2, 8), Activation.tanh, Linear(8, 1))
            let optimizer = Adam(model.parameters(), learningRate: 0.05)
            for _ in 0..<200 {
                let loss = binaryCrossEntropyWithLogits(model(x), y)
                loss.backward()
                optimizer.step()
            }
            print(sigmoid(model(x)).round())
        },
        FirstHour("classes are learnt", prints: "[0, 1, 0, 1]  int64[4] 1  float32[]") { print in
            let x = Tensor([[0.0, 1], [1, 0], [0.1, 0.9], [0.9, 0.2]])
            let labels = Tensor([0, 1, 0, 1])
            let model = Linear(2, 2)
            let optimizer = AdamW(model.parameters(), learningRate: 0.1)
            for _ in 0..<50 {
                crossEntropy(model(x), labels).backward()
                optimizer.step()
            }
            let predicted = model(x).argMax(axis: 1)
            print(predicted, (predicted .== labels).asType(.float32).mean())
        },
        FirstHour(
            "a loss is read before the step",
            prints: """
                9.0
                0.0
                0.0
                """
        ) { print in
            let weight = Parameter(Tensor([3.0]))
            let optimizer = SGD([weight], learningRate: 0.5)
            for _ in 0..<3 {
                let loss = (weight.value * weight.value).sum()
                print(loss.item())
                loss.backward()
                optimizer.step()
            }
        },
        FirstHour("training by hand", prints: "[0.3750]  float32[1]") { print in
            var weight = Tensor([3.0])
            let slope = grad { w in (w * w).sum() }
            for _ in 0..<3 { weight -= 0.25 * slope(weight) }
            print(weight)
        },
        FirstHour("mixed precision", prints: "[[3, 3]]  bfloat16[1, 2] float32") { print in
            let layer = Linear(2, 2, initializer: .ones)
            let y = autocast { layer(Tensor([[1.0, 2]])) }
            print(y, layer.weight.dtype)
        },
        FirstHour("gradients are clipped", prints: "[0.6000, 0.8000]  float32[2]") { print in
            let weight = Parameter(Tensor([3.0, 4]))
            (weight.value * weight.value).sum().backward()
            clipGradientNorm([weight], to: 1)
            print(weight.gradient!)
        },
    ]
}
