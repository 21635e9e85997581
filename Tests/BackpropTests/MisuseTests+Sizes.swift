import Backprop

/// Sizes without sense, numbers that a dtype does not hold, and transforms of the wrong things.
extension MisuseTests {
    private static let huge = 2_147_483_647

    static let sizes: [String: Mistake] = [
        // Shapes that no memory holds; nothing overflows on the way to them.
        "full": Mistake(parts: ["full", "too many", "[2147483647, 2147483647]"]) { _ = Tensor.full([huge, huge], 1) },
        "ones": Mistake(parts: ["full", "-1"]) { _ = Tensor.ones([2, -1]) },
        "elements of a shape": Mistake(parts: ["[3]", "3 elements", "2"]) {
            _ = Tensor([1, 2] as [Float], shape: [3])
        },
        "elements of no shape": Mistake(parts: ["-1"]) { _ = Tensor([1, 2] as [Float], shape: [-1]) },
        "broadcast to too much": Mistake(parts: ["broadcast", "too many"]) { _ = x.broadcast(to: [huge, huge, 2, 3]) },
        "too large a sum": Mistake(parts: ["add", "too many"]) {
            _ = Tensor.zeros([huge, 1, 1]) + Tensor.zeros([1, huge, 1]) + Tensor.zeros([1, 1, huge])
        },
        "too large a choice": Mistake(parts: ["which", "too many"]) {
            _ = which(Tensor.zeros([huge, 1], dtype: .bool), Tensor.zeros([1, huge]), Tensor(0.0))
        },
        "too large a product": Mistake(parts: ["matmul", "too many"]) {
            _ = matmul(Tensor.zeros([huge, 1]), Tensor.zeros([1, huge]))
        },
        "outer": Mistake(parts: ["outer:", "too many"]) { _ = outer(Tensor.zeros([huge]), Tensor.zeros([huge])) },
        "too long a concatenation": Mistake(parts: ["concatenated", "4294967294"]) {
            _ = concatenated([Tensor.zeros([huge]), Tensor.zeros([huge])])
        },
        "too long an axis": Mistake(parts: ["flattened", "4294967294"]) { _ = Tensor.zeros([huge, 2]).flattened() },
        "too long a part": Mistake(parts: ["flattened", "4294967294"]) {
            _ = Tensor.zeros([1, huge, 2]).flattened(start: 1)
        },
        "reshaped overflow": Mistake(parts: ["reshaped", "[2, 3]"]) { _ = x.reshaped([.max, .max, 6]) },
        "reshaped twice free": Mistake(parts: ["reshaped", "[2, 3]"]) { _ = x.reshaped([-1, -1]) },
        "reshaped of nothing": Mistake(parts: ["reshaped", "[0, 3]"]) { _ = Tensor.zeros([0, 3]).reshaped([0, -1]) },
        "unflattened overflow": Mistake(parts: ["unflattened", "[2, 3]"]) { _ = x.unflattened(axis: 1, [.max, .max]) },
        "take too much": Mistake(parts: ["take", "too many"]) {
            _ = Tensor.zeros([2, huge]).take(Tensor.zeros([huge], dtype: .int32))
        },
        "expandedDimensions of eight": Mistake(parts: ["expandedDimensions", "8 axes"]) {
            _ = Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 1]).expandedDimensions(axis: 0)
        },
        "unfolded rank": Mistake(parts: ["unfolded"]) {
            _ = Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 1]).unfolded(axis: 0, size: 1, step: 1)
        },
        "kron": Mistake(parts: ["kron", "four axes"]) { _ = kron(Tensor.zeros([1, 1, 1, 1, 1]), x) },
        // Numbers.
        "a number for integers": Mistake(parts: ["3000000000", "int32"]) { _ = whole + 3_000_000_000 },
        "a negative number for bytes": Mistake(parts: ["-1", "uint8"]) { _ = Tensor.zeros([2], dtype: .uint8) * -1 },
        "NaN for integers": Mistake(parts: ["nan", "int32"]) { _ = Tensor(.nan, dtype: .int32) },
        "infinity for integers": Mistake(parts: ["inf", "int64"]) { _ = Tensor.full([2], .infinity, dtype: .int64) },
        "a large number for integers": Mistake(parts: ["1e+30", "int64"]) { _ = Tensor(1e30, dtype: .int64) },
        "arange": Mistake(parts: ["arange", "-1"]) { _ = Tensor.arange(-1) },
        "arange step": Mistake(parts: ["arange", "by 0"]) { _ = Tensor.arange(0, 1, step: 0) },
        "arange NaN": Mistake(parts: ["arange", "nan"]) { _ = Tensor.arange(.nan, 1) },
        "arange without end": Mistake(parts: ["arange", "too many"]) { _ = Tensor.arange(0, 1e300) },
        "arange dtype": Mistake(parts: ["arange", "bool"]) { _ = Tensor.arange(3, dtype: .bool) },
        "linspace": Mistake(parts: ["linspace", "-1"]) { _ = Tensor.linspace(0, 1, count: -1) },
        "linspace without end": Mistake(parts: ["linspace"]) { _ = Tensor.linspace(0, 1, count: .max) },
        "eye": Mistake(parts: ["eye:", "-1"]) { _ = Tensor.eye(-1) },
        "indices": Mistake(parts: ["indices", "axis 2", "[2, 3]"]) { _ = Tensor.indices([2, 3], axis: 2) },
        "round": Mistake(parts: ["round", "400"]) { _ = round(x, decimals: 400) },
        "polygamma": Mistake(parts: ["polygamma", "-1"]) { _ = polygamma(-1, x) },
        "pow": Mistake(parts: ["pow", "-1", "int32"]) { _ = pow(whole, -1) },
        "pow dtype": Mistake(parts: ["pow", "int32"]) { _ = pow(whole, whole) },
        "clip whole": Mistake(parts: ["0.5", "int32"]) { _ = clip(whole, min: 0.5) },
        "uniform range": Mistake(parts: ["uniform", "1.0", "0.0"]) { _ = Tensor.uniform([2], low: 1, high: 0) },
        "uniform NaN": Mistake(parts: ["uniform", "nan"]) { _ = Tensor.uniform([2], low: .nan) },
        "normal": Mistake(parts: ["normal", "int32"]) { _ = Tensor.normal([2], dtype: .int32) },
        "normal deviation": Mistake(parts: ["normal", "-1"]) { _ = Tensor.normal([2], standardDeviation: -1) },
        "truncatedNormal": Mistake(parts: ["truncatedNormal", "2.0", "-2.0"]) {
            _ = Tensor.truncatedNormal([2], low: 2, high: -2)
        },
        "integers range": Mistake(parts: ["integers", "3"]) { _ = Tensor.integers([2], low: 3, high: 3) },
        "integers overflow": Mistake(parts: ["integers", "wide"]) { _ = Tensor.integers([2], low: .min, high: .max) },
        "integers beyond a dtype": Mistake(parts: ["integers", "uint8", "300"]) {
            _ = Tensor.integers([2], high: 300, dtype: .uint8)
        },
        "bernoulli": Mistake(parts: ["bernoulli", "1.5"]) { _ = Tensor.bernoulli([2], probability: 1.5) },
        "vectorNorm order": Mistake(parts: ["vectorNorm", "nan"]) { _ = x.vectorNorm(.nan) },
        "vectorNorm dtype": Mistake(parts: ["vectorNorm", "int32"]) { _ = whole.vectorNorm() },
        "renormalized": Mistake(parts: ["renormalized", "axis 2", "[2, 3]"]) { _ = x.renormalized(axis: 2, limit: 1) },
        "normalized": Mistake(parts: ["vectorNorm", "axis 2", "[2, 3]"]) { _ = normalized(x, axes: [2]) },
        "cosineSimilarity": Mistake(parts: ["cosineSimilarity", "[2, 3]", "[2]"]) {
            _ = cosineSimilarity(x, Tensor.zeros([2]))
        },
        "cosineSimilarity axis": Mistake(parts: ["cosineSimilarity", "axis 2", "[2, 3]"]) {
            _ = cosineSimilarity(x, x, axis: 2)
        },
        "distances": Mistake(parts: ["distances", "[2, 3]", "[2, 4]"]) { _ = distances(x, Tensor.zeros([2, 4])) },
        // Transforms.
        "argument numbers": Mistake(parts: ["gradient", "[1]"]) {
            _ = grad({ $0[0].sum() }, argumentNumbers: [1])([x])
        },
        "repeated argument numbers": Mistake(parts: ["gradient", "[0, 0]"]) {
            _ = valueAndGrad({ $0[0].sum() }, argumentNumbers: [0, 0])([x])
        },
        "gradient of many": Mistake(parts: ["gradient", "float32[2, 3]"]) { _ = grad { $0 * 2 }(x) },
        "gradients": Mistake(parts: ["gradients", "[2, 3]"]) { _ = gradients(of: x, withRespectTo: [x]) },
        "vjp count": Mistake(parts: ["vjp", "2 cotangents", "1 results"]) {
            _ = vjp({ $0 }, primals: [x], cotangents: [x, x])
        },
        "vjp dtype": Mistake(parts: ["vjp", "float64", "float32"]) {
            _ = vjp({ $0 }, primals: [x], cotangents: [x.asType(.float64)])
        },
        "jvp count": Mistake(parts: ["jvp", "0 tangents", "1 primals"]) { _ = jvp({ $0 }, primals: [x], tangents: []) },
        "hessianVectorProduct": Mistake(parts: ["jvp", "[2]", "[2, 3]"]) {
            _ = hessianVectorProduct(of: { $0[0].sum() }, primals: [x], tangents: [Tensor.zeros([2])])
        },
        "onGradient": Mistake(parts: ["onGradient: the hook", "[2, 3]", "[]"]) {
            _ = grad { $0.onGradient { $0.sum() }.sum() }(x)
        },
    ]

    static let matrices: [String: Mistake] = [
        "solve": Mistake(parts: ["solve", "[2, 3]", "not square"]) { _ = LinearAlgebra.solve(x, x) },
        "solve shapes": Mistake(parts: ["solve", "[2, 2]", "[3, 1]"]) {
            _ = LinearAlgebra.solve(Tensor.zeros([2, 2]), Tensor.zeros([3, 1]))
        },
        "solve dtype": Mistake(parts: ["solve", "int32"]) { _ = LinearAlgebra.solve(whole, whole) },
        "solve dtypes": Mistake(parts: ["solve", "float64", "float32"]) {
            _ = LinearAlgebra.solve(Tensor.zeros([2, 2], dtype: .float64), Tensor.zeros([2, 2]))
        },
        "solve batch": Mistake(parts: ["solve", "[2, 3, 3]", "[4, 3, 1]"]) {
            _ = LinearAlgebra.solve(Tensor.zeros([2, 3, 3]), Tensor.zeros([4, 3, 1]))
        },
        "solve a number": Mistake(parts: ["solve", "[2, 2]", "[]"]) {
            _ = LinearAlgebra.solve(Tensor.zeros([2, 2]), Tensor(1.0))
        },
        "solveTriangular": Mistake(parts: ["solveTriangular:", "[2, 3]"]) {
            _ = LinearAlgebra.solveTriangular(x, x, upper: true)
        },
        "solveTriangular vector": Mistake(parts: ["solveTriangular", "[2]"]) {
            _ = LinearAlgebra.solveTriangular(Tensor.zeros([2, 2]), Tensor.zeros([2]), upper: true)
        },
        "inverse": Mistake(parts: ["[2, 3]", "not square"]) { _ = LinearAlgebra.inverse(x) },
        "pseudoInverse": Mistake(parts: ["pseudoInverse", "[3]"]) {
            _ = LinearAlgebra.pseudoInverse(Tensor.zeros([3]))
        },
        "leastSquares": Mistake(parts: ["matmul", "[3, 2]", "[4, 1]"]) {
            _ = LinearAlgebra.leastSquares(x, Tensor.zeros([4, 1]))
        },
        "matrix power": Mistake(parts: ["power", "[2, 3]", "not square"]) { _ = LinearAlgebra.power(x, 2) },
        "cholesky": Mistake(parts: ["cholesky", "[2, 3]", "not square"]) { _ = LinearAlgebra.cholesky(x) },
        "choleskySolve": Mistake(parts: ["solveTriangular", "[3]"]) {
            _ = LinearAlgebra.choleskySolve(Tensor.zeros([3]), Tensor.zeros([3, 3]))
        },
        "qr": Mistake(parts: ["qr", "[3]"]) { _ = LinearAlgebra.qr(Tensor.zeros([3])) },
        "eigh": Mistake(parts: ["eigh", "[2, 3]", "not square"]) { _ = LinearAlgebra.eigh(x) },
        "eigvalsh": Mistake(parts: ["eigh", "[2, 3]", "not square"]) { _ = LinearAlgebra.eigvalsh(x) },
        "svd": Mistake(parts: ["svd", "int32"]) { _ = LinearAlgebra.svd(whole) },
        "svdvals": Mistake(parts: ["svd", "[3]"]) { _ = LinearAlgebra.svdvals(Tensor.zeros([3])) },
        "det": Mistake(parts: ["det:", "[2, 3]", "not square"]) { _ = LinearAlgebra.det(x) },
        "slogdet": Mistake(parts: ["slogdet", "[2, 3]", "not square"]) { _ = LinearAlgebra.slogdet(x) },
        "norm": Mistake(parts: ["norm", "axis 2", "[2, 3]"]) { _ = LinearAlgebra.norm(x, axes: (0, 2)) },
        "norm axes": Mistake(parts: ["norm", "same"]) { _ = LinearAlgebra.norm(x, axes: (0, -2)) },
        "norm dtype": Mistake(parts: ["norm", "int32"]) { _ = LinearAlgebra.norm(whole) },
        "cross": Mistake(parts: ["cross", "[2, 3]", "[2, 4]"]) { _ = LinearAlgebra.cross(x, Tensor.zeros([2, 4])) },
        "cross axis": Mistake(parts: ["cross", "axis 2", "[2, 3]"]) { _ = LinearAlgebra.cross(x, x, axis: 2) },
        "addMM": Mistake(parts: ["matmul", "[2, 3]"]) { _ = addMM(x, x, x) },
        "inner": Mistake(parts: ["inner:", "[2, 3]", "[2, 4]"]) { _ = inner(x, Tensor.zeros([2, 4])) },
        "matmul dtypes": Mistake(parts: ["matmul", "float32", "int32"]) { _ = matmul(x, whole.T) },
        "matmul of masks": Mistake(parts: ["matmul", "bool"]) { _ = matmul(mask, mask.T) },
        "bilinear": Mistake(parts: ["bilinear", "[1, 3, 4]", "[2, 3]"]) {
            _ = bilinear(x, x, weight: Tensor.zeros([1, 3, 4]))
        },
    ]
}
