import Backprop
import BackpropData
import Foundation

@testable import backprop_conformance

/// A conformance folder of its own for one test; removed when it is released.
final class ConformanceFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/backprop-conformance-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    /// Writes lines of JSON and a file with the tensors.
    func writeOperators(_ cases: [String], _ tensors: [String: Tensor]) throws {
        try write(cases.joined(separator: "\n") + "\n", to: "opinfo.jsonl")
        var writer = SafeTensorsWriter()
        for (name, tensor) in tensors {
            try writer.declare(name, type: tensor.dtype == .int64 ? .int64 : .float64, shape: tensor.shape)
        }
        try writer.write(to: path + "/opinfo.safetensors") { entry, emit in
            try tensors[entry.name]!.withUnsafeBytes { try emit($0) }
        }
    }

    func truncate(_ name: String, to count: Int) throws {
        let url = URL(filePath: path + "/" + name)
        try Data(contentsOf: url).prefix(count).write(to: url)
    }
}

/// The JSON of a tensor argument of float64.
func tensor(_ key: String, _ shape: [Int], gradient: Bool = false) -> String {
    #"{"$t":"\#(key)","dtype":"float64","shape":\#(shape)\#(gradient ? #","grad":true"# : "")}"#
}

/// The JSON of a case of an operator on "x" (and "y") of shape [3], whose only output is "out".
func operatorCase(
    _ name: String, id: String? = nil, arguments: String, output: String = "out", shape: [Int] = [3],
    rest: String = #""cotangents":{},"grads":{}"#
) -> String {
    #"{"id":"\#(id ?? name + "/0")","op":"\#(name)","variant":"","group":"test","tier":1,"#
        + #""named":{\#(arguments)},"outputs":[\#(tensor(output, shape))],\#(rest)}"#
}

/// The program beside the tests.
func runProgram(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = Bundle.main.executableURL!.deletingLastPathComponent().appending(
        path: "backprop-conformance")
    process.arguments = arguments
    let output = Pipe(), errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // The program says little on standard error, so that pipe cannot fill meanwhile.
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complaints = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
        process.terminationStatus, String(decoding: said, as: UTF8.self), String(decoding: complaints, as: UTF8.self)
    )
}
