/// Places along an axis: every `step`-th one from a start.
struct AxisPlaces {
    let start: Int
    let step: Int
    let count: Int
    /// Whether they are walked through from the last to the first.
    let isReversed: Bool

    init(start: Int, step: Int, count: Int, isReversed: Bool = false) {
        (self.start, self.step, self.count, self.isReversed) = (start, step, count, isReversed)
    }

    /// The places of a Python slice in an axis of the given extent.
    init(_ extent: Int, from: Int?, to: Int?, step: Int) {
        // Longer steps than the axis lead nowhere, like this one.
        let step = Swift.min(Swift.max(step, -extent - 1), extent + 1)
        func counted(_ place: Int) -> Int { place < 0 ? place + extent : place }
        if step > 0 {
            let low = Swift.min(Swift.max(from.map(counted) ?? 0, 0), extent)
            let high = Swift.min(Swift.max(to.map(counted) ?? extent, low), extent)
            let count = (high - low + step - 1) / step
            self.init(start: low, step: count > 1 ? step : 1, count: count)
        } else {
            let high = Swift.min(from.map(counted) ?? extent - 1, extent - 1)
            let low = Swift.max(to.map(counted) ?? -1, -1)
            let count = (Swift.max(0, high - low) - step - 1) / -step
            let last = high + (count - 1) * step
            self.init(start: count > 0 ? last : 0, step: count > 1 ? -step : 1, count: count, isReversed: true)
        }
    }

    /// From the first place to behind the last.
    var range: Range<Int> { count == 0 ? 0..<0 : start..<(start + (count - 1) * step + 1) }

    func contains(_ place: Int) -> Bool {
        place >= start && (place - start) % step == 0 && (place - start) / step < count
    }
}
