import Backprop

/// How the results of several branches become one.
public enum BranchJoin: Sendable, Hashable {
    /// One behind the other along an axis.
    case concatenated(axis: Int)
    case sum, product, mean

    /// Along the channels.
    public static let concatenated = BranchJoin.concatenated(axis: -1)

    func callAsFunction(_ results: [Tensor], in layer: String) -> Tensor {
        if case .concatenated(let axis) = self {
            let others = Set(
                results.map { result in
                    let place = axis < 0 ? axis + result.ndim : axis
                    return result.shape.enumerated().map { $0.offset == place ? -1 : $0.element }
                })
            require(
                others.count == 1,
                "\(layer): results of shapes \(results.map { "\($0.node.shape)" }.joined(separator: " and ")) cannot be concatenated along axis \(axis)"
            )
        } else {
            requireCommonShape(layer, results)
        }
        return joined(results)
    }

    private func joined(_ results: [Tensor]) -> Tensor {
        switch self {
        case .concatenated(let axis): Backprop.concatenated(results, axis: axis)
        case .sum: results.dropFirst().reduce(results[0], +)
        case .product: results.dropFirst().reduce(results[0], *)
        case .mean: results.dropFirst().reduce(results[0], +) / Double(results.count)
        }
    }
}

/// Several layers that read the same, and their results as one: `Parallel(Conv2d(8, 4, kernel: 1), MaxPool2d(1))`
/// (Szegedy et al., 2015).
public struct Parallel: Module {
    public var branches: [any Module]
    public let joining: BranchJoin

    public init(_ branches: any Module..., joining: BranchJoin = .concatenated) {
        self.init(branches, joining: joining)
    }

    public init(_ branches: [any Module], joining: BranchJoin = .concatenated) {
        require(!branches.isEmpty, "Parallel: no branches")
        (self.branches, self.joining) = (branches, joining)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { joining(branches.indices.map { called(branches[$0], x, "branches.\($0)") }, in: "Parallel") }
    }
}

/// x beside what the layers make of it: with the channels of x first unless asked otherwise, as in a U-Net (Ronneberger et
/// al., 2015).
public struct SkipConnection: Module {
    public var layers: [any Module]
    public let joining: BranchJoin

    public init(_ layers: any Module..., joining: BranchJoin = .concatenated) {
        self.init(layers, joining: joining)
    }

    public init(_ layers: [any Module], joining: BranchJoin = .concatenated) {
        (self.layers, self.joining) = (layers, joining)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { joining([x, applied(layers, to: x)], in: "SkipConnection") }
    }
}
