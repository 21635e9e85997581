import Foundation

/// What an example was told on the command line.
public enum Options {
    private static let arguments = Array(CommandLine.arguments.dropFirst())

    /// Whether the example shall only show that it runs: `--quick`.
    public static let quick = arguments.contains("--quick")

    /// The text that follows an option, such as `--data`; nil where it is not there.
    public static func value(_ option: String) -> String? {
        guard let place = arguments.firstIndex(of: option), place + 1 < arguments.count else { return nil }
        return arguments[place + 1]
    }

    /// The first argument that is neither an option nor its value: a file.
    public static var file: String? {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--data" || argument == "--folder" {
                rest = rest.dropFirst()
            } else if !argument.hasPrefix("--") {
                return argument
            }
        }
        return nil
    }

    /// The folder of a data set: `--data`, else `data/NAME` below the current folder.
    public static func folder(_ name: String) -> String { (value("--data") ?? "data") + "/" + name }
}
