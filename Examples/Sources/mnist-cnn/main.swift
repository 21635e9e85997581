// A convolutional network reads handwritten digits. `mnist-cnn --data FOLDER` takes the four files of MNIST from FOLDER/mnist.
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport

setRandomSeed(1)
let figures = try Pictures.mnist(Options.folder("mnist"), limit: Options.quick ? 512 : nil)
let training = DataLoader(
    inputs: figures.training.images, labels: figures.training.labels, batchSize: 128, seed: 1, prefetch: 2)
let test = DataLoader(inputs: figures.test.images, labels: figures.test.labels, batchSize: 500, shuffles: false)

let model = Sequential(
    Lambda { x in x.asType(.float32) / 255 },
    Conv2d(1, 32, kernel: 3, padding: .same), BatchNorm(32), Activation.relu, MaxPool2d(2),
    Conv2d(32, 64, kernel: 3, padding: .same), BatchNorm(64), Activation.relu, MaxPool2d(2),
    Flatten(), Dropout(0.3), Linear(7 * 7 * 64, 128), Activation.relu, Linear(128, 10))
print(model.summary(inputs: [128, 28, 28, 1]))

let epochs = Options.quick ? 1 : 5
let optimizer = AdamW(model.parameters())
let trainer = Trainer(model, optimizer, loss: { crossEntropy($0, $1) }, metrics: [Accuracy()])
trainer.scheduler = Scheduler(optimizer, .oneCycle(peak: 3e-3, steps: epochs * training.batchCount))
let report = try trainer.fit(training, validation: test, epochs: epochs)
print("\(report.last?["validation/accuracy"] ?? 0) of the test figures are right, after \(report.seconds) s")
