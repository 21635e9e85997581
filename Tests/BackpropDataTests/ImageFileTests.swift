import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

#if Images
    struct RecordedImage: Sendable, CustomTestStringConvertible {
        let name: String
        let file: [UInt8]
        /// Red, green, blue, alpha.
        let pixels: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ file: String, pixels: String) {
            self.name = name
            self.file = Array(Data(base64Encoded: file)!)
            self.pixels = Array(Data(base64Encoded: pixels)!)
        }
    }

    @Suite struct ImageFileTests {
        @Test(arguments: RecordedImages.all) func decodesAsPillowDoes(_ image: RecordedImage) throws {
            // Pillow converts inks, and grey from colour, with other roundings.
            let tolerance = image.name == "jpeg CMYK" ? 1 : 0
            let full = try ImageFile.decode(image.file, as: .rgba)
            #expect(full.dtype == .uint8 && full.shape == [5, 7, 4])
            let found = full.array(of: Int.self)
            #expect(zip(found, image.pixels).allSatisfy { abs($0 - Int($1)) <= tolerance }, "\(found)")
            let colour = try ImageFile.decode(image.file).array(of: Int.self)
            #expect(colour == found.indices.filter { $0 % 4 < 3 }.map { found[$0] })
            let grey = try ImageFile.decode(image.file, as: .grey)
            #expect(grey.shape == [5, 7, 1])
            for (pixel, value) in grey.array(of: Double.self).enumerated() {
                let (r, g, b) = (found[4 * pixel], found[4 * pixel + 1], found[4 * pixel + 2])
                #expect(abs(value - (0.299 * Double(r) + 0.587 * Double(g) + 0.114 * Double(b))) < 0.51)
            }
        }

        @Test(arguments: RecordedImages.all) func refusesEveryTruncation(_ image: RecordedImage) {
            // The last two bytes of a JPEG are the mark of its end, without which all pixels are there.
            for count in 0..<(image.file.count - (image.name.hasPrefix("jpeg") ? 2 : 0)) {
                let error = #expect(throws: DataError.self) { try ImageFile.decode(Array(image.file.prefix(count))) }
                if let error { #expect(isOneLine(error.description)) }
            }
        }

        @Test func refusesTooManyPixelsBeforeTakingMemory() throws {
            for image in RecordedImages.all {
                #expect(try ImageFile.decode(image.file, maximumPixels: 35).shape == [5, 7, 3])
                expectRefusal("it has 7 x 5 pixels, the limit is 34") {
                    _ = try ImageFile.decode(image.file, maximumPixels: 34)
                }
            }
            var png = RecordedImages.all[0].file
            png.replaceSubrange(16..<24, with: big(UInt32(1 << 15)) + big(UInt32(1 << 15)))
            png.replaceSubrange(29..<33, with: big(png[12..<29].withUnsafeBytes { CRC32.checksum($0) }))
            expectRefusal("32768 x 32768 pixels") { _ = try ImageFile.decode(png) }
            expectRefusal("more pixels than its bytes can hold") {
                _ = try ImageFile.decode(png, maximumPixels: 1 << 40)
            }
            expectRefusal("does not begin as a PNG or JPEG") { _ = try ImageFile.decode([0x47, 0x49, 0x46]) }
        }

        @Test func decodesTheImagesOfAFolder() throws {
            let folder = try TemporaryFolder()
            for (name, image) in [("b", 0), ("a", 12)] {
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/" + name, withIntermediateDirectories: true)
                _ = try folder.file(name + "/1.PNG", RecordedImages.all[image].file)
            }
            _ = try folder.file("a/2.jpg", "no image")
            let images = try ImageFolder(folder.path)
            #expect(try images[0].image(as: .grey).shape == [5, 7, 1])
            #expect(try images[2].image().shape == [5, 7, 3])
            expectRefusal("a/2.jpg: it does not begin as") { _ = try images[1].image() }
        }

        @Test func damagedImages() throws {
            for kind in ["png", "jpeg"] {
                let files = RecordedImages.all.filter { $0.name.hasPrefix(kind) }.map(\.file)
                ReaderFuzzTests().run(kind, files, rounds: 2_000) {
                    let image = try ImageFile.decode($0, maximumPixels: 1 << 16)
                    image.withUnsafeBytes { #expect($0.count == image.shape.reduce(1, *)) }
                }
            }
            let pngs = RecordedImages.all.filter { $0.name.hasPrefix("png") }.map(\.file)
            ReaderFuzzTests().run("png, checksums right", pngs, rounds: 2_000, mutate: Self.mutatedChunks) {
                _ = try ImageFile.decode($0, maximumPixels: 1 << 16)
            }
        }

        /// Mistakes inside of chunks, whose checksums agree with them.
        private static func mutatedChunks(_ files: [[UInt8]], _ generator: inout SplitMix64) -> [UInt8] {
            let file = files[generator.below(files.count)]
            var result = Array(file.prefix(8))
            var start = 8
            while start + 12 <= file.count {
                let count = file[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
                var body = Array(file[(start + 4)..<(start + 8 + count)])
                if body.count > 4, generator.below(2) == 0 {
                    body[4 + generator.below(count)] = UInt8(generator.below(256))
                }
                result += big(UInt32(count)) + body + big(body.withUnsafeBytes { CRC32.checksum($0) })
                start += 12 + count
            }
            return result
        }
    }
#endif

@Suite struct ImageFolderTests {
    @Test func classesAreFoldersInOrder() throws {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        expectRefusal("no sub-folder") { _ = try ImageFolder(folder.path) }
        expectRefusal("cannot list the folder") { _ = try ImageFolder(folder.path + "/none") }
        for name in ["dog/deep", "cat", ".hidden"] {
            try files.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
        }
        expectRefusal("cat: there is no image") { _ = try ImageFolder(folder.path) }
        for name in [
            "cat/2.PNG", "cat/1.jpeg", "cat/notes.txt", "cat/.3.png", "dog/deep/1.jpg", "dog/9.jpg", "top.png",
        ] {
            _ = try folder.file(name, "")
        }
        let images = try ImageFolder(folder.path)
        #expect(images.classNames == ["cat", "dog"] && images.labels == [0, 0, 1, 1] && images.count == 4)
        #expect(
            images.map { String($0.path.dropFirst(folder.path.count + 1)) }
                == ["cat/1.jpeg", "cat/2.PNG", "dog/9.jpg", "dog/deep/1.jpg"])
        try files.createSymbolicLink(atPath: folder.path + "/dog/loop", withDestinationPath: folder.path + "/dog")
        expectRefusal("deep") { _ = try ImageFolder(folder.path) }
    }

    #if !Images
        @Test func saysWhatTurnsDecodingOn() throws {
            let folder = try TemporaryFolder()
            let path = try folder.file("a.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
            expectRefusal("--traits Images") { _ = try ImageFile.read(path) }
            expectRefusal("trait 'Images'") { _ = try ImageFile.decode([]) }
        }
    #endif
}
