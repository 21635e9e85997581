#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The functions of the C library for single numbers, where the same names mean those on tensors. Foundation has them too, at
/// the cost of half a program's size.
package enum ScalarMath {
    package static func exp(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.exp(x)
        #elseif canImport(Musl)
            Musl.exp(x)
        #else
            Glibc.exp(x)
        #endif
    }

    package static func exp2(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.exp2(x)
        #elseif canImport(Musl)
            Musl.exp2(x)
        #else
            Glibc.exp2(x)
        #endif
    }

    package static func log(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.log(x)
        #elseif canImport(Musl)
            Musl.log(x)
        #else
            Glibc.log(x)
        #endif
    }

    package static func sin(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.sin(x)
        #elseif canImport(Musl)
            Musl.sin(x)
        #else
            Glibc.sin(x)
        #endif
    }

    package static func cos(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.cos(x)
        #elseif canImport(Musl)
            Musl.cos(x)
        #else
            Glibc.cos(x)
        #endif
    }

    package static func asinh(_ x: Double) -> Double {
        #if canImport(Darwin)
            Darwin.asinh(x)
        #elseif canImport(Musl)
            Musl.asinh(x)
        #else
            Glibc.asinh(x)
        #endif
    }

    package static func pow(_ x: Double, _ y: Double) -> Double {
        #if canImport(Darwin)
            Darwin.pow(x, y)
        #elseif canImport(Musl)
            Musl.pow(x, y)
        #else
            Glibc.pow(x, y)
        #endif
    }
}
