// Two layers of LSTM learn to write, character by character. The state is carried from one piece of the text to the next, and
// gradients stop between them (truncated backpropagation through time). `char-lstm shakespeare.txt` reads a text of yours.
import Backprop
import BackpropNN
import ExampleSupport

struct Writer: ParameterContainer {
    let embedding: Embedding, body: LSTM, head: Linear

    init(_ count: Int, _ width: Int) {
        embedding = Embedding(count, width)
        body = LSTM(width, width, layers: 2)
        head = Linear(width, count)
    }

    /// Scores of the next characters, [batch, time, count], for characters [batch, time].
    func callAsFunction(_ x: Tensor, state: LSTMState?) -> (scores: Tensor, state: LSTMState) {
        let (outputs, state) = body(embedding(x), state: state)
        return (head(outputs), state)
    }
}

setRandomSeed(1)
let text = try Text(file: Options.file)
let (streams, length) = (32, 64)
let model = Writer(text.vocabulary.count, Options.quick ? 32 : 256)
let optimizer = Adam(model.parameters(), learningRate: 2e-3)
print(model)

// As many places of the text are read at once as there are streams, each from its own beginning on.
let width = (text.tokens.count - 1) / streams
let rows = Tensor(text.tokens.prefix(streams * width), shape: [streams, width])
let next = Tensor(text.tokens.dropFirst().prefix(streams * width), shape: [streams, width])

for epoch in 1...(Options.quick ? 1 : 10) {
    var state: LSTMState?
    var losses = 0.0, count = 0
    for start in stride(from: 0, to: Options.quick ? 10 * length : width - length, by: length) {
        let window = start..<(start + length)
        let result = model(rows[0..., window], state: state)
        let loss = crossEntropy(result.scores.reshaped(-1, text.vocabulary.count), next[0..., window].reshaped(-1))
        loss.backward()
        clipGradientNorm(model.parameters(), to: 1)
        optimizer.step()
        state = result.state.detached()
        (losses, count) = (losses + loss.item(), count + 1)
    }
    print("epoch \(epoch)  loss \(losses / Double(count))")
}

// It goes on by itself.
var written: [Int32] = []
withoutGradients {
    var state: LSTMState?
    var last = Tensor([[0]])
    for _ in 0..<(Options.quick ? 50 : 500) {
        let result = model(last, state: state)
        last = Tensor.categorical(logits: result.scores[0] / 0.8).reshaped(1, 1)
        state = result.state
        written.append(last.item(Int32.self))
    }
}
print(text.vocabulary.text(of: written))
