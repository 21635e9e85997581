import Backprop

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ImageBuffer {
    /// The part whose top left corner is at (`top`, `left`), which may lie outside; what is outside becomes `value`.
    public mutating func crop(top: Int, left: Int, height: Int, width: Int, value: Float = 0) {
        let (oldHeight, oldWidth, channels) = (self.height, self.width, self.channels)
        let first = max(0, -left), end = max(first, min(width, oldWidth - left))
        rebuild(height, width) { old, new in
            for y in 0..<height {
                let row = UnsafeMutableBufferPointer(
                    rebasing: new[(y * width * channels)..<((y + 1) * width * channels)])
                let source = y + top
                guard source >= 0, source < oldHeight, first < end else {
                    row.initialize(repeating: value)
                    continue
                }
                row[..<(first * channels)].initialize(repeating: value)
                row[(end * channels)...].initialize(repeating: value)
                let start = (source * oldWidth + left + first) * channels
                _ = UnsafeMutableBufferPointer(rebasing: row[(first * channels)..<(end * channels)])
                    .initialize(fromContentsOf: old[start..<(start + (end - first) * channels)])
            }
        }
    }

    /// Exchanges left and right.
    public mutating func flipHorizontally() {
        let (height, width, channels) = (height, width, channels)
        withPixels { pixels in
            for y in 0..<height {
                var left = y * width * channels, right = left + (width - 1) * channels
                while left < right {
                    for channel in 0..<channels { pixels.swapAt(left + channel, right + channel) }
                    left += channels
                    right -= channels
                }
            }
        }
    }

    /// Exchanges top and bottom.
    public mutating func flipVertically() {
        let (height, row) = (height, width * channels)
        withPixels { pixels in
            for y in 0..<(height / 2) {
                for index in 0..<row { pixels.swapAt(y * row + index, (height - 1 - y) * row + index) }
            }
        }
    }

    /// Scales to a size, linearly between pixels. Where it becomes smaller, a pixel is the mean of all that it covers, unless
    /// `antialiases` is false. An empty image stops it.
    public mutating func resize(
        height: Int, width: Int, antialiases: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            height > 0 && width > 0 && self.height > 0 && self.width > 0,
            "resize: from \(self.height) x \(self.width) to \(height) x \(width)", file: file, line: line)
        let (oldHeight, oldWidth, channels) = (self.height, self.width, self.channels)
        if width != oldWidth {
            let taps = ResizeTaps(from: oldWidth, to: width, antialiases)
            rebuild(oldHeight, width) { old, new in
                for y in 0..<oldHeight {
                    for x in 0..<width {
                        let (first, weights) = taps[x]
                        let start = (y * oldWidth + first) * channels
                        for channel in 0..<channels {
                            var sum: Float = 0
                            for tap in weights.indices {
                                sum += weights[tap] * old[start + (tap - weights.startIndex) * channels + channel]
                            }
                            new[(y * width + x) * channels + channel] = sum
                        }
                    }
                }
            }
        }
        if height != oldHeight {
            let taps = ResizeTaps(from: oldHeight, to: height, antialiases)
            let row = width * channels
            rebuild(height, width) { old, new in
                new.initialize(repeating: 0)
                for y in 0..<height {
                    let (first, weights) = taps[y]
                    for tap in weights.indices {
                        let weight = weights[tap], source = (first + tap - weights.startIndex) * row
                        for index in 0..<row { new[y * row + index] += weight * old[source + index] }
                    }
                }
            }
        }
    }

    /// Turns (clockwise), shears, scales and moves about the centre, linearly between pixels; what comes from outside is
    /// `value`.
    ///
    /// - Parameters:
    ///   - rotation: in degrees.
    ///   - x: pixels to the right.
    ///   - y: pixels downward.
    ///   - shear: along x and along y, in degrees.
    public mutating func transform(
        rotation: Double = 0, x: Double = 0, y: Double = 0, scale: Double = 1, shear: (x: Double, y: Double) = (0, 0),
        value: Float = 0, file: StaticString = #fileID, line: UInt = #line
    ) {
        require(scale > 0, "transform: the scale is \(scale)", file: file, line: line)
        // The place in the image of each place in the result: the inverse of translation, rotation, scale, and shears.
        let turn = rotation * .pi / 180, shearX = shear.x * .pi / 180, shearY = shear.y * .pi / 180
        let a = cos(turn - shearY) / cos(shearY)
        let b = -a * tan(shearX) - sin(turn)
        let c = sin(turn - shearY) / cos(shearY)
        let d = -c * tan(shearX) + cos(turn)
        let matrix = [d, -b, -c, a].map { Float($0 / scale) }
        let (height, width, channels) = (height, width, channels)
        let centerX = Float(width - 1) / 2, centerY = Float(height - 1) / 2
        rebuild(height, width) { old, new in
            for row in 0..<height {
                for column in 0..<width {
                    let dx = Float(column) - centerX - Float(x), dy = Float(row) - centerY - Float(y)
                    let fromX = matrix[0] * dx + matrix[1] * dy + centerX
                    let fromY = matrix[2] * dx + matrix[3] * dy + centerY
                    let target = (row * width + column) * channels
                    guard fromX > -1, fromX < Float(width), fromY > -1, fromY < Float(height) else {
                        for channel in 0..<channels { new[target + channel] = value }
                        continue
                    }
                    let left = Int(fromX.rounded(.down)), top = Int(fromY.rounded(.down))
                    let shareX = fromX - Float(left), shareY = fromY - Float(top)
                    if left >= 0, left < width - 1, top >= 0, top < height - 1 {
                        let upper = (top * width + left) * channels, lower = upper + width * channels
                        let a = (1 - shareX) * (1 - shareY), b = shareX * (1 - shareY)
                        let c = (1 - shareX) * shareY, d = shareX * shareY
                        for channel in 0..<channels {
                            new[target + channel] =
                                a * old[upper + channel] + b * old[upper + channels + channel]
                                + c * old[lower + channel] + d * old[lower + channels + channel]
                        }
                        continue
                    }
                    // At the edge, where some of the four pixels are outside.
                    for channel in 0..<channels {
                        func pixel(_ y: Int, _ x: Int) -> Float {
                            y >= 0 && y < height && x >= 0 && x < width
                                ? old[(y * width + x) * channels + channel] : value
                        }
                        let upper = (1 - shareX) * pixel(top, left) + shareX * pixel(top, left + 1)
                        let lower = (1 - shareX) * pixel(top + 1, left) + shareX * pixel(top + 1, left + 1)
                        new[target + channel] = (1 - shareY) * upper + shareY * lower
                    }
                }
            }
        }
    }

    /// Fills a rectangle, or the part of it that is inside, with a value.
    public mutating func fill(top: Int, left: Int, height: Int, width: Int, value: Float) {
        let rows = max(0, top)..<max(0, top, min(self.height, top + height))
        let columns = max(0, left)..<max(0, left, min(self.width, left + width))
        let (row, channels) = (self.width * self.channels, self.channels)
        withPixels { pixels in
            for y in rows {
                for index in (columns.lowerBound * channels)..<(columns.upperBound * channels) {
                    pixels[y * row + index] = value
                }
            }
        }
    }
}

/// Which pixels along one axis make up those of another size, and by how much: a triangle about the centre of each.
private struct ResizeTaps {
    private var taps: [(first: Int, weights: Range<Int>)] = []
    private var weights: [Float] = []

    init(from old: Int, to new: Int, _ antialiases: Bool) {
        let scale = Double(old) / Double(new)
        let reach = antialiases ? max(scale, 1) : 1
        for position in 0..<new {
            let center = (Double(position) + 0.5) * scale
            let first = max(0, Int(center - reach + 0.5)), end = min(old, Int(center + reach + 0.5))
            let found = (first..<end).map { max(0, 1 - abs((Double($0) - center + 0.5) / reach)) }
            let sum = found.reduce(0, +)
            taps.append((first, weights.count..<(weights.count + found.count)))
            weights += found.map { Float($0 / sum) }
        }
    }

    subscript(position: Int) -> (first: Int, weights: ArraySlice<Float>) {
        (taps[position].first, weights[taps[position].weights])
    }
}
