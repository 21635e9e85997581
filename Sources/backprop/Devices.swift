import ArgumentParser
import Backprop
import BackpropData
import BackpropTrain
import BackpropXLA

/// Lists what can run trainings.
struct Devices: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what can run trainings: the processors, and the devices of PJRT plugins.",
        discussion: """
            A PJRT plugin is how vendors ship XLA's compiler for their accelerators, inside packages of Python. \
            BACKPROP_PLUGIN names one; otherwise the packages of the active environment, of the user and of the system \
            are searched.
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let report = DeviceReport.found()
        try StandardOutput.write(json ? report.jsonLine() : report.text)
    }
}

/// The flag that says where a command computes.
struct DeviceFlag: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "cpu, or xla or xla:N for a device of a PJRT plugin (backprop devices lists them).", valueName: "device"))
    var device: String?

    /// Runs `body` on the device; on the processors where none is given.
    ///
    /// - Throws: `DataError` where there is no such device.
    func run<Result>(_ body: () throws -> Result) throws -> Result {
        guard let device else { return try body() }
        return try withDevice(try Device.named(device, of: "--device"), body)
    }
}
