import Foundation

/// Files of a conformance folder.
enum InputFile {
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// The names in a folder, sorted.
    static func names(in folder: String) throws(BadInput) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw BadInput(folder, "cannot list it", remedy: "check its permissions")
        }
    }

    static func bytes(of path: String) throws(BadInput) -> [UInt8] {
        guard !isFolder(path) else {
            throw BadInput(path, "that is a folder", remedy: "put the file in its place")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw BadInput(path, "cannot read it", remedy: "check its permissions")
        }
        return Array(data)
    }

    /// A file that is one JSON value.
    static func json(_ path: String) throws(BadInput) -> JSON {
        let bytes = try bytes(of: path)
        do {
            return try JSONReader.value(in: bytes[...])
        } catch {
            throw BadInput("\(path), byte \(error.byte)", "the JSON has \(error.found)")
        }
    }

    /// A file with a JSON value on every line.
    static func jsonLines(_ path: String) throws(BadInput) -> [JSON] {
        let bytes = try bytes(of: path)
        var values: [JSON] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where line.contains(where: { $0 > 0x20 }) {
            do {
                values.append(try JSONReader.value(in: line))
            } catch {
                throw BadInput("\(path), line \(index + 1), byte \(error.byte)", "the JSON has \(error.found)")
            }
        }
        return values
    }
}
