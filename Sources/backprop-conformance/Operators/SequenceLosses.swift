import Backprop
import BackpropNN

extension Operators {
    /// Losses of sequences.
    static let sequenceLosses: [String: Adapter] = [
        "nn.functional.ctc_loss": { call in
            let x = try call.tensor("log_probs")
            func lengths(_ name: String) throws -> Tensor {
                if let tensor = try? call.tensor(name) { return tensor }
                return Tensor(try call.ints(name).map(Int64.init))
            }
            return [
                ctcLoss(
                    x, try call.tensor("targets"), inputLengths: try lengths("input_lengths"),
                    targetLengths: try lengths("target_lengths"), blank: try call.int("blank", default: 0),
                    reduction: try call.reduction(), zeroingInfinity: try call.bool("zero_infinity", default: false))
            ]
        }
    ]
}
