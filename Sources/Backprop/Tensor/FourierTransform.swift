/// Discrete Fourier transforms along the last axis of a matrix, in O(n log n) for every length n. A length is taken apart
/// into factors of at most 16 where it has such, each of which is a small matrix product (Cooley and Tukey, 1965); a prime
/// factor above 31 is a convolution of a length that has small factors (Bluestein, 1970).
struct FourierTransform {
    private static let greatestRadix = 16
    private static let greatestMatrix = 31

    /// X[k] = Σ x[j] exp(-2πi j k / n) for each row of [rows, n]; without imaginary parts x is real.
    static func forward(_ real: Tensor, _ imaginary: Tensor?) -> ComplexTensor {
        let rows = real.dim(0), count = real.dim(1)
        if count == 1 { return ComplexTensor(parts: real, imaginary ?? Tensor.zeros(like: real)) }
        let factor = factor(of: count)
        guard factor < count else {
            if count > greatestMatrix { return convolved(real, imaginary) }
            let table = FourierTables.table(.matrix, count, real.dtype)
            return rotated(real, imaginary, table) { matmul($0, $1) }
        }
        // With j = rest j₁ + j₂ and k = k₁ + factor k₂: transforms over j₁, a rotation by j₂ k₁, transforms over j₂.
        let rest = count / factor, cube = [rows, factor, rest]
        let inner = columns(real.reshaped(cube), imaginary?.reshaped(cube), factor)
        let turned = rotated(
            inner.real, inner.imaginary, FourierTables.table(.twiddles(rows: factor), count, real.dtype)
        ) { $0 * $1 }
        let outer = forward(
            turned.real.reshaped([rows * factor, rest]), turned.imaginary.reshaped([rows * factor, rest]))
        return outer.map { $0.reshaped(cube).swappedAxes(1, 2).reshaped([rows, count]) }
    }

    /// The same without its sign, and not divided by n.
    static func backward(_ z: ComplexTensor) -> ComplexTensor {
        let turned = z.exchanged
        return forward(turned.real, turned.imaginary).exchanged
    }

    /// The transforms over the middle axis.
    private static func columns(_ real: Tensor, _ imaginary: Tensor?, _ count: Int) -> ComplexTensor {
        if count <= greatestMatrix {
            let table = FourierTables.table(.matrix, count, real.dtype)
            return rotated(real, imaginary, table) { matmul($1, $0) }
        }
        let shape = real.swappedAxes(1, 2).shape
        func lines(_ part: Tensor) -> Tensor { part.swappedAxes(1, 2).reshaped([-1, count]) }
        return forward(lines(real), imaginary.map(lines)).map { $0.reshaped(shape).swappedAxes(1, 2) }
    }

    /// Products with cosine - i sine.
    private static func rotated(
        _ real: Tensor, _ imaginary: Tensor?, _ table: FourierTables.Table, _ product: (Tensor, Tensor) -> Tensor
    ) -> ComplexTensor {
        guard let imaginary else {
            return ComplexTensor(parts: product(real, table.cosines), -product(real, table.sines))
        }
        return ComplexTensor(
            parts: product(real, table.cosines) + product(imaginary, table.sines),
            product(imaginary, table.cosines) - product(real, table.sines))
    }

    /// A transform of any length as a convolution, because j k = (j² + k² - (k - j)²) / 2.
    private static func convolved(_ real: Tensor, _ imaginary: Tensor?) -> ComplexTensor {
        let count = real.dim(1)
        var power = 16
        while power < 2 * count - 1 { power *= 2 }
        let length = [9, 10, 12, 16].map { power / 16 * $0 }.first { $0 >= 2 * count - 1 }!
        let chirp = FourierTables.table(.chirp, count, real.dtype)
        let turned = rotated(real, imaginary, chirp) { $0 * $1 }
        let signal = turned.map { $0.padded(widths: [(0, 0), (0, length - count)]) }
        let filter = ComplexTensor(parts: chirp.cosines, chirp.sines).map { part in
            let back = part.narrowed(axis: 1, 1..<count).reversed(axes: [1])
            return concatenated([part.padded(widths: [(0, 0), (0, length - 2 * count + 1)]), back], axis: 1)
        }
        let product = forward(signal.real, signal.imaginary)
            .multiplied(by: forward(filter.real, filter.imaginary))
        let sums = backward(product).map { $0.narrowed(axis: 1, 0..<count) * (1 / Double(length)) }
        return rotated(sums.real, sums.imaginary, chirp) { $0 * $1 }
    }

    /// The greatest factor that a small product can do; the least prime factor where there is none.
    private static func factor(of count: Int) -> Int {
        if let factor = (2...greatestRadix).last(where: { count % $0 == 0 }) { return factor }
        var candidate = greatestRadix + 1
        while candidate * candidate <= count {
            if count % candidate == 0 { return candidate }
            candidate += 1
        }
        return count
    }
}
