import Backprop
import Testing

/// What dtype numbers have, beside nothing and beside tensors.
@Suite struct NumberTests {
    /// A type of somebody else that holds a matrix.
    private struct Grid: TensorElements {
        var rows: Int, columns: Int, storage: [Float]
        var extents: [Int] { [rows, columns] }
        var elements: [Float] { storage }
    }

    /// How a tensor is made, with its dtype, shape and elements.
    private static let made: [(name: String, tensor: @Sendable () -> Tensor, DType, [Int], [Double])] = [
        ("a literal with a point", { Tensor(2.5) }, .float32, [], [2.5]),
        ("an integer literal", { Tensor(2) }, .int64, [], [2]),
        ("a truth value", { Tensor(true) }, .bool, [], [1]),
        ("doubles", { Tensor([1, 2.5] as [Double]) }, .float32, [2], [1, 2.5]),
        ("floats", { Tensor([1, 2.5] as [Float]) }, .float32, [2], [1, 2.5]),
        ("ints", { Tensor([1, -2] as [Int]) }, .int64, [2], [1, -2]),
        ("int32", { Tensor([1, -2] as [Int32]) }, .int32, [2], [1, -2]),
        ("bytes", { Tensor([1, 255] as [UInt8]) }, .uint8, [2], [1, 255]),
        ("bfloat16", { Tensor([BFloat16(1.5)]) }, .bfloat16, [1], [1.5]),
        ("masks", { Tensor([true, false]) }, .bool, [2], [1, 0]),
        ("a matrix", { Tensor([[1.0, 2], [3, 4]]) }, .float32, [2, 2], [1, 2, 3, 4]),
        ("three levels", { Tensor([[[1], [2]], [[3], [4]]]) }, .int64, [2, 2, 1], [1, 2, 3, 4]),
        ("nothing", { Tensor([] as [Float]) }, .float32, [0], []),
        ("rows of nothing", { Tensor([[], []] as [[Int]]) }, .int64, [2, 0], []),
        ("a range", { Tensor(1...3) }, .int64, [3], [1, 2, 3]),
        ("a slice", { Tensor([1.0, 2, 3][1...]) }, .float32, [2], [2, 3]),
        ("elements in a shape", { Tensor([1, 2, 3, 4], shape: [2, 2]) }, .int64, [2, 2], [1, 2, 3, 4]),
        ("a set of them", { Tensor(Set([7.0]), shape: [1, 1]) }, .float32, [1, 1], [7]),
        ("a type of one's own", { Tensor(Grid(rows: 1, columns: 2, storage: [3, 4])) }, .float32, [1, 2], [3, 4]),
        ("integers as floats", { Tensor([1, 2], dtype: .float32) }, .float32, [2], [1, 2]),
        ("floats as integers", { Tensor([1.7, -1.7], dtype: .int32) }, .int32, [2], [1, -1]),
        ("doubles as doubles", { Tensor([0.1], dtype: .float64) }, .float64, [1], [0.1]),
        ("doubles as bfloat16", { Tensor([1.0 + 1.0 / 512], dtype: .bfloat16) }, .bfloat16, [1], [1]),
        ("numbers as masks", { Tensor([0.5, 0], dtype: .bool) }, .bool, [2], [1, 0]),
        ("masks as numbers", { Tensor([true, false], dtype: .float32) }, .float32, [2], [1, 0]),
        ("counting", { Tensor.arange(3) }, .int64, [3], [0, 1, 2]),
        ("zeros", { zeros(1, 2) }, .float32, [1, 2], [0, 0]),
    ]

    @Test(arguments: made.indices) func haveADType(_ number: Int) {
        let (name, make, dtype, shape, elements) = NumberTests.made[number]
        let tensor = make()
        #expect(tensor.dtype == dtype && tensor.shape == shape, "\(name): \(tensor.dtype)\(tensor.shape)")
        #expect(tensor.numbers == elements, "\(name)")
    }

    @Test func doublesAreRoundedOnce() {
        #expect(Tensor([0.1, 1e-46, 1e39]).array(of: Float.self) == [0.1, 0, .infinity])
        #expect(Tensor([0.1]).item() == Double(Float(0.1)))
    }

    @Test func wholeNumbersKeepTheirDigits() {
        let large = (1 << 60) + 1
        #expect(Tensor([large]).array(of: Int.self) == [large])
        #expect((Tensor([large]) + 1).array(of: Int.self) == [large + 1])
        #expect((Tensor([large]) .== large).array(of: Bool.self) == [true])
        #expect((Tensor(large) - large).item() == 0)
    }

    /// Every operator with every kind of number on both sides.
    @Test(arguments: [DType.float32, .float64, .bfloat16, .int32, .int64])
    func standOnBothSides(_ dtype: DType) {
        let x = Tensor([1, 2, 4], dtype: dtype)
        let (i, f, d) = (2, Float(2), 2.0)
        let two = Tensor([2, 2, 2], dtype: dtype)
        let groups: [[Tensor]] = [
            [x + two, x + i, x + f, x + d, i + x, f + x, d + x], [x - two, x - i, x - f, x - d],
            [two - x, i - x, f - x, d - x], [x * two, x * i, x * f, x * d, i * x, f * x, d * x],
            [x / two, x / i, x / f, x / d], [two / x, i / x, f / x, d / x],
            [x .== two, x .== i, x .== f, x .== d, i .== x, d .== x], [x .!= two, x .!= i, i .!= x],
            [x .< two, x .< i, x .< f, i .> x, d .> x], [x .> two, x .> i, i .< x], [x .<= two, x .<= f, f .>= x],
            [x .>= two, x .>= d, d .<= x], [maximum(x, two), maximum(x, i), maximum(f, x)],
            [minimum(x, two), minimum(x, d), minimum(i, x)],
            [which(x .> 1, x, two), which(x .> 1, x, i), which(.!(x .> 1), f, x)],
        ]
        for group in groups {
            for other in group.dropFirst() {
                #expect(other.dtype == group[0].dtype && other.numbers == group[0].numbers)
            }
        }
        var y = x
        y += 1
        y *= f
        y -= d
        y /= i
        #expect(y.dtype == dtype && y.numbers == x.numbers)
    }

    @Test func methodsAreFunctions() {
        let x = Tensor([0.25, 0.5, 0.75])
        let pairs: [(Tensor, Tensor)] = [
            (x.abs(), abs(x)), (x.sign(), sign(x)), (x.exp(), exp(x)), (x.exp2(), exp2(x)), (x.expm1(), expm1(x)),
            (x.log(), log(x)), (x.log2(), log2(x)), (x.log10(), log10(x)), (x.log1p(), log1p(x)),
            (x.sqrt(), sqrt(x)), (x.rsqrt(), rsqrt(x)), (x.square(), square(x)), (x.reciprocal(), reciprocal(x)),
            (x.sin(), sin(x)), (x.cos(), cos(x)), (x.tan(), tan(x)), (x.asin(), asin(x)), (x.acos(), acos(x)),
            (x.atan(), atan(x)), (x.sinh(), sinh(x)), (x.cosh(), cosh(x)), (x.tanh(), tanh(x)),
            (x.asinh(), asinh(x)), ((x + 1).acosh(), acosh(x + 1)), (x.atanh(), atanh(x)), (x.sigmoid(), sigmoid(x)),
            (x.erf(), erf(x)), (x.erfc(), erfc(x)), (x.erfInverse(), erfInverse(x)), (x.floor(), floor(x)),
            (x.ceil(), ceil(x)), (x.round(), round(x)), (x.trunc(), trunc(x)), (x.frac(), frac(x)),
            (x.isNaN(), isNaN(x)), (x.isInfinite(), isInfinite(x)), (x.isFinite(), isFinite(x)),
            (x.softmax(), softmax(x)), (x.logSoftmax(), logSoftmax(x)), (x.matmul(x), matmul(x, x)),
            (x.pow(x), pow(x, x)), (x.pow(3), pow(x, 3)), (x.clip(min: 0.3), clip(x, min: 0.3)),
            (x.maximum(0.5), maximum(x, 0.5)), (x.minimum(x), minimum(x, x)), (x.detached(), x),
        ]
        for (method, function) in pairs { #expect(method.bytes == function.bytes) }
    }

    @Test func arraysComeBack() {
        let x = Tensor([[1.0, 2, 3], [4, 5, 6]])
        #expect([[Float]](x) == [[1, 2, 3], [4, 5, 6]])
        #expect([[Int32]](x.T) == [[1, 4], [2, 5], [3, 6]])
        #expect([Double](x[1]) == [4, 5, 6])
        #expect([[[Float]]](x[.newAxis]) == [[[1, 2, 3], [4, 5, 6]]])
        #expect([[Float]](zeros(0, 3)).isEmpty)
    }
}
