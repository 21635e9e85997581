import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

/// A folder of its own for one test; removed when it is released.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/backprop-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ content: String) throws -> String { try file(name, Array(content.utf8)) }

    func file(_ name: String, _ content: [UInt8]) throws -> String {
        let target = path + "/" + name
        try Data(content).write(to: URL(filePath: target))
        return target
    }

    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
}

/// Public data sets, which lie beside the package where they are there at all.
enum SharedData {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data").path

    static func path(_ name: String) -> String { folder + "/" + name }
    static var isThere: Bool { FileManager.default.fileExists(atPath: folder) }
    static let absence: Comment = "the public data sets are not beside the package (../shared/data)"
}

func isOneLine(_ text: String) -> Bool {
    !text.isEmpty && !text.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{2028}" || $0 == "\u{2029}" }
}

func table(_ text: String, _ options: TableOptions = TableOptions()) throws -> Table {
    try Table(bytes: Array(text.utf8), source: "t.csv", options: options)
}
