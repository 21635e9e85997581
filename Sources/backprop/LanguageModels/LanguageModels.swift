import ArgumentParser

/// Language models.
struct LanguageModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lm",
        abstract: "Works with language models.",
        subcommands: [
            TrainText.self, Tune.self, Merge.self, Classify.self, Prefer.self, Rate.self, Reinforce.self, Generate.self,
            Converse.self, Embed.self,
            Score.self, Tokens.self,
        ])
}
