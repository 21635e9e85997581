import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The measures of a run's epochs, as they are in its folder.
package enum RunCurves {
    private struct Line: Decodable {
        let kind: String
        let values: [String: Double]?
    }

    /// The curves of a run that is finished, or not yet.
    ///
    /// - Throws: `TrainError` where the folder holds no run, or no epoch was done.
    package static func run(at path: String) throws(TrainError) -> CurvePlot.Run {
        let name = FileSystem.name(of: path)
        if let run = try? RunFolder(opening: path) {
            let report = try run.readJSON(RunReport.self, from: RunReport.partName)
            return CurvePlot.Run(name, report.epochs, bestEpoch: report.bestEpoch)
        }
        let metrics = FileSystem.join(path, RunFolder.metricsName)
        guard try RunFolder.look(at: metrics)?.kind == .file else {
            throw TrainError(.notARun, at: path, "there is no run in it", remedy: "give the folder of a run")
        }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(metrics) } catch { throw TrainError(error) }
        let epochs = epochs(bytes)
        guard !epochs.isEmpty else {
            throw TrainError(.missing, at: path, "no epoch of it is done yet", remedy: "wait for the first one")
        }
        return CurvePlot.Run(name, epochs, bestEpoch: nil)
    }

    /// The lines that a `JSONLinesLog` has of epochs; what is cut short or no number is left out.
    private static func epochs(_ bytes: [UInt8]) -> [EpochValues] {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        var epochs: [EpochValues] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let values = (try? decoder.decode(Line.self, from: Data(line)))?.values, values["train/loss"] != nil
            else { continue }
            let named = values.map { name, value in (name.hasPrefix("train/") ? String(name.dropFirst(6)) : name, value)
            }
            epochs.append(EpochValues(number: epochs.count + 1, values: named))
        }
        return epochs
    }
}
