import Backprop

// How the layers of the library are called where a model is printed: as they are made, as far as their stored properties
// do not say it.

extension Linear {
    public var layerDescription: String {
        let options = bias == nil ? ", bias: false" : ""
        return "Linear(\(inputs), \(outputs)\(options))"
    }
}

extension Bilinear {
    public var layerDescription: String {
        let options = bias == nil ? ", bias: false" : ""
        return "Bilinear(\(weight.shape[1]), \(weight.shape[2]), \(weight.shape[0])\(options))"
    }
}

extension Embedding {
    public var layerDescription: String {
        let padding = paddingIndex.map { ", paddingIndex: \($0)" } ?? ""
        let scaling = scalesGradientByFrequency ? ", scalesGradientByFrequency: true" : ""
        return "Embedding(\(count), \(features)\(padding)\(scaling))"
    }
}

extension Dropout {
    public var layerDescription: String { "Dropout(\(probability))" }
}

extension LayerNorm {
    public var layerDescription: String {
        let options = weight == nil ? ", isScaled: false" : bias == nil ? ", bias: false" : ""
        return "LayerNorm(\(shape), epsilon: \(epsilon)\(options))"
    }
}

extension RMSNorm {
    public var layerDescription: String { "RMSNorm(\(weight.shape[0]), epsilon: \(epsilon))" }
}

extension GroupNorm {
    public var layerDescription: String {
        "GroupNorm(groups: \(groups), \(channels), epsilon: \(epsilon)\(weight == nil ? ", isScaled: false" : ""))"
    }
}

extension BatchNorm {
    public var layerDescription: String {
        "BatchNorm(\(channels), epsilon: \(epsilon)\(weight == nil ? ", isScaled: false" : ""))"
    }
}

extension InstanceNorm {
    public var layerDescription: String {
        "InstanceNorm(\(channels), epsilon: \(epsilon)\(weight == nil ? "" : ", isScaled: true"))"
    }
}

extension Activation {
    public var layerDescription: String { rawValue }
}
