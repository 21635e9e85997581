import Backprop

/// Mistakes in what arranges, cuts, joins, reads and writes elements.
extension MisuseTests {
    static let arrangements: [String: Mistake] = [
        "repeated axes": Mistake(parts: ["sum", "[0, 0]", "[2, 3]"]) { _ = x.sum(axes: [0, 0]) },
        "repeated negative axes": Mistake(parts: ["mean", "[1, -1]", "[2, 3]"]) { _ = x.mean(axes: [1, -1]) },
        "reversed axes": Mistake(parts: ["reversed", "[0, -2]", "[2, 3]"]) { _ = x.reversed(axes: [0, -2]) },
        "min": Mistake(parts: ["min", "[0, 3]"]) { _ = Tensor.zeros([0, 3]).min() },
        "argMin": Mistake(parts: ["argMin", "axis -3", "[2, 3]"]) { _ = x.argMin(axis: -3) },
        "maxWithIndex": Mistake(parts: ["argMax", "[2, 0]"]) { _ = Tensor.zeros([2, 0]).maxWithIndex(axis: 1) },
        "minWithIndex": Mistake(parts: ["argMin", "[2, 0]"]) { _ = Tensor.zeros([2, 0]).minWithIndex(axis: 1) },
        "nanMean": Mistake(parts: ["nanMean", "int32"]) { _ = whole.nanMean() },
        "nanSum": Mistake(parts: ["sum", "axis 2", "[2, 3]"]) { _ = x.nanSum(axes: [2]) },
        "countNonzero": Mistake(parts: ["sum", "axis 2", "[2, 3]"]) { _ = x.countNonzero(axes: [2]) },
        "any": Mistake(parts: ["axis 2", "[2, 3]"]) { _ = x.any(axes: [2]) },
        "all": Mistake(parts: ["axis 2", "[2, 3]"]) { _ = x.all(axes: [2]) },
        "mean dtype": Mistake(parts: ["mean", "int32"]) { _ = whole.mean() },
        "variance dtype": Mistake(parts: ["variance", "int32"]) { _ = whole.variance() },
        "std dtype": Mistake(parts: ["std", "int32"]) { _ = whole.std() },
        "logSumExp dtype": Mistake(parts: ["logSumExp", "int32"]) { _ = whole.logSumExp() },
        "softmax": Mistake(parts: ["softmax", "axis 2", "[2, 3]"]) { _ = softmax(x, axis: 2) },
        "softmax dtype": Mistake(parts: ["softmax", "int32"]) { _ = softmax(whole) },
        "softmin": Mistake(parts: ["softmax", "axis 2", "[2, 3]"]) { _ = softmin(x, axis: 2) },
        "logSoftmax": Mistake(parts: ["logSoftmax", "axis 2", "[2, 0]"]) {
            _ = logSoftmax(Tensor.zeros([2, 0]), axis: 2)
        },
        "cumsum": Mistake(parts: ["cumsum", "axis 2", "[2, 3]"]) { _ = x.cumsum(axis: 2) },
        "cumsum of a number": Mistake(parts: ["cumsum", "axis 0", "[]"]) { _ = Tensor(1.0).cumsum(axis: 0) },
        "cumprod": Mistake(parts: ["cumprod", "axis 2", "[2, 3]"]) { _ = x.cumprod(axis: 2) },
        "cummax": Mistake(parts: ["cummax", "axis 2", "[2, 3]"]) { _ = x.cummax(axis: 2) },
        "cummin": Mistake(parts: ["cummin", "axis 2", "[2, 3]"]) { _ = x.cummin(axis: 2) },
        "logCumSumExp": Mistake(parts: ["logCumSumExp", "int32"]) { _ = whole.logCumSumExp(axis: 0) },
        "trapezoid": Mistake(parts: ["trapezoid", "axis 2", "[2, 3]"]) { _ = x.trapezoid(axis: 2) },
        "trapezoid points": Mistake(parts: ["trapezoid", "[2]", "axis 1", "[2, 3]"]) {
            _ = x.trapezoid(at: Tensor.zeros([2]))
        },
        "cumulativeTrapezoid": Mistake(parts: ["cumulativeTrapezoid:", "[]", "[2, 3]"]) {
            _ = x.cumulativeTrapezoid(at: Tensor(1.0))
        },
        "argSort": Mistake(parts: ["argSort", "axis 2", "[2, 3]"]) { _ = x.argSort(axis: 2) },
        "sorted": Mistake(parts: ["sorted:", "axis -1", "[]"]) { _ = Tensor(1.0).sorted() },
        "topK": Mistake(parts: ["topK", "[2, 3]", "4"]) { _ = x.topK(4) },
        "topK of a negative number": Mistake(parts: ["topK", "[2, 3]", "-1"]) { _ = x.topK(-1) },
        "kthValue": Mistake(parts: ["kthValue", "[2, 3]", "number 0"]) { _ = x.kthValue(0) },
        "kthValue beyond": Mistake(parts: ["kthValue", "[2, 3]", "number 4"]) { _ = x.kthValue(4) },
        "median": Mistake(parts: ["median", "[0]"]) { _ = Tensor.zeros([0]).median() },
        "median along an axis": Mistake(parts: ["median", "[2, 0]"]) { _ = Tensor.zeros([2, 0]).median(axis: 1) },
        "nanMedian": Mistake(parts: ["nanMedian", "[2, 0]"]) { _ = Tensor.zeros([2, 0]).nanMedian(axis: 1) },
        "nanMedian of nothing": Mistake(parts: ["nanMedian", "[0]"]) { _ = Tensor.zeros([0]).nanMedian() },
        "mode": Mistake(parts: ["mode", "[2, 0]"]) { _ = Tensor.zeros([2, 0]).mode() },
        "rotated": Mistake(parts: ["rotated", "(0, -2)"]) { _ = x.rotated(axes: (0, -2)) },
        "movedAxes": Mistake(parts: ["movedAxes", "[0, 1]", "[0, 0]"]) { _ = x.movedAxes([0, 1], to: [0, 0]) },
        "repeated by element": Mistake(parts: ["repeated", "[1, 2, 3]", "[2, 3]"]) {
            _ = x.repeated(counts: [1, 2, 3], axis: 0)
        },
        "repeated too often": Mistake(parts: ["repeated", "[2, 3]"]) { _ = x.repeated(count: .max, axis: 0) },
        "repeated by too much": Mistake(parts: ["repeated", "[2, 3]"]) {
            _ = x.repeated(counts: [.max, .max], axis: 0)
        },
        "tiled too often": Mistake(parts: ["tiled", "[2, 3]"]) { _ = x.tiled([.max, .max]) },
        "tiled into too many axes": Mistake(parts: ["tiled", "[2, 3]"]) {
            _ = x.tiled([Int](repeating: 1, count: 9))
        },
        "unfolded step": Mistake(parts: ["unfolded", "[2, 3]"]) { _ = x.unfolded(axis: 1, size: 2, step: 0) },
        "narrowed step": Mistake(parts: ["narrowed", "[2, 3]", "step 0"]) { _ = x.narrowed(axis: 1, 0..<2, step: 0) },
        "split parts": Mistake(parts: ["split", "[2, 3]", "2 parts"]) { _ = x.split(parts: 2, axis: 1) },
        "split axis": Mistake(parts: ["split", "axis 2", "[2, 3]"]) { _ = x.split(parts: 2, axis: 2) },
        "split overflow": Mistake(parts: ["split", "[2, 3]"]) { _ = x.split(sizes: [.max, .max], axis: 1) },
        "split every": Mistake(parts: ["split", "[2, 3]"]) { _ = x.split(every: 0, axis: 1) },
        "split by indices": Mistake(parts: ["split", "axis 2", "[2, 3]"]) { _ = x.split(indices: [1], axis: 2) },
        "sections": Mistake(parts: ["sections", "0 parts", "[2, 3]"]) { _ = x.sections(0, axis: 1) },
        "sections without end": Mistake(parts: ["sections", "[2, 3]"]) { _ = x.sections(.max, axis: 1) },
        "unstacked": Mistake(parts: ["unstacked", "axis 0", "[]"]) { _ = Tensor(1.0).unstacked() },
        "concatenated dtypes": Mistake(parts: ["concatenated", "float32", "int32"]) { _ = concatenated([x, whole]) },
        "hstack": Mistake(parts: ["hstack", "[2, 3]", "[3, 3]"]) { _ = hstack([x, Tensor.zeros([3, 3])]) },
        "vstack": Mistake(parts: ["vstack", "[2, 3]", "[1, 2]"]) { _ = vstack([x, Tensor.zeros([2])]) },
        "dstack": Mistake(parts: ["dstack", "[2, 3, 1]", "[1, 2, 1]"]) { _ = dstack([x, Tensor.zeros([2])]) },
        "columnStack": Mistake(parts: ["columnStack", "[2, 3]", "[3, 1]"]) {
            _ = columnStack([x, Tensor.zeros([3])])
        },
        "blockDiagonal": Mistake(parts: ["blockDiagonal", "[1, 1, 1]"]) {
            _ = blockDiagonal([Tensor.zeros([1, 1, 1])])
        },
        "meshGrid": Mistake(parts: ["meshGrid", "[2, 3]"]) { _ = meshGrid([x]) },
        "triu": Mistake(parts: ["triu", "[3]"]) { _ = triu(Tensor.zeros([3])) },
        "diag": Mistake(parts: ["diag", "[1, 1, 1]"]) { _ = diag(Tensor.zeros([1, 1, 1])) },
        "diagonal axes": Mistake(parts: ["diagonal", "(0, 0)"]) { _ = x.diagonal(axes: (0, 0)) },
        "diagonalMatrix": Mistake(parts: ["diagonalMatrix", "(0, 0)", "[3]"]) {
            _ = Tensor.zeros([3]).diagonalMatrix(axes: (0, 0))
        },
        "diagonalMatrix offset": Mistake(parts: ["diagonalMatrix", "[3]"]) {
            _ = Tensor.zeros([3]).diagonalMatrix(offset: .min)
        },
        "trace": Mistake(parts: ["trace", "[3]"]) { _ = Tensor.zeros([3]).trace() },
        "reflected padding": Mistake(parts: ["padded", "reflect", "[2, 3]"]) {
            _ = x.padded(widths: [(0, 0), (3, 3)], mode: .reflect)
        },
        "wrapped padding": Mistake(parts: ["padded", "wrap", "[2, 3]"]) {
            _ = x.padded(widths: [(0, 0), (4, 0)], mode: .wrap)
        },
        "edge of nothing": Mistake(parts: ["padded", "edge", "[0]"]) {
            _ = Tensor.zeros([0]).padded(widths: [(1, 0)], mode: .edge)
        },
        "padding of too few axes": Mistake(parts: ["padded", "[2, 3]"]) { _ = x.padded(widths: [(1, 1)]) },
        "endless padding": Mistake(parts: ["padded", "[2, 3]"]) { _ = x.padded(widths: [(.max, .max), (0, 0)]) },
        "endless trimming": Mistake(parts: ["padded", "[2, 3]"]) { _ = x.padded(widths: [(.min, 0), (0, 0)]) },
        "padding beyond an axis": Mistake(parts: ["padding", "[2, 3]", "4294967"]) {
            _ = x.padded(widths: [(2_147_483_647, 2_147_483_647), (0, 0)])
        },
        "einsum dtypes": Mistake(parts: ["einsum", "float32", "int32"]) { _ = einsum("ij,ij->", x, whole) },
        "einsum arrows": Mistake(parts: ["einsum", "arrow"]) { _ = einsum("ij->i->j", x) },
        "einsum signs": Mistake(parts: ["einsum", "letters"]) { _ = einsum("i1->i", x) },
        "einsum axes": Mistake(parts: ["einsum", "ijk", "2 axes"]) { _ = einsum("ijk->i", x) },
        "einsum result": Mistake(parts: ["einsum", "twice"]) { _ = einsum("ij->ii", x) },
        "einsum without operands": Mistake(parts: ["einsum", "no operands"]) { _ = einsum("ij->ij", []) },
        "tensordot axes": Mistake(parts: ["tensordot", "[2, 3]"]) { _ = tensordot(x, x, axes: 3) },
        "tensordot pairs": Mistake(parts: ["tensordot", "[0, 0]"]) { _ = tensordot(x, x, axes: ([0, 0], [0, 1])) },
    ]

    static let indices: [String: Mistake] = [
        "takeAlong": Mistake(parts: ["takeAlong", "index 3", "position 1", "0..<3"]) {
            evaluateOrStop(x.takeAlong(Tensor([0, 3] as [Int32], shape: [2, 1]), axis: 1))
        },
        "takeAlong shape": Mistake(parts: ["takeAlong", "[3, 1]", "[2, 3]"]) {
            _ = x.takeAlong(Tensor.zeros([3, 1], dtype: .int64), axis: 1)
        },
        "takeAlong dtype": Mistake(parts: ["takeAlong", "float32"]) { _ = x.takeAlong(x, axis: 1) },
        "putAlong": Mistake(parts: ["putAlong", "index -1", "position 0", "0..<3"]) {
            evaluateOrStop(x.putAlong(Tensor([-1, 0] as [Int32], shape: [2, 1]), Tensor(1.0), axis: 1))
        },
        "putAlong shape": Mistake(parts: ["putAlong", "[2, 2, 1]", "[2, 3]"]) {
            _ = x.putAlong(Tensor.zeros([2, 2, 1], dtype: .int64), Tensor(1.0), axis: 1)
        },
        "take rank": Mistake(parts: ["take", "eight"]) {
            _ = x.take(Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 1], dtype: .int32))
        },
        "take from nothing": Mistake(parts: ["take", "index 0", "position 0", "0..<0"]) {
            evaluateOrStop(Tensor.zeros([0, 3]).take(Tensor([0] as [Int64])))
        },
        "subscript": Mistake(parts: ["x[...]:", "index 2", "[2, 3]"]) { _ = x[2] },
        "negative subscript": Mistake(parts: ["x[...]:", "index -3", "[2, 3]"]) { _ = x[-3] },
        "subscript of too many axes": Mistake(parts: ["x[...]:", "3 elements", "[2, 3]"]) { _ = x[0, 0, 0] },
        "two ellipses": Mistake(parts: ["x[...]:", "[2, 3]"]) { _ = x[.ellipsis, .ellipsis] },
        "a step of 0": Mistake(parts: ["x[...]:", "step of 0", "[2, 3]"]) { _ = x[.every(0)] },
        "subscript of a mask": Mistake(parts: ["x[...]:", "mask", "[3]", "[2, 3]"]) {
            _ = x[Tensor.zeros([3], dtype: .bool)]
        },
        "subscript dtype": Mistake(parts: ["x[...]:", "float32"]) { _ = x[x] },
        "subscript shapes": Mistake(parts: ["x[...]:", "[2]", "[3]"]) {
            _ = x[Tensor.zeros([2], dtype: .int32), Tensor.zeros([3], dtype: .int32)]
        },
        "subscript beyond": Mistake(parts: ["indexed", "index 5", "position 1", "0..<2"]) {
            evaluateOrStop(x[Tensor([0, 5] as [Int32])])
        },
        "indexPut": Mistake(parts: ["indexPut:", "[3]", "[2]"]) {
            _ = x.indexPut([.slice(from: 0, to: 2, step: 1), .at(0)], Tensor.zeros([3]))
        },
        "indexAdd": Mistake(parts: ["indexAdd", "[2, 3]", "[3, 3]"]) {
            _ = x.indexAdd(Tensor.zeros([2], dtype: .int32), Tensor.zeros([3, 3]), axis: 0)
        },
        "indexAdd beyond": Mistake(parts: ["indexAdd:", "index 2", "position 0", "0..<2"]) {
            evaluateOrStop(x.indexAdd(Tensor([2] as [Int32]), Tensor.zeros([1, 3]), axis: 0))
        },
        "indexCopy": Mistake(parts: ["indexCopy", "float64", "float32"]) {
            _ = x.indexCopy(Tensor.zeros([2], dtype: .int32), Tensor.zeros([2, 3], dtype: .float64), axis: 0)
        },
        "indexFill": Mistake(parts: ["indexFill", "[2, 1]"]) {
            _ = x.indexFill(Tensor.zeros([2, 1], dtype: .int32), Tensor(1.0), axis: 0)
        },
        "scatter": Mistake(parts: ["scatter", "index 3", "position 0", "0..<3"]) {
            evaluateOrStop(x.scatter(Tensor([3] as [Int64], shape: [1, 1]), Tensor.zeros([1, 1]), axis: 1))
        },
        "scatter shape": Mistake(parts: ["scatter", "[3, 1]", "[2, 3]"]) {
            _ = x.scatter(Tensor.zeros([3, 1], dtype: .int64), Tensor.zeros([3, 1]), axis: 1)
        },
        "scatterAdd": Mistake(parts: ["scatterAdd", "index 3", "position 0", "0..<3"]) {
            evaluateOrStop(x.scatterAdd(Tensor([3] as [Int64], shape: [1, 1]), Tensor.zeros([1, 1]), axis: 1))
        },
        "scatterReduce": Mistake(parts: ["scatterReduce", "index -1", "position 0", "0..<3"]) {
            evaluateOrStop(
                x.scatterReduce(Tensor([-1] as [Int64], shape: [1, 1]), Tensor.zeros([1, 1]), axis: 1, .max))
        },
        "scatterReduce dtype": Mistake(parts: ["scatterReduce", "int32", "float32"]) {
            _ = x.scatterReduce(whole, whole, axis: 1, .sum)
        },
        "scatterReduce of masks": Mistake(parts: ["scatterReduce", "product", "[2, 3]"]) {
            _ = mask.scatterReduce(whole, mask, axis: 1, .product)
        },
        "selectScatter": Mistake(parts: ["selectScatter", "index 2", "[2, 3]"]) {
            _ = x.selectScatter(Tensor.zeros([3]), axis: 0, index: 2)
        },
        "sliceScatter": Mistake(parts: ["sliceScatter", "[2, 2]", "[2, 3]"]) {
            _ = x.sliceScatter(Tensor.zeros([2, 2]), axis: 1, 0..<3)
        },
        "diagonalScatter": Mistake(parts: ["diagonalScatter", "[3]", "[2]"]) {
            _ = x.diagonalScatter(Tensor.zeros([3]))
        },
        "dynamicSlice": Mistake(parts: ["dynamicSlice", "[3, 3]", "[2, 3]"]) {
            _ = x.dynamicSlice(
                starts: [Tensor.zeros([], dtype: .int32), Tensor.zeros([], dtype: .int32)], extents: [3, 3])
        },
        "dynamicSlice dtype": Mistake(parts: ["dynamicSlice", "float32"]) {
            _ = x.dynamicSlice(starts: [Tensor(0.0), Tensor(0.0)], extents: [1, 1])
        },
        "dynamicUpdateSlice": Mistake(parts: ["dynamicUpdateSlice", "[4]", "[2, 3]"]) {
            _ = x.dynamicUpdateSlice(Tensor.zeros([4]), starts: [Tensor.zeros([], dtype: .int32)])
        },
        "indexCopy beyond": Mistake(parts: ["indexCopy:", "index 2", "position 0", "0..<2"]) {
            evaluateOrStop(x.indexCopy(Tensor([2] as [Int32]), Tensor.zeros([1, 3]), axis: 0))
        },
        "indexFill beyond": Mistake(parts: ["indexFill:", "index 2", "position 0", "0..<2"]) {
            evaluateOrStop(x.indexFill(Tensor([2] as [Int32]), Tensor(1.0), axis: 0))
        },
        "dynamicUpdateSlice dtype": Mistake(parts: ["dynamicUpdateSlice:", "int32", "float32"]) {
            let start = Tensor.zeros([], dtype: .int32)
            _ = x.dynamicUpdateSlice(whole, starts: [start, start])
        },
        "maskedFill shape": Mistake(parts: ["maskedFill:", "[2, 3]", "[4]"]) {
            _ = x.maskedFill(Tensor.zeros([4], dtype: .bool), 0)
        },
        "maskedFill": Mistake(parts: ["maskedFill", "int32", "bool"]) { _ = x.maskedFill(whole, 0) },
        "maskedFill value": Mistake(parts: ["maskedFill", "[2]"]) { _ = x.maskedFill(mask, Tensor.zeros([2])) },
        "maskedSelect": Mistake(parts: ["maskedSelect", "[2, 3]", "[2]"]) {
            _ = x.maskedSelect(Tensor.zeros([2], dtype: .bool))
        },
        "maskedScatter": Mistake(parts: ["index 1", "position 1", "0..<1"]) {
            evaluateOrStop(x.maskedScatter(.!mask, Tensor([1.0], dtype: .float64).asType(.float32)))
        },
        "maskedScatter of nothing": Mistake(parts: ["maskedScatter", "[0]", "[2, 3]"]) {
            _ = x.maskedScatter(.!mask, Tensor.zeros([0]))
        },
        "embedding": Mistake(parts: ["take", "index 2", "position 0", "0..<2"]) {
            evaluateOrStop(embedding(x, Tensor([2] as [Int32])))
        },
        "embedding table": Mistake(parts: ["embedding", "[3]"]) {
            _ = embedding(Tensor.zeros([3]), Tensor([2] as [Int32]))
        },
        "embedding dtype": Mistake(parts: ["embedding", "float32"]) { _ = embedding(x, x) },
        "embedding padding": Mistake(parts: ["embedding", "padding 2", "[2, 3]"]) {
            _ = embedding(x, Tensor([0] as [Int32]), paddingIndex: 2)
        },
        "embeddingBag": Mistake(parts: ["embeddingBag", "[2]"]) { _ = embeddingBag(x, Tensor([0, 1] as [Int32])) },
        "embeddingBag offsets": Mistake(parts: ["embeddingBag", "[0]"]) {
            _ = embeddingBag(
                x, Tensor([0, 1] as [Int32]), offsets: Tensor.zeros([0], dtype: .int32), includesLastOffset: true)
        },
        "embeddingBag weights": Mistake(parts: ["embeddingBag", "sums only"]) {
            _ = embeddingBag(x, Tensor([0, 1] as [Int32], shape: [1, 2]), weights: Tensor.zeros([1, 2]))
        },
        "oneHot": Mistake(parts: ["oneHot", "float32"]) { _ = oneHot(x, classes: 3) },
        "oneHot classes": Mistake(parts: ["oneHot", "-1 classes", "[2, 3]"]) { _ = oneHot(whole, classes: -1) },
        "searchSorted": Mistake(parts: ["searchSorted", "[2, 3]"]) { _ = searchSorted(x, x) },
        "searchSorted dtypes": Mistake(parts: ["searchSorted", "float32", "int32"]) {
            _ = searchSorted(Tensor.zeros([3]), whole)
        },
    ]
}
