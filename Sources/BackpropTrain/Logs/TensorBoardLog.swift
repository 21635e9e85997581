import Backprop
import BackpropData
import BackpropNN

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A folder of event files, which TensorBoard shows: `tensorboard --logdir runs` with a folder for each training in `runs`.
///
/// ```swift
/// let log = try TensorBoardLog("runs/1")
/// log.write(["train/loss": 0.5, "train/accuracy": 0.8], step: 1)
/// log.write(histogramOf: model.first.weight.value, name: "first.weight", step: 1)
/// ```
///
/// Names with the same part before the first `/` are shown together. Numbers are kept as float32.
public final class TensorBoardLog: TrainingLog {
    /// The folder of the run.
    public let folder: String
    public var failure: DataError? { file.failure }
    /// The event file of this training.
    public var path: String { file.path }
    private let file: LogFile
    private let clock: () -> Double

    /// Creates an event file in a folder, which is made where it is missing.
    ///
    /// - Parameter step: goes on with the run of an earlier training, from this step: what that one had written of this step
    ///   and later ones is not shown any more, as soon as something of the same name follows.
    /// - Throws: `DataError` where the file cannot be made.
    public convenience init(_ folder: String, resumingAt step: Int? = nil) throws(DataError) {
        try self.init(folder, resumingAt: step, clock: { WallClock.now })
    }

    init(_ folder: String, resumingAt step: Int?, clock: @escaping () -> Double) throws(DataError) {
        self.folder = folder
        self.clock = clock
        do {
            try FileSystem.createFolders(folder)
            let name = Self.fileName(after: try FileSystem.names(in: folder), time: Int(clock()))
            file = try LogFile(FileSystem.join(folder, name), isNew: true)
        } catch {
            throw DataError(error)
        }
        append(EventMessages.version(time: clock()))
        if let step { append(EventMessages.sessionStart(time: clock(), step: step)) }
        file.flush()
    }

    /// Readers take the files of a run in the order of their names, so a new one comes after all others.
    private static func fileName(after names: [String], time: Int) -> String {
        let prefix = "events.out.tfevents."
        let times = names.compactMap { name in
            name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0 != "." }) : nil
        }
        let next = max(time, (times.max() ?? 0) + 1)
        let digits = String(next)
        return prefix + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".\(host).\(getpid()).0"
    }

    private static var host: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? "localhost" : String(name.map { $0 == "/" ? "_" : $0 })
    }

    public func write(_ scalars: [String: Double], step: Int) {
        guard file.isOpen, !scalars.isEmpty else { return }
        let values = scalars.sorted { $0.key < $1.key }.map { EventMessages.scalar($0.key, $0.value) }
        append(EventMessages.summary(time: clock(), step: step, values))
    }

    public func write(text: String, name: String, step: Int) {
        guard file.isOpen else { return }
        append(EventMessages.summary(time: clock(), step: step, [EventMessages.text(name, text)]))
    }

    public func write(histogramOf tensor: Tensor, name: String, step: Int) {
        guard file.isOpen, let found = ElementHistogram(of: tensor) else { return }
        append(EventMessages.summary(time: clock(), step: step, [EventMessages.histogram(name, found)]))
    }

    public func write(image: Tensor, name: String, step: Int) {
        guard file.isOpen else { return }
        let pictures = TruecolourImage.pictures(image)
        for (position, picture) in pictures.enumerated() {
            let name = image.ndim == 4 ? "\(name)/\(position)" : name
            append(EventMessages.summary(time: clock(), step: step, [EventMessages.image(name, picture)]))
        }
    }

    /// Writes a table for the page of texts, and what the page of hyperparameters compares runs by.
    public func write(configuration: [String: SavedValue]) {
        guard file.isOpen else { return }
        let rows = configuration.sorted { $0.key < $1.key }.map { name, value in
            let text = if case .text(let text) = value { text } else { JSONText.value(value) }
            return "| \(Self.cell(name)) | \(Self.cell(text)) |"
        }
        let table = (["| option | value |", "|---|---|"] + rows).joined(separator: "\n")
        let time = clock()
        append(EventMessages.summary(time: time, step: 0, [EventMessages.text("configuration", table)]))
        append(
            EventMessages.summary(time: time, step: 0, [EventMessages.hyperparameters(configuration, time: time)]))
    }

    /// Text that stays in its cell of a Markdown table.
    private static func cell(_ text: String) -> String {
        String(text.flatMap { $0 == "|" ? Array("\\|") : $0.isNewline ? [" "] : [$0] })
    }

    public func flush() { file.flush() }
    public func close() { file.close() }

    func append(_ message: [UInt8]) { file.append(EventRecord.framed(message)) }

    /// Writes the graph of a model for the page of graphs.
    func write(graph definition: [UInt8]) {
        guard file.isOpen else { return }
        append(EventMessages.graph(time: clock(), definition))
        file.flush()
    }
}
