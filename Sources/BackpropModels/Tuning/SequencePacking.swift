import Backprop

/// Where several sequences stand in one row, one behind the other: none sees another, and each counts its positions from 0.
public struct SequencePacking: Sendable {
    /// int64 [batch, positions]: how far a token is from the beginning of its sequence.
    public let positions: Tensor
    /// int64 [batch, positions]: which of the sequences of its row a token is of.
    public let sequences: Tensor

    public init(positions: Tensor, sequences: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        require(
            positions.ndim == 2 && positions.shape == sequences.shape,
            "SequencePacking: positions \(positions.shape) and sequences \(sequences.shape) are not both [batch, positions]",
            file: file, line: line)
        (self.positions, self.sequences) = (positions, sequences)
    }
}

/// Tokens with what shall be said at each.
public struct LabelledTokens: Sendable, Equatable {
    public var tokens: [Int]
    /// As many: the tokens themselves, and `ignoredLabel` where nothing is learnt, such as within a prompt. They are compared
    /// with what is said one position earlier.
    public var labels: [Int]

    /// - Parameter answer: what is learnt; of the prompt nothing is.
    public init(prompt: [Int], answer: [Int]) {
        tokens = prompt + answer
        labels = [Int](repeating: ignoredLabel, count: prompt.count) + answer
        // Nothing stands in front of the first token that could say it.
        if !labels.isEmpty { labels[0] = ignoredLabel }
    }

    /// The first tokens, at most so many.
    public func prefix(_ count: Int) -> LabelledTokens {
        var part = self
        (part.tokens, part.labels) = (Array(tokens.prefix(count)), Array(labels.prefix(count)))
        return part
    }

    /// Whether anything is learnt from them.
    public var hasLabels: Bool { labels.contains { $0 != ignoredLabel } }
}

/// Rows of tokens of one length, each of several sequences, or of one and padding.
public struct PackedTokens: Sendable {
    /// int64 [rows, length], as are the labels.
    public let ids: Tensor
    public let labels: Tensor
    public let packing: SequencePacking
    /// Tokens that are no padding.
    public let tokenCount: Int

    /// - Parameters:
    ///   - rows: the sequences of each row; those of one are at most `length` tokens together.
    ///   - padding: what fills a row; nobody sees it, and it sees nothing but itself.
    public init(
        _ rows: [[LabelledTokens]], length: Int, padding: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) {
        var ids: [Int64] = [], labels: [Int64] = [], positions: [Int64] = [], sequences: [Int64] = []
        for row in rows {
            let count = row.reduce(0) { $0 + $1.tokens.count }
            require(
                count <= length, "PackedTokens: a row of \(count) tokens, there is room for \(length)", file: file,
                line: line)
            for (number, sequence) in row.enumerated() {
                ids += sequence.tokens.map(Int64.init)
                labels += sequence.labels.map(Int64.init)
                positions += sequence.tokens.indices.map(Int64.init)
                sequences += sequence.tokens.map { _ in Int64(number) }
            }
            let rest = 0..<(length - count)
            ids += rest.map { _ in Int64(padding) }
            labels += rest.map { _ in Int64(ignoredLabel) }
            positions += rest.map(Int64.init)
            sequences += rest.map { _ in Int64(row.count) }
        }
        let shape = [rows.count, length]
        self.ids = Tensor(ids, shape: shape)
        self.labels = Tensor(labels, shape: shape)
        packing = SequencePacking(
            positions: Tensor(positions, shape: shape), sequences: Tensor(sequences, shape: shape))
        tokenCount = rows.reduce(0) { $0 + $1.reduce(0) { $0 + $1.tokens.count } }
    }

    /// Which sequences share a row: each goes into the first that has room, the longest first, so that rows are few (first fit
    /// decreasing, Johnson, 1973).
    ///
    /// - Parameter lengths: of the sequences, each at most `capacity`.
    /// - Returns: their numbers, a list for each row; each number occurs once.
    public static func rows(
        lengths: [Int], capacity: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> [[Int]] {
        require(
            lengths.allSatisfy { $0 <= capacity },
            "PackedTokens: a sequence of \(lengths.max() ?? 0) tokens, rows have \(capacity)",
            file: file, line: line)
        var rows: [[Int]] = [], room: [Int] = []
        // The first row with room is found in a tree of the greatest room, so that many sequences are no matter.
        var tree = RoomTree(count: lengths.count, capacity: capacity)
        for number in lengths.indices.sorted(by: { (lengths[$1], $0) < (lengths[$0], $1) }) {
            let row = tree.first(with: lengths[number])
            if row == rows.count {
                rows.append([])
                room.append(capacity)
            }
            rows[row].append(number)
            room[row] -= lengths[number]
            tree.set(row, room[row])
        }
        return rows
    }
}

/// The room that rows have left, all of it in those that are not begun.
private struct RoomTree {
    private var greatest: [Int]
    private let width: Int

    init(count: Int, capacity: Int) {
        var width = 1
        while width < max(count, 1) { width *= 2 }
        self.width = width
        greatest = [Int](repeating: capacity, count: 2 * width)
    }

    func first(with need: Int) -> Int {
        var place = 1
        while place < width { place = greatest[2 * place] >= need ? 2 * place : 2 * place + 1 }
        return place - width
    }

    mutating func set(_ row: Int, _ room: Int) {
        var place = row + width
        greatest[place] = room
        while place > 1 {
            place /= 2
            greatest[place] = max(greatest[2 * place], greatest[2 * place + 1])
        }
    }
}
