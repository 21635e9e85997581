import Backprop
import BackpropData
import BackpropNN

/// A network for rows of a table: several members of the same form, which share nothing but the row.
///
/// The mean of independent members is better than each of them, most of all where rows are few (Lakshminarayanan et al.,
/// 2017); as batched products, [members, inputs, outputs], they cost hardly more than their arithmetic (compare TabM,
/// Gorishniy et al., 2025, whose members share weights: here they may not, since a member judges rows that the others have
/// learnt).
///
/// A number enters as itself, robustly scaled and smoothly bounded to ±3 (Holzmüller et al., 2024), and piecewise linearly by
/// quantiles (Gorishniy et al., 2022), so that skewed columns and thresholds are nothing that weights would have to find.
/// A category of few values enters one-hot, one of many as a learned vector; a value not seen in training as zeros.
package struct TableNetwork: ParameterContainer {
    package let shape: TableShape
    package let recipe: TableRecipe
    private let numbers: TableNumbers
    private let categories: TableCategories
    private let layers: [MemberLinear]
    private let activation: Activation
    let mode = TrainingMode()

    /// A network with new weights, drawn from the stream of the surrounding `withRandomSeed`.
    ///
    /// - Parameter scaling: of the training rows; nil where the values come from a file afterwards.
    init(_ shape: TableShape, _ recipe: TableRecipe, scaling: TableScaling?) {
        self.shape = shape
        self.recipe = recipe
        numbers = TableNumbers(
            scaling ?? TableScaling(columns: shape.numberCount, bins: recipe.numberBins), columns: shape.numberCount,
            bins: recipe.numberBins, isBounded: !recipe.isLinear)
        categories = TableCategories(
            shape.categorySizes, members: recipe.members, oneHotLimit: recipe.oneHotLimit, width: recipe.embeddingWidth)
        let inputs = numbers.width + categories.width
        let widths = [inputs] + recipe.hidden + [shape.outputCount]
        let activation = recipe.activation
        self.activation = activation
        layers = zip(widths, widths.dropFirst()).enumerated().map { index, widths in
            MemberLinear(
                members: recipe.members, widths.0, widths.1,
                initializer: index == recipe.hidden.count ? .leCunNormal : activation.initializer)
        }
    }

    /// What each member makes of each row: [members, rows, outputs], scores of classes before softmax or standardized numbers.
    func callAsFunction(_ batch: TableBatch) -> Tensor {
        let rows = numbers(batch.numbers).map { [$0.expandedDimensions(axis: 0)] } ?? []
        let own = categories(batch.codes)
        let lone = rows + own.shared
        // Parts that all members share, and one that differs: products of their own, so that nothing is repeated.
        let first = layers[0]
        var x = first(
            shared: lone.isEmpty ? nil : lone.count == 1 ? lone[0] : concatenated(lone, axis: -1), own: own.embedded,
            rows: batch.count)
        for layer in layers.dropFirst() {
            x = activation(x)
            if mode.isTraining { x = dropout(x, probability: recipe.dropout) }
            x = layer(x)
        }
        return x
    }

    package var layerDescription: String {
        "TableNetwork(\(recipe.members) × \(layers.map { "\($0.inputs)" }.joined(separator: "-"))-\(shape.outputCount))"
    }
}

/// As many linear layers as there are members, each for a slice of its own: [members, rows, inputs] or [1, rows, inputs]
/// to [members, rows, outputs].
struct MemberLinear: ParameterContainer {
    /// [members, inputs, outputs].
    let weight: Parameter
    /// [members, 1, outputs].
    let bias: Parameter
    var inputs: Int { weight.value.dim(1) }

    init(members: Int, _ inputs: Int, _ outputs: Int, initializer: Initializer) {
        // Fans are counted for [outputs, inputs].
        let drawn = initializer([members * outputs, inputs]).reshaped([members, outputs, inputs])
        weight = Parameter(drawn.swappedAxes(1, 2))
        bias = Parameter(.zeros([members, 1, outputs]))
    }

    func callAsFunction(_ x: Tensor) -> Tensor { matmul(x, weight.value) + bias.value }

    /// The layer of inputs of which the first part is the same for all members, [1, rows, n], and the last one is not,
    /// [members, rows, m]. Without any, as where no column says anything, the bias is all there is.
    func callAsFunction(shared: Tensor?, own: Tensor?, rows: Int) -> Tensor {
        guard let own else {
            guard let shared else { return bias.value + Tensor.zeros([1, rows, 1]) }
            return self(shared)
        }
        guard let shared else { return self(own) }
        let weight = weight.value, border = shared.dim(-1)
        return matmul(shared, weight.narrowed(axis: 1, 0..<border))
            + matmul(own, weight.narrowed(axis: 1, border..<inputs)) + bias.value
    }
}

/// Numbers of a row as a network takes them.
struct TableNumbers: ParameterContainer {
    private let center: Buffer, scale: Buffer
    /// [columns, bins].
    private let low: Buffer, slope: Buffer
    private let columns: Int, bins: Int
    private let isBounded: Bool

    init(_ scaling: TableScaling, columns: Int, bins: Int, isBounded: Bool = true) {
        center = Buffer(Tensor(scaling.centers))
        scale = Buffer(Tensor(scaling.scales))
        low = Buffer(Tensor(scaling.lows, shape: [columns, bins]))
        slope = Buffer(Tensor(scaling.slopes, shape: [columns, bins]))
        self.columns = columns
        self.bins = bins
        self.isBounded = isBounded
    }

    /// Inputs that the numbers become.
    var width: Int { columns * (1 + bins) }

    /// [rows, columns] to [rows, width]; nil where there are no numbers.
    func callAsFunction(_ x: Tensor) -> Tensor? {
        guard columns > 0 else { return nil }
        let scaled = (x - center.value) * scale.value
        let bounded = isBounded ? scaled * rsqrt(1 + square(scaled / 3)) : scaled
        guard bins > 0 else { return bounded }
        let places = minimum(maximum((x.expandedDimensions(axis: -1) - low.value) * slope.value, 0), 1)
        return concatenated([bounded, places.reshaped([x.dim(0), columns * bins])], axis: -1)
    }
}

/// Categories of a row as a network takes them.
struct TableCategories: ParameterContainer {
    /// [codes, members · width] for each category of many values.
    private let tables: [Parameter]
    /// For each one-hot input its categorical column and its code.
    private let owners: Tensor, codes: Tensor
    private let oneHotCount: Int
    /// The categorical columns that are embedded.
    private let embedded: [Int]
    private let members: Int, embeddingWidth: Int

    /// - Parameter oneHotLimit: the most values, not counting code 0, of a category that enters one-hot.
    init(_ sizes: [Int], members: Int, oneHotLimit: Int, width: Int) {
        var owners: [Int32] = [], codes: [Int32] = [], embedded: [Int] = []
        for (column, size) in sizes.enumerated() {
            if size - 1 > oneHotLimit {
                embedded.append(column)
            } else if size > 1 {
                for code in 1..<size {
                    owners.append(Int32(column))
                    codes.append(Int32(code))
                }
            }
        }
        oneHotCount = owners.count
        (self.owners, self.codes, self.embedded) = (Tensor(owners), Tensor(codes), embedded)
        (self.members, embeddingWidth) = (members, width)
        tables = embedded.map { column in
            // The vector of code 0 stays at zero: no row of the training part has it, and decay keeps it there.
            let drawn = Initializer.normal(standardDeviation: 0.3)([sizes[column] - 1, members * width])
            return Parameter(concatenated([Tensor.zeros([1, members * width]), drawn], axis: 0))
        }
    }

    /// Inputs that the categories become.
    var width: Int { oneHotCount + embedded.count * embeddingWidth }

    /// Codes [rows, columns] to inputs that all members share, [1, rows, n], and to those of their own, [members, rows, m].
    func callAsFunction(_ x: Tensor) -> (shared: [Tensor], embedded: Tensor?) {
        let rows = x.dim(0)
        var shared: [Tensor] = []
        if oneHotCount > 0 {
            shared = [(x.take(owners, axis: 1) .== codes).asType(.float32).expandedDimensions(axis: 0)]
        }
        guard !embedded.isEmpty else { return (shared, nil) }
        let vectors = zip(embedded, tables).map { column, table in
            table.value.take(x.narrowed(axis: 1, column..<(column + 1)).reshaped([rows]))
                .reshaped([rows, members, embeddingWidth])
        }
        let joined = vectors.count == 1 ? vectors[0] : concatenated(vectors, axis: -1)
        return (shared, joined.swappedAxes(0, 1))
    }
}
