import Backprop

/// Reductions, orders, products and what is made of them, in the order of their files.
extension DocumentedExample {
    private static let reductionsExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 2, 3, 4], shape: [2, 2]).sum(axes: [0])", [4, 6]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4], shape: [2, 2]).sum(axes: [0])
        },
        DocumentedExample("Tensor([1.0, 2, 3, 4], shape: [2, 2]).mean(axes: [1])", [1.5, 3.5]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4], shape: [2, 2]).mean(axes: [1])
        },
        DocumentedExample("Tensor([1.0, 2, 3, 6]).variance()", [3.5]) { () -> Tensor in
            Tensor([1.0, 2, 3, 6]).variance()
        },
        DocumentedExample("Tensor([1.0, 2, 3]).std(ddof: 1)", [1]) { () -> Tensor in
            Tensor([1.0, 2, 3]).std(ddof: 1)
        },
        DocumentedExample("Tensor([1.0, 2, 3, 4], shape: [2, 2]).product(axes: [0])", [3, 8]) { () -> Tensor in
            Tensor([1.0, 2, 3, 4], shape: [2, 2]).product(axes: [0])
        },
        DocumentedExample("Tensor([1000.0, 1000]).logSumExp()", [1000.69]) { () -> Tensor in
            Tensor([1000.0, 1000]).logSumExp()
        },
        DocumentedExample("Tensor([1, .nan, 3.0]).nanSum()", [4]) { () -> Tensor in
            Tensor([1, .nan, 3.0]).nanSum()
        },
        DocumentedExample("Tensor([1, .nan, 3.0]).nanMean()", [2]) { () -> Tensor in
            Tensor([1, .nan, 3.0]).nanMean()
        },
        DocumentedExample("Tensor([1.0, 0, 3]).countNonzero()", [2]) { () -> Tensor in
            Tensor([1.0, 0, 3]).countNonzero()
        },
        DocumentedExample("Tensor([0.0, 0, 3]).any()", [1]) { () -> Tensor in
            Tensor([0.0, 0, 3]).any()
        },
        DocumentedExample("Tensor([1.0, 0, 3]).all()", [0]) { () -> Tensor in
            Tensor([1.0, 0, 3]).all()
        },
        DocumentedExample("softmax(Tensor([0.0, 1, 2]))", [0.0900306, 0.244728, 0.665241]) { () -> Tensor in
            softmax(Tensor([0.0, 1, 2]))
        },
        DocumentedExample("softmin(Tensor([0.0, 1, 2]))", [0.665241, 0.244728, 0.0900306]) { () -> Tensor in
            softmin(Tensor([0.0, 1, 2]))
        },
        DocumentedExample("logSoftmax(Tensor([0.0, 1000]))", [-1000, 0]) { () -> Tensor in
            logSoftmax(Tensor([0.0, 1000]))
        },
    ]

    private static let extremaExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 5, 3, 2], shape: [2, 2]).max(axes: [0])", [3, 5]) { () -> Tensor in
            Tensor([1.0, 5, 3, 2], shape: [2, 2]).max(axes: [0])
        },
        DocumentedExample("Tensor([1.0, 5, 3, 2], shape: [2, 2]).min(axes: [0])", [1, 2]) { () -> Tensor in
            Tensor([1.0, 5, 3, 2], shape: [2, 2]).min(axes: [0])
        },
        DocumentedExample("Tensor([1.0, 5, 5]).argMax(axis: 0)", [1]) { () -> Tensor in
            Tensor([1.0, 5, 5]).argMax(axis: 0)
        },
        DocumentedExample("Tensor([5.0, 1, 1]).argMin(axis: 0)", [1]) { () -> Tensor in
            Tensor([5.0, 1, 1]).argMin(axis: 0)
        },
        DocumentedExample("Tensor([1.0, 5, 5]).maxWithIndex(axis: 0).values", [5]) { () -> Tensor in
            Tensor([1.0, 5, 5]).maxWithIndex(axis: 0).values
        },
        DocumentedExample("Tensor([5.0, 1, 1]).minWithIndex(axis: 0).indices", [1]) { () -> Tensor in
            Tensor([5.0, 1, 1]).minWithIndex(axis: 0).indices
        },
    ]

    private static let normsExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([3.0, -4]).vectorNorm()", [5]) { () -> Tensor in
            Tensor([3.0, -4]).vectorNorm()
        },
        DocumentedExample(
            "Tensor([3.0, 4, 0.3, 0.4], shape: [2, 2]).renormalized(axis: 0, limit: 1)", [0.6, 0.8, 0.3, 0.4]
        ) { () -> Tensor in
            Tensor([3.0, 4, 0.3, 0.4], shape: [2, 2]).renormalized(axis: 0, limit: 1)
        },
        DocumentedExample("normalized(Tensor([3.0, 4]))", [0.6, 0.8]) { () -> Tensor in
            normalized(Tensor([3.0, 4]))
        },
        DocumentedExample("cosineSimilarity(Tensor([1.0, 0]), Tensor([1.0, 1]))", [0.707107]) { () -> Tensor in
            cosineSimilarity(Tensor([1.0, 0]), Tensor([1.0, 1]))
        },
        DocumentedExample("pairwiseDistance(Tensor([0.0, 0]), Tensor([3.0, 4]))", [5]) { () -> Tensor in
            pairwiseDistance(Tensor([0.0, 0]), Tensor([3.0, 4]))
        },
        DocumentedExample("distances(Tensor([0.0, 0], shape: [1, 2]), Tensor([3.0, 4, 0, 1], shape: [2, 2]))", [5, 1]) {
            () -> Tensor in
            distances(Tensor([0.0, 0], shape: [1, 2]), Tensor([3.0, 4, 0, 1], shape: [2, 2]))
        },
    ]

    private static let cumulativeExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([1.0, 2, 3]).cumsum(axis: 0)", [1, 3, 6]) { () -> Tensor in
            Tensor([1.0, 2, 3]).cumsum(axis: 0)
        },
        DocumentedExample("Tensor([1.0, 2, 3]).cumprod(axis: 0)", [1, 2, 6]) { () -> Tensor in
            Tensor([1.0, 2, 3]).cumprod(axis: 0)
        },
        DocumentedExample("Tensor([1.0, 3, 2]).cummax(axis: 0).values", [1, 3, 3]) { () -> Tensor in
            Tensor([1.0, 3, 2]).cummax(axis: 0).values
        },
        DocumentedExample("Tensor([2.0, 1, 3]).cummin(axis: 0).indices", [0, 1, 1]) { () -> Tensor in
            Tensor([2.0, 1, 3]).cummin(axis: 0).indices
        },
        DocumentedExample("Tensor([0.0, 0, 0]).logCumSumExp(axis: 0)", [0, 0.693147, 1.09861]) { () -> Tensor in
            Tensor([0.0, 0, 0]).logCumSumExp(axis: 0)
        },
        DocumentedExample("Tensor([1.0, 2, 3]).trapezoid()", [4]) { () -> Tensor in
            Tensor([1.0, 2, 3]).trapezoid()
        },
        DocumentedExample("Tensor([1.0, 2, 3]).trapezoid(at: Tensor([0.0, 1, 3]))", [6.5]) { () -> Tensor in
            Tensor([1.0, 2, 3]).trapezoid(at: Tensor([0.0, 1, 3]))
        },
        DocumentedExample("Tensor([1.0, 2, 3]).cumulativeTrapezoid()", [1.5, 4]) { () -> Tensor in
            Tensor([1.0, 2, 3]).cumulativeTrapezoid()
        },
    ]

    private static let sortingExamples: [DocumentedExample] = [
        DocumentedExample("Tensor([3.0, 1, 2]).argSort()", [1, 2, 0]) { () -> Tensor in
            Tensor([3.0, 1, 2]).argSort()
        },
        DocumentedExample("Tensor([3.0, 1, 2]).sorted()", [1, 2, 3]) { () -> Tensor in
            Tensor([3.0, 1, 2]).sorted()
        },
        DocumentedExample("Tensor([3.0, 1, 2]).topK(2).values", [3, 2]) { () -> Tensor in
            Tensor([3.0, 1, 2]).topK(2).values
        },
        DocumentedExample("Tensor([3.0, 1, 2]).kthValue(2).values", [2]) { () -> Tensor in
            Tensor([3.0, 1, 2]).kthValue(2).values
        },
        DocumentedExample("Tensor([4.0, 1, 3, 2]).median(axis: 0).values", [2]) { () -> Tensor in
            Tensor([4.0, 1, 3, 2]).median(axis: 0).values
        },
        DocumentedExample("Tensor([4, .nan, 3.0]).nanMedian(axis: 0).values", [3]) { () -> Tensor in
            Tensor([4, .nan, 3.0]).nanMedian(axis: 0).values
        },
        DocumentedExample("Tensor([4.0, 1, 3, 2]).median()", [2]) { () -> Tensor in
            Tensor([4.0, 1, 3, 2]).median()
        },
        DocumentedExample("Tensor([4, .nan, 3.0]).nanMedian()", [3]) { () -> Tensor in
            Tensor([4, .nan, 3.0]).nanMedian()
        },
        DocumentedExample("Tensor([3.0, 1, 3, 1]).mode().values", [1]) { () -> Tensor in
            Tensor([3.0, 1, 3, 1]).mode().values
        },
    ]

    private static let productsExamples: [DocumentedExample] = [
        DocumentedExample("matmul(Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1.0, 1]))", [3, 7]) { () -> Tensor in
            matmul(Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1.0, 1]))
        },
        DocumentedExample(
            "addMM(Tensor([1.0]), Tensor([1.0, 2], shape: [1, 2]), Tensor([3.0, 4], shape: [2, 1]), alpha: 2)", [23]
        ) { () -> Tensor in
            addMM(Tensor([1.0]), Tensor([1.0, 2], shape: [1, 2]), Tensor([3.0, 4], shape: [2, 1]), alpha: 2)
        },
        DocumentedExample("inner(Tensor([1.0, 2]), Tensor([3.0, 4]))", [11]) { () -> Tensor in
            inner(Tensor([1.0, 2]), Tensor([3.0, 4]))
        },
        DocumentedExample("outer(Tensor([1.0, 2]), Tensor([3.0, 4]))", [3, 4, 6, 8]) { () -> Tensor in
            outer(Tensor([1.0, 2]), Tensor([3.0, 4]))
        },
        DocumentedExample("kron(Tensor([1.0, 2]), Tensor([1.0, 10]))", [1, 10, 2, 20]) { () -> Tensor in
            kron(Tensor([1.0, 2]), Tensor([1.0, 10]))
        },
        DocumentedExample("tensordot(Tensor.ones([2, 3, 4]), Tensor.ones([3, 4, 5])).shape", [2, 5]) { () -> [Int] in
            tensordot(Tensor.ones([2, 3, 4]), Tensor.ones([3, 4, 5])).shape
        },
        DocumentedExample("tensordot(Tensor.ones([2, 3]), Tensor.ones([2, 4]), axes: ([0], [0])).shape", [3, 4]) {
            () -> [Int] in
            tensordot(Tensor.ones([2, 3]), Tensor.ones([2, 4]), axes: ([0], [0])).shape
        },
        DocumentedExample(
            "bilinear(Tensor([1.0, 2]), Tensor([3.0, 4]), weight: Tensor.eye(2).reshaped([1, 2, 2]))",
            [11]
        ) { () -> Tensor in
            bilinear(Tensor([1.0, 2]), Tensor([3.0, 4]), weight: Tensor.eye(2).reshaped([1, 2, 2]))
        },
    ]

    private static let einsumExamples: [DocumentedExample] = [
        DocumentedExample(#"einsum("ij,j->i", [Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1.0, 1])])"#, [3, 7]) {
            () -> Tensor in
            einsum("ij,j->i", [Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1.0, 1])])
        },
        DocumentedExample(#"einsum("i,j->ij", Tensor([1.0, 2]), Tensor([3.0, 4]))"#, [3, 4, 6, 8]) { () -> Tensor in
            einsum("i,j->ij", Tensor([1.0, 2]), Tensor([3.0, 4]))
        },
    ]

    private static let embeddingsExamples: [DocumentedExample] = [
        DocumentedExample("embedding(Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1, 0] as [Int32]))", [3, 4, 1, 2]) {
            () -> Tensor in
            embedding(Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1, 0] as [Int32]))
        },
        DocumentedExample(
            "embeddingBag(Tensor([1.0, 2, 3]).reshaped([3, 1]), Tensor([0, 2] as [Int32], shape: [1, 2]))", [2]
        ) { () -> Tensor in
            embeddingBag(Tensor([1.0, 2, 3]).reshaped([3, 1]), Tensor([0, 2] as [Int32], shape: [1, 2]))
        },
        DocumentedExample("oneHot(Tensor([1, 0] as [Int32]), classes: 3)", [0, 1, 0, 1, 0, 0]) { () -> Tensor in
            oneHot(Tensor([1, 0] as [Int32]), classes: 3)
        },
        DocumentedExample("searchSorted(Tensor([1.0, 2, 3]), Tensor([2.0, 9]))", [1, 3]) { () -> Tensor in
            searchSorted(Tensor([1.0, 2, 3]), Tensor([2.0, 9]))
        },
    ]

    private static let linearAlgebraExamples: [DocumentedExample] = [
        DocumentedExample("LinearAlgebra.solve(Tensor([2.0, 0, 0, 4], shape: [2, 2]), Tensor([2.0, 8]))", [1, 2]) {
            () -> Tensor in
            LinearAlgebra.solve(Tensor([2.0, 0, 0, 4], shape: [2, 2]), Tensor([2.0, 8]))
        },
        DocumentedExample(
            """
            let a = Tensor([2.0, 1, 0, 4], shape: [2, 2]), b = Tensor([4.0, 8], shape: [2, 1])
            LinearAlgebra.solveTriangular(a, b, upper: true)
            """, [1, 2]
        ) { () -> Tensor in
            let a = Tensor([2.0, 1, 0, 4], shape: [2, 2]), b = Tensor([4.0, 8], shape: [2, 1])
            return LinearAlgebra.solveTriangular(a, b, upper: true)
        },
        DocumentedExample("LinearAlgebra.inverse(Tensor([2.0, 0, 0, 4], shape: [2, 2]))", [0.5, 0, 0, 0.25]) {
            () -> Tensor in
            LinearAlgebra.inverse(Tensor([2.0, 0, 0, 4], shape: [2, 2]))
        },
        DocumentedExample("LinearAlgebra.pseudoInverse(Tensor([2.0, 0, 0, 0], shape: [2, 2]))", [0.5, 0, 0, 0]) {
            () -> Tensor in
            LinearAlgebra.pseudoInverse(Tensor([2.0, 0, 0, 0], shape: [2, 2]))
        },
        DocumentedExample("LinearAlgebra.leastSquares(Tensor([1.0, 1], shape: [2, 1]), Tensor([1.0, 3]))", [2]) {
            () -> Tensor in
            LinearAlgebra.leastSquares(Tensor([1.0, 1], shape: [2, 1]), Tensor([1.0, 3]))
        },
        DocumentedExample("LinearAlgebra.power(Tensor([1.0, 1, 0, 1], shape: [2, 2]), 3)", [1, 3, 0, 1]) {
            () -> Tensor in
            LinearAlgebra.power(Tensor([1.0, 1, 0, 1], shape: [2, 2]), 3)
        },
        DocumentedExample("LinearAlgebra.cholesky(Tensor([4.0, 2, 2, 5], shape: [2, 2]))", [2, 0, 1, 2]) {
            () -> Tensor in
            LinearAlgebra.cholesky(Tensor([4.0, 2, 2, 5], shape: [2, 2]))
        },
        DocumentedExample(
            "LinearAlgebra.choleskySolve(Tensor([4.0], shape: [1, 1]), Tensor([2.0], shape: [1, 1]))", [1]
        ) { () -> Tensor in
            LinearAlgebra.choleskySolve(Tensor([4.0], shape: [1, 1]), Tensor([2.0], shape: [1, 1]))
        },
        DocumentedExample("LinearAlgebra.qr(Tensor([3.0, 4], shape: [2, 1])).q", [-0.6, -0.8]) { () -> Tensor in
            LinearAlgebra.qr(Tensor([3.0, 4], shape: [2, 1])).q
        },
        DocumentedExample("LinearAlgebra.eigh(Tensor([2.0, 1, 1, 2], shape: [2, 2])).values", [1, 3]) { () -> Tensor in
            LinearAlgebra.eigh(Tensor([2.0, 1, 1, 2], shape: [2, 2])).values
        },
        DocumentedExample("LinearAlgebra.eigvalsh(Tensor([2.0, 1, 1, 2], shape: [2, 2]))", [1, 3]) { () -> Tensor in
            LinearAlgebra.eigvalsh(Tensor([2.0, 1, 1, 2], shape: [2, 2]))
        },
        DocumentedExample("LinearAlgebra.svd(Tensor([3.0, 0, 0, -4], shape: [2, 2])).s", [4, 3]) { () -> Tensor in
            LinearAlgebra.svd(Tensor([3.0, 0, 0, -4], shape: [2, 2])).s
        },
        DocumentedExample("LinearAlgebra.svdvals(Tensor([3.0, 0, 0, -4], shape: [2, 2]))", [4, 3]) { () -> Tensor in
            LinearAlgebra.svdvals(Tensor([3.0, 0, 0, -4], shape: [2, 2]))
        },
        DocumentedExample("LinearAlgebra.det(Tensor([1.0, 2, 3, 4], shape: [2, 2]))", [-2]) { () -> Tensor in
            LinearAlgebra.det(Tensor([1.0, 2, 3, 4], shape: [2, 2]))
        },
        DocumentedExample("LinearAlgebra.slogdet(Tensor([1.0, 2, 3, 4], shape: [2, 2])).logarithm", [0.693147]) {
            () -> Tensor in
            LinearAlgebra.slogdet(Tensor([1.0, 2, 3, 4], shape: [2, 2])).logarithm
        },
        DocumentedExample("LinearAlgebra.norm(Tensor([1.0, 2, 3, -4], shape: [2, 2]), .greatestRow)", [7]) {
            () -> Tensor in
            LinearAlgebra.norm(Tensor([1.0, 2, 3, -4], shape: [2, 2]), .greatestRow)
        },
        DocumentedExample("LinearAlgebra.cross(Tensor([1.0, 0, 0]), Tensor([0.0, 1, 0]))", [0, 0, 1]) { () -> Tensor in
            LinearAlgebra.cross(Tensor([1.0, 0, 0]), Tensor([0.0, 1, 0]))
        },
    ]

    static let ofContraction: [DocumentedExample] = [
        reductionsExamples, extremaExamples, normsExamples, cumulativeExamples, sortingExamples, productsExamples,
        einsumExamples, embeddingsExamples, linearAlgebraExamples,
    ].flatMap { $0 }
}
