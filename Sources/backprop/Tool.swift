import ArgumentParser
import Backprop
import BackpropData
import BackpropTrain
import Foundation

/// The command line of Backprop.
@main
struct Tool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backprop",
        abstract: "Trains neural networks, uses them, and shows how training works.",
        discussion: "Threads: BACKPROP_THREADS. Results do not depend on their number.",
        version: "0.1.0",
        subcommands: [
            Train.self, Plan.self, Graph.self, Profile.self, Predict.self, Evaluate.self, Runs.self, Plot.self,
            Export.self,
            Explain.self,
            Surface.self,
            LanguageModels.self, Rules.self, Devices.self,
        ])

    /// Runs the command. Whatever goes wrong is one line on standard error, and an exit code that is not zero.
    static func main() {
        Interruption.reportFailedWrites()
        do {
            var command = try parseAsRoot()
            Processor.settle()
            try command.run()
        } catch {
            // Whoever throws a bare code has said what there is to say.
            if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            StandardOutput.complain("backprop: " + message(about: error) + "\n")
            Foundation.exit(status(for: error))
        }
    }

    private static func message(about error: any Error) -> String {
        switch error {
        case let error as TrainError: return error.description
        case let error as DataError: return error.description
        default:
            let lines = message(for: error).split(whereSeparator: \.isNewline).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            return lines.joined(separator: " ") + "; see \(helpCommand)"
        }
    }

    /// Where the options are listed that the person wanted to use.
    private static var helpCommand: String {
        let names = configuration.subcommands.map {
            $0.configuration.commandName ?? String(describing: $0).lowercased()
        }
        guard let given = CommandLine.arguments.dropFirst().first, names.contains(given) else {
            return "backprop --help"
        }
        return "backprop \(given) --help"
    }

    /// 130 and the like after a signal, as shells expect; 64 for a wrong command line; 1 for the rest.
    private static func status(for error: any Error) -> Int32 {
        if (error as? TrainError)?.reason == .interrupted { return 128 + Interruption.requested }
        if (error as? TrainError)?.reason == .badOption { return ExitCode.validationFailure.rawValue }
        if error is TrainError || error is DataError { return 1 }
        return exitCode(for: error).rawValue
    }
}
