import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether a run has a chance to fit, found out before the first allocation.
enum MemoryLimit {
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

    /// - Parameter hidden: units of the hidden layers.
    /// - Throws: `TrainError` where weights, optimizer and activations need more than the machine has.
    static func check(
        _ recipe: TableRecipe, inputs: Int, outputs: Int, at place: String,
        available: UInt64 = ProcessInfo.processInfo.physicalMemory
    ) throws(TrainError) {
        let widths = [inputs] + recipe.hidden + [outputs]
        let parameters = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + (Double($1.0) + 1) * Double($1.1) }
        let units = widths.reduce(0.0) { $0 + Double($1) }
        // Weights, gradients, two moments and the best weights so far; each unit before and after its activation and the
        // gradients of both.
        let bytes = 4 * Double(recipe.members) * (6 * parameters + 4 * Double(recipe.batchSize) * units)
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
