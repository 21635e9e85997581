import BackpropFiles
import BackpropNN

extension Weights {
    /// Writes a safetensors file as a part of a run.
    public func write(
        to draft: RunDraft, part: String = "weights.safetensors", metadata: [String: String] = [:]
    ) throws {
        let output = try output(metadata: metadata)
        try draft.writeTensors(output.single, to: part) { try output.provide($0, $1) }
    }
}
