/// How tensors are written as text, within `withPrintOptions`.
///
/// The defaults are those of PyTorch and NumPy: four decimals, 80 columns, and of more than a thousand elements three at
/// each end of an axis.
public struct PrintOptions: Sendable, Hashable {
    /// Digits behind the point.
    public var precision: Int
    /// Elements that are shown at each end of an axis where some are left out.
    public var edgeItems: Int
    /// Elements up to which all are shown.
    public var threshold: Int
    /// Columns that a line of numbers takes at most.
    public var lineWidth: Int
    /// Whether numbers are written as 1.5000e-03; nil has their magnitudes decide.
    public var isScientific: Bool?

    /// The options that are given, and the defaults for the others.
    public init(
        precision: Int = 4, edgeItems: Int = 3, threshold: Int = 1000, lineWidth: Int = 80, isScientific: Bool? = nil,
        file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            (0...17).contains(precision) && edgeItems > 0 && threshold >= 0 && lineWidth > 0,
            "PrintOptions: \(precision) digits, \(edgeItems) edge items, a threshold of \(threshold) and \(lineWidth) columns",
            file: file, line: line)
        self.precision = precision
        self.edgeItems = edgeItems
        self.threshold = threshold
        self.lineWidth = lineWidth
        self.isScientific = isScientific
    }

    @TaskLocal static var current = PrintOptions()
}

/// Runs `body` while tensors are written with these options.
///
/// ```swift
/// withPrintOptions(PrintOptions(precision: 1)) { "\(Tensor([0.25, 1.75] as [Float]))" } == "[0.2, 1.8]  float32[2]"  // true
/// ```
public func withPrintOptions<Result>(_ options: PrintOptions, _ body: () throws -> Result) rethrows -> Result {
    try PrintOptions.$current.withValue(options, operation: body)
}
