/// The formulas of rules that take more than a line.
extension RuleContext {
    /// b a^(b-1); 0 where b is 0, also at a = 0.
    var powerBaseGradient: Tensor {
        which(b .== 0, a.like(0), cotangent * b * pow(a, b - 1))
    }

    /// a^b log(a); 0 where a is 0 and b is not negative, which is the limit.
    var powerExponentGradient: Tensor {
        let isZero = (a .== 0) .& (b .>= 0)
        let logarithm = log(which(isZero, a.like(1), a))
        return which(isZero, a.like(0), cotangent * output * logarithm)
    }

    /// With φ the density of the normal distribution: (2 - x²) φ.
    var geluSecondDerivative: Tensor {
        let xx = b * b
        return (2 - xx) * exp(xx * -0.5) * 0.3989422804014327
    }

    /// a² + b², and 1 at the origin, where the gradient of the angle is taken as 0.
    var squaredRadius: Tensor {
        let squares = a * a + b * b
        return which(squares .== 0, a.like(1), squares)
    }

    /// With u = s (x + c x³) and t = tanh(u): (1 - t²) (u' + x u''/2 - x t u'²).
    var geluTanhSecondDerivative: Tensor {
        let x = b, s = 0.7978845608028654, c = 0.044715
        let xx = x * x
        let t = tanh(x * (xx * (s * c) + s))
        let slope = xx * (3 * s * c) + s
        let curvature = xx * (3 * s * c)  // x u'' / 2
        return (1 - t * t) * (slope + curvature - x * t * slope * slope)
    }

    /// Equal extreme elements share the gradient. As in PyTorch, elements that are NaN share that of a NaN among all
    /// elements, while along single axes the gradient is NaN as well.
    var sharedByExtremes: Tensor {
        let isWhole = node.axes.count == x.ndim
        let isExtreme = isWhole ? (x .== output) .| (x .!= x) : x .== output
        let share = isExtreme.asType(x.dtype)
        return cotangent / share.sum(axes: node.axes.axes, keepDims: true) * share
    }

    /// All of the gradient to the operand that won, half to each where they are equal. Where one is NaN, neither has lost.
    func extremumGradient(for position: Int) -> Tensor {
        let (mine, other) = position == 0 ? (a, b) : (b, a)
        let loses = node.primitive == .maximum ? mine .< other : mine .> other
        let share = which(mine .== other, cotangent * 0.5, cotangent)
        return which(loses, cotangent.like(0), share)
    }

    func selectGradient(for position: Int) -> Tensor {
        let condition = Tensor(node.input0!), zero = cotangent.like(0)
        return position == 1 ? which(condition, cotangent, zero) : which(condition, zero, cotangent)
    }

    var transposeGradient: Tensor {
        let rank = node.shape.rank
        var inverse = [Int](repeating: 0, count: rank)
        for (position, axis) in Node.permutation(node.bits, rank: rank).enumerated() { inverse[axis] = position }
        return Tensor(Node.transpose(cotangent.node, inverse))
    }

    var sliceGradient: Tensor {
        let rank = node.shape.rank, list = node.list!, source = node.input0!.shape
        let starts = Array(list[..<rank]), steps = Array(list[rank...])
        let high = (0..<rank).map { axis in
            let count = node.shape[axis]
            return count == 0
                ? source[axis] - starts[axis] : source[axis] - starts[axis] - (count - 1) * steps[axis] - 1
        }
        return Tensor(Node.pad(cotangent.node, low: starts, high: high, interior: steps.map { $0 - 1 }))
    }

    var padGradient: Tensor {
        let rank = node.shape.rank, list = node.list!
        let low = Array(list[..<rank]), interior = Array(list[(2 * rank)...])
        return Tensor(Node.slice(cotangent.node, starts: low, steps: interior.map { $0 + 1 }, node.input0!.shape))
    }

    func concatenateGradient(for position: Int) -> Tensor {
        var start = 0
        for previous in 0..<position { start += input(previous).shape[node.axis] }
        return cotangent.narrowed(axis: node.axis, start..<(start + input(position).shape[node.axis]))
    }

    /// C = A B: dA = dC Bᵀ and dB = Aᵀ dC, read transposed where A or B was.
    func matmulGradient(for position: Int) -> Tensor {
        let (transposeA, transposeB) = (node.bits & 1 != 0, node.bits & 2 != 0)
        let (a, b, g) = (node.input0!, node.input1!, cotangent.node)
        if position == 0 {
            return Tensor(
                transposeA
                    ? Node.matmul(b, g, transposeA: transposeB, transposeB: true)
                    : Node.matmul(g, b, transposeB: !transposeB))
        }
        return Tensor(
            transposeB
                ? Node.matmul(g, a, transposeA: true, transposeB: transposeA)
                : Node.matmul(a, g, transposeA: !transposeA))
    }
}
