import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether a run has a chance to fit, found out before the first allocation.
package enum MemoryLimit {
    /// - Throws: `TrainError` where the numbers of a table need more than the machine has.
    static func check(
        rows: Int, width: Int, at place: String, available: UInt64 = ProcessInfo.processInfo.physicalMemory
    ) throws(TrainError) {
        let bytes = 4 * Double(rows) * Double(width)
        guard bytes > Double(available) else { return }
        throw TrainError(
            .tooLarge, at: place,
            "\(Wording.count(rows, "row")) of \(width) numbers need \(formatted(bytes)), the machine has "
                + "\(formatted(Double(available)))",
            remedy: "keep fewer rows, or leave out columns (--drop)")
    }

    /// - Throws: `TrainError` where weights, optimizer and activations need more than the machine has.
    static func check(
        _ recipe: TableRecipe, inputs: Int, outputs: Int, at place: String,
        available: UInt64 = ProcessInfo.processInfo.physicalMemory
    ) throws(TrainError) {
        try check(
            widths: [inputs] + recipe.hidden + [outputs], batchSize: recipe.batchSize, members: recipe.members,
            at: place, available: available)
    }

    /// The same for so many networks of full layers.
    ///
    /// - Parameter widths: units of all layers, from the inputs to the outputs.
    package static func check(
        widths: [Int], batchSize: Int, members: Int, at place: String,
        available: UInt64 = ProcessInfo.processInfo.physicalMemory
    ) throws(TrainError) {
        let parameters = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + (Double($1.0) + 1) * Double($1.1) }
        let units = widths.reduce(0.0) { $0 + Double($1) }
        // Weights, gradients, two moments and the best weights so far; each unit before and after its activation and the
        // gradients of both.
        let bytes = 4 * Double(members) * (6 * parameters + 4 * Double(batchSize) * units)
        guard bytes > Double(available) else { return }
        throw TrainError(
            .tooLarge, at: place,
            "training needs about \(formatted(bytes)), the machine has \(formatted(Double(available)))",
            remedy: "choose fewer units (--hidden) or a smaller batch (--batch-size)")
    }

    private static func formatted(_ bytes: Double) -> String {
        NumberFormat.significant(bytes / 1e9, figures: 3) + " GB"
    }
}
