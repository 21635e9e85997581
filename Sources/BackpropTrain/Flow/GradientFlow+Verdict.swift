import BackpropData

extension GradientFlow {
    /// Something that was found, with what it is about and what may help.
    public struct Finding: Sendable, Encodable, Equatable {
        public let verdict: Verdict
        /// The layers that it is about, in their order.
        public let layers: [String]
        /// One sentence without its full stop.
        public let text: String
        /// What to try, in the imperative; empty where nothing is to be done.
        public let remedy: String
    }

    /// Where a difference between layers counts as vanishing or exploding. Adam divides by the size of a gradient and so
    /// learns from small ones; a thousandth is where they are hardly more than what rounding in float32 makes of the sums
    /// that they come from, and what Bengio et al. (1994) and Glorot and Bengio (2010) show is several of such factors.
    static let depthFactor = 1_000.0
    /// Pascanu et al. (2013) clip at up to ten times the usual norm. Ten times that is no outlier any more.
    static let timeFactor = 100.0
    /// How many times larger than the weights a gradient is that any usual rate, 0.01 and more, makes replace them.
    static let weightFactor = 100.0
    /// Stanford's course CS231n: "as much as 40% of your network can be dead" where a learning rate is too high.
    static let deadShare = 0.4
    /// Where most outputs of a layer are flat most of its gradient is gone (Glorot and Bengio, 2010, section 3).
    static let flatShare = 0.5
    /// A hundred times what CS231n gives as a rule of thumb, a thousandth.
    static let moveShare = 0.1

    /// The layers with a verdict each.
    static func judged(_ layers: [Layer], _ history: [Column]) -> [Layer] {
        let last = layers.last { $0.reach == .trained }?.figures.activeRMS ?? 0
        // From the loss down: the largest gradient nearer to it.
        var nearer = 0.0
        var result = layers
        for place in layers.indices.reversed() {
            let layer = layers[place], size = layer.figures.activeRMS
            result[place].verdict = verdict(on: layer, size: size, nearer: nearer, last: last, history)
            if layer.reach == .trained, size.isFinite { nearer = max(nearer, size) }
        }
        return result
    }

    private static func verdict(
        on layer: Layer, size: Double, nearer: Double, last: Double, _ history: [Column]
    ) -> Verdict {
        switch layer.reach {
        case .frozen: return .frozen
        case .unreached: return .unreached
        case .trained: break
        }
        if !size.isFinite { return .exploding }
        if last > 0, size >= depthFactor * last { return .exploding }
        let earlier = history.dropLast().compactMap { $0.gradientRMS[layer.name] }.filter(\.isFinite).sorted()
        if earlier.count >= 4, layer.figures.gradientRMS > timeFactor * earlier[earlier.count / 2],
            earlier[earlier.count / 2] > 0
        {
            return .exploding
        }
        let isMatrix = layer.parameters.contains { $0.shape.count > 1 && $0.reach == .trained }
        let figures = layer.figures
        if isMatrix, figures.weightNorm > 0, figures.gradientNorm >= weightFactor * figures.weightNorm {
            return .exploding
        }
        // What is dead or flat vanishes as well, but for a reason of its own.
        if (layer.units.dead ?? 0) >= deadShare { return .dead }
        if (layer.units.saturated ?? 0) >= flatShare { return .saturated }
        if size == 0 || size * depthFactor <= nearer { return .vanishing }
        if isMatrix, (layer.figures.updateRatio ?? 0) > moveShare { return .unsteady }
        return .healthy
    }

    /// What there is to say, the most urgent first; one line about the whole where all is well.
    public var findings: [Finding] {
        let order: [Verdict] = [.exploding, .vanishing, .dead, .saturated, .unsteady, .unreached, .frozen]
        var found = order.compactMap { verdict -> Finding? in
            let own = layers.filter { $0.verdict == verdict }
            guard !own.isEmpty else { return nil }
            let (text, remedy) = words(verdict, own)
            return Finding(verdict: verdict, layers: own.map(\.name), text: text, remedy: remedy)
        }
        let isWell = !found.contains { $0.verdict != .frozen }
        if isWell, let text = wellBeing {
            found.insert(Finding(verdict: .healthy, layers: [], text: text, remedy: ""), at: 0)
        }
        return found
    }

    private var wellBeing: String? {
        let sizes = layers.filter { $0.reach == .trained }.map(\.figures.activeRMS)
        guard let low = sizes.min(), let high = sizes.max(), low > 0 else { return nil }
        let ratios = layers.filter { $0.reach == .trained }.compactMap(\.figures.updateRatio)
        let moves = ratios.isEmpty ? "" : "; a step moves weights by \(Self.range(ratios)) of their size"
        let count = sizes.count == 1 ? "the gradient of the one layer is sound" : nil
        return (count ?? "gradients of the \(sizes.count) layers are within a factor of \(Self.factor(high / low))")
            + moves
    }

    private func words(_ verdict: Verdict, _ own: [Layer]) -> (text: String, remedy: String) {
        let names = Self.list(own.map(\.name))
        switch verdict {
        case .healthy: return ("\(names): healthy", "")
        case .exploding:
            let remedy =
                "clip gradients (norm 1), lower the learning rate, normalize layers, or start with smaller weights; "
                + "see backprop explain exploding"
            if own.contains(where: { !$0.figures.gradientNorm.isFinite }) {
                return ("the gradient of \(names) is no finite number", remedy)
            }
            return (
                "gradients explode in \(names): up to \(Self.short(own.map(\.figures.activeRMS).max() ?? 0)) an element",
                remedy
            )
        case .vanishing:
            let nearer = layers.map(\.figures.activeRMS).filter(\.isFinite).max() ?? 0
            let least = own.map(\.figures.activeRMS).min() ?? 0
            let text =
                least == 0
                ? "the gradient of \(names) is zero"
                : "gradients vanish from \(own.last!.name) down: the smallest is \(Self.factor(nearer / least)) times smaller than the largest"
            return (
                text,
                "use relu or gelu for sigmoid and tanh, He or Xavier initialization, normalization, or residual connections; "
                    + "see backprop explain vanishing"
            )
        case .dead:
            let worst = own.max { ($0.units.dead ?? 0) < ($1.units.dead ?? 0) }!
            return (
                "relu units behind \(names) are dead, up to \(Self.percent(worst.units.dead ?? 0)) of a layer: 0 for every example, so nothing reaches their weights",
                "lower the learning rate, use leakyRelu or gelu, He initialization, or smaller biases"
            )
        case .saturated:
            let worst = own.max { ($0.units.saturated ?? 0) < ($1.units.saturated ?? 0) }!
            return (
                "units behind \(names) are saturated, up to \(Self.percent(worst.units.saturated ?? 0)) of a layer: their slope is next to nothing",
                "scale inputs, start with smaller weights, or normalize in front of sigmoid, tanh or softmax; relu or gelu do not saturate"
            )
        case .unsteady:
            let worst = own.compactMap(\.figures.updateRatio).max() ?? 0
            return (
                "a step moves \(names) by up to \(Self.percent(worst)) of its size, where a tenth of a percent is usual",
                "lower the learning rate, or let it rise slowly (warm-up)"
            )
        case .frozen: return ("\(names): frozen, as asked", "")
        case .unreached:
            return (
                "the loss does not reach \(names), so nothing is learnt there",
                "use it in the forward pass, give it to the optimizer, or freeze it"
            )
        }
    }

    private static func list(_ names: [String]) -> String {
        names.count <= 3
            ? Wording.list(names) : "\(names[0]), \(names[1]) and \(names.count - 2) more layers up to \(names.last!)"
    }

    /// "1,200", or a power of ten where that is longer.
    static func factor(_ value: Double) -> String {
        value < 10
            ? NumberFormat.significant(value, figures: 2)
            : value < 1e7 ? NumberFormat.grouped(String(Int(roundedToTwo(value)))) : short(value)
    }

    private static func roundedToTwo(_ value: Double) -> Double {
        var unit = 1.0
        while value / unit >= 100 { unit *= 10 }
        return (value / unit).rounded() * unit
    }

    static func short(_ value: Double) -> String { NumberFormat.significant(value, figures: 2) }

    static func percent(_ share: Double) -> String {
        share >= 0.0995 || share == 0
            ? "\(NumberFormat.fixed(share * 100, digits: 0)) %"
            : "\(NumberFormat.significant(share * 100, figures: 2)) %"
    }

    private static func range(_ shares: [Double]) -> String {
        let low = shares.min()!, high = shares.max()!
        return percent(low) == percent(high) ? percent(low) : "\(percent(low)) to \(percent(high))"
    }
}
