import Backprop

// Convolutions, pooling and their like have many options, of which a model uses few: only those that are not the
// standard ones are shown.

/// `Name(1, 8, kernel: 3)`: the call that makes a layer, without what it does by itself.
private func call(
    _ name: String, _ values: [Any], _ options: [(name: String, value: Any, standard: Any?)] = []
) -> String {
    let shown = options.filter { option in option.standard.map { "\($0)" != "\(option.value)" } ?? true }
    let texts = values.map { "\($0)" } + shown.map { "\($0.name): \($0.value)" }
    return "\(name)(\(texts.joined(separator: ", ")))"
}

/// What convolutions have in common.
private protocol ConvolutionLayer: Module {
    var inputs: Int { get }
    var outputs: Int { get }
    var kernel: PerAxis { get }
    var stride: PerAxis { get }
    var padding: ConvolutionPadding { get }
    var dilation: PerAxis { get }
    var groups: Int { get }
    var bias: Parameter? { get }
}

extension ConvolutionLayer {
    fileprivate func description(outputPadding: PerAxis = 0) -> String {
        call(
            typeName(of: self), [inputs, outputs],
            [
                ("kernel", kernel, nil), ("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1),
                ("outputPadding", outputPadding, 0), ("groups", groups, 1), ("bias", bias != nil, true),
            ])
    }
}

extension Conv1d: ConvolutionLayer { public var layerDescription: String { description() } }
extension Conv2d: ConvolutionLayer { public var layerDescription: String { description() } }
extension Conv3d: ConvolutionLayer { public var layerDescription: String { description() } }
extension ConvTransposed1d: ConvolutionLayer {
    public var layerDescription: String { description(outputPadding: outputPadding) }
}
extension ConvTransposed2d: ConvolutionLayer {
    public var layerDescription: String { description(outputPadding: outputPadding) }
}
extension ConvTransposed3d: ConvolutionLayer {
    public var layerDescription: String { description(outputPadding: outputPadding) }
}

/// What pooling layers have in common.
private protocol PoolingLayer: Module {
    var window: PerAxis { get }
    var stride: PerAxis { get }
    var padding: PerAxis { get }
    var ceilMode: Bool { get }
}

extension PoolingLayer {
    fileprivate func description(_ more: [(name: String, value: Any, standard: Any?)]) -> String {
        call(
            typeName(of: self), [window],
            [("stride", stride, window), ("padding", padding, 0), ("ceilMode", ceilMode, false)] + more)
    }
}

extension MaxPool1d: PoolingLayer {
    public var layerDescription: String { description([("dilation", dilation, 1)]) }
}
extension MaxPool2d: PoolingLayer {
    public var layerDescription: String { description([("dilation", dilation, 1)]) }
}
extension MaxPool3d: PoolingLayer {
    public var layerDescription: String { description([("dilation", dilation, 1)]) }
}
extension AveragePool1d: PoolingLayer {
    public var layerDescription: String { description([("countsPadding", countsPadding, true)]) }
}
extension AveragePool2d: PoolingLayer {
    public var layerDescription: String { description([("countsPadding", countsPadding, true)]) }
}
extension AveragePool3d: PoolingLayer {
    public var layerDescription: String { description([("countsPadding", countsPadding, true)]) }
}

extension Flatten {
    public var layerDescription: String { call("Flatten", [], [("start", start, 1), ("end", end, -1)]) }
}
