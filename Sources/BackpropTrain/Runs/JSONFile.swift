import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Values as JSON text.
package enum JSONFile {
    static let pretty: JSONEncoder.OutputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]

    /// Numbers that are not finite are written as "nan", "inf" and "-inf".
    ///
    /// - Throws: `TrainError` where the value cannot be JSON; `place` is where it would be.
    static func bytes(
        of value: some Encodable, _ formatting: JSONEncoder.OutputFormatting = pretty,
        keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys, at place: String
    ) throws(TrainError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = keys
        encoder.outputFormatting = formatting
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        } catch {
            throw TrainError(
                .notEncodable, at: place, "the value of type \(type(of: value)) is not JSON",
                remedy: "give a value whose parts can be encoded")
        }
    }

    /// One line, with sorted keys and a line feed.
    package static func line(
        of value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
    ) throws(TrainError) -> String {
        let bytes = try bytes(
            of: value, [.sortedKeys, .withoutEscapingSlashes], keys: keys, at: "standard output")
        return String(decoding: bytes, as: UTF8.self)
    }
}
