import Backprop
import BackpropFiles
import Synchronization

extension Device {
    private struct Key: Hashable {
        var path: String, index: Int, fallsBack: Bool
    }

    private static let known = Mutex<[Key: Device]>([:])

    /// A device of a PJRT plugin, which XLA compiles graphs for: NVIDIA and AMD GPUs, TPUs, or processors.
    ///
    /// ```swift
    /// let device = try Device.xla(0)
    /// withDevice(device) { print(model(x)) }
    /// ```
    ///
    /// - Parameters:
    ///   - index: its place among the devices of the plugin.
    ///   - plugin: the path of the plugin; without it the one that `BACKPROP_PLUGIN` names, or the first that Python's
    ///     packages hold.
    ///   - fallback: whether graphs with operators that XLA leaves to libraries run on the processors; without it they fail.
    /// - Throws: where there is no plugin, it cannot be used, or it has no such device.
    public static func xla(
        _ index: Int = 0, plugin: String? = nil, fallback: Bool = false
    ) throws(DataError) -> Device {
        guard let path = plugin ?? PluginSearch.found().first else {
            throw DataError(
                .missingFile, at: "xla", "no PJRT plugin was found", remedy: PluginSearch.advice)
        }
        let opened = try Plugin.open(path)
        guard opened.devices.indices.contains(index) else {
            throw DataError(
                .badOption, at: "xla:\(index)",
                "the plugin \(path) has \(Wording.count(opened.devices.count, "device"))",
                remedy: "take a number below \(opened.devices.count)")
        }
        let key = Key(path: path, index: index, fallsBack: fallback)
        return known.withLock { known in
            if let device = known[key] { return device }
            let backend = XLABackend(plugin: opened, device: opened.devices[index], fallsBack: fallback)
            let device = Device(running: backend)
            known[key] = device
            return device
        }
    }
}

extension Device {
    /// A device by the name that flags give it: `cpu`, `xla` or `xla:2`, with `+cpu` behind it where the processors are to
    /// compute graphs that it has no form for.
    ///
    /// - Throws: where the name makes no sense, or there is no such device.
    package static func named(_ name: String, of flag: String) throws(DataError) -> Device {
        if name == "cpu" { return .cpu }
        let device = name.hasSuffix("+cpu") ? String(name.dropLast(4)) : name
        let parts = device.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == "xla", let index = parts.count == 1 ? 0 : Int(parts[1]), index >= 0 else {
            throw DataError(
                .badOption, at: flag, "there is no device \(Wording.quoted(name))",
                remedy: "give cpu, xla, xla:1 or the like, or xla+cpu to leave to the processors what it cannot compute"
            )
        }
        return try xla(index, fallback: device != name)
    }
}
