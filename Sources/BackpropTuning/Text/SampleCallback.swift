import BackpropModels
import BackpropTrain

/// Has a model write a little after each epoch, so that a person sees what it has learnt.
final class SampleCallback: TrainerCallback {
    private let generator: TextGenerator
    private let prompt: String
    private let seed: UInt64
    private let say: (String) throws -> Void

    /// - Parameter prompt: what it goes on behind; a line break where it has no token.
    init(_ generator: TextGenerator, behind prompt: String, seed: UInt64, _ say: @escaping (String) throws -> Void) {
        self.generator = generator
        self.prompt = (try? generator.tokens(prompt)) == nil ? "\n" : prompt
        self.seed = seed
        self.say = say
    }

    func epochEnded(_ moment: TrainerMoment) throws {
        guard let tokens = try? generator.tokens(prompt) else { return }
        var options = generator.options
        options.maximumTokens = min(200, generator.model.positionLimit - tokens.count)
        (options.temperature, options.topK, options.seed) = (0.8, 50, seed)
        let text = try generator.generate(prompt, options).text
        try say("\n--- after step \(moment.step)\n\(prompt)\(text)\n---\n")
    }
}
