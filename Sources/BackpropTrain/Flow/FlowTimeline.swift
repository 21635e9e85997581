import BackpropNN

/// How gradients were over a whole training, in a bounded number of columns: where there are too many, neighbours become one.
struct FlowTimeline: Codable {
    private(set) var columns: [GradientFlow.Column] = []
    /// Samples in a full column.
    private var width = 1
    /// Samples in the last column.
    private var filled = 0
    private static let mostColumns = 120

    mutating func append(_ sample: FlowSample, parameters: [NamedParameter]) {
        var squares: [String: Double] = [:], counts: [String: Double] = [:]
        for (move, named) in zip(sample.moves, parameters) {
            guard let move else { continue }
            let layer = GradientFlow.layerName(of: named.name)
            squares[layer, default: 0] += move.gradient
            counts[layer, default: 0] += Double(named.parameter.value.size)
        }
        let means = squares.mapValues(\.self).reduce(into: [String: Double]()) { means, entry in
            means[entry.key] = (entry.value / max(counts[entry.key] ?? 1, 1)).squareRoot()
        }
        let column = GradientFlow.Column(firstStep: sample.step, lastStep: sample.step, gradientRMS: means)
        if filled > 0, filled < width {
            columns[columns.count - 1].join(column, weight: Double(filled))
            filled += 1
        } else {
            columns.append(column)
            filled = 1
        }
        if columns.count > Self.mostColumns { halve() }
    }

    /// Whether appending goes on from it: a file may say anything.
    var isSound: Bool {
        columns.count <= Self.mostColumns && width > 0 && width < 1 << 40
            && (columns.isEmpty ? 0...0 : 1...width) ~= filled
    }

    private mutating func halve() {
        var joined: [GradientFlow.Column] = []
        for place in stride(from: 0, to: columns.count, by: 2) {
            var column = columns[place]
            if place + 1 < columns.count { column.join(columns[place + 1], weight: 1) }
            joined.append(column)
        }
        // The last one may be half of one, or a whole of which only a part is there.
        filled = columns.count % 2 == 1 ? filled : width + filled
        columns = joined
        width *= 2
    }
}

extension GradientFlow.Column {
    /// Takes another one into account, where this one stands for `weight` times as many samples.
    fileprivate mutating func join(_ other: GradientFlow.Column, weight: Double) {
        lastStep = other.lastStep
        for (layer, value) in other.gradientRMS {
            guard let own = gradientRMS[layer] else {
                gradientRMS[layer] = value
                continue
            }
            gradientRMS[layer] = ((own * own * weight + value * value) / (weight + 1)).squareRoot()
        }
    }
}
