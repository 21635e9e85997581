// What was learnt from many examples helps with few. A network learns to read digits; its body is frozen, and a new head learns from
// twenty figures whether a digit is even.
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport

typealias Data = (images: Tensor, labels: Tensor)

/// Figures, at most `limit` of each digit, with labels made from their digits.
func figures(_ source: Digits.Examples, limit: Int = .max, label: (Int) -> Int) -> Data {
    var seen: [Int: Int] = [:]
    let places = source.labels.indices.filter { place in
        seen[Int(source.labels[place]), default: 0] += 1
        return seen[Int(source.labels[place])]! <= limit
    }
    let images = Tensor(source.features, shape: [source.count, 8, 8, 1]).take(Tensor(places), axis: 0)
    return (images, Tensor(places.map { label(Int(source.labels[$0])) }))
}

/// Trains, and says how many of the figures of other writers are right.
func train(_ model: Sequential, on data: Data, test: Data, epochs: Int) throws -> Double {
    let loader = DataLoader(inputs: data.images, labels: data.labels, batchSize: 20, seed: 1)
    let unseen = DataLoader(inputs: test.images, labels: test.labels, batchSize: 500, shuffles: false)
    let trainer = Trainer(
        model, AdamW(model.parameters(), learningRate: 3e-3), loss: { crossEntropy($0, $1) }, metrics: [Accuracy()])
    trainer.options.progress = .quiet
    try trainer.fit(loader, epochs: epochs)
    return try trainer.evaluate(unseen).last!.value
}

func body() -> Sequential {
    Sequential(
        Conv2d(1, 16, kernel: 3, padding: .same), Activation.relu, MaxPool2d(2),
        Conv2d(16, 32, kernel: 3, padding: .same), Activation.relu, Flatten(), Linear(4 * 4 * 32, 32), Activation.relu)
}

setRandomSeed(1)
let epochs = Options.quick ? 1 : 10
let few = figures(Digits.training, limit: 2) { 1 - $0 % 2 }, test = figures(Digits.test) { 1 - $0 % 2 }

let alone = try train(Sequential(body(), Linear(32, 2)), on: few, test: test, epochs: 10 * epochs)
print("even or odd, learnt from 20 figures alone: \(alone) are right")

let backbone = body()
let digits = try train(
    Sequential(backbone, Linear(32, 10)), on: figures(Digits.training) { $0 }, test: figures(Digits.test) { $0 },
    epochs: epochs)
print("a network that reads digits: \(digits) are right")

backbone.freeze()
let model = Sequential(backbone, Linear(32, 2))
print(model)
let transferred = try train(model, on: few, test: test, epochs: 10 * epochs)
print("even or odd, learnt from the same 20 figures by a new head on its body: \(transferred) are right")
