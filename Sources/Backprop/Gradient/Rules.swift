/// What a rule sees: the operation, its operands and result as tensors, and the gradient that arrives.
struct RuleContext {
    let node: Node
    let cotangent: Tensor

    var output: Tensor { Tensor(node) }
    var x: Tensor { Tensor(node.input0!) }
    var a: Tensor { Tensor(node.input0!) }
    var b: Tensor { Tensor(node.input1!) }
    /// The operand at a position.
    func input(_ position: Int) -> Node { node.input(position) }
}

extension RuleContext {
    /// The gradient for the operand at `position`, in the shape of the result where operands broadcast; nil where the
    /// derivative is zero everywhere. Recorded from primitives, so it can be differentiated again.
    func gradient(for position: Int) -> Tensor? {
        let g = cotangent
        switch node.primitive {
        case .constant, .scalar, .iota, .random, .sign, .floor, .ceil, .round, .not, .equal, .notEqual, .less,
            .lessEqual, .greater, .greaterEqual, .and, .or, .argMax, .argMin, .checkIndices, .argSort,
            .cumulativeArgMax, .cumulativeArgMin, .windowArgMax, .gradient:
            return nil
        case .customCall, .customResult:
            // The walk hands all gradients of a call to its rule at once.
            return nil
        case .adamMean, .adamSquare, .adamValue:
            trap("\(node.primitive.name) is an update of an optimizer and has no gradient")

        case .negate: return -g
        case .abs: return g * sign(x)
        case .exp: return g * output
        case .expm1: return g * exp(x)
        case .log: return g / x
        case .log1p: return g / (x + 1)
        case .sqrt: return g / (output * 2)
        case .rsqrt: return g * (output * output * output) * -0.5
        case .sin: return g * cos(x)
        case .cos: return -(g * sin(x))
        case .tanh: return g * (1 - output * output)
        case .sigmoid: return (g * output) * (1 - output)
        case .erf: return g * exp(-(x * x)) * 1.1283791670955126  // 2 / sqrt(pi)
        case .erfc: return g * exp(-(x * x)) * -1.1283791670955126
        case .erfInverse: return g * exp(output * output) * 0.8862269254527580  // sqrt(pi) / 2
        case .logGamma: return g * digamma(x)
        case .polygamma:
            return position == 0 ? nil : g * polygamma(Int(node.input0!.scalarValue) + 1, b)
        case .atan2: return position == 0 ? g * b / squaredRadius : -(g * a / squaredRadius)
        case .remainder: return position == 0 ? g : -(g * floorDivide(a, b))
        case .gelu: return Tensor(Node.binary(.geluGradient, g.node, x.node))
        case .geluGradient:
            return position == 0
                ? Tensor(Node.binary(.geluGradient, g.node, b.node)) : g * a * geluSecondDerivative
        case .geluTanh: return Tensor(Node.binary(.geluTanhGradient, g.node, x.node))
        case .geluTanhGradient:
            return position == 0
                ? Tensor(Node.binary(.geluTanhGradient, g.node, b.node)) : g * a * geluTanhSecondDerivative
        case .convert: return g.asType(x.dtype)
        case .alias: return g

        case .add: return g
        case .subtract: return position == 0 ? g : -g
        case .multiply: return position == 0 ? g * b : g * a
        case .divide: return position == 0 ? g / b : -(g * output / b)
        case .descend: return position == 0 ? g : -(g * (position == 1 ? Tensor(input(2)) : b))
        case .power: return position == 0 ? powerBaseGradient : powerExponentGradient
        case .maximum, .minimum: return extremumGradient(for: position)
        case .select: return position == 0 ? nil : selectGradient(for: position)

        case .sum: return g.broadcast(to: x.shape)
        case .max, .min:
            return sharedByExtremes

        case .reshape: return Tensor(Node.reshape(g.node, node.input0!.shape))
        case .transpose: return transposeGradient
        case .broadcast: return g
        case .slice: return sliceGradient
        case .reverse: return Tensor(Node.reverse(g.node, node.axes))
        case .pad: return padGradient
        case .concatenate: return concatenateGradient(for: position)

        case .matmul: return matmulGradient(for: position)
        case .convolution: return convolutionGradient(for: position)
        case .convolutionInputGradient: return convolutionInputGradientGradient(for: position)
        case .convolutionWeightGradient: return convolutionWeightGradientGradient(for: position)
        case .windowSum: return windowSumGradient
        case .windowPick: return position == 1 ? windowPickGradient : nil
        case .windowSpread: return position == 1 ? windowSpreadGradient : nil
        case .gather:
            guard position == 0 else { return nil }
            return Tensor(Node.scatterAdd(g.node, node.input1!, axis: node.axis, count: node.input0!.shape[node.axis]))
        case .scatterAdd:
            guard position == 0 else { return nil }
            return Tensor(Node.gather(g.node, node.input1!, axis: node.axis))
        case .scatterMax: return position == 0 ? scatterMaxGradient : nil
        case .linearRecurrence: return position == 0 ? recurrenceFactorGradient : recurrenceTermGradient

        case .cholesky: return choleskyGradient
        case .triangularSolve: return triangularSolveGradient(for: position)
        case .solve: return solveGradient(for: position)
        case .determinant: return g.onMatrices * Tensor(Node.squareMatrix(.cofactors, a.node))
        case .cofactors: return cofactorsGradient
        case .slogdet: return slogdetGradient
        case .qrQ: return qrGradient
        case .eighVectors: return eigenvectorGradient
        case .svdVectors: return singularVectorGradient
        case .stationaryValues:
            guard position == 0 else { return nil }
            let (u, v) = (Tensor(node.input1!), Tensor(node.input2!))
            return matmul(u * g.expandedDimensions(axis: -2), v, transposeB: true)
        case .pseudoInverse: return pseudoInverseGradient
        }
    }
}
