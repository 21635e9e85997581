import Backprop
import Synchronization

/// What is added to the outputs of linear layers while a closure runs: adapters of a model whose own weights stay as they
/// are, without another form of the model.
package final class LinearAdditions: Sendable {
    /// What is added for an input [..., inputs]: [..., outputs].
    package typealias Term = @Sendable (Tensor) -> Tensor

    @TaskLocal private static var current: LinearAdditions?
    /// Closures that are running, so that a layer asks for the task's only where there are any.
    private static let count = Atomic<Int>(0)
    private let terms: [ObjectIdentifier: Term]

    package init(_ terms: [(layer: Linear, term: Term)]) {
        self.terms = Dictionary(terms.map { (ObjectIdentifier($0.layer.weight), $0.term) }) { _, last in last }
    }

    /// Runs `body` with the additions, on this task alone.
    package func inUse<Result>(_ body: () throws -> Result) rethrows -> Result {
        Self.count.add(1, ordering: .relaxed)
        defer { Self.count.subtract(1, ordering: .relaxed) }
        return try Self.$current.withValue(self, operation: body)
    }

    /// y, and what is added to it for x.
    static func added(to y: Tensor, _ x: Tensor, _ weight: Parameter) -> Tensor {
        guard count.load(ordering: .relaxed) > 0, let term = current?.terms[ObjectIdentifier(weight)] else { return y }
        return y + term(x)
    }
}

extension ParameterContainer {
    /// All linear layers with their paths, in the order of the stored properties.
    package func linearLayers() -> [(name: String, layer: Linear)] {
        var found: [(name: String, layer: Linear)] = []
        func visit(_ value: Any, _ path: String) {
            if let layer = value as? Linear { return found.append((path, layer)) }
            let mirror = Mirror(reflecting: value)
            switch mirror.displayStyle {
            case .optional: if let child = mirror.children.first { visit(child.value, path) }
            case .collection:
                for (position, child) in mirror.children.enumerated() { visit(child.value, "\(path).\(position)") }
            case .struct where value is any ParameterContainer:
                for child in mirror.children {
                    visit(child.value, path.isEmpty ? child.label! : "\(path).\(child.label!)")
                }
            default: break
            }
        }
        visit(self, "")
        return found
    }
}
