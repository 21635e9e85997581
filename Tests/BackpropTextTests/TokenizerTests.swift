import BackpropFiles
import Foundation
import Testing

@testable import BackpropText

@Suite struct TokenizerTests {
    // MARK: Pieces

    struct Cut: Sendable, CustomTestStringConvertible {
        let pre: String
        let text: String
        let pieces: [String]
        var testDescription: String { text }
    }

    private static let llama3 = KnownSplits.split(KnownSplits.llama3()).written
    private static let gpt2 = KnownSplits.split(Splitter.gpt2).written

    static let cuts: [Cut] = [
        Cut(
            pre: gpt2, text: "Hello  world's 12a!\n\n x",
            pieces: ["Hello", " ", " world", "'s", " 12", "a", "!", "\n\n", " x"]),
        Cut(pre: gpt2, text: "DON'T\u{A0}\u{301}é½ ", pieces: ["DON", "'", "T", "\u{A0}", "\u{301}", "é", "½", " "]),
        Cut(
            pre: llama3, text: "DON'T 12345\r\n\r\n  x", pieces: ["DON", "'T", " ", "123", "45", "\r\n\r\n", " ", " x"]),
        Cut(pre: llama3, text: "they\u{27}\u{17F} (a)...\n", pieces: ["they", "'\u{17F}", " (", "a", ")...\n"]),
        Cut(
            pre: #"{"type":"Split","pattern":{"Regex":"[ae]"},"behavior":"MergedWithPrevious","invert":false}"#,
            text: "bbaaec", pieces: ["bba", "a", "e", "c"]),
        Cut(
            pre: #"{"type":"Split","pattern":{"Regex":"[ae]"},"behavior":"MergedWithNext","invert":false}"#,
            text: "bbaaec", pieces: ["bb", "a", "a", "ec"]),
        Cut(
            pre: #"{"type":"Split","pattern":{"Regex":"[ae]"},"behavior":"Contiguous","invert":false}"#,
            text: "bbaaec", pieces: ["bb", "aae", "c"]),
        Cut(
            pre: #"{"type":"Split","pattern":{"String":"a"},"behavior":"Removed","invert":true}"#, text: "bab",
            pieces: ["a"]),
        Cut(pre: #"{"type":"Digits","individual_digits":true}"#, text: "a12²", pieces: ["a", "1", "2", "²"]),
        Cut(pre: #"{"type":"Digits","individual_digits":false}"#, text: "a12²", pieces: ["a", "12²"]),
        Cut(pre: #"{"type":"BertPreTokenizer"}"#, text: " a-b\u{3000}c$", pieces: ["a", "-", "b", "c", "$"]),
        Cut(pre: #"{"type":"Whitespace"}"#, text: "a_1 +-=é!", pieces: ["a_1", "+-=", "é", "!"]),
        Cut(
            pre: #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"#, text: "a  b",
            pieces: ["▁a", "▁", "▁b"]),
    ]

    @Test(arguments: cuts) func findsPieces(_ cut: Cut) throws {
        let buffer = TextBuffer(capacity: 8)
        buffer.append(Array(cut.text.utf8))
        let value = try JSONValue(Array(cut.pre.utf8), subject: "it"), steps = try Splitter.read(value)
        var pieces: [String] = []
        steps[0].forEach(in: buffer, 0, buffer.count, isFirst: true) { text, start, end in
            pieces.append(
                String(decoding: UnsafeBufferPointer(start: text.base + start, count: end - start), as: UTF8.self))
        }
        #expect(pieces.map { Array($0.unicodeScalars) } == cut.pieces.map { Array($0.unicodeScalars) })
    }

    @Test(arguments: ["a*", "(ab)+", "a{2,1}", "[a", "(?<=a)b", #"\bx"#, #"\p{Han}"#, "a**", "[a&&b]", ")", "x|"])
    func refusesPatterns(_ pattern: String) { #expect(throws: FormatProblem.self) { _ = try Pattern(pattern) } }

    // MARK: Normalized texts

    struct Normal: Sendable, CustomTestStringConvertible {
        let normalizer: String
        let text: String
        let result: String
        var testDescription: String { normalizer }
    }

    static let normals: [Normal] = [
        Normal(
            normalizer:
                #"{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}"#,
            text: "ÀÉ\u{0}İ\tx漢\u{200D}Ǆ한", result: "aei x 漢 ǆ\u{1112}\u{1161}\u{11AB}"),
        Normal(
            normalizer:
                #"{"type":"BertNormalizer","clean_text":false,"handle_chinese_chars":false,"strip_accents":false,"lowercase":true}"#,
            text: "ÀΣ\u{1}", result: "àσ\u{1}"),
        Normal(
            normalizer: #"{"type":"NFC"}"#, text: "e\u{323}\u{302}a\u{345}\u{301}\u{1100}\u{1161}\u{11A8}",
            result: "\u{1EC7}\u{E1}\u{345}각"),
        Normal(
            normalizer: #"{"type":"NFC"}"#, text: "\u{958}\u{212B}\u{344}", result: "\u{915}\u{93C}\u{C5}\u{308}\u{301}"
        ),
        Normal(normalizer: #"{"type":"NFD"}"#, text: "\u{1EC7}각", result: "e\u{323}\u{302}\u{1100}\u{1161}\u{11A8}"),
        // A mark that is a letter by now, and one that was none.
        Normal(
            normalizer: #"{"type":"StripAccents"}"#, text: "a\u{301}\u{1CF2}b\u{111C9}", result: "ab\u{111C9}"),
        Normal(
            normalizer: #"{"type":"Strip","strip_left":true,"strip_right":true}"#, text: "\u{3000} a b\n", result: "a b"
        ),
        Normal(
            normalizer: #"{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"_"}"#, text: "a  b c   ",
            result: "a_b c_"),
        Normal(
            normalizer:
                #"{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}"#,
            text: "a b", result: "▁a▁b"),
    ]

    @Test(arguments: normals) func normalizes(_ normal: Normal) throws {
        let buffer = TextBuffer(capacity: 8)
        buffer.append(Array(normal.text.utf8))
        let value = try JSONValue(Array(normal.normalizer.utf8), subject: "it")
        let result = try #require(try Normalizer.read(value)).apply(to: buffer).text()
        #expect(Array(result.unicodeScalars) == Array(normal.result.unicodeScalars))
    }

    // MARK: Models

    @Test func mergesTheEarliestPairFirst() throws {
        let model =
            #"{"type":"BPE","unk_token":"?","vocab":{"?":0,"a":1,"b":2,"c":3,"bc":4,"ab":5,"abc":6},"merges":["b c","a b","a bc"]}"#
        let bpe = try tokenizer(model: model)
        #expect(bpe.encode("abc") == [6])
        #expect(bpe.encode("abab") == [5, 5])
        #expect(bpe.encode("xcbc") == [0, 3, 4])
        // A long piece takes the way over the heap.
        #expect(bpe.encode(String(repeating: "abc", count: 200)) == [Int](repeating: 6, count: 200))
    }

    @Test func takesPiecesThatAreTokens() throws {
        let model = #"{"type":"BPE","ignore_merges":true,"vocab":{"a":0,"b":1,"ab":2},"merges":[]}"#
        #expect(try tokenizer(model: model).encode("ab") == [2])
        #expect(try tokenizer(model: model.replacingOccurrences(of: "true", with: "false")).encode("ab") == [0, 1])
    }

    @Test func writesUnknownCharactersAsBytes() throws {
        let bytes = (0..<256).map { #""<0x\#(String(format: "%02X", $0))>":\#($0 + 3)"# }.joined(separator: ",")
        let model =
            #"{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"vocab":{"<unk>":0,"▁":1,"a":2,"#
            + bytes + #"},"merges":[]}"#
        let decoder =
            #"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"#
        let bpe = try tokenizer(model: model, normalizer: Self.normals.last!.normalizer, decoder: decoder)
        #expect(bpe.encode("a é") == [1, 2, 1, 0xC3 + 3, 0xA9 + 3])
        #expect(bpe.decode([1, 2, 1, 0xC3 + 3, 0xA9 + 3]) == "a é")
        #expect(bpe.decode([2, 0xC3 + 3, 0x41 + 3, 2]) == "a\u{FFFD}\u{FFFD}a")
        var stream = bpe.decoder()
        #expect([1, 2, 0xC3 + 3, 0xA9 + 3, 2].map { stream.next($0) } == ["", "a", "", "", "éa"])
    }

    @Test func takesTheLongestPieceOfAWord() throws {
        let model =
            ###"{"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"##","max_input_chars_per_word":8,"vocab":{"?":0,"un":1,"una":2,"##aff":3,"##ffable":4,"##able":5,"a":6}}"###
        let words = try tokenizer(
            model: model, pre: #"{"type":"WhitespaceSplit"}"#,
            decoder: ###"{"type":"WordPiece","prefix":"##","cleanup":true}"###)
        #expect(words.encode("unaff a unaffable unx") == [0, 6, 0, 0])
        #expect(words.encode("unaffabl") == [0])
        let long = try tokenizer(model: model.replacingOccurrences(of: ":8,", with: ":100,"))
        #expect(long.encode("unaffable") == [2, 4])
        #expect(words.decode([1, 3, 6]) == "unaff a")
    }

    @Test func findsTheLikeliestTokens() throws {
        let model =
            #"{"type":"Unigram","unk_id":0,"vocab":[["?",0],["a",-2],["b",-2],["ab",-3],["abc",-9],["c",-2.5]]}"#
        let unigram = try tokenizer(model: model)
        #expect(unigram.encode("abc") == [3, 5])
        #expect(unigram.encode("axxb") == [1, 0, 2])
        #expect(unigram.encode("") == [])
    }

    @Test func mergesByScores() throws {
        var file = ModelForm()
        for (id, token) in ["<unk>", "a", "b", "ab", "bc", "abc"].enumerated() { try file.add(token, id: id) }
        // "c" is no token: what is left of it is unknown.
        try file.mergeByScores([0, 0, 0, -1, -2, -3], longestToken: 8)
        file.settings = [JSONValue.Member("unk_token", "<unk>")]
        var form = TokenizerForm()
        form.model = file
        let scored = try Tokenizer(form)
        #expect(scored.encode("abab") == [3, 3])
        #expect(scored.encode("bcc") == [4, 0])
        #expect(scored.encode("abc") == [5])
    }

    // MARK: Special tokens

    @Test func findsAddedTokensFirst() throws {
        let added =
            #"[{"id":3,"content":"<x>","special":true,"lstrip":true,"rstrip":false,"normalized":false,"single_word":false},{"id":4,"content":"<xy>","special":false,"lstrip":false,"rstrip":false,"normalized":false,"single_word":false},{"id":5,"content":"ab","special":false,"lstrip":false,"rstrip":false,"normalized":true,"single_word":true}]"#
        let model = #"{"type":"BPE","vocab":{"a":0,"b":1," ":2},"merges":[]}"#
        let bpe = try tokenizer(model: model, added: added)
        #expect(bpe.encode("a  <x>b<xy>") == [0, 3, 1, 4])
        #expect(bpe.encode("ab aab ab") == [5, 2, 0, 0, 1, 2, 5])
        #expect(bpe.isSpecial(3) && !bpe.isSpecial(4))
        #expect(bpe.id(of: "<xy>") == 4)
        #expect(bpe.vocabularySize == 6)
    }

    @Test func fillsTemplates() throws {
        let post =
            #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"S","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"S","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"S":{"id":"S","ids":[7,8],"tokens":["x","y"]}}}"#
        let bpe = try tokenizer(model: #"{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]}"#, post: post)
        #expect(bpe.encode("ab") == [7, 8, 0, 1])
        #expect(bpe.encode("abab", limit: 4) == [7, 8, 0, 1])
        #expect(bpe.encode("ab", addingSpecialTokens: false) == [0, 1])
        let pair = bpe.encode("ab", "b")
        #expect(pair.ids == [0, 1, 7, 8, 1] && pair.types == [0, 0, 1, 1, 1])
        #expect(bpe.encode("aaaa", "b", limit: 5).ids == [0, 0, 7, 8, 1])
    }

    // MARK: Learning and texts of all kinds

    @Test func learnsPairsInTheOrderOfTheirCounts() {
        let small = smallBytePairs()
        // "he" of " the", "the": th occurs 4 times as Ġt+h and as t+h; ties go to the smaller symbols.
        #expect(small.token(of: 0) == "<|end|>")
        #expect(small.token(of: 1) == "!")
        #expect(small.vocabularySize <= 270)
        #expect(small.encode("<|end|>the") == [0] + small.encode("the"))
        #expect(smallBytePairs().core.form.json() == small.core.form.json())
    }

    @Test func whatIsEncodedIsDecoded() {
        var generator = SplitMix(state: 1)
        let small = smallBytePairs(), characters = Tokenizer(charactersOf: "ab\u{301}é\n")
        for _ in 0..<300 {
            let text = generator.text(), ids = small.encode(text)
            #expect(Array(small.decode(ids).unicodeScalars) == Array(text.unicodeScalars))
            var stream = small.decoder(), pieces = ids.map { stream.next($0) }
            pieces.append(stream.finish())
            #expect(
                pieces.allSatisfy { !$0.unicodeScalars.contains("\u{FFFD}") }
                    || text.unicodeScalars.contains("\u{FFFD}"))
            #expect(pieces.joined().unicodeScalars.elementsEqual(text.unicodeScalars))
        }
        #expect(characters.decode(characters.encode("éb\u{301}ax")) == "éb\u{301}a")
        // Bytes that are no text, whole and one by one.
        for _ in 0..<300 {
            let ids = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                Int.random(in: 1...256, using: &generator)
            }
            var stream = small.decoder()
            let joined = ids.map { stream.next($0) }.joined() + stream.finish()
            #expect(joined.unicodeScalars.elementsEqual(small.decode(ids).unicodeScalars))
        }
    }

    @Test func whatIsSavedIsTheSame() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tokenizer-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var specials = SpecialTokens(), generator = SplitMix(state: 2)
        specials.end = 0
        let small = smallBytePairs().with(specials, chatTemplate: "{{ x }}\n")
        try small.save(to: folder)
        let again = try Tokenizer(path: folder)
        #expect(again.specialTokens == specials)
        #expect(again.chatTemplate == "{{ x }}\n")
        #expect(again.core.form.json() == small.core.form.json())
        for _ in 0..<100 {
            let text = generator.text()
            #expect(again.encode(text) == small.encode(text))
        }
    }

    @Test func threadsShareATokenizer() async {
        let small = smallBytePairs(), text = String(repeating: "the cat and the hat ", count: 50),
            expected = small.encode(text)
        await withTaskGroup(of: [Int].self) { group in
            for _ in 0..<8 { group.addTask { small.encode(text) } }
            for await ids in group { #expect(ids == expected) }
        }
    }
}
