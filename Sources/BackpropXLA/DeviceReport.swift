import Backprop
import BackpropFiles

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What can run graphs on this machine.
public struct DeviceReport: Sendable, Codable {
    /// The processors, which need no plugin.
    public struct Processors: Sendable, Codable {
        public var threads: Int
        public var instructionSet: String
    }

    /// A plugin that was found.
    public struct Plugin: Sendable, Codable {
        public var path: String
        /// What the plugin calls its platform and its version, and the version of the interface that it was built with.
        public var platform: String?
        public var version: String?
        public var interface: String?
        public var devices: [Device]
        /// Why it cannot be used, where it cannot.
        public var problem: String?
    }

    /// A device of a plugin.
    public struct Device: Sendable, Codable {
        /// How flags name it, where it is one of the plugin that is used.
        public var name: String?
        /// What the vendor calls it.
        public var kind: String
        /// Memory in use and in all, in bytes, where the plugin says.
        public var usedBytes: Int?
        public var totalBytes: Int?
    }

    public var processors: Processors
    /// The plugins, the one that is used first.
    public var plugins: [Plugin]

    /// Opens every plugin that is found, and asks for its devices.
    public static func found() -> DeviceReport {
        let paths = PluginSearch.found()
        return DeviceReport(
            processors: Processors(threads: Processor.threads, instructionSet: Processor.instructionSet),
            plugins: paths.enumerated().map { report($1, isUsed: $0 == 0) })
    }

    private static func report(_ path: String, isUsed: Bool) -> Plugin {
        do throws(DataError) {
            let plugin = try BackpropXLA.Plugin.open(path)
            let devices = plugin.devices.enumerated().map { index, device in
                let memory = plugin.memory(of: device)
                return Device(
                    name: isUsed ? "xla:\(index)" : nil, kind: device.kind, usedBytes: memory.used,
                    totalBytes: memory.limit)
            }
            return Plugin(
                path: path, platform: plugin.platform, version: plugin.platformVersion,
                interface: "0.\(plugin.minorVersion)", devices: devices)
        } catch {
            return Plugin(path: path, devices: [], problem: error.description)
        }
    }

    /// A table for a person, with a line that says what to do.
    public var text: String {
        let threads = Wording.count(processors.threads, "thread")
        var rows = [["cpu", "\(threads), \(processors.instructionSet)", "this program's own kernels"]]
        for plugin in plugins {
            if let problem = plugin.problem { rows.append(["-", "unusable", problem]) }
            for device in plugin.devices {
                let memory = device.totalBytes.map { ", \(MemoryBill.formatted($0))" } ?? ""
                let platform = device.kind == plugin.platform ? "" : " (\(plugin.platform ?? ""))"
                rows.append([
                    device.name ?? "-", device.kind + platform + memory,
                    "\(plugin.path), PJRT \(plugin.interface ?? "")",
                ])
            }
        }
        let widths = (0..<2).map { column in rows.map { $0[column].count }.max()! }
        let lines = rows.map { row in
            (0..<2).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) + "  " }.joined() + row[2]
        }
        return (lines + ["", advice, ""]).joined(separator: "\n")
    }

    private var advice: String {
        if plugins.isEmpty { return "No PJRT plugin was found: \(PluginSearch.advice)." }
        let unused = plugins.contains { $0.devices.contains { $0.name == nil } }
        return "backprop train --device xla:0 runs on a device"
            + (unused ? "; BACKPROP_PLUGIN=path chooses among plugins." : ".")
    }

    /// One JSON object on one line.
    public func jsonLine() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
