import BackpropData
import BackpropNN

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why a training run could not be kept or read back.
///
/// `description` is one line: where, what was found, and what to do. `reason` is for programs.
public struct TrainError: Error, Equatable, Sendable, CustomStringConvertible, LocalizedError {
    /// What kind of mistake it is.
    public enum Reason: String, Sendable, CaseIterable {
        /// No folder or no part with that name.
        case missing
        /// A folder that holds no finished run, or one of a newer version.
        case notARun
        /// A part of a run that is cut short or does not say what it should.
        case corrupt
        /// The place for a new run is taken.
        case targetExists
        /// The name of a part that is not allowed.
        case badName
        /// An option outside its range, or one that does not go with another.
        case badOption
        /// The loss stopped being a finite number.
        case diverged
        /// The person stopped the run.
        case interrupted
        /// More memory than the machine has.
        case tooLarge
        /// Values that cannot be written as JSON.
        case notEncodable
        /// The operating system refused to read, write or rename.
        case system
        /// The disk, or the share of it that this user may fill, is full.
        case outOfSpace
    }

    /// What kind of mistake it is.
    public let reason: Reason
    /// One line: where, what was found, and what to do.
    public let description: String
    /// Where a training has diverged, the first value that was NaN or infinite, if the steps before were done again to find it.
    public let badValue: BadValue?

    /// The same text as `description`.
    public var errorDescription: String? { description }

    package init(
        _ reason: Reason, at place: String, _ found: String, remedy: String, badValue: BadValue? = nil
    ) {
        self.reason = reason
        self.description = Wording.sentence(place: place, found: found, remedy: remedy)
        self.badValue = badValue
    }

    /// Whether both say the same.
    public static func == (a: TrainError, b: TrainError) -> Bool {
        a.reason == b.reason && a.description == b.description
    }

    /// A failure of the system; `place` is what a person knows the path as.
    package init(_ failure: SystemFailure, at place: String? = nil) {
        self.init(
            failure.isOutOfSpace ? .outOfSpace : failure.isMissing ? .missing : .system,
            at: place ?? failure.path, "cannot \(failure.operation): \(failure.explanation)",
            remedy: failure.remedy)
    }
}
