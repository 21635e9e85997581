import Backprop

extension ImageBuffer {
    /// Subtracts a mean and divides by a deviation, one for each channel or one for all, after bytes have become numbers from
    /// 0 to 1. Counts that do not fit stop it.
    public mutating func normalize(
        mean: [Float], deviation: [Float], file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            [1, channels].contains(mean.count) && [1, channels].contains(deviation.count),
            "normalize: \(mean.count) means and \(deviation.count) deviations for \(channels) channels", file: file,
            line: line)
        let scale = isBytes ? Float(255) : 1
        isBytes = false
        let channels = channels
        withPixels { pixels in
            // One product and one sum for each pixel.
            if mean.count == 1, deviation.count == 1 {
                let factor = 1 / (scale * deviation[0]), shift = -mean[0] / deviation[0]
                for index in pixels.indices { pixels[index] = pixels[index] * factor + shift }
                return
            }
            for channel in 0..<channels {
                let deviation = deviation[deviation.count == 1 ? 0 : channel]
                let factor = 1 / (scale * deviation), shift = -mean[mean.count == 1 ? 0 : channel] / deviation
                for index in stride(from: channel, to: pixels.count, by: channels) {
                    pixels[index] = pixels[index] * factor + shift
                }
            }
        }
    }

    /// Multiplies by a factor; 1 changes nothing.
    public mutating func adjustBrightness(_ factor: Float) {
        let white = white
        withPixels { pixels in
            for index in pixels.indices { pixels[index] = max(0, min(white, pixels[index] * factor)) }
        }
    }

    /// Moves away from the mean of the greys, or toward it: 1 changes nothing, 0 makes the whole image that grey.
    public mutating func adjustContrast(_ factor: Float) {
        guard !pixels.isEmpty else { return }
        let greys = greys
        let mean = Float(greys.reduce(0.0) { $0 + Double($1) } / Double(greys.count)) * (1 - factor)
        let white = white
        withPixels { pixels in
            for index in pixels.indices { pixels[index] = max(0, min(white, pixels[index] * factor + mean)) }
        }
    }

    /// Moves away from the grey of each pixel, or toward it: 1 changes nothing, 0 takes all colour. Images with another number
    /// of channels than 3 stay as they are.
    public mutating func adjustSaturation(_ factor: Float) {
        guard channels == 3 else { return }
        let (greys, white) = (greys, white)
        withPixels { pixels in
            for pixel in greys.indices {
                let grey = greys[pixel] * (1 - factor)
                for index in (3 * pixel)..<(3 * pixel + 3) {
                    pixels[index] = max(0, min(white, pixels[index] * factor + grey))
                }
            }
        }
    }

    /// Turns the hue by a part of the circle, from -0.5 to 0.5. Images with another number of channels than 3 stay as they are.
    public mutating func adjustHue(_ turn: Float) {
        guard channels == 3 else { return }
        let white = white
        withPixels { pixels in
            for start in stride(from: 0, to: pixels.count, by: 3) {
                let (r, g, b) = (pixels[start] / white, pixels[start + 1] / white, pixels[start + 2] / white)
                let most = max(r, g, b), range = most - min(r, g, b)
                guard range > 0 else { continue }
                let hue: Float =
                    if most == r { (g - b) / range } else if most == g { 2 + (b - r) / range } else {
                        4 + (r - g) / range
                    }
                var turned = (hue / 6 + turn).truncatingRemainder(dividingBy: 1)
                if turned < 0 { turned += 1 }
                let sixth = min(Int(turned * 6), 5)
                let share = turned * 6 - Float(sixth), saturation = range / most
                let low = most * (1 - saturation), falling = most * (1 - saturation * share)
                let rising = most * (1 - saturation * (1 - share))
                let (red, green, blue) =
                    switch sixth {
                    case 0: (most, rising, low)
                    case 1: (falling, most, low)
                    case 2: (low, most, rising)
                    case 3: (low, falling, most)
                    case 4: (rising, low, most)
                    default: (most, low, falling)
                    }
                (pixels[start], pixels[start + 1], pixels[start + 2]) = (red * white, green * white, blue * white)
            }
        }
    }

    /// One channel, or three that are alike, of the brightness that the eye sees (ITU-R BT.601). Images with another number of
    /// channels than 3 keep their first one.
    public mutating func makeGrey(channels: Int = 1) {
        let greys = greys
        rebuild(height, width, channels: channels) { _, new in
            for (pixel, grey) in greys.enumerated() {
                for channel in 0..<channels { new[pixel * channels + channel] = grey }
            }
        }
    }

    /// The brightness of each pixel.
    private var greys: [Float] {
        let channels = channels
        return pixels.withUnsafeBufferPointer { pixels in
            (0..<(height * width)).map { pixel in
                let start = pixel * channels
                guard channels == 3 else { return pixels[start] }
                return 0.2989 * pixels[start] + 0.587 * pixels[start + 1] + 0.114 * pixels[start + 2]
            }
        }
    }
}
