/// The handwritten digits that come with the package: 5,620 figures of 8 by 8 pixels by 43 writers.
///
/// The split is the official one: the figures of 30 writers train, those of 13 other writers test. Nothing
/// is read from disk, so they are there in a static binary too.
///
/// Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
/// Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0.
public enum Digits {
    /// Pixels along one edge of a figure.
    public static let imageSide = 8
    /// Pixels of one figure.
    public static let pixelsPerImage = imageSide * imageSide
    /// The classes are the digits 0 to 9.
    public static let classCount = 10
    /// The largest value of a pixel; the smallest is 0 (paper).
    public static let maximumPixel: UInt8 = 16

    /// The 3,823 figures for training.
    public static let training = Examples(decoding: encodedTraining, count: 3_823)
    /// The 1,797 figures for testing, by writers who are not in `training`.
    public static let test = Examples(decoding: encodedTest, count: 1_797)

    /// Figures and their classes, in the order of the published files.
    public struct Examples: Sendable, Equatable {
        /// Shape [count, 8, 8], row by row from the top left; each value is 0 to 16.
        public let pixels: [UInt8]
        /// Shape [count]; each value is 0 to 9.
        public let labels: [UInt8]

        /// How many figures there are.
        public var count: Int { labels.count }

        /// The pixels divided by 16, shape [count, 64], each value 0 to 1.
        public var features: [Float] {
            pixels.map { Float($0) / Float(Digits.maximumPixel) }
        }

        init(decoding text: StaticString, count: Int) {
            var pixels: [UInt8] = []
            var labels: [UInt8] = []
            pixels.reserveCapacity(count * Digits.pixelsPerImage)
            labels.reserveCapacity(count)
            text.withUTF8Buffer { characters in
                for character in characters {
                    switch character {
                    case UInt8(ascii: "a")...UInt8(ascii: "q"): pixels.append(character - UInt8(ascii: "a"))
                    case UInt8(ascii: "0")...UInt8(ascii: "9"): labels.append(character - UInt8(ascii: "0"))
                    default: continue
                    }
                }
            }
            self.pixels = pixels
            self.labels = labels
        }
    }
}
