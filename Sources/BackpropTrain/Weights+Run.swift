import BackpropFiles
import BackpropNN

extension Weights {
    /// Writes a safetensors file as a part of a run.
    public func write(
        to draft: RunDraft, part: String = "weights.safetensors", metadata: [String: String] = [:]
    ) throws {
        try draft.writeTensors(try writer(metadata), to: part) { try provide($0, $1) }
    }
}
