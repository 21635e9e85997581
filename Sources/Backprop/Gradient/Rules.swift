/// What a rule sees: the operation, its operands and result as tensors, and the gradient that arrives.
struct RuleContext {
    let node: Node
    let cotangent: Tensor

    var output: Tensor { Tensor(node) }
    var x: Tensor { Tensor(node.input0!) }
    var a: Tensor { Tensor(node.input0!) }
    var b: Tensor { Tensor(node.input1!) }
    /// The operand at a position.
    func input(_ position: Int) -> Node {
        switch position {
        case 0: node.input0!
        case 1: node.input1!
        case 2: node.input2!
        case 3: node.input3!
        default: node.moreInputs![position - 4]
        }
    }
}

extension RuleContext {
    /// The gradient for the operand at `position`, in the shape of the result where operands broadcast; nil where the
    /// derivative is zero everywhere. Recorded from primitives, so it can be differentiated again.
    func gradient(for position: Int) -> Tensor? {
        let g = cotangent
        switch node.primitive {
        case .constant, .scalar, .iota, .random, .sign, .floor, .ceil, .round, .not, .equal, .notEqual, .less,
            .lessEqual, .greater, .greaterEqual, .and, .or, .argMax, .checkIndices:
            return nil
        case .adamMean, .adamSquare, .adamValue:
            trap("\(node.primitive.name) is an update of an optimizer and has no gradient")

        case .negate: return -g
        case .abs: return g * sign(x)
        case .exp: return g * output
        case .expm1: return g * (output + 1)
        case .log: return g / x
        case .log1p: return g / (x + 1)
        case .sqrt: return g / (output * 2)
        case .rsqrt: return g * (output * output * output) * -0.5
        case .sin: return g * cos(x)
        case .cos: return -(g * sin(x))
        case .tanh: return g * (1 - output * output)
        case .sigmoid: return (g * output) * (1 - output)
        case .erf: return g * exp(-(x * x)) * 1.1283791670955126  // 2 / sqrt(pi)
        case .geluTanh: return Tensor(Node.binary(.geluTanhGradient, g.node, x.node))
        case .geluTanhGradient:
            return position == 0
                ? Tensor(Node.binary(.geluTanhGradient, g.node, b.node)) : g * a * geluTanhSecondDerivative
        case .convert: return g.asType(x.dtype)
        case .alias: return g

        case .add: return g
        case .subtract: return position == 0 ? g : -g
        case .multiply: return position == 0 ? g * b : g * a
        case .divide: return position == 0 ? g / b : -(g * a / (b * b))
        case .power: return position == 0 ? powerBaseGradient : powerExponentGradient
        case .maximum, .minimum: return extremumGradient(for: position)
        case .select: return position == 0 ? nil : selectGradient(for: position)

        case .sum: return g.broadcast(to: x.shape)
        case .max:
            // Equal greatest elements share the gradient.
            let isGreatest = (x .== output).asType(x.dtype)
            return g / isGreatest.sum(axes: node.axes.axes, keepDims: true) * isGreatest

        case .reshape: return Tensor(Node.reshape(g.node, node.input0!.shape))
        case .transpose: return transposeGradient
        case .broadcast: return g
        case .slice: return sliceGradient
        case .reverse: return Tensor(Node.reverse(g.node, node.axes))
        case .pad: return padGradient
        case .concatenate: return concatenateGradient(for: position)

        case .matmul: return matmulGradient(for: position)
        case .gather:
            guard position == 0 else { return nil }
            return Tensor(Node.scatterAdd(g.node, node.input1!, axis: node.axis, count: node.input0!.shape[node.axis]))
        case .scatterAdd:
            guard position == 0 else { return nil }
            return Tensor(Node.gather(g.node, node.input1!, axis: node.axis))
        }
    }

    /// b a^(b-1); 0 where b is 0, also at a = 0.
    private var powerBaseGradient: Tensor {
        which(b .== 0, a.like(0), cotangent * b * pow(a, b - 1))
    }

    /// a^b log(a); 0 where a is 0 and b is not negative, which is the limit.
    private var powerExponentGradient: Tensor {
        let isZero = (a .== 0) .& (b .>= 0)
        let logarithm = log(which(isZero, a.like(1), a))
        return which(isZero, a.like(0), cotangent * output * logarithm)
    }

    /// With u = s (x + c x³) and t = tanh(u): (1 - t²) (u' + x u''/2 - x t u'²).
    private var geluTanhSecondDerivative: Tensor {
        let x = b, s = 0.7978845608028654, c = 0.044715
        let xx = x * x
        let t = tanh(x * (xx * (s * c) + s))
        let slope = xx * (3 * s * c) + s
        let curvature = xx * (3 * s * c)  // x u'' / 2
        return (1 - t * t) * (slope + curvature - x * t * slope * slope)
    }

    /// All of the gradient to the operand that won, half to each where they are equal.
    private func extremumGradient(for position: Int) -> Tensor {
        let (mine, other) = position == 0 ? (a, b) : (b, a)
        let wins = node.primitive == .maximum ? mine .> other : mine .< other
        let half = which(mine .== other, cotangent * 0.5, cotangent.like(0))
        return which(wins, cotangent, half)
    }

    private func selectGradient(for position: Int) -> Tensor {
        let condition = Tensor(node.input0!), zero = cotangent.like(0)
        return position == 1 ? which(condition, cotangent, zero) : which(condition, zero, cotangent)
    }

    private var transposeGradient: Tensor {
        let rank = node.shape.rank
        var inverse = [Int](repeating: 0, count: rank)
        for (position, axis) in Node.permutation(node.bits, rank: rank).enumerated() { inverse[axis] = position }
        return Tensor(Node.transpose(cotangent.node, inverse))
    }

    private var sliceGradient: Tensor {
        let rank = node.shape.rank, list = node.list!, source = node.input0!.shape
        let starts = Array(list[..<rank]), steps = Array(list[rank...])
        let high = (0..<rank).map { axis in
            let count = node.shape[axis]
            return count == 0
                ? source[axis] - starts[axis] : source[axis] - starts[axis] - (count - 1) * steps[axis] - 1
        }
        return Tensor(Node.pad(cotangent.node, low: starts, high: high, interior: steps.map { $0 - 1 }))
    }

    private var padGradient: Tensor {
        let rank = node.shape.rank, list = node.list!
        let low = Array(list[..<rank]), interior = Array(list[(2 * rank)...])
        return Tensor(Node.slice(cotangent.node, starts: low, steps: interior.map { $0 + 1 }, node.input0!.shape))
    }

    private func concatenateGradient(for position: Int) -> Tensor {
        var start = 0
        for previous in 0..<position { start += input(previous).shape[node.axis] }
        return cotangent.narrowed(axis: node.axis, start..<(start + input(position).shape[node.axis]))
    }

    /// C = A B: dA = dC Bᵀ and dB = Aᵀ dC, read transposed where A or B was.
    private func matmulGradient(for position: Int) -> Tensor {
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
