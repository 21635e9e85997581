import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Tables of cosines and sines for Fourier transforms, which are kept from transform to transform.
enum FourierTables {
    /// What a table holds the angles of.
    enum Kind: Hashable {
        /// Row and column of a transform of one length, multiplied.
        case matrix
        /// The same for the first rows of a longer transform: [rows, count / rows].
        case twiddles(rows: Int)
        /// Half the square of the position.
        case chirp
    }

    typealias Table = (cosines: Tensor, sines: Tensor)

    private struct Key: Hashable {
        let kind: Kind
        let count: Int
        let dtype: DType
    }

    /// Elements that all tables together may have before they are made anew.
    private static let limit = 1 << 22
    private static let tables = Mutex<(found: [Key: Table], elements: Int)>(([:], 0))

    static func table(_ kind: Kind, _ count: Int, _ dtype: DType) -> Table {
        let key = Key(kind: kind, count: count, dtype: dtype)
        if let table = tables.withLock({ $0.found[key] }) { return table }
        let table = made(kind, count, dtype), elements = 2 * table.cosines.size
        return tables.withLock { tables in
            if let table = tables.found[key] { return table }
            if tables.elements + elements > limit { tables = ([:], 0) }
            tables.found[key] = table
            tables.elements += elements
            return table
        }
    }

    private static func made(_ kind: Kind, _ count: Int, _ dtype: DType) -> Table {
        switch kind {
        case .matrix: filled([count, count], count, dtype) { $0 * $1 }
        case .twiddles(let rows): filled([rows, count / rows], count, dtype) { $0 * $1 }
        case .chirp: filled([1, count], 2 * count, dtype) { $1 * $1 }
        }
    }

    /// Cosines and sines of turns, of which there are `whole` in a circle.
    private static func filled(
        _ shape: [Int], _ whole: Int, _ dtype: DType, _ turns: (_ row: Int, _ column: Int) -> Int
    ) -> Table {
        func part(_ choose: ((cosine: Double, sine: Double)) -> Double) -> Tensor {
            Tensor(shape: shape, dtype: dtype) { bytes in
                for row in 0..<shape[0] {
                    for column in 0..<shape[1] {
                        let value = choose(circle(turns(row, column) % whole, whole)), place = row * shape[1] + column
                        if dtype == .float64 {
                            bytes.storeBytes(of: value, toByteOffset: 8 * place, as: Double.self)
                        } else {
                            bytes.storeBytes(of: Float(value), toByteOffset: 4 * place, as: Float.self)
                        }
                    }
                }
            }
        }
        return (part { $0.cosine }, part { $0.sine })
    }

    /// Cosine and sine of a part of the circle, from an angle of at most an eighth of it: exact where they are 0, 1 or -1.
    private static func circle(_ part: Int, _ whole: Int) -> (cosine: Double, sine: Double) {
        let (quarter, rest) = (4 * part).quotientAndRemainder(dividingBy: whole)
        let isPastMiddle = 2 * rest > whole
        let angle = Double(isPastMiddle ? whole - rest : rest) / Double(whole) * (Double.pi / 2)
        let (first, second) = isPastMiddle ? (sin(angle), cos(angle)) : (cos(angle), sin(angle))
        switch quarter {
        case 0: return (first, second)
        case 1: return (-second, first)
        case 2: return (-first, -second)
        default: return (second, -first)
        }
    }
}
