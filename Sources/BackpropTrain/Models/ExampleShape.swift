import BackpropData

/// What one example is: numbers without an order, steps that follow each other, or an image, channels last.
///
/// Coded it is its extents, such as [28, 28, 1], whose number tells which of the three it is.
package enum ExampleShape: Sendable, Hashable {
    case numbers(Int)
    case sequence(steps: Int, features: Int)
    case image(height: Int, width: Int, channels: Int)

    /// The kind with those extents; nil where there are none or more than three, or one of them is not above 0.
    package init?(extents: [Int]) {
        guard extents.allSatisfy({ $0 > 0 }) else { return nil }
        switch extents.count {
        case 1: self = .numbers(extents[0])
        case 2: self = .sequence(steps: extents[0], features: extents[1])
        case 3: self = .image(height: extents[0], width: extents[1], channels: extents[2])
        default: return nil
        }
    }

    /// The extents of one example, without the axis of examples.
    package var extents: [Int] {
        switch self {
        case .numbers(let count): [count]
        case .sequence(let steps, let features): [steps, features]
        case .image(let height, let width, let channels): [height, width, channels]
        }
    }

    /// How many numbers an example has.
    package var count: Int { extents.reduce(1, *) }

    /// How many numbers belong to one place: the features of a step, the channels of a pixel; one else.
    package var channels: Int {
        switch self {
        case .numbers: 1
        case .sequence(_, let features): features
        case .image(_, _, let channels): channels
        }
    }
}

extension ExampleShape: CustomStringConvertible {
    /// "64 numbers", "20 steps of 3 numbers", "28 x 28 pixels", "32 x 32 pixels of 3 channels".
    package var description: String {
        switch self {
        case .numbers(let count): Wording.count(count, "number")
        case .sequence(let steps, let features):
            "\(Wording.count(steps, "step")) of \(Wording.count(features, "number"))"
        case .image(let height, let width, 1): "\(height) x \(width) pixels"
        case .image(let height, let width, let channels): "\(height) x \(width) pixels of \(channels) channels"
        }
    }
}

extension ExampleShape: Codable {
    package init(from decoder: any Decoder) throws {
        let extents = try decoder.singleValueContainer().decode([Int].self)
        // A product that does not fit would stop the program later.
        let count = extents.reduce(1.0) { $0 * Double($1) }
        guard count < 1e12, let shape = ExampleShape(extents: extents) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no example has the shape \(extents)"))
        }
        self = shape
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(extents)
    }
}
