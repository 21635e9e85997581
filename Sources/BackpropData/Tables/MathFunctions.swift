#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The functions of the C library for single numbers, apart from those on tensors.
enum MathFunctions {
    static func asinh(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.asinh(x)
        #elseif canImport(Musl)
            Musl.asinh(x)
        #else
            Glibc.asinh(x)
        #endif
    }

    static func sin(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.sin(x)
        #elseif canImport(Musl)
            Musl.sin(x)
        #else
            Glibc.sin(x)
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
}
