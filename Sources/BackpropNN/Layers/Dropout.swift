import Backprop

/// `dropout` in training, and nothing in use (see `train()` and `eval()`).
public struct Dropout: Module {
    public let probability: Double
    private let mode = TrainingMode()

    public init(_ probability: Double = 0.5) {
        require(
            (0...1).contains(probability), "Dropout: the probability \(probability) is not between 0 and 1")
        self.probability = probability
    }

    /// The probability with which an element is lost now.
    package var presentProbability: Double { mode.isTraining ? probability : 0 }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { dropout(x, probability: presentProbability) }
    }
}

/// `channelDropout` in training, and nothing in use: whole channels of [batch, ..., channels] are lost.
public struct ChannelDropout: Module {
    public let probability: Double
    private let mode = TrainingMode()

    public init(_ probability: Double = 0.5) {
        require(
            (0...1).contains(probability), "ChannelDropout: the probability \(probability) is not between 0 and 1")
        self.probability = probability
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            channelDropout(x, probability: mode.isTraining ? probability : 0)
        }
    }
}
