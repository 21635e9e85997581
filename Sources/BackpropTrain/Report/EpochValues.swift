/// The measures of one epoch, as a report keeps them.
package struct EpochValues: Codable, Sendable, Equatable {
    /// From 1.
    package let number: Int
    /// By name: `loss`, metrics, and with the prefix `validation/` the same of the validation part. Finite.
    package let values: [String: Double]

    enum CodingKeys: String, CodingKey {
        case number = "epoch"
        case values
    }

    /// What is no finite number is left out.
    package init(number: Int, values: [(name: String, value: Double)]) {
        self.number = number
        self.values = Dictionary(values.filter(\.value.isFinite)) { _, last in last }
    }

    package init(_ epoch: FitReport.Epoch) {
        self.init(number: epoch.number, values: epoch.values.map { ($0.name, $0.value) })
    }

    package subscript(name: String) -> Double? { values[name] }

    static let judged = "validation/"
}
