/// What turns a piece of text into ids.
enum TokenModel: Sendable {
    case bytePair(BytePairModel)
    case wordPiece(WordPieceModel)
    case unigram(UnigramModel)
    case words(WordModel)

    /// Appends the ids of a piece, which is not empty.
    @inline(__always)
    func encode(_ bytes: UnsafePointer<UInt8>, _ count: Int, into ids: inout [Int32], _ room: BytePairModel.Room) {
        switch self {
        case .bytePair(let model): model.encode(bytes, count, into: &ids, room)
        case .wordPiece(let model): model.encode(bytes, count, into: &ids)
        case .unigram(let model): model.encode(bytes, count, into: &ids)
        case .words(let model): model.encode(bytes, count, into: &ids)
        }
    }
}

/// Each piece is a token, or an unknown one.
struct WordModel: Sendable {
    let tokens: TokenTable
    let unknown: Int32?

    func encode(_ bytes: UnsafePointer<UInt8>, _ count: Int, into ids: inout [Int32]) {
        let id = tokens.id(bytes, count)
        if id >= 0 { ids.append(id) } else if let unknown { ids.append(unknown) }
    }
}
