import BackpropFiles

/// The text of a file or of standard input.
enum GivenText {
    /// - Parameter path: - for standard input.
    static func read(_ path: String = "-") throws(DataError) -> String {
        let isFile = path != "-"
        let bytes = isFile ? try FileBytes(mapping: path, expecting: "text") : try standardInput()
        guard let text = withExtendedLifetime(bytes, { String(validating: bytes.buffer, as: UTF8.self) }) else {
            throw DataError(
                .notText, at: isFile ? path : "standard input", "it is not UTF-8", remedy: "convert it to UTF-8")
        }
        return text
    }

    private static func standardInput() throws(DataError) -> FileBytes {
        do throws(SystemFailure) { return try FileSystem.standardInput() } catch { throw DataError(error) }
    }
}
