import Backprop
import BackpropNN

extension FirstHour {
    static let creationSnippets: [FirstHour] = [
        FirstHour(
            "the first program",
            prints: """
                [[1, 2, 3],
                 [4, 5, 6]]  float32[2, 3] [[ 3,  5,  7],
                 [ 9, 11, 13]]  float32[2, 3] [[2, 2, 3],
                 [4, 5, 6]]  float32[2, 3] [3, 2]
                [[1, 9, 3],
                 [4, 5, 6]]  float32[2, 3]
                Sequential
                  layers.0: Linear(3, 4)  weight [4, 3], bias [4]  16
                  layers.1: relu
                  layers.2: Linear(4, 2)  weight [2, 4], bias [2]  10
                26 parameters
                """
        ) { print in
            let f: Float = 2
            let n: Int = 1
            let x = Tensor([[1.0, 2, 3], [4, 5, 6]])
            print(x, x * f + n, maximum(x, 2), x.exp().reshaped(3, -1).shape)
            var y = x * 1
            y[0, 1] = Tensor(9.0)
            print(y)
            print(Sequential(Linear(3, 4), Activation.relu, Linear(4, 2)))
        },
        FirstHour(
            "zeros in a hurry",
            prints: """
                [[0, 0],
                 [0, 0]]  float32[2, 2] [1, 1]  int32[2]
                """
        ) { print in
            print(zeros(2, 2), ones(2, dtype: .int32))
        },
        FirstHour(
            "a matrix",
            prints: """
                [[1, 2, 3],
                 [4, 5, 6]]  float32[2, 3]
                """
        ) { print in
            let x = Tensor([[1.0, 2, 3], [4, 5, 6]])
            print(x)
        },
        FirstHour("integers", prints: "[1, 2, 3]  int64[3]") { print in
            print(Tensor([1, 2, 3]))
        },
        FirstHour("a dtype of one's own", prints: "float32 float32 int64") { print in
            print(Tensor([1, 2, 3], dtype: .float32).dtype, Tensor([1.0, 2]).dtype, Tensor([1, 2]).dtype)
        },
        FirstHour(
            "numbers from arrays",
            prints: """
                float32 int64 float32
                [3, 5]  float32[2]
                """
        ) { print in
            let doubles: [Double] = [0.5, 1.5]
            let ints: [Int] = [1, 2]
            let floats: [Float] = [2.5, 3.5]
            print(Tensor(doubles).dtype, Tensor(ints).dtype, Tensor(floats).dtype)
            print(Tensor(doubles) + Tensor(floats))
        },
        FirstHour("a scalar", prints: "2.5000  float32[] [] 2.5") { print in
            let x = Tensor(2.5)
            print(x, x.shape, x.item())
        },
        FirstHour(
            "a range",
            prints: "[0, 1, 2, 3]  int64[4] [0, 1, 2, 3, 4]  int64[5] [0.0000, 0.2500, 0.5000, 0.7500]  float32[4]"
        ) { print in
            print(Tensor(0..<4), Tensor.arange(5), Tensor.arange(0, 1, step: 0.25))
        },
        FirstHour(
            "zeros and ones",
            prints: """
                [[0, 0, 0],
                 [0, 0, 0]]  float32[2, 3]
                [1, 1]  float32[2]
                [[7, 7],
                 [7, 7]]  float32[2, 2]
                """
        ) { print in
            print(Tensor.zeros(2, 3))
            print(Tensor.ones(2))
            print(Tensor.full([2, 2], 7))
        },
        FirstHour(
            "the identity",
            prints: """
                [[1, 0, 0],
                 [0, 1, 0],
                 [0, 0, 1]]  float32[3, 3]
                """
        ) { print in
            print(Tensor.eye(3))
        },
        FirstHour("a long tensor", prints: "[   0,    1,    2, ..., 1997, 1998, 1999]  int64[2000]") { print in
            print(Tensor.arange(2000))
        },
        FirstHour(
            "a large matrix",
            prints: """
                [[   0,    1,    2, ...,   97,   98,   99],
                 [ 100,  101,  102, ...,  197,  198,  199],
                 [ 200,  201,  202, ...,  297,  298,  299],
                 ...,
                 [9700, 9701, 9702, ..., 9797, 9798, 9799],
                 [9800, 9801, 9802, ..., 9897, 9898, 9899],
                 [9900, 9901, 9902, ..., 9997, 9998, 9999]]  int64[100, 100]
                """
        ) { print in
            print(Tensor.arange(10_000).reshaped(100, 100))
        },
        FirstHour(
            "numbers of many sizes",
            prints: """
                [1.0000e-05, 1.0000e+00, 1.0000e+05]  float32[3]
                [1.5000,    nan,   -inf]  float32[3]
                """
        ) { print in
            print(Tensor([0.00001, 1, 100_000]))
            print(Tensor([1.5, .nan, -.infinity]))
        },
        FirstHour("masks", prints: "[ true, false]  bool[2]") { print in
            print(Tensor([true, false]))
        },
        FirstHour("random numbers", prints: "true  bool[]") { print in
            let x = withRandomSeed(1) { Tensor.normal([2, 2]) }
            let y = withRandomSeed(1) { Tensor.normal([2, 2]) }
            print((x .== y).all())
        },
        FirstHour("an equidistant line", prints: "[0.0000, 0.2500, 0.5000, 0.7500, 1.0000]  float32[5]") { print in
            print(Tensor.linspace(0, 1, count: 5))
        },
        FirstHour(
            "three axes",
            prints: """
                [[[0, 1],
                  [2, 3]],

                 [[4, 5],
                  [6, 7]]]  int64[2, 2, 2]
                """
        ) { print in
            print(Tensor.arange(8).reshaped(2, 2, 2))
        },
    ]

    static let arithmeticSnippets: [FirstHour] = [
        FirstHour(
            "numbers of any kind beside tensors",
            prints: """
                [[2.5000, 3.0000, 3.5000],
                 [4.0000, 4.5000, 5.0000]]  float32[2, 3] [[2, 2, 3],
                 [4, 5, 6]]  float32[2, 3] [3, 2]
                """
        ) { print in
            let x = Tensor([[1.0, 2, 3], [4, 5, 6]])
            let f: Float = 0.5
            let n = 2
            print(x * f + n, maximum(x, 2), x.exp().reshaped(3, -1).shape)
        },
        FirstHour(
            "numbers on the left",
            prints: "[1.0000, 0.5000, 0.2500]  float32[3] [ 1,  0, -2]  float32[3] [10, 20, 40]  float32[3]"
        ) { print in
            let x = Tensor([1.0, 2, 4])
            print(1 / x, 2 - x, 10 * x)
        },
        FirstHour("in place", prints: "[0.5000, 1.0000]  float32[2]") { print in
            var x = Tensor([1.0, 2])
            x *= 2
            x += 1
            x -= Tensor([1.0, 1])
            x /= 4
            print(x)
        },
        FirstHour(
            "comparisons",
            prints: "[false, false,  true]  bool[3] [false,  true, false]  bool[3] [false, false,  true]  bool[3]"
        ) { print in
            let x = Tensor([-1.0, 0, 2])
            print(x .> 0, x .== 0, 1 .<= x)
        },
        FirstHour("which", prints: "[0, 0, 2]  float32[3] [-1, -1,  1]  int64[3]") { print in
            let x = Tensor([-1.0, 0, 2])
            print(which(x .> 0, x, 0), which(x .> 0, 1, -1))
        },
        FirstHour(
            "bounds",
            prints:
                "[0.0000, 0.5000, 2.0000]  float32[3] [-1.0000,  0.5000,  1.0000]  float32[3] [0.0000, 0.5000, 1.0000]  float32[3]"
        ) { print in
            let x = Tensor([-1.0, 0.5, 2])
            print(maximum(x, 0), minimum(1, x), clip(x, min: 0, max: 1))
        },
        FirstHour("functions and methods", prints: "[1, 2, 3]  float32[3] [1, 2, 3]  float32[3] 98  float32[]") {
            print in
            let x = Tensor([1.0, 4, 9])
            print(sqrt(x), x.sqrt(), x.square().sum())
        },
        FirstHour("powers", prints: "[1, 4, 9]  float32[3] [1.0000, 1.4142, 1.7321]  float32[3] [2, 4, 8]  float32[3]")
        { print in
            let x = Tensor([1.0, 2, 3])
            print(pow(x, 2), x.pow(0.5), pow(2, x))
        },
        FirstHour(
            "matrix products",
            prints: """
                [[ 7, 10],
                 [15, 22]]  float32[2, 2] [[ 5, 11],
                 [11, 25]]  float32[2, 2]
                """
        ) { print in
            let x = Tensor([[1.0, 2], [3, 4]])
            print(matmul(x, x), x.matmul(x.T))
        },
        FirstHour(
            "broadcasting",
            prints: """
                [[11, 21, 31],
                 [12, 22, 32]]  float32[2, 3]
                """
        ) { print in
            let column = Tensor([[1.0], [2]]), row = Tensor([[10.0, 20, 30]])
            print(column + row)
        },
        FirstHour("integers stay integers", prints: "[3, 4]  int64[2] [21, 24]  int64[2]") { print in
            print(Tensor([7, 8]) / 2, Tensor([7, 8]) * 3)
        },
        FirstHour(
            "einsum",
            prints: """
                [[ 5, 11],
                 [11, 25]]  float32[2, 2]
                """
        ) { print in
            let x = Tensor([[1.0, 2], [3, 4]])
            print(einsum("ij,kj->ik", [x, x]))
        },
    ]

    static let choosingSnippets: [FirstHour] = [
        FirstHour("one row, one column, one element", prints: "[1, 2, 3]  float32[3] [2, 5]  float32[2] 6  float32[]") {
            print in
            let x = Tensor([[1.0, 2, 3], [4, 5, 6]])
            print(x[0], x[.ellipsis, 1], x[1, 2])
        },
        FirstHour("slices", prints: "[1, 2]  int64[2] [4, 5]  int64[2] [0, 2, 4]  int64[3] 5  int64[]") { print in
            let x = Tensor.arange(6)
            print(x[1..<3], x[4...], x[.every(2)], x[-1])
        },
        FirstHour(
            "an assignment",
            prints: """
                [[1, 9, 3],
                 [4, 5, 6]]  float32[2, 3]
                """
        ) { print in
            let x = Tensor([[1.0, 2, 3], [4, 5, 6]])
            var y = x * 1
            y[0, 1] = Tensor(9.0)
            print(y)
        },
        FirstHour(
            "a block is replaced",
            prints: """
                [[0, 7, 8, 0],
                 [1, 1, 1, 1]]  float32[2, 4]
                """
        ) { print in
            var x = Tensor.zeros(2, 4)
            x[0, 1..<3] = Tensor([7.0, 8])
            x[1] = Tensor([[1.0]])
            print(x)
        },
        FirstHour("a mask chooses", prints: "[3, 2]  float32[2]") { print in
            let x = Tensor([3.0, -1, 2, -5])
            print(x[x .> 0])
        },
        FirstHour("a mask is filled", prints: "[3, 0, 2, 0]  float32[4]") { print in
            var x = Tensor([3.0, -1, 2, -5])
            x[x .< 0] = Tensor(0.0)
            print(x)
        },
        FirstHour(
            "rows by index",
            prints: """
                [[3, 3],
                 [1, 1]]  float32[2, 2]
                """
        ) { print in
            let table = Tensor([[1.0, 1], [2, 2], [3, 3]])
            print(table[Tensor([2, 0])])
        },
        FirstHour("the greatest", prints: "7  float32[] 1  int64[] [1, 0]  int64[2]") { print in
            let x = Tensor([[1.0, 7], [5, 2]])
            print(x.max(), x.argMax(), x.argMax(axis: 1))
        },
        FirstHour("sorted", prints: "[1, 2, 3]  float32[3] [1, 2, 0]  int64[3]") { print in
            let x = Tensor([3.0, 1, 2])
            print(x.sorted(), x.argSort(axis: 0))
        },
    ]

    static let shapingSnippets: [FirstHour] = [
        FirstHour(
            "reshaped",
            prints: """
                [[0, 1, 2],
                 [3, 4, 5]]  int64[2, 3]
                """
        ) { print in
            print(Tensor.arange(6).reshaped(2, -1))
        },
        FirstHour("transposed", prints: "[2, 4, 3] [2, 4, 3] [24]") { print in
            let x = Tensor.zeros(2, 3, 4)
            print(x.transposed(0, 2, 1).shape, x.T.shape, x.flattened().shape)
        },
        FirstHour(
            "sums",
            prints: """
                10  float32[] [4, 6]  float32[2] 10  float32[] [[1.5000],
                 [3.5000]]  float32[2, 1]
                """
        ) { print in
            let x = Tensor([[1.0, 2], [3, 4]])
            print(x.sum(), x.sum(axis: 0), x.sum(axis: [0, 1]), x.mean(axis: 1, keepDims: true))
        },
        FirstHour(
            "side by side",
            prints: """
                [1, 2, 3, 4]  float32[4] [[1, 2],
                 [3, 4]]  float32[2, 2]
                """
        ) { print in
            let x = Tensor([1.0, 2]), y = Tensor([3.0, 4])
            print(concatenated([x, y]), stacked([x, y]))
        },
        FirstHour("pieces", prints: "[0, 1]  int64[2] [4, 5]  int64[2]") { print in
            let parts = Tensor.arange(6).split(parts: 3)
            print(parts[0], parts[2])
        },
        FirstHour("one axis more", prints: "[1, 2] [1, 2] [2]") { print in
            let x = Tensor([1.0, 2])
            print(x.expandedDimensions(axis: 0).shape, x[.newAxis].shape, x.reshaped(2, 1).squeezed().shape)
        },
    ]

    static let swiftSnippets: [FirstHour] = [
        FirstHour("to arrays", prints: "[[1.0, 2.0], [3.0, 4.0]] [1.0, 2.0] [1, 2, 3, 4]") { print in
            let x = Tensor([[1.0, 2], [3, 4]])
            print([[Float]](x), [Float](x[0]), x.array(of: Int.self))
        },
        FirstHour("there and back", prints: "true") { print in
            let rows: [[Float]] = [[1, 2], [3, 4]]
            print([[Float]](Tensor(rows)) == rows)
        },
        FirstHour("one number", prints: "3.0") { print in
            let mean = Tensor([1.0, 2, 6]).mean().item()
            print(mean)
        },
        FirstHour("dtypes", prints: "[1, 0]  int32[2] [true, true]  bool[2] float64") { print in
            let x = Tensor([1.7, -0.2])
            print(x.asType(.int32), x.asType(.bool), x.asType(.float64).dtype)
        },
        FirstHour("an error that is caught", prints: "take -> float32[1]: index 5 at position 0 lies outside of 0..<2")
        { print in
            let table = Tensor([1.0, 2])
            do {
                try evaluate(table.take(Tensor([5])))
            } catch {
                print(error)
            }
        },
    ]
}
