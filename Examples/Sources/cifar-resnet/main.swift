// A residual network (He et al., 2016) tells ten kinds of small pictures apart. `cifar-resnet --data FOLDER` takes the binary files of
// CIFAR-10 from FOLDER/cifar10.
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport

/// Two convolutions and a way around them, which halves the picture where there are more channels after it.
func block(_ inputs: Int, _ outputs: Int) -> any Module {
    let stride = outputs == inputs ? 1 : 2
    return Sequential(
        Residual(
            Conv2d(inputs, outputs, kernel: 3, stride: stride, padding: 1, bias: false), BatchNorm(outputs),
            Activation.relu, Conv2d(outputs, outputs, kernel: 3, padding: 1, bias: false), BatchNorm(outputs),
            shortcut: stride == 1
                ? nil : Sequential(Conv2d(inputs, outputs, kernel: 1, stride: 2, bias: false), BatchNorm(outputs))),
        Activation.relu)
}

setRandomSeed(1)
let pictures = try Pictures.cifar10(Options.folder("cifar10"), file: Options.file, limit: Options.quick ? 256 : nil)
let augmented: [ImageTransform] = [
    .randomCrop(32, padding: 4), .horizontalFlip(),
    .normalize(mean: [0.491, 0.482, 0.447], deviation: [0.247, 0.243, 0.262]),
]
let training = DataLoader(
    images: pictures.training.images, labels: pictures.training.labels, transforms: augmented, batchSize: 128, seed: 1,
    prefetch: 2)
let test = DataLoader(
    images: pictures.test.images, labels: pictures.test.labels, transforms: [augmented[2]], batchSize: 250,
    shuffles: false)

let width = Options.quick ? 8 : 32
let model = Sequential(
    Conv2d(3, width, kernel: 3, padding: 1, bias: false), BatchNorm(width), Activation.relu, block(width, width),
    block(width, 2 * width), block(2 * width, 4 * width), AdaptiveAveragePool2d(1), Flatten(), Linear(4 * width, 10))
print(model)

let epochs = Options.quick ? 1 : 30
let optimizer = SGD(model.parameters(), learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4)
let trainer = Trainer(
    model, optimizer, loss: { crossEntropy($0, $1, labelSmoothing: 0.1) }, metrics: [Accuracy(), TopKAccuracy(3)])
trainer.scheduler = Scheduler(optimizer, .oneCycle(peak: 0.1, steps: epochs * training.batchCount))
let report = try trainer.fit(training, validation: test, epochs: epochs)
print("\(report.last?["validation/accuracy"] ?? 0) of the test pictures are right")
