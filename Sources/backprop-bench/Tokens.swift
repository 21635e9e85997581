import BackpropFiles
import BackpropText

/// Times what a tokenizer makes of a text, on one thread: ids of the whole text, of its lines one by one, and the text of the ids.
func measureTokens(_ path: String, text: String, seconds: Double, _ report: Report) throws {
    let bytes: [UInt8]
    do throws(SystemFailure) { bytes = try FileSystem.read(text) } catch { throw DataError(error) }
    let content = String(decoding: bytes, as: UTF8.self)
    let lines = content.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let start = ContinuousClock.now
    let tokenizer = try Tokenizer(path: path)
    let loading = ContinuousClock.now - start
    let ids = tokenizer.encode(content)

    func add(_ name: String, _ timing: Timing) {
        report.add(
            Measurement(fields: [
                ("workload", .text("tokens")), ("name", .text(name)), ("ms", .number(timing.median * 1e3)),
                ("min_ms", .number(timing.minimum * 1e3)),
                ("mb_per_s", .number(Double(bytes.count) / timing.median / 1e6)), ("tokens", .integer(ids.count)),
                ("loading_ms", .number(loading / .milliseconds(1))),
            ]))
    }
    add("encode", time(during: seconds) { _ = tokenizer.encode(content) })
    add("encode lines", time(during: seconds) { for line in lines { _ = tokenizer.encode(line) } })
    add("decode", time(during: seconds) { _ = tokenizer.decode(ids) })
}
