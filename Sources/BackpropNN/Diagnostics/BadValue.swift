import Backprop

/// The first value of a training step that is NaN or infinite, and how it came about.
public struct BadValue: Sendable, CustomStringConvertible {
    /// An operand of the operator.
    public struct Operand: Sendable {
        /// Its shape.
        public var shape: [Int]
        /// Its smallest and its largest element, those left out that are not finite; nil where none is.
        public var range: ClosedRange<Double>?
        /// Elements that are NaN or infinite.
        public var badCount: Int
        /// The element that belongs to the first bad entry of the result; nil where that is more than one.
        public var atEntry: Double?
    }

    /// The operator whose result it is, or what else holds it: `log`, `input`, or the path of a parameter.
    public var operation: String
    /// Whether it came up in the backward pass, in the gradient rule of `operation`.
    public var isBackward: Bool
    /// File and line of the call in the program; nil without debug information, and on systems that cannot tell.
    public var location: String?
    /// The path of the layer in the model; empty outside of layers.
    public var layer: String
    /// The shape of the bad value.
    public var shape: [Int]
    /// How many of its elements are NaN or infinite.
    public var badCount: Int
    /// The first of them: the index, and what it is.
    public var entries: [(index: [Int], value: Double)]
    /// What it was computed from.
    public var operands: [Operand]
    /// Where a `which` does not choose the entry, so that the forward pass shows nothing of it, while its gradient is zero
    /// times infinity.
    public var hiddenBy: String?

    /// Where it is, what was found, and what to try.
    public var description: String {
        var lines = [headline]
        for (number, operand) in operands.enumerated() { lines.append("  operand \(number + 1): \(operand.words)") }
        if let hiddenBy { lines.append("  " + hiddenBy) }
        lines.append("  try: " + remedy)
        return lines.joined(separator: "\n")
    }

    /// Where it is and what was found, without what to try, in one line.
    public var summary: String {
        let sources = operands.isEmpty ? "" : " from " + operands.map(\.words).joined(separator: " and ")
        return headline + sources + (hiddenBy.map { "; " + $0 } ?? "")
    }

    /// The same without what it was computed from.
    package var headline: String {
        let what = entries.first.map { "\($0.value) at \($0.index)" } ?? "a value that is not finite"
        let count = badCount > 1 ? ", \(badCount) of \(shape.reduce(1, *)) entries" : ""
        let place = [location, layer.isEmpty ? nil : "layer \(layer)"].compactMap { $0 }.joined(separator: ", ")
        let pass = isBackward ? "the backward pass of \(operation)" : operation
        return "\(place.isEmpty ? "" : place + ": ")\(pass) gives \(what)\(count)"
    }

    fileprivate static func text(_ number: Double) -> String {
        let rounded = (number * 1e4).rounded() / 1e4
        return abs(number) < 1e5 && abs(number) >= 1e-3 || number == 0 ? "\(rounded)" : "\(Float(number))"
    }

    /// What a person would try.
    public var remedy: String {
        if hiddenBy != nil { return "choose the operand before the operator, as in log(which(x .> 0, x, 1))" }
        switch operation {
        case "log", "log1p": return "keep the operand above 0, as in maximum(x, 1e-8)"
        case "sqrt", "rsqrt": return isBackward ? "add a small number below the root" : "keep the operand above 0"
        case "divide": return "add a small number to the divisor, or choose where it is 0"
        case "exp", "expm1", "pow":
            return "subtract the largest exponent first, as softmax and logSumExp do, or use a smaller learning rate"
        case "input": return "look at the data: an example holds values that are not finite"
        default:
            return layer.isEmpty && operands.isEmpty
                ? "use a smaller learning rate, or limit the norm of the gradients"
                : "look at the size of its operands; a smaller learning rate or a limit for gradients may help"
        }
    }
}

extension BadValue.Operand {
    /// `[2, 3] from -1.0 to 4.0, 1 not finite, 0.5 there`.
    fileprivate var words: String {
        let range = range.map { " from \(BadValue.text($0.lowerBound)) to \(BadValue.text($0.upperBound))" } ?? ""
        let bad = badCount > 0 ? ", \(badCount) not finite" : ""
        return "\(shape)\(range)\(bad)\(atEntry.map { ", \(BadValue.text($0)) there" } ?? "")"
    }
}

extension ParameterContainer {
    /// The first value that is NaN or infinite in the forward or in the backward pass of a loss; nil where loss and
    /// gradients are finite.
    ///
    /// The step is recorded anew and computed operator by operator, so this takes the time and the memory of several steps,
    /// and training without it costs nothing. Values that are infinite on purpose, as those of a mask, are not reported
    /// where nothing comes of them. Gradients that wait and running statistics are afterwards as before.
    ///
    /// ```swift
    /// if !loss.item().isFinite, let bad = model.firstBadValue({ crossEntropy($0(images), labels) }) { print(bad) }
    /// ```
    public func firstBadValue(_ loss: (Self) throws -> Tensor) rethrows -> BadValue? {
        let buffers = namedBuffers().map { ($0.buffer, $0.buffer.value) }
        defer { for (buffer, value) in buffers { buffer.restore(value) } }
        let search = BadValueSearch(self)
        var labels = BillLabels()
        let value = try search.observer.observe { try recorded(&labels) { try loss(self) } }
        return search.firstBadValue(of: value, layers: labels.modules)
    }
}
