// A table of numbers and a number to be foretold. The table is made up after Friedman (1991), of ten columns five of which matter.
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport

setRandomSeed(1)
let rows = Options.quick ? 500 : 8_000
let x = Tensor.uniform([rows, 10])
let c = (0..<5).map { x[0..., $0] }
let waves = 10 * sin(Double.pi * c[0] * c[1]), bend = 20 * square(c[2] - 0.5)
let y = waves + bend + 10 * c[3] + 5 * c[4] + Tensor.normal([rows])

// A fifth is set aside, and what numbers are scaled by comes from the rest alone.
let split = rows * 4 / 5
let known = (x: x[0..<split], y: y[0..<split]), unknown = (x: x[split..<rows], y: y[split..<rows])
let (mean, deviation) = (known.x.mean(axis: 0), known.x.std(axis: 0))
let (centre, spread) = (known.y.mean(), known.y.std())
func loader(_ part: (x: Tensor, y: Tensor), shuffles: Bool) -> DataLoader<LabelledBatch> {
    let labels = ((part.y - centre) / spread).expandedDimensions(axis: 1)
    return DataLoader(inputs: (part.x - mean) / deviation, labels: labels, batchSize: 64, shuffles: shuffles, seed: 1)
}

let model = Sequential(Linear(10, 64), Activation.gelu, Linear(64, 64), Activation.gelu, Linear(64, 1))
let trainer = Trainer(
    model, AdamW(model.parameters(), learningRate: 2e-3), loss: { meanSquaredError($0, $1) },
    metrics: [R2(), MeanAbsoluteError()])
trainer.options.stopping = EarlyStopping(patience: 10)
trainer.options.keepsBest = true
let report = try trainer.fit(
    loader(known, shuffles: true), validation: loader(unknown, shuffles: false), epochs: Options.quick ? 2 : 100)

let error = sqrt(square(model((unknown.x - mean) / deviation)[0..., 0] * spread + centre - unknown.y).mean()).item()
print("the best epoch is \(report.bestEpoch ?? 0); the error is \(error), of which 1 is noise that nobody can foretell")
