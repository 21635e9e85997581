// A small GPT learns to write, character by character, and writes. `small-gpt shakespeare.txt` reads a text of yours.
import Backprop
import BackpropData
import BackpropNN
import BackpropTrain
import ExampleSupport

struct GPT: ParameterContainer {
    let characters: Embedding, places: Embedding, blocks: [TransformerEncoderLayer], norm: LayerNorm, head: Linear
    let context: Int

    init(count: Int, context: Int, width: Int, heads: Int, depth: Int) {
        characters = Embedding(count, width, initializer: .normal(standardDeviation: 0.02))
        places = Embedding(context, width, initializer: .normal(standardDeviation: 0.02))
        blocks = (0..<depth).map { _ in
            TransformerEncoderLayer(
                width, heads: heads, hidden: 4 * width, activation: .gelu, isCausal: true, normalizesFirst: true)
        }
        norm = LayerNorm(width)
        head = Linear(width, count)
        self.context = context
    }

    /// Scores of the next characters, [batch, time, count], for characters [batch, time].
    func callAsFunction(_ x: Tensor) -> Tensor {
        let start = characters(x) + places(Tensor.arange(x.dim(1)))
        return head(norm(blocks.reduce(start) { $1($0) }))
    }
}

setRandomSeed(1)
let text = try Text(file: Options.file)
let model =
    Options.quick
    ? GPT(count: text.vocabulary.count, context: 16, width: 32, heads: 2, depth: 1)
    : GPT(count: text.vocabulary.count, context: 128, width: 192, heads: 6, depth: 4)
let optimizer = AdamW(model.parameters(), learningRate: 1e-3)
let steps = Options.quick ? 20 : 2_000
let scheduler = Scheduler(
    optimizer, .linear(from: 0.01, to: 1, steps: 100).followed(after: 100, by: .cosine(steps: max(1, steps - 100))))
print("\(model.parameterCount) parameters")

// Windows of the text, each one place further than the one before, in an order of their own.
let windows = TokenWindows(text.tokens, length: model.context, stride: 1)
let loader = DataLoader(0..<windows.count, batchSize: Options.quick ? 4 : 16, seed: 1, prefetch: 2) { windows[$0] }
let trainer = Trainer(model, optimizer) { (model, batch: (inputs: Tensor, targets: Tensor)) in
    let scores = model(batch.inputs).reshaped(-1, text.vocabulary.count)
    return StepOutput(loss: crossEntropy(scores, batch.targets.reshaped(-1)), count: batch.inputs.dim(0))
}
trainer.scheduler = scheduler
trainer.options.clipping = .norm(1)
trainer.options.stepLimit = steps
try trainer.fit(loader, epochs: 1)

// It goes on by itself. The context always has the same length, so that there is one plan for all characters.
model.eval()
var written = Array(text.tokens.prefix(model.context))
for _ in 0..<(Options.quick ? 20 : 400) {
    let scores = withoutGradients { model(Tensor([Array(written.suffix(model.context))])) }
    written.append(Tensor.categorical(logits: scores[0, -1] / 0.8).item(Int32.self))
}
print(text.vocabulary.text(of: written))
