import Backprop
import BackpropFiles
import CPJRT
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An opened PJRT plugin with its client: a compiler, and the devices that it compiles for.
///
/// Plugins can be called by several threads at once, and stay as long as the process.
final class Plugin: Sendable {
    let path: String
    /// The platform in the plugin's words, `cpu` or `cuda`, and what it says about its version.
    let platform: String
    let platformVersion: String
    /// The version of the interface, 0.`minorVersion`.
    let minorVersion: Int
    let devices: [PluginDevice]
    private let handle: Handle
    private let clientHandle: Handle
    private var plugin: OpaquePointer { handle.pointer }
    private var client: OpaquePointer { clientHandle.pointer }

    private static let opened = Mutex<[String: Plugin]>([:])

    /// The plugin at a path, which is opened once.
    static func open(_ path: String) throws(DataError) -> Plugin {
        let result = opened.withLock { opened -> Result<Plugin, DataError> in
            if let known = opened[path] { return .success(known) }
            do throws(DataError) {
                let plugin = try Plugin(path)
                opened[path] = plugin
                return .success(plugin)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(_ path: String) throws(DataError) {
        func check(_ problem: UnsafeMutablePointer<CChar>?) throws(DataError) {
            guard let text = Plugin.text(problem) else { return }
            throw DataError(
                .system, at: path, "the plugin cannot be used: \(text)",
                remedy: "name another one with BACKPROP_PLUGIN; backprop devices lists those that are found")
        }
        if access(path, R_OK) != 0 {
            throw DataError(
                .missingFile, at: path, "there is no plugin that can be read",
                remedy: "set BACKPROP_PLUGIN to the path of a PJRT plugin; backprop devices says how to get one")
        }
        var plugin: OpaquePointer?
        var client: OpaquePointer?
        try check(pj_open(path, &plugin))
        try check(pj_client_create(plugin, &client))
        var name: UnsafePointer<CChar>?, version: UnsafePointer<CChar>?, nameSize = 0, versionSize = 0
        try check(pj_client_platform(plugin, client, &name, &nameSize, &version, &versionSize))
        var list: UnsafePointer<OpaquePointer?>?, count = 0
        try check(pj_client_devices(plugin, client, &list, &count))
        var devices: [PluginDevice] = []
        for index in 0..<count {
            var identifier: Int32 = 0, kind: UnsafePointer<CChar>?, kindSize = 0
            try check(pj_device_describe(plugin, list![index], &identifier, &kind, &kindSize))
            devices.append(
                PluginDevice(
                    handle: Handle(list![index]!), identifier: Int(identifier), kind: Plugin.text(kind, kindSize)))
        }
        self.path = path
        handle = Handle(plugin!)
        clientHandle = Handle(client!)
        self.devices = devices
        platform = Plugin.text(name, nameSize)
        platformVersion = Plugin.text(version, versionSize)
        minorVersion = Int(pj_minor_version(plugin))
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ size: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : size), as: UTF8.self)
    }

    /// What the plugin said, on one line; nil where it said nothing.
    fileprivate static func text(_ problem: UnsafeMutablePointer<CChar>?) -> String? {
        guard let problem else { return nil }
        defer { free(problem) }
        let lines = String(cString: problem).split(whereSeparator: \.isNewline)
        return Wording.printable(lines.joined(separator: "; "))
    }

    private static func check(_ problem: UnsafeMutablePointer<CChar>?) throws(PluginFailure) {
        if let text = text(problem) { throw PluginFailure(text: text) }
    }

    /// Bytes that a device has in use, and at most; nil where the plugin does not know.
    func memory(of device: PluginDevice) -> (used: Int?, limit: Int?) {
        var used: Int64 = -1, limit: Int64 = -1
        free(pj_device_memory(plugin, device.device, &used, &limit))
        return (used < 0 ? nil : Int(used), limit < 0 ? nil : Int(limit))
    }

    /// Compiles a module for one device.
    func compile(_ module: String, for device: PluginDevice) throws(PluginFailure) -> PluginProgram {
        let options = CompileOptions.serialized(device: device.identifier)
        var program: OpaquePointer?
        var module = module
        let problem = module.withUTF8 { text in
            pj_compile(
                plugin, client, UnsafeRawPointer(text.baseAddress!).assumingMemoryBound(to: CChar.self), text.count,
                options, options.count, &program)
        }
        try Plugin.check(problem)
        return PluginProgram(self, program!, on: device.identifier)
    }

    /// Copies elements to a device.
    func buffer(
        _ elements: UnsafeRawPointer, _ type: ElementType, _ extents: [Int], on device: PluginDevice
    ) throws(PluginFailure) -> PluginBuffer {
        var buffer: OpaquePointer?
        Transfers.countSent(extents.reduce(type.byteCount, *))
        try Plugin.check(
            pj_buffer_create(
                plugin, client, device.device, elements, type.pluginType, extents.map(Int64.init), extents.count,
                &buffer))
        return PluginBuffer(self, buffer!, on: device.identifier)
    }

    fileprivate func destroy(program: OpaquePointer) { pj_program_destroy(plugin, program) }
    fileprivate func destroy(buffer: OpaquePointer) { pj_buffer_destroy(plugin, buffer) }

    fileprivate func read(_ buffer: OpaquePointer, _ memory: UnsafeMutableRawPointer, _ bytes: Int)
        throws(PluginFailure)
    {
        Transfers.countRead(bytes)
        try Plugin.check(pj_buffer_read(plugin, buffer, memory, bytes))
    }

    fileprivate func bytes(of program: OpaquePointer) -> pj_program_bytes? {
        var bytes = pj_program_bytes()
        return Plugin.text(pj_program_memory(plugin, program, &bytes)) == nil ? bytes : nil
    }

    fileprivate func execute(
        _ program: OpaquePointer, _ arguments: [OpaquePointer?], keeping kept: [Int64], results: Int
    ) throws(PluginFailure) -> [OpaquePointer?] {
        var outputs = [OpaquePointer?](repeating: nil, count: results)
        try Plugin.check(pj_execute(plugin, program, arguments, arguments.count, kept, kept.count, &outputs))
        return outputs
    }
}

/// The address of something that a plugin has made, which it lets several threads use at once.
private struct Handle: Sendable {
    private let address: UInt

    init(_ pointer: OpaquePointer) { address = UInt(bitPattern: pointer) }

    var pointer: OpaquePointer { OpaquePointer(bitPattern: address)! }
}

/// What a plugin says when something fails.
struct PluginFailure: Error {
    var text: String
}

/// One device of a plugin.
struct PluginDevice: Sendable {
    fileprivate let handle: Handle
    fileprivate var device: OpaquePointer { handle.pointer }
    /// Its number among those of all processes of the plugin.
    let identifier: Int
    /// What the vendor calls it.
    let kind: String
}

/// A compiled program.
final class PluginProgram: Sendable {
    private let plugin: Plugin
    private let handle: Handle
    private var program: OpaquePointer { handle.pointer }

    private let device: Int

    fileprivate init(_ plugin: Plugin, _ program: OpaquePointer, on device: Int) {
        (self.plugin, handle, self.device) = (plugin, Handle(program), device)
    }

    deinit { plugin.destroy(program: program) }

    /// Bytes that a run needs beside arguments and results; nil where the plugin does not know.
    var temporaryBytes: Int? { plugin.bytes(of: program).map { Int($0.temporary) } }

    /// Starts the program; the results are there some time later.
    ///
    /// - Parameter kept: numbers of arguments whose memory the program must not take over.
    func run(_ arguments: [PluginBuffer], keeping kept: [Int], results: Int) throws(PluginFailure) -> [PluginBuffer] {
        try plugin.execute(program, arguments.map(\.buffer), keeping: kept.map(Int64.init), results: results).map {
            PluginBuffer(plugin, $0!, on: device)
        }
    }
}

/// Elements on a device.
final class PluginBuffer: DeviceElements, Sendable {
    private let plugin: Plugin
    private let device: Int
    private let handle: Handle
    fileprivate var buffer: OpaquePointer { handle.pointer }

    fileprivate init(_ plugin: Plugin, _ buffer: OpaquePointer, on device: Int) {
        (self.plugin, handle, self.device) = (plugin, Handle(buffer), device)
    }

    deinit { plugin.destroy(buffer: buffer) }

    func isOn(_ device: PluginDevice, of plugin: Plugin) -> Bool {
        self.plugin === plugin && self.device == device.identifier
    }

    /// Copies the elements to the host, when they are there.
    func read(to memory: UnsafeMutableRawPointer, byteCount: Int) throws(PluginFailure) {
        if byteCount > 0 { try plugin.read(buffer, memory, byteCount) }
    }

    func copy(to memory: UnsafeMutableRawPointer, byteCount: Int) -> EvaluationError? {
        do throws(PluginFailure) {
            try read(to: memory, byteCount: byteCount)
            return nil
        } catch {
            return EvaluationError("xla: the plugin \(plugin.path) could not compute a value: \(error.text)")
        }
    }
}

extension ElementType {
    fileprivate var pluginType: pj_type {
        switch self {
        case .bool: PJ_BOOL
        case .uint8: PJ_UINT8
        case .int32: PJ_INT32
        case .int64: PJ_INT64
        case .float32: PJ_FLOAT32
        case .float64: PJ_FLOAT64
        case .bfloat16: PJ_BFLOAT16
        case .uint32, .uint64: preconditionFailure("no tensor has elements of \(self)")
        }
    }
}
