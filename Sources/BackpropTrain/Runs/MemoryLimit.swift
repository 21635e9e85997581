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
        // Twice, since the training part is copied in the order of the loader.
        let bytes = 8 * Double(rows) * Double(width)
        guard bytes > Double(available) else { return }
        throw TrainError(
            .tooLarge, at: place,
            "\(Wording.count(rows, "row")) of \(width) numbers need \(formatted(bytes)), the machine has "
                + "\(formatted(Double(available)))",
            remedy: "keep fewer rows, or leave out categorical columns with many values (--drop)")
    }

    /// - Throws: `TrainError` where weights, optimizer and activations need more than the machine has.
    static func check(
        _ configuration: RunConfiguration, exampleCount: Int,
        available: UInt64 = ProcessInfo.processInfo.physicalMemory
    ) throws(TrainError) {
        let pairs = zip(configuration.widths, configuration.widths.dropFirst())
        let parameters = pairs.reduce(0.0) { $0 + (Double($1.0) + 1) * Double($1.1) }
        let units = configuration.widths.reduce(0.0) { $0 + Double($1) }
        // Weights, gradients, two moments and the best weights so far; each unit before and after its activation
        // and the gradients of both. Measuring runs up to 1,024 examples at a time.
        let rows = Double(max(min(configuration.batchSize, exampleCount), min(1_024, exampleCount)))
        let bytes = 4 * (6 * parameters + 4 * rows * units)
        guard bytes > Double(available) else { return }
        throw TrainError(
            .tooLarge, at: "network \(configuration.networkDescription)",
            "training needs about \(formatted(bytes)), the machine has \(formatted(Double(available)))",
            remedy: "choose fewer units (--hidden) or a smaller batch (--batch-size)")
    }

    private static func formatted(_ bytes: Double) -> String {
        NumberFormat.significant(bytes / 1e9, figures: 3) + " GB"
    }
}
