import Backprop

/// Mistakes in the geometry of images.
extension MisuseTests {
    private static let image = Tensor.zeros([1, 4, 4, 2])
    private static let kernel = Tensor.zeros([3, 3, 3, 2])

    static let windows: [String: Mistake] = [
        "conv1d": Mistake(parts: ["conv1d", "[1, 4, 4, 2]"]) { _ = conv1d(image, kernel) },
        "conv2d channels": Mistake(parts: ["conv2d:", "[1, 4, 4, 2]", "[3, 3, 3, 1]"]) {
            _ = conv2d(image, Tensor.zeros([3, 3, 3, 1]))
        },
        "conv2d groups": Mistake(parts: ["conv2d:", "groups"]) {
            _ = conv2d(image, Tensor.zeros([3, 3, 3, 1]), groups: 2)
        },
        "conv2d no groups": Mistake(parts: ["conv2d:", "group"]) { _ = conv2d(image, kernel, groups: 0) },
        "conv2d overflowing groups": Mistake(parts: ["conv2d:"]) { _ = conv2d(image, kernel, groups: .max) },
        "conv2d dtypes": Mistake(parts: ["conv2d:", "float64", "float32"]) {
            _ = conv2d(image, kernel.asType(.float64))
        },
        "conv2d integers": Mistake(parts: ["conv2d:", "int32"]) {
            _ = conv2d(image.asType(.int32), kernel.asType(.int32))
        },
        "conv2d kernel": Mistake(parts: ["conv2d:", "larger", "[3, 5, 5, 2]"]) {
            _ = conv2d(image, Tensor.zeros([3, 5, 5, 2]))
        },
        "conv2d stride": Mistake(parts: ["conv2d:", "positive", "0"]) { _ = conv2d(image, kernel, stride: 0) },
        "conv2d strides": Mistake(parts: ["conv2d", "stride", "[1, 1, 1]"]) {
            _ = conv2d(image, kernel, stride: [1, 1, 1])
        },
        "conv2d endless stride": Mistake(parts: ["conv2d", "stride", "too large"]) {
            _ = conv2d(image, kernel, stride: PerAxis(.max))
        },
        "conv2d endless dilation": Mistake(parts: ["conv2d", "dilation", "too large"]) {
            _ = conv2d(image, kernel, dilation: PerAxis(.max))
        },
        "conv2d endless padding": Mistake(parts: ["conv2d", "padding", "too large"]) {
            _ = conv2d(image, kernel, padding: .symmetric(PerAxis(.min)))
        },
        "conv2d too much padding": Mistake(parts: ["conv2d:", "[1, 4, 4, 2]"]) {
            _ = conv2d(image, kernel, padding: .symmetric(2_147_483_647))
        },
        "conv2d same": Mistake(parts: ["conv2d", "same", "[2, 2]"]) {
            _ = conv2d(image, kernel, stride: 2, padding: .same)
        },
        "conv3d": Mistake(parts: ["conv3d", "[1, 4, 4, 2]"]) { _ = conv3d(image, kernel) },
        "convGeneral": Mistake(parts: ["convGeneral", "[2, 3]"]) { _ = convGeneral(x, x) },
        "convGeneral dilation": Mistake(parts: ["positive", "0"]) { _ = convGeneral(image, kernel, inputDilation: 0) },
        "convTransposed1d": Mistake(parts: ["convTransposed1d", "[1, 4, 4, 2]"]) {
            _ = convTransposed1d(image, kernel)
        },
        "convTransposed2d": Mistake(parts: ["convTransposed2d:", "larger"]) {
            _ = convTransposed2d(image, kernel, padding: 10)
        },
        "convTransposed2d stride": Mistake(parts: ["positive"]) { _ = convTransposed2d(image, kernel, stride: 0) },
        "convTransposed3d": Mistake(parts: ["convTransposed3d", "[1, 4, 4, 2]"]) {
            _ = convTransposed3d(image, kernel)
        },
        "averagePool": Mistake(parts: ["averagePool", "[2, 3]"]) { _ = averagePool(x, window: 2) },
        "averagePool window": Mistake(parts: ["averagePool", "[5, 5]", "[1, 4, 4, 2]"]) {
            _ = averagePool(image, window: 5)
        },
        "averagePool no window": Mistake(parts: ["averagePool", "positive", "0"]) { _ = averagePool(image, window: 0) },
        "averagePool padding": Mistake(parts: ["averagePool", "padding 2"]) {
            _ = averagePool(image, window: 2, padding: 2)
        },
        "averagePool divisor": Mistake(parts: ["averagePool", "divisor", "[1, 4, 4, 2]"]) {
            _ = averagePool(image, window: 2, divisor: 0)
        },
        "averagePool integers": Mistake(parts: ["windowSum", "int32"]) {
            _ = averagePool(image.asType(.int32), window: 2)
        },
        "powerPool": Mistake(parts: ["powerPool", "power of 0"]) { _ = powerPool(image, power: 0, window: 2) },
        "maxPool": Mistake(parts: ["maxPool", "stride", "-1"]) { _ = maxPool(image, window: 2, stride: -1) },
        "maxPool dilation": Mistake(parts: ["maxPool", "too large"]) {
            _ = maxPool(image, window: 2, dilation: PerAxis(.max))
        },
        "maxPoolWithIndices": Mistake(parts: ["maxPool", "[2, 2, 2]"]) {
            _ = maxPoolWithIndices(image, window: [2, 2, 2])
        },
        "maxPool of nothing": Mistake(parts: ["maxPool", "[1, 0, 4, 2]"]) {
            _ = maxPool(Tensor.zeros([1, 0, 4, 2]), window: 2)
        },
        "adaptiveAveragePool": Mistake(parts: ["adaptiveAveragePool", "-1"]) {
            _ = adaptiveAveragePool(image, size: -1)
        },
        "adaptiveAveragePool integers": Mistake(parts: ["adaptiveAveragePool", "int32"]) {
            _ = adaptiveAveragePool(image.asType(.int32), size: 2)
        },
        "adaptiveAveragePool without end": Mistake(parts: ["2147483647", "[1, 4, 4, 2]"]) {
            _ = adaptiveAveragePool(image, size: 2_147_483_647)
        },
        "adaptiveMaxPool": Mistake(parts: ["adaptiveMaxPool", "[2, 3]"]) { _ = adaptiveMaxPool(x, size: 1) },
        "adaptiveMaxPoolWithIndices": Mistake(parts: ["adaptiveMaxPool", "[1, 0, 4, 2]"]) {
            _ = adaptiveMaxPoolWithIndices(Tensor.zeros([1, 0, 4, 2]), size: 1)
        },
        "resize": Mistake(parts: ["resize", "[2, 3]"]) { _ = resize(x, to: 2, method: .linear) },
        "resize to nothing": Mistake(parts: ["resize", "[0, 0]", "[1, 4, 4, 2]"]) {
            _ = resize(image, to: 0, method: .nearest)
        },
        "resize factors": Mistake(parts: ["resize", "nan"]) { _ = resize(image, by: [.nan], method: .linear) },
        "resize large factors": Mistake(parts: ["resize", "1e+300"]) {
            _ = resize(image, by: [1e300], method: .nearest)
        },
        "resize integers": Mistake(parts: ["resize", "int32"]) {
            _ = resize(image.asType(.int32), to: 2, method: .linear)
        },
        "pixelShuffle": Mistake(parts: ["pixelShuffle", "2", "[1, 4, 4, 2]"]) { _ = pixelShuffle(image, factor: 2) },
        "pixelShuffle overflow": Mistake(parts: ["pixelShuffle", "[1, 4, 4, 2]"]) {
            _ = pixelShuffle(image, factor: .max)
        },
        "pixelUnshuffle": Mistake(parts: ["pixelUnshuffle", "3", "[1, 4, 4, 2]"]) {
            _ = pixelUnshuffle(image, factor: 3)
        },
        "channelShuffle": Mistake(parts: ["channelShuffle", "3 groups", "[1, 4, 4, 2]"]) {
            _ = channelShuffle(image, groups: 3)
        },
        "gridSample": Mistake(parts: ["gridSample", "[1, 4, 4, 2]", "[2, 4, 4, 2]"]) {
            _ = gridSample(image, Tensor.zeros([2, 4, 4, 2]))
        },
        "gridSample of nothing": Mistake(parts: ["gridSample", "[1, 0, 4, 2]"]) {
            _ = gridSample(Tensor.zeros([1, 0, 4, 2]), Tensor.zeros([1, 1, 1, 2]))
        },
        "affineGrid": Mistake(parts: ["affineGrid", "[1, 2, 2]", "[4, 4]"]) {
            _ = affineGrid(Tensor.zeros([1, 2, 2]), size: [4, 4])
        },
        "affineGrid without end": Mistake(parts: ["affineGrid"]) {
            _ = affineGrid(Tensor.zeros([1, 2, 3]), size: [.max, .max])
        },
        "unfold": Mistake(parts: ["unfold", "[5, 5]", "4"]) { _ = unfold(image, window: 5) },
        "unfold padding": Mistake(parts: ["unfold", "-1"]) { _ = unfold(image, window: 2, padding: -1) },
        "fold": Mistake(parts: ["fold", "[2, 3]"]) { _ = fold(x, size: [2, 2]) },
        "fold places": Mistake(parts: ["fold", "[1, 2, 2, 2, 2, 1]", "[3, 3]"]) {
            _ = fold(Tensor.zeros([1, 2, 2, 2, 2, 1]), size: [4, 4])
        },
    ]
}
