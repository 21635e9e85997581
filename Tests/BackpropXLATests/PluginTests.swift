import Backprop
import BackpropFiles
import Foundation
import Testing

@testable import BackpropXLA

/// The plugin of this machine, if there is one.
enum TestPlugin {
    static let path = PluginSearch.found().first
    static let isThere = path != nil
    static let message: Comment = "no PJRT plugin: set BACKPROP_PLUGIN, or pip install xla-cpu-pjrt"
}

@Suite struct PluginSearchTests {
    @Test func theEnvironmentNamesAPlugin() {
        #expect(PluginSearch.found(environment: ["BACKPROP_PLUGIN": "/a/b.so"]) == ["/a/b.so"])
    }

    @Test func packagesOfTheActiveEnvironmentAreSearched() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "plugins-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let package = root.appending(path: "lib/python3.12/site-packages/xla_plugins/xla_cpu_pjrt")
        try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
        for name in ["xla_cpu_pjrt.so", "readme.txt"] {
            try Data().write(to: package.appending(path: name))
        }
        let found = PluginSearch.found(environment: ["VIRTUAL_ENV": root.path])
        #expect(found.first == package.appending(path: "xla_cpu_pjrt.so").path)
    }

    /// What is no plugin is refused in one line that says what to do.
    @Test(
        arguments: [
            ("missing.so", nil, "there is no plugin that can be read"), ("text.so", "text", "cannot be used"),
        ] as [(String, String?, String)])
    func whatIsNoPluginIsRefused(_ name: String, _ content: String?, _ words: String) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString)-\(name)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let content { try Data(content.utf8).write(to: URL(filePath: path)) }
        let error = #expect(throws: DataError.self) { try Device.xla(0, plugin: path) }
        let text = error?.description ?? ""
        #expect(text.hasPrefix(path) && text.contains(words) && text.contains("BACKPROP_PLUGIN"), "\(text)")
        #expect(!text.contains("\n"))
    }

    @Test(arguments: ["gpu", "xla:", "xla:-1", "xla:two", "xla+gpu", ""]) func otherNamesAreRefused(_ name: String) {
        let error = #expect(throws: DataError.self) { try Device.named(name, of: "--device") }
        #expect(error?.reason == .badOption, "\(error?.description ?? "")")
    }

    @Test func theProcessorsHaveAName() throws { #expect(try Device.named("cpu", of: "--device") == .cpu) }
}

@Suite(.enabled(if: TestPlugin.isThere, TestPlugin.message)) struct PluginTests {
    private static func plugin() throws -> Plugin { try Plugin.open(TestPlugin.path!) }

    @Test func aSumComesFromThePlugin() throws {
        let sum = withDevice(try Device.xla(0)) { (Tensor(1.0) + Tensor(2.0)).item() }
        #expect(sum == 3)
    }

    @Test func everyDeviceComputes() throws {
        let plugin = try PluginTests.plugin()
        #expect(!plugin.devices.isEmpty && plugin.minorVersion > 0)
        for index in plugin.devices.indices {
            let found = withDevice(try Device.xla(index)) { (Tensor([1.0, 2]) * 2.5).array(of: Float.self) }
            #expect(found == [2.5, 5], "device \(index)")
        }
        let error = #expect(throws: DataError.self) { try Device.xla(plugin.devices.count) }
        #expect(error?.reason == .badOption)
    }

    @Test func whatThePluginSaysIsPassedOn() throws {
        let plugin = try PluginTests.plugin()
        let failure = #expect(throws: PluginFailure.self) {
            _ = try plugin.compile("module { nonsense }", for: plugin.devices[0])
        }
        #expect(failure?.text.contains("nonsense") == true && failure?.text.contains("\n") == false)
    }

    @Test func theReportNamesDevices() throws {
        let report = DeviceReport.found()
        #expect(report.plugins.first?.path == TestPlugin.path)
        #expect(report.text.contains("xla:0") && report.text.contains("cpu"))
        let decoded = try JSONDecoder().decode(DeviceReport.self, from: Data(report.jsonLine().utf8))
        #expect(decoded.plugins.first?.devices.first?.name == "xla:0")
    }
}
