import BackpropData

/// What the logs of one file have in common.
enum LogFiles {
    /// Opens a log at its end; makes the folders above it.
    static func open(_ path: String, isNew: Bool) throws(DataError) -> LogFile {
        do {
            let folder = FileSystem.parent(of: path)
            if folder != "." { try FileSystem.createFolders(folder) }
            return try LogFile(path, isNew: isNew)
        } catch {
            guard isNew, error.isTaken, (try? FileSystem.look(at: path))?.kind == .file else { throw DataError(error) }
            throw DataError(
                .badOption, at: path, "there is a log already",
                remedy: "go on in it with resumingAt, or choose another path")
        }
    }

    /// The text of a log that is there; nil where there is none.
    static func content(of path: String) throws(DataError) -> String? {
        do {
            guard try FileSystem.look(at: path) != nil else { return nil }
            return String(decoding: try FileSystem.read(path), as: UTF8.self)
        } catch {
            throw DataError(error)
        }
    }

    /// Puts the text in the place of the file: all of it, or nothing.
    static func replace(_ path: String, with text: String) throws(DataError) {
        do {
            try FileSystem.writeAtomically(path) { try $0.write(text.utf8) }
        } catch let failure as SystemFailure {
            throw DataError(failure)
        } catch {
            throw DataError(.system, at: path, "cannot write it: \(error)", remedy: "choose another path")
        }
    }

    /// A file that no log has written.
    static func stranger(_ path: String, _ format: String) -> DataError {
        DataError(.badFormat, at: path, "it is no \(format) log of a training", remedy: "choose another path")
    }

    /// The shortest decimal that reads back as the number, whole ones without a point.
    static func text(_ number: Double) -> String {
        if let whole = Int64(exactly: number), abs(number) < 1e15, !(number == 0 && number.sign == .minus) {
            return String(whole)
        }
        return number.description
    }
}
