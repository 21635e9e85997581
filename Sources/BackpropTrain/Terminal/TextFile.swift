import BackpropData

/// Text that a person asked to have in a file.
package enum TextFile {
    /// Writes all of it or nothing.
    package static func write(_ text: String, to path: String) throws(TrainError) {
        do {
            try FileSystem.writeAtomically(path) { try $0.write(text.utf8) }
        } catch let failure as SystemFailure {
            throw TrainError(failure)
        } catch {
            throw TrainError(.system, at: path, "cannot write it: \(error)", remedy: "choose another place")
        }
    }
}
