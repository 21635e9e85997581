// A training that survives: stop it (Ctrl-C, kill -9, a power cut), start it again, and it ends with the very bits of one that was
// never stopped. `resume --folder runs/digits`
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport
import Foundation

setRandomSeed(1)
let training = DataLoader(
    inputs: Digits.training.features, inputShape: [64], labels: Digits.training.labels.map(Int.init), batchSize: 32,
    seed: 1)
let model = Sequential(Linear(64, 256), Activation.relu, Dropout(0.3), Linear(256, 10))
let epochs = Options.quick ? 2 : 40
let optimizer = SGD(model.parameters(), learningRate: 0.1, momentum: 0.9)
let trainer = Trainer(model, optimizer, loss: { crossEntropy($0, $1) }, metrics: [Accuracy()])
trainer.scheduler = Scheduler(optimizer, .cosine(steps: epochs * training.batchCount))
trainer.checkpoints = CheckpointFolder(Options.value("--folder") ?? "runs/digits")
trainer.options.checkpointInterval = .steps(50)
trainer.options.resumeHint = "the same command"

let report = try trainer.fit(training, epochs: epochs, resuming: true)
guard report.end == .completed else { exit(130) }
print("weights \(Weights(of: model).digest)")
