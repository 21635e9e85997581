import BackpropData
import BackpropModels
import BackpropNN
import Foundation
import Testing

@testable import backprop_conformance

/// Recorded models, of which some are not what was recorded.
@Suite struct ModelSuiteTests {
    private static let ids = Tensor([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8] as [Int64], shape: [2, 6])

    private static func model() -> GPT2 {
        var c = GPT2Configuration()
        (c.vocabularySize, c.positions, c.features, c.layers, c.heads) = (11, 8, 8, 1, 2)
        (c.dropout, c.attentionDropout, c.embeddingDropout) = (0, 0, 0)
        return withRandomSeed(1) { GPT2(c, dtype: .float64) }
    }

    /// A folder with a tiny GPT-2 and what it gives, of which `change` may make something else.
    private static func record(
        _ change: (inout [String: Tensor], inout [Double], inout String) -> Void = { _, _, _ in }
    ) throws -> ConformanceFolder {
        let folder = try ConformanceFolder(), path = folder.path + "/models/tiny"
        let model = model()
        try model.save(to: path)
        let logits = model(ids), loss = model.loss(ids)
        loss.backward()
        var tensors = ["batch.input_ids": ids, "batch.labels": ids, "logits": logits, "loss": loss.reshaped([1])]
        for named in model.namedParameters() {
            let foreign = model.names.foreign(named.name)
            tensors["grad." + foreign.name] = foreign.arrangement.restored(try #require(named.parameter.gradient))
        }
        let trained = Self.model(), optimizer = AdamW(trained.parameters(), learningRate: 3e-3, weightDecay: 0.01)
        var losses: [Double] = [], norms: [Double] = [], architecture = "GPT2LMHeadModel"
        for _ in 0..<3 {
            let loss = trained.loss(ids)
            loss.backward()
            norms.append(clipGradientNorm(trained.parameters(), to: 1).item())
            optimizer.step()
            losses.append(loss.item())
        }
        change(&tensors, &losses, &architecture)
        try saveTensors(tensors, to: path + "/io_f64.safetensors")
        try folder.write(
            #"{"class": "\#(architecture)", "train_f64": {"loss": \#(losses), "grad_norm": \#(norms)}}"#,
            to: "models/tiny/reference.json")
        return folder
    }

    private static func outcome(_ folder: ConformanceFolder) -> String {
        do {
            try ModelSuite(folder: folder.path)?.run(0)
            return "passed"
        } catch let wrong as Wrong {
            return wrong.reason
        } catch let unsupported as Unsupported {
            return unsupported.reason
        } catch { return "\(error)" }
    }

    @Test func whatWasRecordedPasses() throws { #expect(Self.outcome(try Self.record()) == "passed") }

    @Test func whatIsOtherwiseDoesNot() throws {
        let name = "grad.transformer.h.0.attn.c_attn.weight"
        let wrong = [
            (
                try Self.record { tensors, _, _ in tensors[name] = tensors[name]! * 1.00001 },
                "gradient of transformer.h.0.attn"
            ),
            (try Self.record { tensors, _, _ in tensors[name] = nil }, "gradients that nobody has recorded"),
            (try Self.record { tensors, _, _ in tensors["grad.other"] = tensors[name]! }, "no gradient of other"),
            (try Self.record { tensors, _, _ in tensors["logits"] = tensors["logits"]! + 1e-5 }, "logits"),
            (try Self.record { tensors, _, _ in tensors["loss"] = tensors["loss"]! + 1e-4 }, "loss"),
            (try Self.record { _, losses, _ in losses[2] *= 1.0001 }, "the loss of step 3"),
            (try Self.record { _, _, architecture in architecture = "MambaForCausalLM" }, "no architecture Mamba"),
            (try Self.record { tensors, _, _ in tensors["batch.head_mask"] = Self.ids }, "no argument head_mask"),
        ]
        for (folder, says) in wrong {
            let outcome = Self.outcome(folder)
            #expect(outcome.contains(says), "\(outcome)")
        }
    }

    private static let sample = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/conformance").path

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: sample + "/models"),
            "the recorded models are not beside the package (../shared/conformance)"))
    func theSamplePasses() throws {
        let suite = try #require(try ModelSuite(folder: Self.sample))
        for index in suite.labels.indices { try suite.run(index) }
    }
}
