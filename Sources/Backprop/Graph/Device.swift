import CKernels
import Synchronization

/// What runs graphs: the processors of this machine with the kernels of this package, or what another product adds.
///
/// What a device computes stays in its memory until the host reads it, or until another device needs it.
public struct Device: Sendable, Hashable {
    /// Its place among the devices of this process; zero is that of the processors.
    let number: Int32

    /// The processors of this machine: where graphs run when nothing else is said.
    public static let cpu = Device(number: 0)

    private static let backends = Mutex<[any Backend]>([])

    private init(number: Int32) { self.number = number }

    /// A device more, for as long as the process runs.
    package init(running backend: any Backend) {
        number = Device.backends.withLock { backends in
            backends.append(backend)
            return Int32(backends.count)
        }
    }

    /// The one that runs what is evaluated on this thread now.
    static var current: Device { Device(number: bk_device()) }

    /// What runs its graphs; nil for the processors.
    var backend: (any Backend)? {
        number == 0 ? nil : Device.backends.withLock { $0[Int(number) - 1] }
    }
}

/// Runs `body` so that what is evaluated there runs on the device. Nests.
///
/// ```swift
/// withDevice(.cpu) { (Tensor([1.0, 2]) * 2).sum().item() }  // 6.0
/// ```
public func withDevice<Result>(_ device: Device, _ body: () throws -> Result) rethrows -> Result {
    let outer = bk_device()
    bk_device_set(device.number)
    defer { bk_device_set(outer) }
    return try body()
}
