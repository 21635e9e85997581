import Backprop
import BackpropData

/// Where a training writes down how it goes.
///
/// ```swift
/// let logs: [any TrainingLog] = [
///     try CSVLog("runs/1/metrics.csv"), try TensorBoardLog("runs/1"),
/// ]
/// for log in logs { log.write(["train/loss": meanLoss.value], step: step) }
/// ```
///
/// Opening a log throws where that is not possible. Later a log never stops a training: where a write fails, as on a full
/// disk, one line on standard error says so, the file is cut to the last whole record that is in it, and the log ends there
/// (`failure`). What is written reaches the system within a second or two, with `flush()`, and when the log is closed or
/// released.
public protocol TrainingLog: AnyObject {
    /// Writes numbers by name, such as `loss` or `validation/accuracy`. Infinities and NaN are numbers as well.
    func write(_ scalars: [String: Double], step: Int)
    /// Writes a text; TensorBoard reads it as Markdown.
    func write(text: String, name: String, step: Int)
    /// Writes how the elements of a tensor, of any shape and dtype, are distributed. Computes it.
    func write(histogramOf tensor: Tensor, name: String, step: Int)
    /// Writes a picture [height, width] or [height, width, channels], with one channel of grey, three of red, green and blue,
    /// or four with opacity; or several with one more axis in front. Integers are from 0 to 255, fractions from 0 to 1;
    /// what is outside is clamped. Other shapes stop it. Computes it.
    func write(image: Tensor, name: String, step: Int)
    /// Writes what the training was started with.
    func write(configuration: [String: SavedValue])
    /// Hands everything to the operating system.
    func flush()
    /// Flushes and closes; what is written later is lost.
    func close()
    /// Why the log has ended early; nil where it has not.
    var failure: DataError? { get }
}

// A log that has no place for something leaves it out.
extension TrainingLog {
    public func write(text: String, name: String, step: Int) {}
    public func write(histogramOf tensor: Tensor, name: String, step: Int) {}
    public func write(image: Tensor, name: String, step: Int) {}
    public func write(configuration: [String: SavedValue]) {}

    /// Writes the values of metrics, each behind a prefix such as `validation/`. Computes them.
    public func write(_ metrics: [any Metric], prefix: String = "", step: Int) {
        let values = metrics.flatMap(\.values).map { (prefix + $0.name, $0.value) }
        write(Dictionary(values) { _, last in last }, step: step)
    }
}
