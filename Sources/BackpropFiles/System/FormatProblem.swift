/// What is wrong with bytes from outside, said without the name of the file that holds them.
package struct FormatProblem: Error, Equatable {
    package let reason: DataError.Reason
    package let found: String
    package let remedy: String

    package init(
        _ found: String, reason: DataError.Reason = .badFormat,
        remedy: String = "the file is damaged or cut short; fetch or write it again"
    ) {
        self.reason = reason
        self.found = found
        self.remedy = remedy
    }

    /// The error of the file or part of a file that `place` names.
    package func at(_ place: String) -> DataError { DataError(reason, at: place, found, remedy: remedy) }
}
