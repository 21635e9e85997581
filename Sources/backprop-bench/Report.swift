import Foundation

/// One measured line: names and values in order.
struct Measurement {
    enum Value {
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)

        var description: String {
            switch self {
            case .text(let text): "\"\(text)\""
            case .integer(let value): "\(value)"
            case .number(let value): value.isFinite ? String(format: "%.5g", value) : "null"
            case .flag(let value): "\(value)"
            }
        }
    }

    var fields: [(String, Value)]
}

/// Prints measurements as they come, for people or for programs.
struct Report {
    let json: Bool

    func add(_ measurement: Measurement) {
        if json {
            print("{" + measurement.fields.map { "\"\($0.0)\":\($0.1.description)" }.joined(separator: ",") + "}")
        } else {
            print(measurement.fields.map { "\($0.0) \($0.1.description)" }.joined(separator: "  "))
        }
        fflush(nil)
    }
}

/// How long a call takes, in seconds.
struct Timing {
    var median: Double
    /// The fastest sample: what the machine can do when nobody else uses it.
    var minimum: Double
}

/// Seconds between two readings of the clock, at least.
private let shortestSample = 100e-6

/// Times a call: a few to warm up, then as many as fit. Short calls are timed several at once, since reading the clock
/// would be part of the figure.
func time(during seconds: Double, atLeast minimum: Int = 20, _ body: () -> Void) -> Timing {
    let clock = ContinuousClock()
    let warmUp = clock.now
    var warmed = 0
    while warmed < 3 || (clock.now - warmUp) < .seconds(seconds / 5) {
        body()
        warmed += 1
    }
    let together = Int((shortestSample * Double(warmed) / (clock.now - warmUp).seconds).rounded(.up))
    var times: [Double] = []
    let start = clock.now
    while times.count < minimum || (clock.now - start) < .seconds(seconds) {
        let before = clock.now
        for _ in 0..<together { body() }
        times.append((clock.now - before).seconds / Double(together))
        if times.count >= minimum && (clock.now - start) > .seconds(seconds * 4) { break }
    }
    times.sort()
    return Timing(median: times[times.count / 2], minimum: times[0])
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
