import Backprop
import BackpropNN

/// What a deep network holds for its backward pass, and what it costs to hold less: the bill of a step as it is, with
/// checkpoints by hand, and under budgets.
package struct MemoryLesson: Sendable, Encodable {
    /// One way to do the step.
    package struct Way: Sendable, Encodable {
        package let name: String
        /// What the step holds at most, its weights and its batch included.
        package let peakBytes: Int
        /// Of these, what the forward pass leaves for the backward pass.
        package let activationBytes: Int
        /// The time of a step beside that of the plain one.
        package let time: Double
        /// Whether the weights after the steps are those of the plain way, to the bit.
        package let isSame: Bool

        enum CodingKeys: String, CodingKey {
            case name, time
            case peakBytes = "peak_bytes"
            case activationBytes = "activation_bytes"
            case isSame = "same_bits"
        }
    }

    package let depth: Int
    package let ways: [Way]

    private static let width = 128, rows = 512, steps = 6
    /// Blocks between two checkpoints, and shares of what the plain step adds to its inputs.
    private static let distances = [1, 4], shares = [0.8, 0.6, 0.4]

    /// - Parameter depth: blocks of the network.
    /// - Throws: `TrainError` where the depth makes no sense, and where the person stops it.
    package init(seed: UInt64 = 0, depth: Int = 24) throws(TrainError) {
        guard (4...200).contains(depth) else {
            throw TrainError(
                .badOption, at: "--depth", "\(depth) makes no sense", remedy: "give a whole number from 4 to 200")
        }
        self.depth = depth
        let plain = Run(seed: seed, depth: depth)
        var ways = [plain.way(named: "everything is kept", beside: nil, budget: nil)]
        for distance in Self.distances {
            try Interruption.check("explain memory")
            let name = distance == 1 ? "checkpoint of each block" : "checkpoints of \(distance) blocks"
            let run = Run(seed: seed, depth: depth, every: distance)
            ways.append(run.way(named: name, beside: Run(seed: seed, depth: depth)))
        }
        for share in Self.shares {
            try Interruption.check("explain memory")
            let run = Run(seed: seed, depth: depth)
            let bound = plain.bill.inputBytes + Int(Double(plain.bill.peakBytes - plain.bill.inputBytes) * share)
            let name = "a budget of \(MemoryBill.formatted(bound))"
            ways.append(
                run.way(named: name, beside: Run(seed: seed, depth: depth), budget: MemoryBudget(bytes: bound)))
        }
        self.ways = ways
    }

    package func jsonLine() throws -> String { try JSONFile.line(of: self) }

    /// The lesson.
    package func text(colour: Bool) -> String {
        let style = TextStyle(hasColour: colour)
        let table = TextTable(columns: [
            .left("way"), .right("peak"), .right("activations"), .right("time"), .left("same weights"),
        ])
        let rows = ways.map { way in
            [
                way.name, MemoryBill.formatted(way.peakBytes), MemoryBill.formatted(way.activationBytes),
                NumberFormat.fixed(way.time, digits: 2), way.isSame ? "yes" : "no",
            ]
        }
        return style.strong("What a step keeps") + "\n\n"
            + """
            The backward pass reads what the forward pass has computed, so a training step keeps it: here
            \(depth) blocks of \(Self.width) units with \(Self.rows) examples. Whoever keeps less computes it twice.

            """ + "\n" + table.text(rows) + "\n"
                + """
                A checkpoint keeps the result of a block and none of what it computes on the way; the backward pass
                computes that anew when it comes to it. With a budget the planner chooses by itself, large and cheap
                values first, and refuses what cannot fit. Time is that of a step beside the plain one. The weights
                are the same to the bit whichever way is taken. In a program: checkpoint { … }, withMemoryBudget,
                trainer.options.memoryBudget; on the command line: --memory, and backprop plan for the bill.

                """
    }

    /// A network that is trained for some steps.
    private final class Run {
        let model: Sequential
        let optimizer: Optimizer
        let input: Tensor
        let every: Int?
        private(set) var bill: MemoryBill

        init(seed: UInt64, depth: Int, every: Int? = nil) {
            self.every = every
            (model, input) = withRandomSeed(seed) {
                let blocks = (0..<depth).map { _ in
                    Residual([LayerNorm(width), Linear(width, width), Activation.gelu, Linear(width, width)])
                }
                return (Sequential(blocks), Tensor.normal([rows, width]))
            }
            optimizer = Adam(model.parameters(), learningRate: 1e-4)
            evaluateOrStop(input)
            bill = MemoryBill.of([])
            step()
            bill = billed()
        }

        private var loss: Tensor {
            var x = input
            let layers = model.layers
            for first in stride(from: 0, to: layers.count, by: every ?? 1) {
                let part = layers[first..<min(first + (every ?? 1), layers.count)]
                let start = x
                x = every == nil ? part.reduce(x) { $1($0) } : checkpoint { part.reduce(start) { $1($0) } }
            }
            return square(x).mean()
        }

        private func billed() -> MemoryBill { model.memoryBill(optimizer: optimizer) { _ in loss } }

        private func step() {
            loss.backward()
            optimizer.step()
        }

        private var weights: [[Float]] { model.parameters().map { $0.value.array() } }

        /// What this way takes, and whether it computes what a plain run computes that has begun alike. Steps of both
        /// alternate, since the machine may be busy.
        func way(named name: String, beside plain: Run? = nil, budget: MemoryBudget? = nil) -> Way {
            withMemoryBudget(budget) {
                let bill = billed()
                let fits = budget.map { bill.peakBytes <= $0.bytes } ?? true
                var time = 1.0, isSame = true
                if let plain, fits {
                    var ratios: [Double] = []
                    for _ in 0..<MemoryLesson.steps {
                        let usual = withMemoryBudget(nil) { Self.seconds(plain.step) }
                        ratios.append(Self.seconds(step) / usual)
                    }
                    time = ratios.sorted()[ratios.count / 2]
                    isSame = weights == plain.weights
                }
                return Way(
                    name: fits ? name : name + " does not fit", peakBytes: bill.peakBytes,
                    activationBytes: bill.parts[.activations] ?? 0, time: time, isSame: isSame)
            }
        }

        private static func seconds(_ body: () -> Void) -> Double {
            let clock = ContinuousClock(), start = clock.now
            body()
            return (clock.now - start) / .seconds(1)
        }
    }
}
