import Backprop
import Foundation

/// A matrix of `Double`, with textbook algorithms that share nothing with the kernels.
struct ReferenceMatrix {
    let rows: Int
    let columns: Int
    var elements: [Double]

    init(_ rows: Int, _ columns: Int, _ elements: [Double]? = nil) {
        (self.rows, self.columns) = (rows, columns)
        self.elements = elements ?? [Double](repeating: 0, count: rows * columns)
    }

    static func identity(_ count: Int) -> ReferenceMatrix {
        var result = ReferenceMatrix(count, count)
        for i in 0..<count { result[i, i] = 1 }
        return result
    }

    subscript(row: Int, column: Int) -> Double {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    var transposed: ReferenceMatrix {
        var result = ReferenceMatrix(columns, rows)
        for i in 0..<rows { for j in 0..<columns { result[j, i] = self[i, j] } }
        return result
    }

    static func * (a: ReferenceMatrix, b: ReferenceMatrix) -> ReferenceMatrix {
        var result = ReferenceMatrix(a.rows, b.columns)
        for i in 0..<a.rows {
            for j in 0..<b.columns { result[i, j] = (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
        }
        return result
    }

    /// The elements where the condition holds, zeros elsewhere.
    func keeping(_ isKept: (Int, Int) -> Bool) -> ReferenceMatrix {
        var result = self
        for i in 0..<rows { for j in 0..<columns where !isKept(i, j) { result[i, j] = 0 } }
        return result
    }

    /// Without one row and one column.
    func minor(_ row: Int, _ column: Int) -> ReferenceMatrix {
        var kept: [Double] = []
        for i in 0..<rows where i != row { for j in 0..<columns where j != column { kept.append(self[i, j]) } }
        return ReferenceMatrix(rows - 1, columns - 1, kept)
    }

    /// By expansion along the first row.
    var determinant: Double {
        if rows == 0 { return 1 }
        return (0..<columns).reduce(0) { $0 + ($1 % 2 == 0 ? 1 : -1) * self[0, $1] * minor(0, $1).determinant }
    }

    var cofactors: ReferenceMatrix {
        var result = ReferenceMatrix(rows, columns)
        for i in 0..<rows {
            for j in 0..<columns { result[i, j] = ((i + j) % 2 == 0 ? 1 : -1) * minor(i, j).determinant }
        }
        return result
    }

    /// By Cramer's rule.
    func solving(_ b: ReferenceMatrix) -> ReferenceMatrix {
        let product = cofactors.transposed * b, divisor = determinant
        return ReferenceMatrix(b.rows, b.columns, product.elements.map { $0 / divisor })
    }

    var cholesky: ReferenceMatrix {
        var l = ReferenceMatrix(rows, columns)
        for i in 0..<rows {
            for j in 0...i {
                let rest = (0..<j).reduce(self[i, j]) { $0 - l[i, $1] * l[j, $1] }
                l[i, j] = i == j ? rest.squareRoot() : rest / l[j, j]
            }
        }
        return l
    }

    /// The product of the reflections, as whole matrices.
    func orthogonalFactor(columns wanted: Int) -> ReferenceMatrix {
        var q = ReferenceMatrix.identity(rows), r = self
        for k in 0..<columns {
            let below = ((k + 1)..<rows).reduce(0) { $0 + r[$1, k] * r[$1, k] }
            if below == 0 { continue }
            var v = [Double](repeating: 0, count: rows)
            for i in k..<rows { v[i] = r[i, k] }
            let length = (r[k, k] * r[k, k] + below).squareRoot()
            v[k] += r[k, k] < 0 ? -length : length
            let square = v.reduce(0) { $0 + $1 * $1 }
            var reflection = ReferenceMatrix.identity(rows)
            for i in 0..<rows { for j in 0..<rows { reflection[i, j] -= 2 * v[i] * v[j] / square } }
            r = reflection * r
            q = q * reflection
        }
        return ReferenceMatrix(rows, wanted, (0..<rows).flatMap { i in (0..<wanted).map { q[i, $0] } })
    }

    /// Eigenvalues and eigenvectors of a symmetric matrix by two-sided rotations, ascending.
    var eigen: (values: [Double], vectors: ReferenceMatrix) {
        var a = self, v = ReferenceMatrix.identity(rows)
        for _ in 0..<40 {
            for i in 0..<rows {
                for j in (i + 1)..<max(rows, i + 1) where a[i, j] != 0 {
                    let ratio = (a[j, j] - a[i, i]) / (2 * a[i, j])
                    let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
                    let cosine = 1 / (1 + tangent * tangent).squareRoot()
                    var rotation = ReferenceMatrix.identity(rows)
                    (rotation[i, i], rotation[j, j]) = (cosine, cosine)
                    (rotation[i, j], rotation[j, i]) = (tangent * cosine, -tangent * cosine)
                    a = rotation.transposed * a * rotation
                    v = v * rotation
                }
            }
        }
        let order = (0..<rows).sorted { a[$0, $0] < a[$1, $1] }
        var sorted = ReferenceMatrix(rows, rows)
        for (to, from) in order.enumerated() { for i in 0..<rows { sorted[i, to] = v[i, from] } }
        return (order.map { a[$0, $0] }, sorted)
    }

    /// Singular vectors as columns and singular values, descending, from the eigenvectors of the smaller square.
    var singular: (u: ReferenceMatrix, s: [Double], v: ReferenceMatrix) {
        if rows < columns {
            let (u, s, v) = transposed.singular
            return (v, s, u)
        }
        let (squares, vectors) = (transposed * self).eigen
        let s = squares.reversed().map { max(0, $0).squareRoot() }
        var v = ReferenceMatrix(columns, columns)
        for i in 0..<columns { for j in 0..<columns { v[i, j] = vectors[i, columns - 1 - j] } }
        var u = self * v
        for i in 0..<rows { for j in 0..<columns { u[i, j] /= s[j] } }
        return (u, s, v)
    }

    /// The sign of the greatest component of each column; of components that hardly differ the first counts.
    var signs: [Double] {
        (0..<columns).map { column in
            let magnitudes = (0..<rows).map { abs(self[$0, column]) }, greatest = magnitudes.max() ?? 0
            let row = magnitudes.firstIndex { $0 >= 0.999 * greatest }!
            return self[row, column] < 0 ? -1 : 1
        }
    }

    func scalingColumns(by factors: [Double]) -> ReferenceMatrix {
        var result = self
        for i in 0..<rows { for j in 0..<columns { result[i, j] *= factors[j] } }
        return result
    }

    func pseudoInverse(cutoff: Double) -> ReferenceMatrix {
        let (u, s, v) = singular
        var result = ReferenceMatrix(columns, rows)
        for k in s.indices where s[k] > cutoff * s[0] {
            for i in 0..<columns { for j in 0..<rows { result[i, j] += v[i, k] * u[j, k] / s[k] } }
        }
        return result
    }
}

extension ReferenceMatrix {
    /// What a linear algebra primitive gives for one matrix of each operand.
    static func result(of node: Node, _ operands: [ReferenceMatrix]) -> [Double] {
        let a = operands[0]
        switch node.primitive {
        case .cholesky: return a.cholesky.elements
        case .solve: return a.solving(operands[1]).elements
        case .triangularSolve:
            let triangle = node.triangle
            var t = a.keeping { triangle.isUpper ? $0 <= $1 : $0 >= $1 }
            if triangle.hasUnitDiagonal { for i in 0..<t.rows { t[i, i] = 1 } }
            return (triangle.isTransposed ? t.transposed : t).solving(operands[1]).elements
        case .determinant: return [a.determinant]
        case .cofactors: return a.cofactors.elements
        case .slogdet:
            let value = a.determinant
            return [value > 0 ? 1 : value < 0 ? -1 : 0, Foundation.log(abs(value))]
        case .qrQ: return a.orthogonalFactor(columns: node.matrixColumns).elements
        case .eighVectors:
            var symmetric = a
            for i in 0..<a.rows { for j in (i + 1)..<max(a.rows, i + 1) { symmetric[i, j] = a[j, i] } }
            let vectors = symmetric.eigen.vectors
            return vectors.scalingColumns(by: vectors.signs).elements
        case .svdVectors:
            let (u, _, v) = a.singular
            return u.scalingColumns(by: u.signs).elements + v.scalingColumns(by: u.signs).elements
        case .stationaryValues:
            let product = operands[1].transposed * a * operands[2]
            return (0..<product.rows).map { product[$0, $0] }
        case .pseudoInverse: return a.pseudoInverse(cutoff: Double(bitPattern: node.bits)).elements
        default: preconditionFailure("\(node.primitive) is not linear algebra")
        }
    }
}
