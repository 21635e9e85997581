/// What a plan computes twice to hold less in memory.
public struct RecomputationReport: Sendable, Hashable {
    /// Values that are not kept for the backward pass, the largest first.
    public var items: [Item]
    /// The arithmetic of computing them anew, as a share of what the step takes without it: 0.3 is 30% more.
    public var addedWork: Double
    /// What other budgets would take, from the plan that computes nothing anew to the smallest one, as far as they were
    /// worked out.
    public var curve: [Point]

    /// A value that is not kept.
    public struct Item: Sendable, Hashable {
        /// The operator whose result it is.
        public var name: String
        /// Its shape.
        public var shape: [Int]
        /// Its size.
        public var bytes: Int
    }

    /// One plan.
    public struct Point: Sendable, Hashable {
        /// What the step holds at most, its inputs left out.
        public var addedBytes: Int
        /// As in `addedWork` of the report.
        public var addedWork: Double
    }
}
