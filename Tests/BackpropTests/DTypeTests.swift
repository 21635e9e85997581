import Backprop
import Testing

/// What the types of elements promise: no promotion, weak numbers, conversion, bfloat16.
@Suite struct DTypeTests {
    @Test(arguments: DType.allCases.filter { $0 != .bool }) func numbersTakeTheTypeOfTheTensor(_ dtype: DType) {
        let x = Tensor([1, 2, 3], shape: [3], dtype: dtype)
        for result in [x + 2, 2 * x, x - 1, x / 1, maximum(x, x.like(2)), x * x] { #expect(result.dtype == dtype) }
        #expect((x * 2 + 1).numbers == [3, 5, 7])
        #expect(x.sum().dtype == (dtype.isFloatingPoint ? dtype : .int64))
    }

    @Test(arguments: DType.allCases, DType.allCases) func everyTypeConverts(_ from: DType, _ to: DType) {
        let numbers = [0.0, 1, 2, 100]
        let source = Tensor(from == .bool ? [0, 1, 0, 1] : numbers, shape: [4], dtype: from)
        let result = source.asType(to)
        #expect(result.dtype == to)
        #expect(result.numbers == (to == .bool ? source.numbers.map { $0 == 0 ? 0 : 1 } : source.numbers))
        // The same from a register, in the middle of a computation.
        if from != .bool { #expect((source + 0).asType(to).numbers == result.numbers) }
    }

    @Test func aNumberIsWhatItsTypeCanHold() {
        #expect(Tensor(0.1).asType(.float64).item() == Double(Float(0.1)))
        #expect(Tensor(0.1, dtype: .bfloat16).item() == 0.10009765625)
        #expect((Tensor(1, dtype: .bfloat16) * 0.1).item() == 0.10009765625)
    }

    @Test(arguments: [
        (1.0, 1.0), (1.00390625, 1.0), (1.01171875, 1.015625), (1.0040, 1.0078125), (-1.01171875, -1.015625),
        (3.4e38, .infinity), (-.infinity, -.infinity), (1e-40, 0x1p-133), (0, 0),
    ]) func bfloat16RoundsToNearestAndTiesToEven(_ value: Double, _ expected: Double) {
        #expect(Float(BFloat16(Float(value))) == Float(expected))
        #expect(Tensor([Float(value)]).asType(.bfloat16).array(of: Float.self) == [Float(expected)])
        #expect((Tensor([Float(value)]) + 0).asType(.bfloat16).asType(.float32).array() as [Float] == [Float(expected)])
    }

    @Test func bfloat16KeepsWhatIsNotANumber() {
        let quiet = Float(bitPattern: 0x7f80_0001)
        #expect(Float(BFloat16(quiet)).isNaN)
        #expect((Tensor([quiet]).asType(.bfloat16) * 2).item().isNaN)
    }

    @Test func bfloat16SumsInFloat32() {
        // Added up in eight bits, 1 + 2^-8 + 2^-8 + ... would stay 1.
        let x = concatenated([Tensor.ones([1], dtype: .bfloat16), Tensor.full([256], 0x1p-8, dtype: .bfloat16)])
        #expect(x.sum().item() == 2)
        let row = x.reshaped([1, 257])
        #expect(matmul(row, Tensor.ones([257, 1], dtype: .bfloat16)).item() == 2)
    }

    @Test func bfloat16IsDifferentiatedInItsOwnType() {
        let x = Tensor([1, 2, 3], shape: [3], dtype: .bfloat16)
        let gradient = grad { ($0 * $0).sum() }(x)
        #expect(gradient.dtype == .bfloat16)
        #expect(gradient.numbers == [2, 4, 6])
    }

    @Test func uniformBFloat16StaysBelowOne() {
        let numbers = withRandomSeed(3) { Tensor.uniform([20000], dtype: .bfloat16) }.numbers
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(numbers.contains { $0 > 0.99 })
    }

    @Test func integersDividedByZeroGiveZero() {
        for dtype in [DType.uint8, .int32, .int64] {
            let quotient = Tensor([7, 0, 9], shape: [3], dtype: dtype) / Tensor([0, 0, 2], shape: [3], dtype: dtype)
            #expect(quotient.numbers == [0, 0, 4])
            let (a, b) = (Tensor([7, 0, 9], shape: [3], dtype: dtype), Tensor([0, 0, 2], shape: [3], dtype: dtype))
            for rest in [remainder(a, b), fmod(a, b)] { #expect(rest.numbers == [0, 0, 1]) }
            for rounded in [floorDivide(a, b), truncatedDivide(a, b)] { #expect(rounded.numbers == [0, 0, 4]) }
        }
    }
}
