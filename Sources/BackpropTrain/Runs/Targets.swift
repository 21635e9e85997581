/// What is to be predicted for each example.
enum Targets: Sendable, Equatable {
    case classes([Int32])
    /// Standardized numbers.
    case numbers([Float])

    var count: Int {
        switch self {
        case .classes(let classes): classes.count
        case .numbers(let numbers): numbers.count
        }
    }
}
