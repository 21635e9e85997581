// A variational autoencoder (Kingma and Welling, 2014) of handwritten digits: figures become points of a plane, and points become
// figures.
import Backprop
import BackpropData
import BackpropNN
import ExampleSupport

struct Autoencoder: ParameterContainer {
    let encoder = Sequential(Linear(64, 128), Activation.relu)
    let mean = Linear(128, 2), logVariance = Linear(128, 2)
    let decoder = Sequential(Linear(2, 128), Activation.relu, Linear(128, 64))

    /// The negative lower bound of the likelihood, of figures [batch, 64] from 0 to 1.
    func loss(_ x: Tensor) -> Tensor {
        let hidden = encoder(x)
        let mean = mean(hidden), logVariance = logVariance(hidden)
        let point = mean + exp(logVariance * 0.5) * Tensor.normal(mean.shape)
        let misfit = binaryCrossEntropyWithLogits(decoder(point), x, reduction: .none).sum(axis: 1)
        let distance = -0.5 * (1 + logVariance - square(mean) - exp(logVariance)).sum(axis: 1)
        return (misfit + distance).mean()
    }
}

setRandomSeed(1)
let figures = Tensor(Digits.training.features, shape: [Digits.training.count, 64])
let unseen = Tensor(Digits.test.features, shape: [Digits.test.count, 64])
let loader = DataLoader(inputs: figures, labels: Tensor(Digits.training.labels), batchSize: 128, seed: 1)

let model = Autoencoder()
let optimizer = Adam(model.parameters(), learningRate: 2e-3)
for epoch in 1...(Options.quick ? 1 : 30) {
    for batch in loader.epoch(epoch) {
        model.loss(batch.inputs).backward()
        optimizer.step()
    }
    print("epoch \(epoch)  bound on figures never seen: \(withoutGradients { model.loss(unseen).item() })")
}

// The plane, at nine places, as text.
for row in [-1.5, 0, 1.5] {
    let places = Tensor([[-1.5, row], [0, row], [1.5, row]])
    let pixels = withoutGradients { sigmoid(model.decoder(places)) }.reshaped(3, 8, 8)
    for line in 0..<8 {
        let shades = [Float](pixels[0..., line].reshaped(24)).map { Array(" .:-=+*#%@")[Int($0 * 9.99)] }
        print(stride(from: 0, to: 24, by: 8).map { String(shades[$0..<($0 + 8)]) }.joined(separator: "  "))
    }
    print()
}
