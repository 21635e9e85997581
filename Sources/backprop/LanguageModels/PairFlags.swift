import ArgumentParser
import BackpropModels
import BackpropTrain
import BackpropTuning

/// Flags of trainings by pairs of answers.
struct PairFlags: ParsableArguments {
    @Argument(help: ArgumentHelp("A folder of Hugging Face's form, or a .gguf file.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("Pairs of answers, as JSON.", valueName: "file"))
    var data: String?

    @Flag(help: "All weights learn, in the place of adapters.")
    var whole = false

    @Option(help: ArgumentHelp("Longer pairs are left out (512).", valueName: "tokens"))
    var length: Int?

    func write(to pairs: inout PairOptions, _ adapters: AdapterFlags) throws {
        if let model { pairs.model = model }
        if let data { pairs.data = data }
        if let length { pairs.length = length }
        try adapters.write(to: &pairs.adapters, unlessWhole: whole)
        pairs.usesAdapters = !whole
    }

    static func inputs(_ pairs: PairOptions) -> [(value: String, name: String, remedy: String)] {
        [(pairs.model, "the model", "a folder or a .gguf file"), (pairs.data, "--data", "a file with pairs")]
    }
}

extension AdapterFlags {
    func write(to options: inout LowRankOptions, unlessWhole whole: Bool) throws {
        guard !whole || !isGiven else {
            throw ValidationError("--whole leaves no adapters for --rank, --alpha, --targets and --lora-dropout")
        }
        write(to: &options)
    }
}
