import ArgumentParser

/// Language models.
struct LanguageModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lm",
        abstract: "Works with language models.",
        subcommands: [Tokens.self])
}
