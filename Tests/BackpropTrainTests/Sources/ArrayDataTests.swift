import Backprop
import BackpropData
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct ArrayDataTests {
    static func read(
        _ arrays: [String: Tensor], family: ModelDescription.Family? = nil, isClassification: Bool? = nil,
        holdOut: Double = 0.2
    ) throws -> ArrayData {
        let folder = try TemporaryFolder()
        let path = try folder.write(npz: arrays)
        return try ArrayData(
            .arrays(path: path), family: family, isClassification: isClassification, holdOut: holdOut, seed: 1)
    }

    static func refusal(
        _ arrays: [String: Tensor], isClassification: Bool? = nil
    ) -> String {
        do {
            _ = try read(arrays, isClassification: isClassification)
            return "nothing"
        } catch {
            let text = "\(error)"
            #expect(isOneLine(text))
            return text.range(of: "data.npz").map { String(text[$0.lowerBound...]) } ?? text
        }
    }

    private static let classes = Tensor((0..<20).map { Int64($0 % 2) })

    @Test func tellsWhatThreeAxesAre() throws {
        let cases: [([Int], DType, ModelDescription.Family?, [Int])] = [
            ([20, 6], .float32, nil, [6]), ([20], .float64, nil, [1]), ([20, 9, 8], .uint8, nil, [9, 8, 1]),
            ([20, 8, 8], .float32, nil, [8, 8, 1]), ([20, 7, 7], .float32, nil, [7, 7]),
            ([20, 12, 3], .float32, nil, [12, 3]), ([20, 12, 3], .float32, .cnn, [12, 3, 1]),
            ([20, 12, 3], .int64, .mlp, [12, 3]), ([20, 8, 8], .float32, .lstm, [8, 8]),
            ([20, 9, 8], .uint8, .lstm, [9, 8]), ([20, 5, 6, 3], .uint8, nil, [5, 6, 3]),
            ([20, 3, 5, 6], .float32, nil, [5, 6, 3]), ([20, 1, 5, 6], .uint8, nil, [5, 6, 1]),
        ]
        for (shape, dtype, family, wanted) in cases {
            let data = try Self.read(["x": Tensor.zeros(shape, dtype: dtype), "y": Self.classes], family: family)
            #expect(data.shape.extents == wanted, "\(shape) \(dtype) \(family?.rawValue ?? "")")
            #expect(data.training.inputs.shape == [20] + wanted && data.training.inputs.dtype == dtype)
        }
        // Channels first become channels last, and each number stays with its pixel.
        let planes = Tensor((0..<(20 * 3 * 5 * 6)).map { Float($0) }, shape: [20, 3, 5, 6])
        let data = try Self.read(["x": planes, "y": Self.classes])
        #expect(data.training.inputs[4, 2, 5, 1].item() == planes[4, 1, 2, 5].item())
    }

    @Test func tellsClassesFromNumbers() throws {
        let x = Tensor.zeros([40, 2])
        func read(_ labels: [Double], _ dtype: DType, _ isClassification: Bool? = nil) throws -> ArrayData {
            try Self.read(["x": x, "y": Tensor(labels).asType(dtype)], isClassification: isClassification, holdOut: 0)
        }
        let three = (0..<40).map { [7.0, -1, 3][$0 % 3] }, many = (0..<40).map(Double.init)
        let halves = many.map { $0 / 2 }
        #expect(try read(three, .int32).classNames == ["-1", "3", "7"])
        #expect(try read(three, .int32).training.targets == .classes((0..<40).map { [2, 0, 1][$0 % 3] }))
        #expect(try read(three, .float32).classNames.count == 3)
        #expect(try read(three, .float32, false).training.targets == .numbers(three))
        #expect(try read(many, .int64).classNames.isEmpty)
        #expect(try read(many, .int64, true).classNames.count == 40)
        #expect(try read(halves, .float64).training.targets == .numbers(halves))
        #expect(try read(three.map { $0 > 0 ? 1 : 0 }, .bool).classNames == ["0", "1"])
        // Rows of one 1 are classes too.
        let oneHot = Tensor((0..<120).map { Float($0 % 3 == $0 / 3 % 3 ? 1 : 0) }, shape: [40, 3])
        let data = try Self.read(["x": x, "y": oneHot], holdOut: 0)
        #expect(data.classNames == ["0", "1", "2"])
        #expect(data.training.targets == .classes((0..<40).map { Int32($0 % 3) }))
        let column = try Self.read(["x": x, "y": Tensor(halves, shape: [40, 1])], holdOut: 0)
        #expect(column.training.targets == .numbers(halves))
    }

    @Test func findsArraysByTheirNames() throws {
        let x = Tensor.zeros([20, 2]), other = Tensor.ones([10, 2])
        let y = Self.classes, otherLabels = Tensor((0..<10).map { Int64($0 % 2) })
        for (inputs, labels) in [("X", "y"), ("inputs", "labels"), ("data", "target"), ("images", "classes")] {
            #expect(try Self.read([inputs: x, labels: y]).test?.count == 4)
        }
        for names in [
            ["x_train", "y_train", "x_test", "y_test"], ["train_images", "train_labels", "test_images", "test_labels"],
            ["X", "Y", "Xtest", "Ytest"], ["train_x", "train_y", "val_x", "val_y"],
        ] {
            let data = try Self.read([names[0]: x, names[1]: y, names[2]: other, names[3]: otherLabels])
            #expect(data.training.count == 20 && data.test?.count == 10, "\(names)")
            #expect(data.test?.inputs[0, 0].item() == 1)
        }
        #expect(
            try Self.read(["x": x, "y": y, "x_val": x, "y_val": y, "x_test": other, "y_test": otherLabels]).test?.count
                == 10)
    }

    @Test func holdsOutTheSameForASeed() throws {
        let x = Tensor.zeros([100, 2]), y = Tensor((0..<100).map { Int64($0 % 4) })
        let one = try Self.read(["x": x, "y": y]), two = try Self.read(["x": x, "y": y])
        #expect(one.test?.rows == two.test?.rows && one.training.rows == two.training.rows)
        #expect(one.test?.count == 20 && one.training.count == 80)
        #expect(Set(one.test!.rows).isDisjoint(with: one.training.rows))
        guard case .classes(let held) = one.test?.targets else { Issue.record("no classes"); return }
        for label in 0..<4 { #expect(held.count { $0 == Int32(label) } == 5) }
        #expect(try Self.read(["x": x, "y": y], holdOut: 0).test == nil)
    }

    @Test func saysWhatIsWrongWithArrays() {
        let x = Tensor.zeros([20, 2]), y = Self.classes
        let cases: [([String: Tensor], String)] = [
            (
                ["a": x, "b": y],
                "data.npz: inputs and labels cannot be told among its arrays 'a', 'b'; write it with numpy.savez('data.npz', x=inputs, y=labels)"
            ),
            (
                ["x": x],
                "data.npz: inputs and labels cannot be told among its arrays 'x'; write it with numpy.savez('data.npz', x=inputs, y=labels)"
            ),
            (["x": x, "X": x, "y": y], "data.npz: both 'X' and 'x' could be the inputs; keep one of them"),
            (
                ["x": x, "y": Tensor.zeros([19])],
                "data.npz, array 'y': 19 labels for 20 examples; give one for each, in the same order"
            ),
            (
                ["x": x, "y": Tensor.zeros([20, 2, 2])],
                "data.npz, array 'y': labels have the shape [20, 2, 2]; give one number for each example"
            ),
            (
                ["x": x, "y": Tensor.ones([20, 2])],
                "data.npz, array 'y': example 0 has 2 labels, of which not one alone is 1; give one number for each example, such as y[:, 0]"
            ),
            (
                ["x": x, "y": Tensor.ones([20])],
                "data.npz, array 'y': all labels are 1.0; add examples with another label"
            ),
            (
                ["x": Tensor.zeros([4, 2]), "y": Tensor([1, 2, 1, 2])],
                "data.npz, array 'y': 4 examples to train on; give 10 at least"
            ),
            (
                ["x": Tensor.zeros([20, 2, 2, 2, 2]), "y": y],
                "data.npz, array 'x': the inputs have the shape [20, 2, 2, 2, 2]; give [examples, numbers], [examples, steps, numbers] or [examples, height, width, channels], none of them 0"
            ),
            (
                ["x": Tensor.zeros([20, 0]), "y": y],
                "data.npz, array 'x': the inputs have the shape [20, 0]; give [examples, numbers], [examples, steps, numbers] or [examples, height, width, channels], none of them 0"
            ),
            (
                ["x": Tensor.zeros([0, 2]), "y": Tensor.zeros([0])],
                "data.npz, array 'y': 0 examples to train on; give 10 at least"
            ),
            (
                ["x": x, "y": y, "x_test": Tensor.zeros([5, 3]), "y_test": Tensor.zeros([5])],
                "data.npz, array 'x_test': examples to test have the shape [3], those to train [2]; give parts that belong together"
            ),
            (
                ["x": x, "y": y, "x_test": Tensor.zeros([1, 2]), "y_test": Tensor([9])],
                "data.npz, array 'y': example 0 of the test part has the unknown class 9; leave it out, or add examples of that class to the training part"
            ),
            (
                ["x": x, "y": Tensor([Double](repeating: 0.5, count: 19) + [.nan])],
                "data.npz, array 'y': example 19 has the label nan; leave such examples out"
            ),
        ]
        for (arrays, wanted) in cases { #expect(Self.refusal(arrays) == wanted) }
        #expect(
            Self.refusal(["x": x, "y": Tensor((0..<20).map { Double($0) / 3 })], isClassification: true).contains(
                "20 different labels, which are no classes; give whole numbers for classes, or choose --task regression"
            ))
    }

    /// numpy.savez_compressed(x=numpy.arange(10, dtype='uint8'), y=numpy.array(list('ababababab'))) of NumPy 2
    private static let textLabels =
        "UEsDBC0AAAAIAAAAIQAZzKc4//////////8FABQAeC5ucHkBABAAigAAAAAAAABPAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6"
        + "Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GoYGOpo6CrUK5AMuBkYmZhZWNnYOTgBQSwMELQAAAAgAAAAhAPNR1Dv//////////wUAFAB5"
        + "Lm5weQEAEACoAAAAAAAAAE4AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbhNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkahg"
        + "Y6mjoKtQrkA65EBgaGJCAmRAMAUEsBAi0DLQAAAAgAAAAhABnMpzhPAAAAigAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAgA"
        + "AAAhAPNR1DtOAAAAqAAAAAUAAAAAAAAAAAAAAIABhgAAAHkubnB5UEsFBgAAAAACAAIAZgAAAAsBAAAAAA=="

    @Test func saysHowNamesBecomeClasses() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Data(base64Encoded: Self.textLabels)!, to: "data.npz")
        let error = #expect(throws: DataError.self) { try ArrayData(.arrays(path: path), seed: 0) }
        #expect(
            error?.description
                == "\(path), array 'y': its elements are text ('<U1'); write the numbers of the classes there, numpy.unique(y, return_inverse=True)[1]"
        )
    }

    @Test func readsFoldersOfIDX() throws {
        let folder = try TemporaryFolder()
        try DataSourceTests.writeIDX(folder, "a")
        let data = try ArrayData(.idx(folder: folder.path + "/a"), seed: 0)
        #expect(data.shape.extents == [2, 2, 1] && data.classNames == ["4", "5", "6"])
        #expect(data.training.inputs.dtype == .uint8 && data.training.inputs.shape == [20, 2, 2, 1])
        #expect(data.test?.count == 20 && data.name == folder.path + "/a, 2 x 2 pixels")
        // Packed twins are the same file; another set is not.
        try folder.write([0x1F, 0x8B], to: "a/train-images-idx3-ubyte.gz")
        #expect(try ArrayData(.idx(folder: folder.path + "/a"), seed: 0).training.count == 20)
        try folder.write([0], to: "a/emnist-train-images-idx3-ubyte")
        #expect(throws: DataError.self) { try ArrayData(.idx(folder: folder.path + "/a"), seed: 0) }
        // Without a test part some are held out.
        try DataSourceTests.writeIDX(folder, "b", parts: ["train"])
        let half = try ArrayData(.idx(folder: folder.path + "/b"), seed: 0)
        #expect(half.training.count == 16 && half.test?.count == 4)
        try folder.write(idxBytes([1], [4]), to: "b/t10k-labels-idx1-ubyte")
        let error = #expect(throws: DataError.self) { try ArrayData(.idx(folder: folder.path + "/b"), seed: 0) }
        #expect(
            error?.description.hasSuffix(
                "of the test part there is only 't10k-labels-idx1-ubyte'; add the other file, or remove this one")
                == true)
    }

    @Test func readsCIFAR() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(cifarBytes(40), to: "a.bin")
        let one = try ArrayData(.cifarFile(path: path), seed: 0)
        #expect(one.shape.extents == [32, 32, 3] && one.training.count == 32 && one.test?.count == 8)
        #expect(one.classNames == CIFAR10.classNames)
        for name in ["data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"] {
            try folder.write(cifarBytes(20), to: "c/\(name)")
        }
        let data = try ArrayData(.cifar(folder: folder.path + "/c"), seed: 0)
        #expect(data.training.count == 40 && data.test?.count == 20)
        try folder.write(cifarBytes(2).dropLast(), to: "a.bin")
        #expect(throws: DataError.self) { try ArrayData(.cifarFile(path: path), seed: 0) }
    }

    @Test func readsWhatARunIsAskedAbout() throws {
        let folder = try TemporaryFolder()
        let shape = ExampleShape.image(height: 2, width: 3, channels: 1)
        func read(_ name: String, _ source: DataSource = .arrays(path: "")) throws -> ArrayInputs {
            try ArrayInputs(folder.path + "/" + name, shape: shape, trainedOn: source)
        }
        let wanted = (0..<12).map(Double.init), images = Tensor(wanted, shape: [2, 2, 3])
        try folder.write(npz: ["x": images.asType(.uint8)])
        try NPYFile.write(images, to: folder.path + "/many.npy")
        try NPYFile.write(images[0], to: folder.path + "/one.npy")
        try folder.write(idxBytes([2, 2, 3], wanted.map { UInt8($0) }), to: "idx")
        try folder.write(Array("0,1,2,3,4,5\n6,7, 8,9,10,11\n".utf8), to: "plain.csv")
        try folder.write(Array("a,b,c,d,e,f\n0,1,2,3,4,5\n6,7,8,9,10,11\n".utf8), to: "named.csv")
        for name in ["data.npz", "many.npy", "idx", "plain.csv", "named.csv"] {
            let inputs = try read(name)
            #expect(inputs.inputs.shape == [2, 2, 3, 1] && inputs.inputs.array(of: Double.self) == wanted, "\(name)")
        }
        #expect(try read("one.npy").inputs.shape == [1, 2, 3, 1])
        try folder.write(Array("1,2,3\n".utf8), to: "narrow.csv")
        try folder.write(Array("1,2,3,4,5,x\n".utf8), to: "text.csv")
        try NPYFile.write(Tensor.zeros([2, 5]), to: folder.path + "/other.npy")
        try NPYFile.write(Tensor.zeros([0, 2, 3]), to: folder.path + "/none.npy")
        for (name, words) in [
            (
                "narrow.csv",
                "it has 3 columns, an example is 2 x 3 pixels; give one example a row, as its 6 numbers in order"
            ),
            ("text.csv", ", line 1, column 6: 'x' is no number; give numbers alone"),
            (
                "other.npy",
                "the examples have the shape [2, 5], the run was trained on 2 x 3 pixels; give examples of that shape"
            ),
            ("none.npy", "there are no examples; give one at least"), ("missing", "there is no such file or folder"),
        ] {
            do {
                _ = try read(name)
                Issue.record("\(name) was read")
            } catch { #expect("\(error)".contains(words) && isOneLine("\(error)"), "\(error)") }
        }
        let row = (0..<64).map { String($0 % 17) }.joined(separator: ",")
        let digits = try ArrayInputs(
            try folder.write(Array("\(row)\n".utf8), to: "digits.csv"), shape: ArrayData.digits.shape,
            trainedOn: .digits)
        #expect(digits.inputs.array(of: Double.self) == (0..<64).map { Double($0 % 17) })
    }

    /// Good files with mistakes in them are read or refused in one line.
    @Test func survivesMistakes() throws {
        let folder = try TemporaryFolder()
        let arrays = ["x": Tensor.zeros([12, 3, 2]), "y": Tensor((0..<12).map { Int64($0 % 3) })]
        let npz = Array(try Data(contentsOf: URL(filePath: try folder.write(npz: arrays))))
        let idx = idxBytes([12, 2, 2], (0..<48).map { UInt8($0) })
        try folder.write(idxBytes([12], (0..<12).map { UInt8($0 % 3) }), to: "i/train-labels-idx1-ubyte")
        var generator = SplitMix64(seed: 5)
        var refused = 0
        for round in 0..<600 {
            var bytes = round % 3 == 0 ? idx : npz
            for _ in 0...generator.below(3) {
                let place = generator.below(bytes.count)
                switch generator.below(4) {
                case 0: bytes[place] = UInt8(generator.below(256))
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + generator.below(9)))
                case 2: bytes[place] ^= 1 << UInt8(generator.below(8))
                default: bytes.removeLast(generator.below(bytes.count))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            let source: DataSource
            if round % 3 == 0 {
                try folder.write(bytes, to: "i/train-images-idx3-ubyte")
                source = .idx(folder: folder.path + "/i")
            } else {
                source = .arrays(path: try folder.write(bytes, to: "bad.npz"))
            }
            do {
                let data = try ArrayData(source, seed: 0)
                _ = try ArrayNormalization(data.training, data.shape, at: data.name)
            } catch {
                #expect(isOneLine("\(error)"), "\(error)")
                refused += 1
            }
        }
        #expect(refused > 200)
    }
}
