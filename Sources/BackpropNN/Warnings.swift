import Foundation

/// Advice to the person who runs the program, on standard error.
enum Warnings {
    static func print(_ text: String) {
        FileHandle.standardError.write(Data(("warning: " + text + "\n").utf8))
    }
}
