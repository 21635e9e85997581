/// What recorded tensors are computed from.
package enum Ancestors {
    /// The operations behind some tensors that are not in memory yet, each once and after its operands, down to values in
    /// memory and to parameters, which are among them. Nothing is computed.
    package static func of(_ tensors: [Tensor]) -> [Node] {
        Graph.state.withLock { _ in
            var met: Set<ObjectIdentifier> = [], ordered: [Node] = []
            var pending = tensors.map { (node: $0.node, isOpen: false) }
            while let (node, isOpen) = pending.popLast() {
                if isOpen {
                    ordered.append(node)
                    continue
                }
                guard met.insert(ObjectIdentifier(node)).inserted else { continue }
                pending.append((node, true))
                if node.storage == nil, !node.isParameter { node.forEachInput { pending.append(($0, false)) } }
            }
            return ordered
        }
    }
}
