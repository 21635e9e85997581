import BackpropFiles
import Foundation
import Testing

@testable import BackpropText

@Suite struct HostileTokenizerTests {
    static let model = #"{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}"#

    struct Bad: Sendable, CustomTestStringConvertible {
        let says: String
        var model = HostileTokenizerTests.model
        var normalizer = "null"
        var pre = "null"
        var post = "null"
        var decoder = "null"
        var added = "[]"
        var testDescription: String { says }
    }

    static let bad: [Bad] = [
        Bad(says: "'Alien'", model: #"{"type":"Alien"}"#),
        Bad(says: "no 'type'", model: "{}"),
        Bad(says: "'magic'", model: #"{"type":"BPE","magic":1,"vocab":{},"merges":[]}"#),
        Bad(says: "'dropout'", model: #"{"type":"BPE","dropout":0.1,"vocab":{},"merges":[]}"#),
        Bad(says: "'end_of_word_suffix'", model: #"{"type":"BPE","end_of_word_suffix":"</w>","vocab":{},"merges":[]}"#),
        Bad(says: "no token", model: #"{"type":"BPE","vocab":{"a":0,"b":1},"merges":["a b"]}"#),
        Bad(says: "no two parts", model: #"{"type":"BPE","vocab":{"a":0},"merges":["a"]}"#),
        Bad(says: "more than two", model: #"{"type":"BPE","vocab":{"a":0},"merges":[["a","a","a"]]}"#),
        Bad(says: "occurs twice", model: #"{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}"#),
        Bad(says: "they go from 0", model: #"{"type":"BPE","vocab":{"a":99999999999},"merges":[]}"#),
        Bad(says: "beyond 64 bits", model: #"{"type":"BPE","vocab":{"a":999999999999999999999},"merges":[]}"#),
        Bad(says: "'unk_id' 7", model: #"{"type":"Unigram","unk_id":7,"vocab":[["a",0]]}"#),
        Bad(says: "finite score", model: #"{"type":"Unigram","unk_id":0,"vocab":[["a",1e999]]}"#),
        Bad(says: "not that of a", model: #"{"type":"WordPiece","unk_token":"a","vocab":[["a",0]]}"#),
        Bad(says: "unknown", model: #"{"type":"WordPiece","vocab":{"a":0}}"#),
        Bad(says: "'NFKC'", normalizer: #"{"type":"NFKC"}"#),
        Bad(says: "base64", normalizer: #"{"type":"Precompiled","precompiled_charsmap":"!"}"#),
        Bad(says: "said to have", normalizer: #"{"type":"Precompiled","precompiled_charsmap":"/////w=="}"#),
        Bad(says: "'UnicodeScripts'", pre: #"{"type":"UnicodeScripts"}"#),
        Bad(
            says: "which is not known",
            pre: #"{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated","invert":false}"#),
        Bad(says: "'Both'", pre: #"{"type":"Split","pattern":{"String":"a"},"behavior":"Both","invert":false}"#),
        Bad(
            says: "ByteLevel is not the last",
            pre: #"{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"BertPreTokenizer"}]}"#),
        Bad(says: "without an id", post: #"{"type":"BertProcessing","sep":["x"],"cls":["y",1]}"#),
        Bad(
            says: "no text and no token",
            post: #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"S"}}],"pair":[]}"#),
        Bad(says: "'CTC'", decoder: #"{"type":"CTC"}"#),
        Bad(says: "limit is 1000", decoder: #"{"type":"Strip","content":" ","start":99999999,"stop":0}"#),
        Bad(says: "the vocabulary says 0", added: #"[{"id":5,"content":"a"}]"#),
        Bad(says: "'odd'", added: #"[{"id":5,"content":"x","odd":true}]"#),
        Bad(says: "too deep", normalizer: String(repeating: "[", count: 1_000)),
    ]

    @Test(arguments: bad) func refuses(_ bad: Bad) {
        let error = #expect(throws: DataError.self) {
            _ = try tokenizer(
                model: bad.model, normalizer: bad.normalizer, pre: bad.pre, post: bad.post, decoder: bad.decoder,
                added: bad.added)
        }
        guard let error else { return }
        #expect(isOneLine(error.description))
        #expect(error.description.contains(bad.says), "\(error.description)")
    }

    private static let seconds = ProcessInfo.processInfo.environment["BACKPROP_FUZZ_SECONDS"].flatMap(Double.init)

    /// Whole tokenizers with a few wrong bytes, words or pieces are taken or refused with one line, and nothing else happens.
    @Test func mistakesAreTakenOrRefused() throws {
        let files: [[UInt8]] = [
            smallBytePairs().core.form.json(), Tokenizer(charactersOf: "abc").core.form.json(),
            try tokenizer(
                model: #"{"type":"Unigram","unk_id":0,"vocab":[["?",0],["▁a",-2.5],["b",-2]]}"#,
                normalizer:
                    #"{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]}"#,
                pre: #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"#,
                post: #"{"type":"BertProcessing","sep":["b",2],"cls":["?",0]}"#,
                decoder: #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"#
            ).core.form.json(),
            try tokenizer(
                model:
                    ###"{"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"##","max_input_chars_per_word":9,"vocab":{"?":0,"un":1,"##a":2}}"###,
                normalizer: Self.bert, pre: #"{"type":"BertPreTokenizer"}"#,
                decoder: ###"{"type":"WordPiece","prefix":"##","cleanup":true}"###
            ).core.form.json(),
        ].map { Array($0.utf8) }
        let words = ["null", "true", "-1", "1e99", "[]", "{}", "\"\"", "\"a\"", "4194304", "[[", "\"type\"", "\"NFC\""]
        var generator = SplitMix(state: 3), counts = (taken: 0, refused: 0)
        let start = ContinuousClock.now
        while Self.seconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (counts.taken + counts.refused < 400)
        {
            var bytes = files.randomElement(using: &generator)!
            for _ in 0...Int.random(in: 0...2, using: &generator) {
                let place = Int.random(in: 0...bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.insert(contentsOf: words.randomElement(using: &generator)!.utf8, at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...9, using: &generator)))
                case 3 where !bytes.isEmpty:
                    let piece = bytes[place..<min(bytes.count, place + 40)]
                    bytes.insert(contentsOf: piece, at: Int.random(in: 0...bytes.count, using: &generator))
                default: bytes.removeLast(Int.random(in: 0...min(bytes.count, 3), using: &generator))
                }
            }
            do throws(DataError) {
                let tokenizer = try Tokenizer(json: bytes, path: "tokenizer.json")
                let ids = tokenizer.encode(generator.text())
                _ = tokenizer.decode(ids + [0, 1, 2, 99_999_999, -1])
                counts.taken += 1
            } catch {
                #expect(isOneLine(error.description), "\(error)")
                counts.refused += 1
            }
        }
        #expect(counts.taken > 0 && counts.refused > 0)
        if Self.seconds != nil { print("tokenizers: \(counts)") }
    }

    /// Vocabularies of text files.
    @Test func mistakenVocabulariesAreTakenOrRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mistaken-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files: [(name: String, bytes: [UInt8])] = [
            ("vocab.json", #"{"a":0,"b":1,"ab":2,"Ġ":3}"#), ("merges.txt", "#version: 0.2\na b\n"),
            ("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n##b\r\n"),
            (
                "tokenizer_config.json",
                #"{"eos_token":"a","add_bos_token":true,"added_tokens_decoder":{"9":{"content":"x"}}}"#
            ),
        ].map { ($0.0, Array($0.1.utf8)) }
        var generator = SplitMix(state: 5), counts = (taken: 0, refused: 0)
        let start = ContinuousClock.now
        while Self.seconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (counts.taken + counts.refused < 150)
        {
            let isPair = Bool.random(using: &generator), broken = Int.random(in: 0..<4, using: &generator)
            for (index, file) in files.enumerated() {
                var bytes = file.bytes
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                if index == broken {
                    switch Int.random(in: 0..<3, using: &generator) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.removeSubrange(place..<min(bytes.count, place + 4))
                    default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
                    }
                }
                let path = folder + "/" + file.name
                try? FileManager.default.removeItem(atPath: path)
                if file.name != (isPair ? "vocab.txt" : "vocab.json") { try Data(bytes).write(to: URL(filePath: path)) }
            }
            do throws(DataError) {
                let tokenizer = try Tokenizer(path: folder)
                _ = tokenizer.decode(tokenizer.encode(generator.text()))
                counts.taken += 1
            } catch {
                #expect(isOneLine(error.description), "\(error)")
                counts.refused += 1
            }
        }
        #expect(counts.taken > 0 && counts.refused > 0)
        if Self.seconds != nil { print("vocabularies: \(counts)") }
    }

    private static let bert =
        #"{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}"#

    @Test func refusesFoldersThatLack() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lack-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func says(_ words: String, _ files: [String: String]) throws {
            for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: folder + "/" + name)) }
            let error = #expect(throws: DataError.self) { _ = try Tokenizer(path: folder) }
            if let error { #expect(isOneLine(error.description) && error.description.contains(words), "\(error)") }
        }
        try says("holds no tokenizer", [:])
        try says("no two parts", ["vocab.json": #"{"a":0,"b":1,"ab":2}"#, "merges.txt": "#version: 0.2\na b\nab\n"])
        try says(
            "'ArabicTokenizer'",
            ["merges.txt": "a b\n", "tokenizer_config.json": #"{"tokenizer_class":"ArabicTokenizer"}"#])
        let absent = #expect(throws: DataError.self) { _ = try Tokenizer(path: folder + "/none") }
        #expect(absent?.reason == .missingFile)
    }
}
