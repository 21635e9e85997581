import ArgumentParser
import BackpropTrain
import BackpropTuning

/// A command that trains a language model.
protocol TrainingCommand: ParsableCommand {
    associatedtype Training: LanguageTraining

    var flags: RunFlags { get }

    func write(to options: inout Training.Options) throws

    /// What has to be given for a training that begins, with what it is; the values are empty where they are missing.
    static func inputs(_ options: Training.Options) -> [(value: String, name: String, remedy: String)]
}

extension TrainingCommand {
    func run() throws { try train() }

    /// Begins a training, or goes on with one.
    func train() throws {
        var options = Training.Options()
        try write(to: &options)
        let training: Training
        if let resume = flags.resume {
            guard options == Training.Options(), flags.output == nil else { throw RunFlags.furtherFlags }
            training = try Training(resuming: resume)
        } else {
            if let missing = Self.inputs(options).first(where: \.value.isEmpty) {
                throw ValidationError("\(missing.name) is missing; give \(missing.remedy)")
            }
            training = try Training(options, output: flags.output)
        }
        try flags.finish(training.perform(flags.reporter()))
    }
}
