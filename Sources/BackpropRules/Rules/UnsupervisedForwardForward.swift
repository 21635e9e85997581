import Backprop
import BackpropNN

/// Forward-forward without labels: layers learn what images look like, and a read-out learns names for what they see.
///
/// What is false is a mixture of two real images: each pixel from one or the other, in patches large enough that every small
/// part looks real, so that only what images are like at large tells them apart. Layers learn as in `ForwardForward`. The
/// read-out is one layer of weights on the activities of all layers, without their lengths, and learns from labels by its own
/// gradient, which goes no further:
///
///     readoutDelta = (softmax(seen readoutᵀ) - targets) / batch
///     readout -= rate readoutDeltaᵀ seen
///
/// Paper: G. Hinton, "The forward-forward algorithm: some preliminary investigations", 2022, section 3.2. Other than there: no
/// local receptive fields; the patches come from smoothed noise, on images of any size, and from single features in data that
/// is no image; read-out and layers learn at the same time; the first layer is read too.
public final class UnsupervisedForwardForward: LearningRule {
    public let network: LayeredNetwork
    public let threshold: Double
    public let sharpness: Double
    /// Shape [classes, units of all layers + 1]: biases are a column.
    public let readout: Parameter
    /// What smooths the noise that patches are cut from, shape [features, features].
    private let smoothing: Tensor

    public var ownParameters: [Parameter] { [readout] }

    /// - Parameters:
    ///   - network: of relu; all its layers are hidden ones.
    ///   - image: height and width where examples are images.
    public init(
        _ network: LayeredNetwork, classes: Int, image: (height: Int, width: Int)? = nil, threshold: Double = 1,
        sharpness: Double = 4
    ) {
        (self.network, self.threshold, self.sharpness) = (network, threshold, sharpness)
        let units = network.widths.dropFirst().reduce(0, +), dtype = network.weights[0].dtype
        readout = Parameter(Tensor.zeros([classes, units + 1], dtype: dtype))
        let features = network.widths[0]
        guard let image, image.height * image.width == features else {
            smoothing = Tensor.eye(features, dtype: dtype)
            return
        }
        // A bell over the distance of pixels, a fifth of the image wide.
        let rows = Tensor((0..<features).map { Double($0 / image.width) }, dtype: dtype)
        let columns = Tensor((0..<features).map { Double($0 % image.width) }, dtype: dtype)
        func squares(_ x: Tensor) -> Tensor {
            square(x.expandedDimensions(axis: 0) - x.expandedDimensions(axis: 1))
        }
        let width = Double(max(image.height, image.width)) / 5
        smoothing = exp((squares(rows) + squares(columns)) * (-0.5 / (width * width)))
        evaluateAll([smoothing])
    }

    /// What the read-out looks at.
    private func seen(_ layers: [ForwardForward.Layer]) -> Tensor {
        let first = layers[0].activities
        let ones = Tensor.ones([first.dim(0), 1], dtype: first.dtype)
        return concatenated(layers.map { ForwardForward.withoutLength($0.activities, $0.goodness) } + [ones], axis: 1)
    }

    public func scores(_ inputs: Tensor) -> Tensor {
        matmul(seen(ForwardForward.layers(network, inputs)), readout.value.transposed())
    }

    /// Each example mixed with the one before it.
    private func mixed(_ inputs: Tensor) -> Tensor {
        let noise = matmul(Tensor.normal(inputs.shape, dtype: inputs.dtype), smoothing)
        return which(noise .> 0, inputs, inputs.rolled(1, axis: 0))
    }

    public func update(_ batch: RuleBatch) -> RuleUpdate {
        let real = ForwardForward.layers(network, batch.inputs)
        let wrong = ForwardForward.layers(network, mixed(batch.inputs))
        let up = ForwardForward.local(network, real, isReal: true, threshold: threshold, sharpness: sharpness)
        let down = ForwardForward.local(network, wrong, isReal: false, threshold: threshold, sharpness: sharpness)
        let seen = seen(real), scores = matmul(seen, readout.value.transposed())
        let readoutDelta = (softmax(scores) - batch.targets(readout.shape[0])) / Double(batch.count)
        return ForwardForward.together(
            network, [(real, up.deltas), (wrong, down.deltas)], loss: batch.loss(scores),
            own: [matmul(readoutDelta.transposed(), seen)])
    }
}
