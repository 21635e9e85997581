import BackpropFiles

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where plugins are: the one that `BACKPROP_PLUGIN` names, or those that Python's packages have brought.
enum PluginSearch {
    /// Paths of plugins, the one to use first; nothing has been opened.
    static func found(environment: [String: String] = ProcessInfo.processInfo.environment) -> [String] {
        if let path = environment["BACKPROP_PLUGIN"], !path.isEmpty { return [path] }
        return packageFolders(environment).flatMap { plugins(in: $0) }
    }

    /// Folders `site-packages` of the environment that is active, of the user and of the system.
    private static func packageFolders(_ environment: [String: String]) -> [String] {
        var roots: [String] = []
        if let active = environment["VIRTUAL_ENV"] { roots.append(active + "/lib") }
        if let conda = environment["CONDA_PREFIX"] { roots.append(conda + "/lib") }
        if let home = environment["HOME"] { roots.append(home + "/.local/lib") }
        roots += ["/usr/local/lib", "/usr/lib"]
        let found = roots.flatMap { root in
            names(in: root).filter { $0.hasPrefix("python") }.sorted(by: >).flatMap {
                ["\(root)/\($0)/site-packages", "\(root)/\($0)/dist-packages"]
            }
        }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// Packages that are known to hold a plugin, those for accelerators first: the folder, and what the name of the library
    /// has in it.
    private static let packages = [
        ("jax_plugins/xla_cuda13", "plugin"), ("jax_plugins/xla_cuda12", "plugin"), ("jax_plugins/xla_rocm7", "plugin"),
        ("jax_plugins/xla_rocm60", "plugin"), ("intel_extension_for_openxla", "pjrt"), ("libtpu", "libtpu"),
        ("xla_plugins/xla_cpu_pjrt", "pjrt"), ("lammps_jax_pjrt_cpu", "pjrt"),
    ]

    private static func plugins(in folder: String) -> [String] {
        packages.flatMap { package, part in
            names(in: "\(folder)/\(package)").filter { $0.hasSuffix(".so") && $0.contains(part) }.sorted().map {
                "\(folder)/\(package)/\($0)"
            }
        }
    }

    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    /// How to get a plugin.
    static let advice =
        "pip install xla-cpu-pjrt (processors) or jax-cuda13-pjrt (NVIDIA), or set BACKPROP_PLUGIN to the path of a PJRT plugin"
}
