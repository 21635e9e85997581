import BackpropData
import BackpropNN

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Everything that a run was made with: enough to repeat it, and to use its weights.
package struct RunConfiguration: Codable, Sendable, Equatable {
    /// What a run learnt from, and all that was decided about it.
    package enum Subject: Codable, Sendable, Equatable {
        case table(TableRecord)
        case arrays(ArrayConfiguration)
    }

    static let currentFormat = 2

    package var format = currentFormat
    /// What the person had asked for.
    package var options: TrainingOptions
    package var subject: Subject

    /// The options of another run: its folder, or its configuration.
    ///
    /// - Throws: `TrainError` where there is no such file, or it is something else.
    package static func options(at path: String) throws(TrainError) -> TrainingOptions {
        let isFolder = try RunFolder.look(at: path)?.kind == .folder
        return try read(at: isFolder ? FileSystem.join(path, RunFolder.configurationName) : path).options
    }

    /// Reads the configuration of a run, finished or not.
    static func read(at path: String) throws(TrainError) -> RunConfiguration {
        let configuration = try RunFolder.readJSON(RunConfiguration.self, at: path)
        guard configuration.format == currentFormat else { throw otherFormat(path) }
        return configuration
    }

    static func otherFormat(_ path: String) -> TrainError {
        TrainError(
            .notARun, at: path, "its format is not \(currentFormat), which this program knows",
            remedy: "use the version of the program that made it")
    }
}
