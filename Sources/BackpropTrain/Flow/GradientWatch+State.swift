import Backprop
import BackpropFiles
import BackpropNN

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A training that goes on has the table and the map that it would have had; what watching costs is measured anew.
extension GradientWatch: Resumable {
    /// What is kept as text; the outputs of units, which may be many, are a tensor.
    private struct Notes: Codable {
        var every: Int
        var next: Int
        var order: [Int]
        var samples: [FlowSample]
        /// For each sample and its units, how many outputs there are.
        var peakCounts: [[Int]]
        var timeline: FlowTimeline
    }

    public var savedState: SavedState {
        readPending()
        var notes = Notes(
            every: every, next: next, order: order, samples: samples, peakCounts: [], timeline: timeline)
        var peaks: [Float] = []
        for place in notes.samples.indices {
            notes.peakCounts.append(notes.samples[place].units.map(\.peaks.count))
            for unit in notes.samples[place].units.indices {
                peaks += notes.samples[place].units[unit].peaks
                notes.samples[place].units[unit].peaks = []
            }
        }
        let text = (try? JSONFile.line(of: notes)) ?? ""
        return SavedState(tensors: ["peaks": Tensor(peaks, shape: [peaks.count])], values: ["notes": .text(text)])
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    public func restore(_ state: SavedState) throws(DataError) {
        let notes = try contents(of: state)
        (every, next, order) = (notes.every, notes.next, notes.order)
        (samples, timeline) = (notes.samples, notes.timeline)
    }

    private func contents(of state: SavedState) throws(DataError) -> Notes {
        var reader = StateReader(state, of: "the watch of gradients")
        let text = reader.text("notes")
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        var notes = try? decoder.decode(Notes.self, from: Data(text.utf8))
        if let found = notes, !isSound(found) { notes = nil }
        if notes == nil { reader.note("'notes' are not those of a watch of this model") }
        let total = (notes?.peakCounts ?? []).joined().reduce(0) { $0 &+ $1 }
        let peaks = reader.tensor("peaks", shape: [total], dtype: .float32)
        try reader.finish()
        var result = notes!, place = 0
        let numbers = peaks?.array(of: Float.self) ?? []
        for sample in result.samples.indices {
            for unit in result.samples[sample].units.indices {
                let count = result.peakCounts[sample][unit]
                result.samples[sample].units[unit].peaks = Array(numbers[place..<place + count])
                place += count
            }
        }
        return result
    }

    /// Whether everything refers to what is there.
    private func isSound(_ notes: Notes) -> Bool {
        let places = parameters.indices, mostUnits = 1 << 40
        return notes.every > 0 && notes.next > 0 && notes.samples.count <= window && notes.timeline.isSound
            && notes.order.allSatisfy { places.contains($0) } && notes.peakCounts.count == notes.samples.count
            && zip(notes.samples, notes.peakCounts).allSatisfy { sample, counts in
                sample.moves.count == parameters.count && counts.count == sample.units.count
                    && counts.allSatisfy { (0...mostUnits / 1_024).contains($0) }
                    && sample.units.allSatisfy { $0.peaks.isEmpty && ($0.place.map { places.contains($0) } ?? true) }
            }
    }
}
