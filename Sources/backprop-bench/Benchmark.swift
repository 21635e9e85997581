import ArgumentParser
import Backprop
import BackpropNN
import BackpropXLA

/// Measures training steps, what watching them costs, matrix products, block programs, gradients of single examples and
/// tokenizers.
@main
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backprop-bench",
        abstract: "Times training steps, matrix products, block programs, gradients of single examples and tokenizers.",
        discussion: "Threads: BACKPROP_THREADS. Instruction set: BACKPROP_ISA (plain, neon, avx2, avx512).")

    enum Workload: String, ExpressibleByArgument, CaseIterable {
        case xor, deep, mlp, cnn, gpt, lstm, gemm, blocks, examples, tokens, watch, others
        case paddedGPT = "padded-gpt"
    }

    @Option(help: "One of \(Workload.allCases.map(\.rawValue).joined(separator: ", ")); all of them where left out.")
    var workload: Workload?

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @Option(help: "Seconds to measure each figure for.")
    var seconds = 1.5

    @Option(
        help: ArgumentHelp(
            "Also time steps that may add only this share of the memory that they add otherwise: 0.4 is 40%.",
            valueName: "share"))
    var budget: Double?

    @Option(
        help: ArgumentHelp(
            "Say where the time of a training step goes instead, with so many layers and kernels.", valueName: "count"))
    var profile: Int?

    @Option(
        help: ArgumentHelp(
            "Compute on a device of a PJRT plugin: xla, xla:1 or the like. The times of its first steps are of compiling.",
            valueName: "device"))
    var device: String?

    @Option(parsing: .upToNextOption, help: "Sizes of the matrix products, which are square; left out, 32 to 2048.")
    var sizes = [32, 64, 96, 128, 256, 384, 512, 768, 1024, 1536, 2048]

    @Option(
        help: ArgumentHelp("Also time this tokenizer: a folder, a tokenizer.json or a .gguf file.", valueName: "path"))
    var tokenizer: String?

    @Option(help: ArgumentHelp("The text for the tokenizer.", valueName: "file"))
    var text: String?

    func validate() throws {
        guard (tokenizer == nil) == (text == nil), workload != .tokens || tokenizer != nil else {
            throw ValidationError("tokens are timed with both --tokenizer and --text; give both")
        }
        guard seconds > 0, seconds <= 600 else {
            throw ValidationError("--seconds is \(seconds); give a number above 0 and at most 600")
        }
        if let budget, !(budget > 0 && budget <= 1) {
            throw ValidationError("--budget is \(budget); give a share above 0 and at most 1")
        }
        if let profile, profile < 0 {
            throw ValidationError("--profile is \(profile); give a number of rows")
        }
        for size in sizes where size < 1 || size > 16384 {
            throw ValidationError("--sizes has \(size); give numbers from 1 to 16384")
        }
    }

    func run() throws {
        try withDevice(try device.map { try Device.named($0, of: "--device") } ?? .cpu) { try measureAll() }
    }

    private func measureAll() throws {
        let report = Report(json: json)
        for workload in workload.map({ [$0] }) ?? Workload.allCases {
            switch workload {
            case .xor: measureStep(.xor, report)
            case .deep: measureStep(.deep, report)
            case .mlp: measureStep(.mlp, report)
            case .cnn: measureStep(.cnn, report)
            case .gpt: measureStep(.gpt, report)
            case .paddedGPT: measureStep(.paddedGPT, report)
            case .lstm: measureStep(.lstm, report)
            case .others: for workload in StepWorkload.others { measureStep(workload(), report) }
            case .watch: measureWatching(seconds: seconds, report)
            case .gemm: measureProducts(sizes: sizes, seconds: seconds, report)
            case .blocks: measureBlocks(seconds: seconds, report)
            case .examples: measureExamples(seconds: seconds, report)
            case .tokens:
                guard let tokenizer, let text else { continue }
                try measureTokens(tokenizer, text: text, seconds: seconds, report)
            }
        }
    }

    private func measureStep(_ workload: @autoclosure () -> StepWorkload, _ report: Report) {
        guard let profile else { return report.add(measure(workload(), seconds: seconds, budget: budget)) }
        print(workload().profile.table(rows: profile))
    }
}
