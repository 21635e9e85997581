import BackpropFiles
import Synchronization

/// Advice to the person who runs the program, on standard error.
package enum Warnings {
    private static let places = Mutex<Set<String>>([])

    package static func print(_ text: String) {
        Descriptor.complain("warning: " + text + "\n")
    }

    /// The same, once for each line of code that gives rise to it.
    static func printOnce(_ text: String, file: StaticString, line: UInt) {
        let place = "\(file):\(line)"
        if places.withLock({ $0.insert(place).inserted }) { print("\(place): \(text)") }
    }
}
