import Backprop
import BackpropFiles

/// All that a training needs to go on with the same bits, at one moment: the states of its parts, by name.
///
/// ```swift
/// let training: [String: any Resumable] = [
///     "model": ModelState(model), "optimizer": optimizer, "scheduler": scheduler, "random": RandomState.current,
/// ]
/// try Checkpoint(of: training, step: 100).write(to: "training.safetensors")
/// ...
/// try Checkpoint(reading: "training.safetensors").restore(to: training)
/// ```
///
/// It is taken between steps, since gradients that wait for one are no part of it.
public struct Checkpoint: Sendable, Equatable {
    /// The states of the parts.
    public var sections: [String: SavedState]
    /// How far the training was.
    public var step: Int?
    /// How good it was, by a measure of one's choice.
    public var measure: Double?
    /// What a reader may want to know about the training. Restoring does not look at it.
    public var configuration: [String: SavedValue]

    /// States that have been taken already.
    public init(
        sections: [String: SavedState], step: Int? = nil, measure: Double? = nil,
        configuration: [String: SavedValue] = [:], file: StaticString = #fileID, line: UInt = #line
    ) {
        for name in sections.keys {
            require(
                !name.isEmpty && !name.contains("/"),
                "Checkpoint: a part is called '\(name)', expected a name without '/'", file: file, line: line)
        }
        self.sections = sections
        self.step = step
        self.measure = measure
        self.configuration = configuration
    }

    /// The states that the parts have now. Later steps do not change them.
    public init(
        of parts: [String: any Resumable], step: Int? = nil, measure: Double? = nil,
        configuration: [String: SavedValue] = [:], file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(
            sections: parts.mapValues { $0.savedState }, step: step, measure: measure, configuration: configuration,
            file: file, line: line)
    }

    /// The state of one part; nil where there is none with that name.
    public subscript(name: String) -> SavedState? { sections[name] }

    /// Gives every part its state. All states are checked before any part changes.
    ///
    /// - Throws: `DataError` that says in one line everything that does not fit: parts without a state, states without a
    ///   part, and what the parts do not accept; all parts are as before then.
    public func restore(to parts: [String: any Resumable]) throws(DataError) {
        let missing = parts.keys.filter { sections[$0] == nil }.sorted()
        let unexpected = sections.keys.filter { parts[$0] == nil }.sorted()
        var problems: [String] = []
        if !missing.isEmpty { problems.append("no state of \(Wording.list(missing, limit: 100))") }
        if !unexpected.isEmpty { problems.append("no part for the state of \(Wording.list(unexpected, limit: 100))") }
        let pairs = parts.keys.sorted().compactMap { name in
            sections[name].map { (name: name, part: parts[name]!, state: $0) }
        }
        for (name, part, state) in pairs {
            do { try part.check(state) } catch { problems.append(Self.problem(name, error)) }
        }
        try Self.throwIfAny(problems)

        // Of a part that checks nothing, only restoring tells.
        var changed: [(part: any Resumable, before: SavedState)] = []
        for (name, part, state) in pairs {
            let before = part.savedState
            do {
                try part.restore(state)
                changed.append((part, before))
            } catch {
                problems.append(Self.problem(name, error))
            }
        }
        if problems.isEmpty { return }
        for (part, before) in changed.reversed() { try part.restore(before) }
        try Self.throwIfAny(problems)
    }

    /// Gives one part its state, and leaves the others alone: a model for use.
    ///
    /// - Throws: `DataError` that says in one line everything that does not fit; the part is as before then.
    public func restore(_ name: String, to part: any Resumable) throws(DataError) {
        guard let state = sections[name] else {
            throw DataError(
                .mismatch, at: "checkpoint", "there is no state of \(Wording.quoted(name))",
                remedy: "choose one of \(Wording.list(sections.keys.sorted(), limit: 100))")
        }
        try part.restore(state)
    }

    private static func problem(_ name: String, _ error: DataError) -> String {
        "\(Wording.quoted(name)): \(error.found)"
    }

    private static func throwIfAny(_ problems: [String]) throws(DataError) {
        if problems.isEmpty { return }
        throw DataError(
            .mismatch, at: "checkpoint", problems.joined(separator: "; "),
            remedy: "make all parts as they were made for the training that was saved")
    }
}
