// What was learnt from many examples helps with few. A network learns the digits 0 to 4; its body is frozen, and a new head learns
// 5 to 9 from ten figures of each.
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport

/// The figures of some digits, at most `limit` of each, with labels from 0.
func figures(_ source: Digits.Examples, of digits: ClosedRange<Int>, limit: Int = .max) -> (images: Tensor, labels: Tensor) {
    var seen: [Int: Int] = [:]
    let places = source.labels.indices.filter { place in
        let digit = Int(source.labels[place])
        seen[digit, default: 0] += 1
        return digits.contains(digit) && seen[digit]! <= limit
    }
    let images = Tensor(source.features, shape: [source.count, 8, 8, 1]).take(Tensor(places), axis: 0)
    return (images, Tensor(places.map { Int(source.labels[$0]) - digits.lowerBound }))
}

func train(_ model: Sequential, _ data: (images: Tensor, labels: Tensor), epochs: Int) throws {
    let loader = DataLoader(inputs: data.images, labels: data.labels, batchSize: 25, seed: 1)
    let trainer = Trainer(model, AdamW(model.parameters(), learningRate: 3e-3), loss: { crossEntropy($0, $1) })
    trainer.options.progress = .quiet
    try trainer.fit(loader, epochs: epochs)
    let test = figures(Digits.test, of: 5...9)
    let judge = Trainer(model, SGD(model.parameters(), learningRate: 0), loss: { crossEntropy($0, $1) }, metrics: [Accuracy()])
    let values = try judge.evaluate(DataLoader(inputs: test.images, labels: test.labels, batchSize: 500, shuffles: false))
    print("\(model.parameterCount) parameters; right on 5 to 9: \(values.last!.value)")
}

func body() -> Sequential {
    Sequential(
        Conv2d(1, 16, kernel: 3, padding: .same), Activation.relu, MaxPool2d(2), Conv2d(16, 32, kernel: 3, padding: .same),
        Activation.relu, Flatten(), Linear(4 * 4 * 32, 64), Activation.relu)
}

setRandomSeed(1)
let epochs = Options.quick ? 1 : 20
let few = figures(Digits.training, of: 5...9, limit: 10)

print("learnt from 50 figures alone:")
try train(Sequential(body(), Linear(64, 5)), few, epochs: 3 * epochs)

print("a body that has learnt 0 to 4 (what it says of 5 to 9 means nothing yet), and then the same with a new head:")
let backbone = body()
try train(Sequential(backbone, Linear(64, 5)), figures(Digits.training, of: 0...4), epochs: epochs)
backbone.freeze()
let model = Sequential(backbone, Linear(64, 5))
print(model)
try train(model, few, epochs: 3 * epochs)
