// The digits that come with the package, from data to a judged model, in one page.
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport

setRandomSeed(1)
func loader(_ figures: Digits.Examples, shuffles: Bool) -> DataLoader<LabelledBatch> {
    DataLoader(
        inputs: figures.features, inputShape: [64], labels: figures.labels.map(Int.init), batchSize: 64,
        shuffles: shuffles,
        seed: 1)
}
let training = loader(Digits.training, shuffles: true), test = loader(Digits.test, shuffles: false)

let model = Sequential(Linear(64, 128), Activation.relu, Dropout(0.2), Linear(128, 10))
print(model)
let confusion = ConfusionMatrix(.multiclass(10))
let trainer = Trainer(
    model, AdamW(model.parameters(), learningRate: 2e-3), loss: { crossEntropy($0, $1) },
    metrics: [Accuracy(), confusion])
try trainer.fit(training, epochs: Options.quick ? 1 : 20)

print(
    try trainer.evaluate(test).first { $0.name == "accuracy" }?.value ?? 0, "of the figures of other writers are right")
print(confusion)
