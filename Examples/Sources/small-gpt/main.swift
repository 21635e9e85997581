// A small GPT learns to write, character by character, and writes. `small-gpt shakespeare.txt` reads a text of yours.
import Backprop
import BackpropNN
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
let text = try Characters(file: Options.file)
let batch = Options.quick ? 4 : 16
let model =
    Options.quick
    ? GPT(count: text.vocabulary.count, context: 16, width: 32, heads: 2, depth: 1)
    : GPT(count: text.vocabulary.count, context: 128, width: 192, heads: 6, depth: 4)
let optimizer = AdamW(model.parameters(), learningRate: 1e-3)
let steps = Options.quick ? 20 : 2_000
let scheduler = Scheduler(
    optimizer, .linear(from: 0.01, to: 1, steps: 100).followed(after: 100, by: .cosine(steps: max(1, steps - 100))))
print("\(text.numbers.size) characters, \(text.vocabulary.count) different ones, \(model.parameterCount) parameters")

// Windows of the text, each one place further than the one before; a batch takes some at random.
let last = text.numbers.size - model.context - 1
let window = Tensor.arange(model.context)
for step in 1...steps {
    let starts = Tensor.integers([batch, 1], high: last)
    let inputs = text.numbers.take(starts + window), labels = text.numbers.take(starts + window + 1)
    let loss = crossEntropy(model(inputs).reshaped(-1, text.vocabulary.count), labels.reshaped(-1))
    loss.backward()
    clipGradientNorm(model.parameters(), to: 1)
    optimizer.step()
    scheduler.step()
    if step % (steps / 10) == 0 { print("step \(step)  loss \(loss.item())") }
}

// It goes on by itself. The context always has the same length, so that there is one plan for all characters.
model.eval()
var written = text.numbers[0..<model.context].array(of: Int.self)
for _ in 0..<(Options.quick ? 20 : 400) {
    let scores = withoutGradients { model(Tensor([Array(written.suffix(model.context))])) }
    written.append(Tensor.categorical(logits: scores[0, -1] / 0.8).item(Int.self))
}
print(text.text(written))
