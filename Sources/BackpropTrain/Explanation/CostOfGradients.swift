import Backprop
import BackpropNN

/// What gradients cost: the backward pass beside the forward pass, for networks of many sizes, and beside both the naive way,
/// which changes one parameter after the other and looks at the loss.
package struct CostOfGradients: Sendable, Encodable {
    /// A network of one size. Times are medians, in seconds.
    package struct Size: Sendable, Encodable {
        package let width: Int
        package let parameters: Int
        /// The loss alone.
        package let forward: Double
        /// The loss and the gradient of every parameter.
        package let both: Double
        /// The same gradients by one forward pass for each parameter and one more.
        package let naive: Double
        /// Whether that was done, or follows from the time of one pass.
        package let naiveIsMeasured: Bool

        package var ratio: Double { both / forward }
    }

    package let sizes: [Size]
    /// How time grows with the number of parameters: 1 where twice as many take twice as long. Over the sizes whose time is
    /// that of arithmetic.
    package let slope: Double
    /// How far naive gradients are from those of the backward pass at most, as a share of the largest, in float64.
    package let difference: Double

    enum CodingKeys: String, CodingKey {
        case sizes, slope, difference
    }

    private static let widths = [8, 16, 32, 64, 128, 256, 512, 1_024], layers = 3, rows = 64
    /// Networks of more parameters are not differentiated one parameter at a time.
    private static let mostPasses = 1_000
    private static let fewestForSlope = 100_000

    /// - Parameter seconds: to measure each time for.
    /// - Throws: `TrainError` for a time that makes no sense, and where the person stops it.
    package init(seconds: Double = 0.3) throws(TrainError) {
        guard seconds > 0, seconds <= 60 else {
            throw TrainError(
                .badOption, at: "--seconds", "\(seconds) makes no sense", remedy: "give a number such as 0.3")
        }
        var sizes: [Size] = [], difference = 0.0
        for width in Self.widths {
            try Interruption.check("explain cost")
            let network = withRandomSeed(1) { Network(width: width, rows: Self.rows, .float32) }
            let forward = Self.time(seconds) { withoutGradients { evaluateOrStop(network.loss) } }
            let both = Self.time(seconds) { evaluateOrStop(network.recordedGradients()) }
            let isMeasured = network.count <= Self.mostPasses
            var naive = forward * Double(network.count + 1)
            if isMeasured {
                let clock = ContinuousClock(), start = clock.now
                _ = network.naiveGradients(step: 1e-2)
                naive = (clock.now - start) / .seconds(1)
                difference = max(difference, Self.difference(width))
            }
            sizes.append(
                Size(
                    width: width, parameters: network.count, forward: forward, both: both, naive: naive,
                    naiveIsMeasured: isMeasured))
        }
        (self.sizes, self.difference) = (sizes, difference)
        slope = Self.slope(
            sizes.filter { $0.parameters >= Self.fewestForSlope }.map { (Double($0.parameters), $0.both) })
    }

    /// The largest difference of the two ways in float64, as a share of the largest gradient.
    private static func difference(_ width: Int) -> Double {
        let network = withRandomSeed(1) { Network(width: width, rows: rows, .float64) }
        let exact = network.gradients(), naive = network.naiveGradients(step: 1e-6)
        let largest = exact.map { Swift.abs($0) }.max() ?? 1
        return zip(exact, naive).map { Swift.abs($0 - $1) }.max()! / largest
    }

    /// The median time of one call.
    private static func time(_ seconds: Double, _ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        // Plans are made once.
        for _ in 0..<2 { body() }
        var times: [Double] = []
        let end = clock.now + .seconds(seconds)
        repeat {
            let start = clock.now
            body()
            times.append((clock.now - start) / .seconds(1))
        } while clock.now < end || times.count < 5
        return times.sorted()[times.count / 2]
    }

    /// The slope of the straight line through the logarithms.
    private static func slope(_ points: [(x: Double, y: Double)]) -> Double {
        let logs = points.map { (x: ScalarMath.log($0.x), y: ScalarMath.log($0.y)) }, count = Double(logs.count)
        let mean = (x: logs.reduce(0) { $0 + $1.x } / count, y: logs.reduce(0) { $0 + $1.y } / count)
        let (above, below) = logs.reduce((0.0, 0.0)) { sums, point in
            let across = point.x - mean.x
            return (sums.0 + across * (point.y - mean.y), sums.1 + across * across)
        }
        return above / below
    }

    /// Linear layers of one width with tanh between them, on numbers drawn at random.
    private struct Network {
        let model: Sequential
        let parameters: [Parameter]
        let inputs: Tensor, targets: Tensor

        init(width: Int, rows: Int, _ dtype: DType) {
            var modules: [any Module] = []
            for index in 0..<layers {
                modules.append(Linear(width, width, dtype: dtype))
                if index + 1 < layers { modules.append(Activation.tanh) }
            }
            model = Sequential(modules)
            parameters = model.parameters()
            inputs = Tensor.normal([rows, width], dtype: dtype)
            targets = Tensor.normal([rows, width], dtype: dtype)
            evaluateOrStop([inputs, targets] + parameters.map(\.value))
        }

        var count: Int { model.parameterCount }
        var loss: Tensor { meanSquaredError(model(inputs), targets) }

        /// One forward pass and one backward pass: the gradients and the loss.
        func recordedGradients() -> [Tensor] {
            let loss = loss
            loss.backward()
            defer { for parameter in parameters { parameter.gradient = nil } }
            return parameters.map { $0.gradient! } + [loss]
        }

        func gradients() -> [Double] { recordedGradients().dropLast().flatMap { $0.array(of: Double.self) } }

        /// One forward pass for each parameter.
        func naiveGradients(step: Double) -> [Double] {
            withoutGradients {
                let base: Double = loss.item()
                return parameters.flatMap { parameter -> [Double] in
                    let value = parameter.value, numbers = value.array(of: Double.self)
                    defer { parameter.value = value }
                    return numbers.indices.map { place in
                        var changed = numbers
                        changed[place] += step
                        parameter.value = Tensor(changed, dtype: value.dtype).reshaped(value.shape)
                        return (loss.item() - base) / step
                    }
                }
            }
        }
    }

    // MARK: What it shows

    /// The lesson for a terminal of 80 columns.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        var lines = [style.strong("What gradients cost"), ""]
        lines += TextBlock.wrapped(
            "\(Self.layers) linear layers with tanh between them and \(Self.rows) examples, measured on this machine. Forward: the loss. "
                + "Both: the loss and the gradients of all parameters, by one pass forward and one backward. Naive: the same "
                + "gradients by moving one parameter after the other and looking at the loss.",
            width: 80, indent: 0)
        let table = TextTable(columns: [
            .right("width"), .right("parameters"), .right("forward"), .right("both"), .right("both/forward"),
            .right("naive"),
            .right("naive/both"),
        ])
        let rows = sizes.map { size in
            [
                "\(size.width)", NumberFormat.grouped("\(size.parameters)"), Self.duration(size.forward),
                Self.duration(size.both), NumberFormat.fixed(size.ratio, digits: 1),
                (size.naiveIsMeasured ? "" : "~") + Self.duration(size.naive),
                GradientFlow.factor(size.naive / size.both),
            ]
        }
        lines += [""] + table.lines(rows) + [style.dim("~ follows from the time of one forward pass"), ""]
        let large = sizes.filter { $0.parameters >= Self.fewestForSlope }
        lines += TextBlock.wrapped(
            "For each product forward there are two backward, one for the inputs and one for the weights, so both together should "
                + "take three times as long as forward alone, whatever the size. From "
                + "\(NumberFormat.grouped("\(Self.fewestForSlope)")) parameters on it is \(NumberFormat.fixed(large.map(\.ratio).min() ?? 0, digits: 1)) to "
                + "\(NumberFormat.fixed(large.map(\.ratio).max() ?? 0, digits: 1)) times, and time grows with the number of parameters to the power "
                + "\(NumberFormat.fixed(slope, digits: 2)); smaller networks take as long as recording them takes. "
                + "The naive way needs a pass for every parameter, and each pass grows with them too: it grows with the square.",
            width: 80, indent: 0)
        lines += TextBlock.wrapped(
            "Both ways find the same numbers: where the naive one was tried, in float64, they differ by "
                + "\(NumberFormat.scientific(difference, digits: 1)) of the largest at most, which is what a step of a millionth costs.",
            width: 80, indent: 0)
        return (lines + [""]).joined(separator: "\n")
    }

    private static func duration(_ seconds: Double) -> String {
        func number(_ value: Double) -> String { NumberFormat.significant(value, figures: 3) }
        if seconds < 1e-3 { return "\(number(seconds * 1e6)) µs" }
        if seconds < 1 { return "\(number(seconds * 1e3)) ms" }
        return seconds < 120
            ? "\(number(seconds)) s" : seconds < 7_200 ? "\(number(seconds / 60)) min" : "\(number(seconds / 3_600)) h"
    }

    /// The lesson as one JSON object on one line, with a line feed.
    package func jsonLine() throws(TrainError) -> String { try JSONFile.line(of: self) }
}
