#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The functions of the C library for single numbers, apart from those on tensors.
enum Exponential {
    static func exp(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.exp(x)
        #elseif canImport(Musl)
            Musl.exp(x)
        #else
            Glibc.exp(x)
        #endif
    }

    static func cos(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.cos(x)
        #elseif canImport(Musl)
            Musl.cos(x)
        #else
            Glibc.cos(x)
        #endif
    }

    static func log(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.log(x)
        #elseif canImport(Musl)
            Musl.log(x)
        #else
            Glibc.log(x)
        #endif
    }
}
