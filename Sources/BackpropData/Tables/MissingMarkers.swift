/// What stands for a missing cell.
public enum MissingMarkers {
    /// What people and programs write most often.
    public static let usual = [
        "NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "-nan", "null", "NULL", "Null", "None", "none", "NONE", "?", "-",
        "--",
        ".", "<NA>", "#N/A", "#NA", "\\N", "(null)", "NaT",
    ]

    /// Those of the usual ones that are often a value of its own, such as "None" where a house has no garage.
    static let doubtful: Set<String> = ["None", "none", "NONE", "-", "--", "."]
}

/// Finds markers among cells.
struct MarkerSet: Sendable {
    let markers: [[UInt8]]
    private let longest: Int
    private let firstBytes: [Bool]

    init(_ markers: [String]) {
        self.markers = markers.map { Array($0.utf8) }.filter { !$0.isEmpty }
        longest = self.markers.map(\.count).max() ?? 0
        var firstBytes = [Bool](repeating: false, count: 256)
        for marker in self.markers { firstBytes[Int(marker[0])] = true }
        self.firstBytes = firstBytes
    }

    /// The position of the marker that a cell is; nil where it is none.
    func index(of text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let first = text.first, text.count <= longest, firstBytes[Int(first)] else { return nil }
        return markers.firstIndex { $0.count == text.count && text.elementsEqual($0) }
    }

    /// Whether a cell is blank or a marker.
    func isMissing(_ text: UnsafeBufferPointer<UInt8>) -> Bool { text.isEmpty || index(of: text) != nil }
}
