/// What an adapter throws for a call that Backprop has no operator or no option for.
struct Unsupported: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// A result that is not the expected one.
struct Wrong: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// Input that cannot be read: one line that says where, what was found, and what to do.
struct BadInput: Error, CustomStringConvertible {
    let description: String

    init(_ place: String, _ found: String, remedy: String = "fetch or write the file again") {
        description = "\(place): \(found); \(remedy)"
    }

    init(_ error: any Error) { description = "\(error)" }
}
