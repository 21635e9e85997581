import Backprop

extension GradientFlow {
    /// Writes the figures of each layer, how the sizes of gradients are distributed over layers, and the map as a picture.
    func write(to logs: [any TrainingLog], step: Int) {
        guard !logs.isEmpty, steps != nil else { return }
        var values: [String: Double] = [:]
        for layer in layers where layer.reach == .trained {
            values["gradient/\(layer.name)"] = layer.figures.gradientRMS
            values["step over weight/\(layer.name)"] = layer.figures.updateRatio
            values["dead units/\(layer.name)"] = layer.units.dead
            values["saturated units/\(layer.name)"] = layer.units.saturated
        }
        let sizes = layers.map(\.figures.gradientRMS).filter { $0 > 0 && $0.isFinite }
        let map = FlowMap(self)
        for log in logs {
            log.write(values, step: step)
            if !sizes.isEmpty {
                log.write(
                    histogramOf: Tensor(sizes.map { Float(FlowMap.logarithm($0)) }),
                    name: "gradient/decimal logarithms over layers", step: step)
            }
            if map.columns > 1, map.rows > 0 { log.write(image: map.pixels, name: "gradient flow", step: step) }
        }
    }
}
