import BackpropNN

extension GradientFlow {
    /// What a window of samples comes to.
    ///
    /// - Parameter order: the places of parameters as the forward pass reads them.
    init(
        _ samples: [FlowSample], parameters: [NamedParameter], order: [Int], every: Int, history: [Column], cost: Cost?
    ) {
        var groups: [(name: String, places: [Int])] = []
        for (place, named) in parameters.enumerated() {
            let name = Self.layerName(of: named.name)
            if groups.last?.name == name {
                groups[groups.count - 1].places.append(place)
            } else {
                groups.append((name, [place]))
            }
        }
        let ranks = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        // What the forward pass does not read stays behind what is declared in front of it.
        var last = -1
        let sorted = groups.map { group in
            last = group.places.compactMap { ranks[$0] }.min() ?? last
            return (rank: last, group: group)
        }.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        let layers = sorted.map { entry in
            let group = entry.element.group
            let own = group.places.map { Self.parameter(parameters[$0], samples.map(\.moves[$0])) }
            return Layer(
                name: group.name, parameters: own,
                figures: Figures(own.filter { $0.reach == .trained }.map(\.figures)),
                units: Self.units(samples, behind: Set(group.places)), verdict: .healthy)
        }
        self.init(
            layers: Self.judged(layers, history), steps: samples.first.map { $0.step...samples.last!.step },
            sampleCount: samples.count, every: every, history: history, cost: cost)
    }

    private static func parameter(_ named: NamedParameter, _ samples: [FlowSample.Move?]) -> Parameter {
        let moves = samples.compactMap(\.self), count = named.parameter.value.size
        let reach: Reach = !named.parameter.isTrainable ? .frozen : moves.isEmpty ? .unreached : .trained
        var figures = Figures.none
        figures.count = count
        if !moves.isEmpty {
            func mean(_ value: (FlowSample.Move) -> Double) -> Double {
                moves.reduce(0) { $0 + value($1) } / Double(moves.count)
            }
            figures.gradientNorm = mean(\.gradient).squareRoot()
            figures.weightNorm = mean(\.weight).squareRoot()
            let ratios = moves.filter { $0.weight > 0 }.map { ($0.update / $0.weight).squareRoot() }.sorted()
            figures.updateRatio = ratios.isEmpty ? nil : ratios[ratios.count / 2]
            figures.zeroShare = mean(\.zeros) / Double(Swift.max(count, 1))
        }
        return Parameter(name: named.name, shape: named.parameter.shape, reach: reach, figures: figures)
    }

    private static func units(_ samples: [FlowSample], behind places: Set<Int>) -> Units {
        var units = Units()
        guard let newest = samples.last else { return units }
        var shares: [Double] = [], dead = 0, all = 0
        for (position, own) in newest.units.enumerated() where own.place.map(places.contains) ?? false {
            var peaks = own.peaks
            for sample in samples where sample.units.count == newest.units.count {
                let other = sample.units[position]
                if let share = other.saturated { shares.append(share) }
                if other.peaks.count == peaks.count { peaks = zip(peaks, other.peaks).map { Swift.max($0, $1) } }
            }
            all += peaks.count
            dead += peaks.count { $0 <= 0 }
        }
        if all > 0 { units.dead = Double(dead) / Double(all) }
        if !shares.isEmpty { units.saturated = shares.reduce(0, +) / Double(shares.count) }
        return units
    }
}
