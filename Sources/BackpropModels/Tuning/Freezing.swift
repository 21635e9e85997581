import Backprop
import BackpropNN

extension PretrainedModel {
    /// Has only the last blocks learn, and what stands behind them: norms and heads. Everything in front stays, a head that
    /// shares its weights with an embedding included.
    ///
    /// - Parameter count: how many blocks; 0 for what stands behind them alone. More than there are stop it.
    public func freeze(allButLastBlocks count: Int, file: StaticString = #fileID, line: UInt = #line) {
        let named = namedParameters(), blocks = named.compactMap { Self.block(of: $0.name) }
        let total = (blocks.max() ?? -1) + 1
        require(
            count >= 0 && count <= total, "freeze: the last \(count) of \(total) blocks", file: file, line: line)
        // Of the properties, those behind the blocks come later.
        let last = named.lastIndex { Self.block(of: $0.name) != nil } ?? named.count
        for (place, parameter) in named.enumerated() {
            let block = Self.block(of: parameter.name)
            parameter.parameter.isTrainable = block.map { $0 >= total - count } ?? (place > last)
        }
    }

    /// The parameters that learn.
    public var trainableParameters: [Parameter] { parameters().filter(\.isTrainable) }

    /// The number of the block that a parameter is in: that of `blocks.3.attention...`.
    private static func block(of name: String) -> Int? {
        let path = name.split(separator: ".")
        guard let place = path.firstIndex(of: "blocks"), place + 1 < path.count else { return nil }
        return Int(path[place + 1])
    }
}
