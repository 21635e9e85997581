import ArgumentParser
import BackpropModels
import BackpropTrain

/// Makes one model of a model and its adapters.
struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Adds adapters to the weights of their model, and writes the whole.")

    @Argument(help: ArgumentHelp("A folder with adapters, such as a run of lm tune --lora.", valueName: "adapters"))
    var model: String

    @Option(help: ArgumentHelp("The folder that is written.", valueName: "folder"))
    var output: String

    func run() throws {
        let speaker = try TextGenerator(model)
        try speaker.model.save(to: output)
        try speaker.tokenizer.save(to: output)
        try StandardOutput.write("\(speaker.model.architecture) in \(output)\n")
    }
}
