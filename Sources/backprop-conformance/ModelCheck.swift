import Backprop
import BackpropData
import BackpropModels
import BackpropNN

/// One recorded model in float64: logits, loss, every gradient, and steps of AdamW with clipping.
struct ModelCheck {
    private let recorded: SafeTensorsFile
    private let batch: RecordedBatch
    private let reference: JSON
    private let load: () throws -> any PretrainedModel

    /// Relative to the greatest element.
    private static let tolerance = 1e-6

    init(path: String, architecture: String, reference: JSON) throws {
        recorded = try SafeTensorsFile(path: path + "/io_f64.safetensors")
        var tensors: [String: Tensor] = [:]
        for entry in recorded.entries where entry.name.hasPrefix("batch.") {
            tensors[String(entry.name.dropFirst("batch.".count))] = try recorded.tensor(entry.name)
        }
        batch = RecordedBatch(tensors)
        self.reference = reference
        // The weights alone: beside them lie the recorded numbers, which are no part of the model.
        load = { try Pretrained.load(path, dtype: .float64, architecture: architecture) }
    }

    func run() throws {
        let model = try load()
        try checkPass(model)
        try checkTraining(try load())
    }

    private func checkPass(_ model: any PretrainedModel) throws {
        if recorded["logits_eval"] != nil {
            let logits = try model.evaluating { try withoutGradients { try batch.run(model).logits } }
            try checkRecorded(logits, "logits_eval", as: "logits in use")
        }
        model.train()
        let (logits, loss) = try batch.run(model)
        guard let loss else { throw Wrong("the batch has no labels") }
        loss.backward()
        var found: [String: Tensor] = [:]
        for named in model.namedParameters() {
            // A family may call its tensors in files otherwise than its parameters.
            let foreign = ([model.names] + model.otherNames).map { $0.foreign(named.name) }
            let known = foreign.first { recorded["grad." + $0.name] != nil } ?? foreign[0]
            found[known.name] = named.parameter.gradient.map { known.arrangement.restored($0) }
        }
        try checkRecorded(logits, "logits", as: "logits")
        try checkRecorded(loss.reshaped([1]), "loss", as: "loss")
        for entry in recorded.entries where entry.name.hasPrefix("grad.") {
            let name = String(entry.name.dropFirst("grad.".count))
            guard let gradient = found.removeValue(forKey: name) else { throw Wrong("no gradient of \(name)") }
            try checkRecorded(gradient, entry.name, as: "gradient of \(name)")
        }
        let none = Set(reference["no_grad_f64"]?.array?.compactMap(\.string) ?? [])
        let superfluous = Set(found.keys).subtracting(none).sorted()
        guard superfluous.isEmpty else { throw Wrong("gradients that nobody has recorded: \(superfluous)") }
    }

    private func checkTraining(_ model: any PretrainedModel) throws {
        let recorded = reference["train_f64"]
        guard let losses = recorded?["loss"]?.doubles, let norms = recorded?["grad_norm"]?.doubles,
            losses.count == norms.count
        else { throw Wrong("the reference has no training") }
        model.train()
        let optimizer = AdamW(model.parameters(), learningRate: 3e-3, weightDecay: 0.01)
        for step in losses.indices {
            guard let loss = try batch.run(model).loss else { throw Wrong("the batch has no labels") }
            loss.backward()
            let norm = clipGradientNorm(model.parameters(), to: 1)
            optimizer.step()
            try check(loss.item(), losses[step], "the loss of step \(step + 1)")
            try check(norm.item(), norms[step], "the norm of step \(step + 1)")
        }
    }

    private func check(_ value: Double, _ reference: Double, _ what: String) throws {
        // Rounding grows from step to step.
        guard abs(value - reference) <= 10 * Self.tolerance * abs(reference) else {
            throw Wrong("\(what) is \(value) instead of \(reference)")
        }
    }

    private func checkRecorded(_ tensor: Tensor, _ name: String, as what: String) throws {
        let reference = try recorded.tensor(name)
        let numbers = reference.numbers
        // A number that is the rest of others that cancel has their rounding.
        let scale = numbers.reduce(0) { max($0, abs($1)) }
        let tolerance = Tolerance(relative: Self.tolerance, absolute: max(1e-12, Self.tolerance * scale))
        try compare(tensor, with: reference, what, tolerance)
    }
}
