import Foundation
import Testing

/// What the compiler says about code that people write: it accepts it quickly, or tells what to write instead.
@Suite(.enabled(if: Compiler.here != nil, "needs swiftc and the modules of this build")) struct CompilationTests {
    /// Expressions of ten operators and more, with numbers of all kinds and variables of all kinds among them.
    private static let expressions = [
        "x * f + n",
        "2 * x + y * 3 - 1 / (x + 0.5) * f - n * y + d / x - 1.5 * (x - y)",
        "x * 2 + y * 3 + x * 4 + y * 5 + x * 6 + y * 7 + x * 8 + y * 9 + x * 10 + y * 11",
        "0.5 * x * (1 + tanh(0.797 * (x + 0.044715 * x * x * x))) - f * x / n + 2 * n * x",
        "(x - y) * (x - y) / (2 * f * f) + log(x * 2.5 + 1) - 0.5 * d * 3.14 * y - d * y",
        "x + f * y - n * x / d + y * f - x * n + d * y - f * x",
        "((x .> 0) .& (y .< f)) .| (x .== n) .| (1 .<= x) .& (d .> y)",
        "maximum(x, 0) + maximum(0.5, y) * f - pow(x, 2) / 2 + which(x .> 0, x, 0) * which(x .> n, 1, y)",
        "(x.exp() * f + y.log() / n - x.sqrt()).sum(axis: [0, 1]) * d + x.mean() - 3 * y.max()",
    ]

    @Test func longExpressionsAreQuick() throws {
        let body = Self.expressions.map { "    _ = \($0)" }.joined(separator: "\n")
        let output = try #require(Compiler.here).check(
            """
            import Backprop
            func expressions(_ x: Tensor, _ y: Tensor, _ f: Float, _ n: Int, _ d: Double) {
            \(body)
            }
            """, options: ["-Xfrontend", "-warn-long-expression-type-checking=500"])
        #expect(output.isEmpty, "\(output)")
    }

    @Test func modelsCrossTasks() throws {
        let output = try #require(Compiler.here).check(
            """
            import Backprop
            import BackpropNN
            struct Net: Module {
                var first = Conv2d(1, 8, kernel: 3), second = Linear(8, 1)
                func callAsFunction(_ x: Tensor) -> Tensor { second(relu(first(x))) }
            }
            func serve(_ net: Net, _ any: any Module, _ requests: [Tensor]) async -> [Tensor] {
                await withTaskGroup(of: Tensor.self) { group in
                    for x in requests {
                        group.addTask { net(x) }
                        group.addTask { any(x) }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
            }
            """)
        #expect(output.isEmpty, "\(output)")
    }

    @Test func comparisonsSayWhatToWrite() throws {
        for (code, advice) in [
            ("x > 0", "elementwise with .>"), ("x <= y", "elementwise with .<="), ("0 == x", "elementwise with .=="),
        ] {
            let output = try #require(Compiler.here).check(
                """
                import Backprop
                func compare(_ x: Tensor, _ y: Tensor) { _ = \(code) }
                """)
            #expect(output.contains(advice), "\(code): \(output)")
        }
    }
}

/// The compiler, with the modules that these tests were built from.
private struct Compiler {
    private let program: URL
    private let modules: URL
    private let kernels: URL

    static let here = Compiler()

    private init?() {
        let files = FileManager.default
        let build = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let folders =
            [build] + (ProcessInfo.processInfo.environment["XCTestBundlePath"].map { [URL(filePath: $0)] } ?? [])
        let search = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let programs = search.map { URL(filePath: String($0)).appending(path: "swiftc") }
        guard
            let program = programs.first(where: { files.isExecutableFile(atPath: $0.path) }),
            let folder = folders.first(where: {
                files.fileExists(atPath: $0.appending(path: "Modules/BackpropNN.swiftmodule").path)
            })
        else { return nil }
        let kernels = folder.appending(path: "CKernels.build/module.modulemap")
        guard files.fileExists(atPath: kernels.path) else { return nil }
        self.program = program
        modules = folder.appending(path: "Modules")
        self.kernels = kernels
    }

    /// What the compiler prints about a source file; nothing where it finds no fault.
    func check(_ source: String, options: [String] = []) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "checked-\(UUID().uuidString).swift")
        try source.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = program
        process.arguments =
            ["-typecheck", "-swift-version", "6", "-I", modules.path, "-Xcc", "-fmodule-map-file=\(kernels.path)"]
            + options + [file.path]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
