import ArgumentParser
import BackpropTrain

/// Says what a training would take of memory, without a step of it.
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says to the byte what a training step will hold in memory, before the first one.",
        discussion: """
            It takes the flags of train, prepares the same training, records its first step and computes none: \
            backprop plan --data flats.csv --batch-size 4096. The peak is told by use (weights, gradients, optimizer state, \
            activations, scratch), by layer and by value. With --memory 512MB it says what would be computed twice so that \
            the step fits, and what other budgets would cost. For a device of a plugin the compiler's own figure stands for \
            what a step needs beside weights and results.
            """)

    @OptionGroup(title: "Data") var data: DataFlags
    @OptionGroup(title: "Training") var training: TrainingFlags

    @OptionGroup var device: DeviceFlag

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        var options = TrainingOptions()
        try data.write(to: &options)
        try training.write(to: &options)
        let plan = try device.run { try TrainingPlan(options) }
        try StandardOutput.write(json ? try plan.jsonLine() : plan.text)
    }
}
