/// Lines along which a grid has one value, by marching squares with linear interpolation.
///
/// Source: W. E. Lorensen, H. E. Cline, "Marching Cubes", SIGGRAPH 1987, in two dimensions.
struct ContourLines {
    struct Node: Equatable {
        let x: Double
        let y: Double
    }

    /// Each line as places in nodes of the grid (column, row); a closed one ends where it begins.
    let lines: [[Node]]

    init(of map: Heatmap, level: Double) {
        var links: [Int: [Int]] = [:]
        var nodes: [Int: Node] = [:]
        for row in 0..<(map.rows - 1) {
            for column in 0..<(map.columns - 1) {
                for (from, to) in Self.segments(map, row, column, level, &nodes) {
                    links[from, default: []].append(to)
                    links[to, default: []].append(from)
                }
            }
        }
        lines = Self.joined(&links).map { $0.compactMap { nodes[$0] } }
    }

    /// The pairs of edges of one cell that the line joins. Edges are numbered by their lower left node: twice
    /// its index for the one to the right, one more for the one upwards.
    private static func segments(
        _ map: Heatmap, _ row: Int, _ column: Int, _ level: Double, _ nodes: inout [Int: Node]
    ) -> [(Int, Int)] {
        let corners = [
            map.value(row: row, column: column) - level, map.value(row: row, column: column + 1) - level,
            map.value(row: row + 1, column: column + 1) - level,
            map.value(row: row + 1, column: column) - level,
        ]
        guard corners.allSatisfy(\.isFinite) else { return [] }
        let index = row * map.columns + column
        let edges = [2 * index, 2 * (index + 1) + 1, 2 * (index + map.columns), 2 * index + 1]
        let (x, y) = (Double(column), Double(row))
        var crossed: [Int] = []
        for side in 0..<4 {
            let (from, to) = (corners[side], corners[(side + 1) % 4])
            guard (from >= 0) != (to >= 0) else { continue }
            crossed.append(edges[side])
            let part = from / (from - to)
            nodes[edges[side]] =
                switch side {
                case 0: Node(x: x + part, y: y)
                case 1: Node(x: x + 1, y: y + part)
                case 2: Node(x: x + 1 - part, y: y + 1)
                default: Node(x: x, y: y + 1 - part)
                }
        }
        switch crossed.count {
        case 2: return [(crossed[0], crossed[1])]
        case 4:
            let isMiddleAbove = corners.reduce(0, +) >= 0
            return isMiddleAbove == (corners[0] >= 0)
                ? [(edges[0], edges[1]), (edges[2], edges[3])] : [(edges[0], edges[3]), (edges[1], edges[2])]
        default: return []
        }
    }

    /// Chains of edges: those with an open end first, then the closed ones.
    private static func joined(_ links: inout [Int: [Int]]) -> [[Int]] {
        var chains: [[Int]] = []
        let edges = links.keys.sorted()
        for openEnds in [true, false] {
            for start in edges where links[start]?.isEmpty == false && (links[start]?.count == 1 || !openEnds) {
                var chain = [start]
                var current = start
                while let next = links[current]?.first {
                    links[current]?.removeFirst()
                    if let back = links[next]?.firstIndex(of: current) { links[next]?.remove(at: back) }
                    chain.append(next)
                    current = next
                }
                chains.append(chain)
            }
        }
        return chains
    }
}
