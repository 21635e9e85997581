import BackpropData
import BackpropNN

extension ModelDescription {
    /// The most layers and units that a description may have.
    static let deepest = 256
    static let widest = 65_536

    /// Reads a group of keys; `place` is what errors call it.
    ///
    /// - Throws: `TrainError` of one line that names the line and the key.
    init(_ node: DescriptionNode, at place: String) throws(TrainError) {
        guard case .map(let entries) = node.content else {
            throw DescriptionReader.error(
                place, node.line, "it is \(node.words), and no description of a network",
                "give keys, such as family: mlp and hidden: [128, 64]")
        }
        let hasLayers = entries.contains { DescriptionReader.plain($0.key) == "layers" }
        let hasFamily = entries.contains { DescriptionReader.plain($0.key) == "family" }
        var reader = try DescriptionReader(node, of: hasLayers ? "a list of layers" : "a network", at: place)
        let names = Family.allCases.filter { $0 != .layers }.map(\.rawValue)
        guard hasLayers || hasFamily else {
            throw DescriptionReader.error(
                place, node.line, "it has no family and no layers",
                "give family: one of \(names.joined(separator: ", ")), or layers: a list")
        }
        if hasLayers {
            self.init(.layers)
            let layers = reader.node("layers")
            try reader.finish()
            self.layers = try layers.map { node throws(TrainError) in try Self.layers(node, place) }
            return
        }
        let family = try reader.word("family", of: names).flatMap(Family.init(rawValue:)) ?? .mlp
        self.init(family)
        reader = try DescriptionReader(node, of: "the family \(family.rawValue)", at: place)
        _ = reader.node("family")
        let sizes = 1...Self.widest
        if [.mlp, .cnn, .lstm].contains(family) {
            hidden = try reader.integers("hidden", in: sizes, most: Self.deepest, allowsNone: family != .lstm)
        }
        if [.cnn, .resnet].contains(family) {
            channels = try reader.integers("channels", in: sizes, most: Self.deepest)
            if let node = reader.node("kernel") {
                let value = try reader.integer(node, "kernel", 1...63)
                guard value % 2 == 1 else { throw reader.wrong(node, "kernel", "\(value)", "an odd number, such as 3") }
                kernel = value
            }
        }
        if family == .resnet { blocks = try reader.integer("blocks", in: 1...64) }
        if family == .lstm { isBidirectional = try reader.bool("bidirectional") }
        if [.mlp, .cnn, .resnet].contains(family) { activation = try reader.activation("activation") }
        if family != .linear { dropout = try reader.probability("dropout") }
        try reader.finish()
    }

    private static func layers(_ node: DescriptionNode, _ place: String) throws(TrainError) -> [LayerDescription] {
        guard case .list(let items) = node.content, items.count <= deepest else {
            throw DescriptionReader.error(
                place, node.line, "layers is \(node.words)",
                "give a list of at most \(deepest), such as - conv: 32 and - pool: 2")
        }
        var result: [LayerDescription] = []
        for item in items { result.append(try LayerDescription(item, at: place)) }
        return result
    }

    /// What stands in a file.
    var node: DescriptionNode {
        guard family != .layers else {
            return .map([("layers", DescriptionNode(.list((layers ?? []).map(\.node))))])
        }
        return .map([
            ("family", .scalar(family.rawValue)), ("hidden", hidden.map { .list($0) }),
            ("channels", channels.map { .list($0) }), ("blocks", blocks.map { .scalar($0) }),
            ("kernel", kernel.map { .scalar($0) }), ("activation", activation.map { .scalar($0.rawValue) }),
            ("dropout", dropout.map { .scalar($0) }), ("bidirectional", isBidirectional.map { .scalar($0) }),
        ])
    }
}

extension ModelDescription: Codable {
    package init(from decoder: any Decoder) throws {
        do {
            self = try ModelDescription(try DescriptionNode(from: decoder), at: "the network")
        } catch let error as TrainError {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: error.description))
        }
    }

    package func encode(to encoder: any Encoder) throws { try node.encode(to: encoder) }
}

extension LayerDescription {
    /// Reads a word such as "flatten", or one key with a size or a group of options.
    init(_ node: DescriptionNode, at place: String) throws(TrainError) {
        let keyword: String, value: DescriptionNode?, line: Int?
        switch node.content {
        case .scalar(let text): (keyword, value, line) = (text, nil, node.line)
        case .map(let entries) where entries.count == 1:
            (keyword, value, line) = (entries[0].key, entries[0].value, entries[0].line)
        case .map, .list:
            throw DescriptionReader.error(
                place, node.line, "a layer is \(node.words)",
                "give each layer as one key, such as - conv: {channels: 32, kernel: 5}")
        }
        try self.init(DescriptionReader.plain(keyword), keyword, value, line, place)
    }

    private init(
        _ plain: String, _ keyword: String, _ value: DescriptionNode?, _ line: Int?, _ place: String
    ) throws(TrainError) {
        let sizes = 1...ModelDescription.widest
        var options = try Self.options(plain, value, line, place)
        switch plain {
        case "conv":
            let channels = try Self.needed(
                try options.integer("channels", in: sizes), "channels", "conv: {channels: 32}", line, place)
            self = .convolution(
                channels: channels, kernel: try options.integer("kernel", in: 1...63) ?? 3,
                stride: try options.integer("stride", in: 1...63) ?? 1,
                isPadded: try options.word("padding", of: ["same", "valid"]) != "valid",
                hasBias: try options.bool("bias") ?? true)
        case "residual":
            let channels = try Self.needed(
                try options.integer("channels", in: sizes), "channels", "residual: {channels: 32}", line, place)
            let kernel = try options.integer("kernel", in: 1...63) ?? 3
            guard kernel % 2 == 1 else {
                throw DescriptionReader.error(place, line, "kernel is '\(kernel)'", "give an odd number, such as 3")
            }
            self = .residual(
                channels: channels, kernel: kernel, stride: try options.integer("stride", in: 1...63) ?? 1,
                activation: try options.activation("activation") ?? .relu)
        case "pool":
            self = .pool(
                size: try options.integer("size", in: 1...1_024) ?? 2,
                isAverage: try options.word("kind", of: ["max", "average"]) == "average")
        case "linear":
            let units = try Self.needed(
                try options.integer("units", in: sizes), "units", "linear: 128", line, place)
            self = .linear(units: units, hasBias: try options.bool("bias") ?? true)
        case "lstm":
            let units = try Self.needed(
                try options.integer("units", in: sizes), "units", "lstm: 128", line, place)
            self = .lstm(
                units: units, isBidirectional: try options.bool("bidirectional") ?? false,
                keepsSteps: try options.bool("steps") ?? false)
        case "dropout": self = .dropout(try options.probability("probability") ?? 0.5)
        case "activation":
            self = .activation(
                try Self.needed(try options.activation("name"), "name", "activation: relu", line, place))
        case "globalpool": self = .globalPool
        case "norm": self = .normalization
        case "flatten": self = .flatten
        case "rows": self = .rows
        default:
            guard let activation = Activation(named: keyword) else {
                throw DescriptionReader.error(
                    place, line, "unknown layer \(Wording.quoted(keyword))",
                    "a layer is conv, residual, pool, globalPool, norm, activation, dropout, flatten, rows, linear or lstm"
                )
            }
            self = .activation(activation)
        }
        try options.finish()
    }

    /// The options of a layer; a size or a word alone stands for the one that is given most.
    private static func options(
        _ plain: String, _ value: DescriptionNode?, _ line: Int?, _ place: String
    ) throws(TrainError) -> DescriptionReader {
        let main = [
            "conv": "channels", "residual": "channels", "pool": "size", "linear": "units", "lstm": "units",
            "dropout": "probability", "activation": "name",
        ]
        guard let value else {
            return try DescriptionReader(DescriptionNode(.map([]), line: line), of: plain, at: place)
        }
        if case .scalar(let text) = value.content {
            // "flatten:" with nothing behind it.
            let entries =
                text.isEmpty ? [] : [DescriptionNode.Entry(key: main[plain] ?? text, line: line, value: value)]
            return try DescriptionReader(DescriptionNode(.map(entries), line: line), of: plain, at: place)
        }
        return try DescriptionReader(value, of: plain, at: place)
    }

    private static func needed<Value>(
        _ value: Value?, _ key: String, _ example: String, _ line: Int?, _ place: String
    ) throws(TrainError) -> Value {
        if let value { return value }
        throw DescriptionReader.error(place, line, "a layer has no \(key)", "give it as in - \(example)")
    }

    /// What stands in a file.
    var node: DescriptionNode {
        let options: [(String, DescriptionNode?)]
        switch self {
        case .convolution(let channels, let kernel, let stride, let isPadded, let hasBias):
            options = [
                ("channels", .scalar(channels)), ("kernel", .scalar(kernel)), ("stride", .scalar(stride)),
                ("padding", .scalar(isPadded ? "same" : "valid")), ("bias", .scalar(hasBias)),
            ]
        case .residual(let channels, let kernel, let stride, let activation):
            options = [
                ("channels", .scalar(channels)), ("kernel", .scalar(kernel)), ("stride", .scalar(stride)),
                ("activation", .scalar(activation.rawValue)),
            ]
        case .pool(let size, let isAverage):
            options = [("size", .scalar(size)), ("kind", .scalar(isAverage ? "average" : "max"))]
        case .linear(let units, let hasBias): options = [("units", .scalar(units)), ("bias", .scalar(hasBias))]
        case .lstm(let units, let isBidirectional, let keepsSteps):
            options = [
                ("units", .scalar(units)), ("bidirectional", .scalar(isBidirectional)), ("steps", .scalar(keepsSteps)),
            ]
        case .dropout(let probability): options = [("probability", .scalar(probability))]
        case .activation(let activation): options = [("name", .scalar(activation.rawValue))]
        case .globalPool, .normalization, .flatten, .rows: return .scalar(keyword)
        }
        return .map([(keyword, .map(options))])
    }
}
