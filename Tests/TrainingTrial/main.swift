import Backprop
import BackpropData
import BackpropFiles
import BackpropNN
import BackpropTrain
import Foundation

// A small training that is killed: TrainingTrial FOLDER EPOCHS [--stop-after STEPS] [--report-failed-writes]
//
// It goes on from the latest checkpoint of the folder, and saves one after every second step. It prints "ready" before its
// first step, and a digest of all its state at the end.

let arguments = CommandLine.arguments
let folder = CheckpointFolder(arguments[1], keepingLast: 2, keepingBest: .lower)
let epochs = Int(arguments[2])!
let lastStep = arguments.firstIndex(of: "--stop-after").map { Int(arguments[$0 + 1])! } ?? .max
signal(SIGXFSZ, arguments.contains("--report-failed-writes") ? SIG_IGN : SIG_DFL)
// Whoever started the program may have held it back.
var signals = sigset_t()
sigemptyset(&signals)
sigaddset(&signals, SIGXFSZ)
pthread_sigmask(SIG_UNBLOCK, &signals, nil)

setRandomSeed(7)
let model = Sequential(
    Linear(16, 48), BatchNorm(48), Activation.tanh, Dropout(0.3), Linear(48, 48), Activation.relu, Linear(48, 4))
let optimizer = SGD(model.parameters(), learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3)
let loader = withRandomSeed(8) {
    DataLoader(
        inputs: Tensor.normal([52, 16]), labels: Tensor((0..<52).map { Int64($0 % 4) }), batchSize: 8, seed: 3)
}
let scheduler = Scheduler(optimizer, .cosine(steps: 200))
let average = WeightAverage(model.parameters(), decay: 0.9)
let progress = KeptValues(["epoch": 1, "batch": 0])
let training: [String: any Resumable] = [
    "model": ModelState(model), "optimizer": optimizer, "scheduler": scheduler, "average": average,
    "random": RandomState.current, "data": progress,
]

do {
    if let found = try folder.latest() { try found.checkpoint.restore(to: training) }
    FileHandle.standardOutput.write(Data("ready\n".utf8))
    for epoch in progress["epoch"]!.integer!..<(epochs + 1) {
        for batch in loader.epoch(epoch, from: progress["batch"]!.integer!) {
            let loss = crossEntropy(model(batch.inputs), batch.labels)
            loss.backward()
            optimizer.step()
            scheduler.step()
            average.update()
            progress["batch"] = .integer(batch.index + 1)
            if optimizer.stepCount % 2 == 0 {
                try folder.save(Checkpoint(of: training, step: optimizer.stepCount, measure: loss.item()))
            }
            if optimizer.stepCount >= lastStep { exit(0) }
        }
        (progress["epoch"], progress["batch"]) = (.integer(epoch + 1), 0)
    }
    let end = arguments[1] + "/end.safetensors"
    try Checkpoint(of: training).write(to: end)
    FileHandle.standardOutput.write(Data("\(try FileSystem.digest(of: end))\n".utf8))
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(1)
}
