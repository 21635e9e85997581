import Backprop
import BackpropData
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct ImageSourceTests {
    private static func png(_ height: Int, _ width: Int, _ colour: [UInt8]) -> [UInt8] {
        var pixels: [UInt8] = []
        for _ in 0..<(height * width) { pixels += colour }
        return TruecolourImage(pixels: pixels, height: height, width: width, channels: colour.count).bytes
    }

    /// Reads a folder; without the trait `Images` it is refused with the line that says how to build with it.
    private static func read(_ folder: String) throws -> ArrayData? {
        let source = DataSource.images(folder: folder)
        if (try? ImageFile.decode(png(1, 1, [9]))) != nil { return try ArrayData(source, seed: 0) }
        let error = #expect(throws: DataError.self) { try ArrayData(source, seed: 0) }
        #expect(error?.reason == .notBuilt && error?.description.contains("swift build --traits Images") == true)
        return nil
    }

    @Test func readsFiguresOfOneSize() throws {
        let folder = try TemporaryFolder()
        let figures = sides(20, side: 9)
        for (place, label) in figures.labels.enumerated() {
            let image = TruecolourImage.pictures(figures.inputs[place])[0]
            try folder.write(image.bytes, to: "\(label == 0 ? "left" : "right")/\(10 + place).png")
        }
        try folder.write([1], to: "left/notes.txt")
        guard let data = try Self.read(folder.path) else { return }
        #expect(data.shape.extents == [9, 9, 1] && data.classNames == ["left", "right"])
        #expect(data.training.count == 16 && data.test?.count == 4)
        // Class by class, and each as it was drawn.
        let found = data.training.inputs.array(of: UInt8.self), drawn = figures.inputs.array(of: UInt8.self)
        var wanted: [UInt8] = []
        for label in 0..<2 {
            for (place, itsLabel) in figures.labels.enumerated() where itsLabel == Int32(label) {
                wanted += drawn[(place * 81)..<(place * 81 + 81)]
            }
        }
        #expect(found == wanted)
        let inputs = try ArrayInputs(folder.path, shape: data.shape, trainedOn: data.source)
        #expect(inputs.inputs.array(of: UInt8.self) == found && inputs.names?.count == 20)
        let one = try ArrayInputs(inputs.names![3], shape: data.shape, trainedOn: data.source)
        #expect(one.inputs.array(of: UInt8.self) == Array(found[243..<324]))
    }

    @Test func scalesPhotographsAndTakesPartsAsTheyAreCalled() throws {
        let folder = try TemporaryFolder()
        for (number, part) in ["train", "train", "train", "train", "train", "train", "test"].enumerated() {
            try folder.write(Self.png(40 + number, 90, [200, 0, 0]), to: "\(part)/red/\(number).png")
            try folder.write(Self.png(90, 30 + number, [0, 0, 200]), to: "\(part)/blue/\(number).PNG")
        }
        guard let data = try Self.read(folder.path) else { return }
        #expect(data.shape.extents == [64, 64, 3] && data.classNames == ["blue", "red"])
        #expect(data.training.count == 12 && data.test?.targets == .classes([0, 1]))
        let pixels = try #require(data.test).inputs.array(of: UInt8.self)
        #expect(Array(pixels[..<3]) == [0, 0, 200] && Array(pixels.suffix(3)) == [200, 0, 0])
        // A damaged image is named.
        try folder.write(Self.png(40, 90, [1, 2, 3]).dropLast(30), to: "train/red/9.png")
        let error = #expect(throws: DataError.self) { try ArrayData(.images(folder: folder.path), seed: 0) }
        #expect(error.map { isOneLine($0.description) && $0.description.contains("train/red/9.png") } == true)
        try folder.write(Self.png(4, 9, [1, 2, 3]), to: "test/green/1.png")
        let other = #expect(throws: DataError.self) { try ArrayData(.images(folder: folder.path), seed: 0) }
        #expect(other?.description.contains("the class 'green' is in the test part alone") == true)
    }
}
