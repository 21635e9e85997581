import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The stages of the engine can only look down: no file uses what a stage above its own declares. And headers of the
/// kernels do not include each other in circles.
///
/// This reads the sources. It knows what stands in the first columns of a file (types, functions and values, and members of
/// extensions), which is enough: a member can only be used where a type is known, or inferred from one that is.
@Suite struct StageTests {
    /// From the bottom to the top.
    private static let stages = ["Base", "Graph", "Plan", "CPU", "Tensor", "Gradient", "Spellings", "Assembly.swift"]

    /// Uses of something above that still stand, each with its reason. This list can only become shorter.
    private static let exceptions: [(file: String, name: String, reason: String)] = [
        ("Graph/Evaluation.swift", "Assembly", "the place where the graph is given its backend")
    ]

    @Test func stagesOnlyLookDown() throws {
        let uses = try Stages(Sources.swift(), order: StageTests.stages).upwardUses()
        let known = Set(StageTests.exceptions.map { "\($0.file): \($0.name)" })
        let found = Set(uses.map { "\($0.file): \($0.name)" })
        for use in uses where !known.contains("\(use.file): \(use.name)") {
            Issue.record("\(use.file) uses \(use.name), which \(use.declared) declares above it")
        }
        #expect(known.subtracting(found).isEmpty, "exceptions that are needed no more")
    }

    /// The search sees each kind of upward use, and nothing else.
    @Test func upwardUsesAreFound() {
        let low = """
            /// Upper is a comment, and "\\(upper())" as well.
            struct Lower { var own: Int { 0 } }
            func f(_ x: Lower) -> Int {
                let upper = 1
                return x.own + "Upper".count
            }
            private func local() {}
            func g() { local() }
            """
        let high = """
            struct Upper: Sendable {}
            func upper() -> Int { 0 }
            private func local() {}
            extension Lower {
                var extra: Int { 0 }
                private var hidden: Int { 0 }
            }
            """
        func uses(_ more: String) -> [String] {
            let files = [("Low/A.swift", low), ("Low/B.swift", more), ("High/C.swift", high)]
            return Stages(files, order: ["Low", "High"]).upwardUses().map { "\($0.file): \($0.name)" }
        }
        #expect(uses("let x = 1") == [])
        #expect(uses("func h() -> Upper? { nil }") == ["Low/B.swift: Upper"])
        #expect(uses("let y = upper()") == ["Low/B.swift: upper"])
        #expect(uses("func h(_ x: Lower) -> Int { x.extra }") == ["Low/B.swift: extra"])
        #expect(uses("func upper() -> Int { 1 }\nlet y = upper()") == [])
    }

    @Test func headersHaveNoCircles() throws {
        var includes: [String: [String]] = [:]
        for (file, text) in try Sources.kernels() where file.hasSuffix(".h") {
            includes[Sources.name(file)] = text.split(separator: "\n").compactMap { line in
                line.hasPrefix("#include \"") ? Sources.name(String(line.split(separator: "\"")[1])) : nil
            }
        }
        #expect(includes.count > 30)
        var finished: Set<String> = []
        func visit(_ header: String, _ way: [String]) {
            if way.contains(header) { return _ = Issue.record("\((way + [header]).joined(separator: " includes "))") }
            for next in includes[header] ?? [] where !finished.contains(header) { visit(next, way + [header]) }
            finished.insert(header)
        }
        for header in includes.keys.sorted() { visit(header, []) }
    }
}

/// The files of the engine, by their path within its folder.
private enum Sources {
    static func name(_ path: String) -> String { String(path.split(separator: "/").last!) }
    static func swift() throws -> [(path: String, text: String)] { try files(of: "Backprop", ending: [".swift"]) }
    static func kernels() throws -> [(path: String, text: String)] { try files(of: "CKernels", ending: [".c", ".h"]) }

    private static func files(of target: String, ending: [String]) throws -> [(path: String, text: String)] {
        let tests = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        let folder = tests.appending(path: "../../Sources/\(target)").standardizedFileURL.path
        return try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().compactMap { path in
            guard ending.contains(where: path.hasSuffix) else { return nil }
            return (path, try String(contentsOfFile: folder + "/" + path, encoding: .utf8))
        }
    }
}

/// What each file declares and uses.
private struct Stages {
    struct Use: Hashable {
        var file: String, name: String, declared: String
    }

    private struct File {
        var path: String
        var stage: Int
        var types: Set<String> = [], functions: Set<String> = [], members: Set<String> = []
        /// Functions and members that nobody else sees, parameters and variables.
        var own: Set<String> = []
        /// Members that extensions add to types.
        var extended: [(type: String, member: String)] = []
        var usedTypes: Set<String> = [], called: Set<String> = [], usedMembers: Set<String> = []
    }

    private var files: [File] = []

    init(_ sources: [(path: String, text: String)], order: [String]) {
        for (path, text) in sources {
            guard let stage = order.firstIndex(of: String(path.split(separator: "/")[0])) else {
                Issue.record("\(path) belongs to no stage")
                continue
            }
            files.append(Stages.file(path, stage, text))
        }
    }

    private static let modifiers: Set<String> = [
        "package", "public", "internal", "private", "fileprivate", "set", "static", "final", "indirect", "mutating",
        "nonmutating", "borrowing", "consuming", "nonisolated", "unsafe", "exclusivity", "unchecked", "inline",
        "__always", "never", "TaskLocal", "discardableResult", "Sendable", "autoclosure", "escaping",
    ]
    private static let keywords: Set<String> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "var", "let", "extension", "case",
    ]

    private static func file(_ path: String, _ stage: Int, _ text: String) -> File {
        var file = File(path: path, stage: stage)
        var outer = (keyword: "", name: "")
        for (indent, words) in lines(of: text) {
            for word in words {
                if word.before == UInt8(ascii: ".") {
                    file.usedMembers.insert(word.text)
                } else if word.text.first!.isUppercase {
                    file.usedTypes.insert(word.text)
                } else if word.after == UInt8(ascii: "(") {
                    file.called.insert(word.text)
                }
            }
            let place = words.firstIndex { !modifiers.contains($0.text) } ?? 0
            guard place + 1 < words.count, keywords.contains(words[place].text) else { continue }
            let keyword = words[place].text, name = words[place + 1].text
            let isPrivate = words[..<place].contains {
                ["private", "fileprivate"].contains($0.text) && $0.after != UInt8(ascii: "(")
            }
            if indent == 0 { outer = (keyword, name) }
            switch (indent, keyword) {
            case (_, "extension"): break
            case (_, "case"):
                // Not those of a `switch`.
                if words[place + 1].before != UInt8(ascii: ".") {
                    file.members.formUnion(words[(place + 1)...].map(\.text))
                }
            case (0, "func"), (0, "var"), (0, "let"):
                if isPrivate { file.own.insert(name) } else { file.functions.insert(name) }
            case (0, _): if !isPrivate { file.types.insert(name) }
            case (4, _) where !isPrivate && outer.keyword != "func":
                if outer.keyword == "extension" { file.extended.append((outer.name, name)) }
                file.members.insert(name)
            default: file.own.insert(name)
            }
        }
        return file
    }

    private struct Word {
        var text: String
        /// The bytes on either side.
        var before: UInt8, after: UInt8
    }

    /// The words of each line, and the spaces before it, without comments and strings.
    private static func lines(of text: String) -> [(indent: Int, words: [Word])] {
        let bytes = Array(text.utf8), quote = UInt8(ascii: "\"")
        func has(_ text: StaticString, at i: Int) -> Bool {
            i + text.utf8CodeUnitCount <= bytes.count
                && (0..<text.utf8CodeUnitCount).allSatisfy { bytes[i + $0] == text.utf8Start[$0] }
        }
        func isLetter(_ byte: UInt8) -> Bool {
            byte | 32 >= UInt8(ascii: "a") && byte | 32 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        }
        var found: [(indent: Int, words: [Word])] = [(0, [])]
        var i = 0, isAtStart = true
        while i < bytes.count {
            let start = i
            if bytes[i] == UInt8(ascii: "\n") {
                found.append((0, []))
                isAtStart = true
                i += 1
                continue
            }
            if isAtStart, bytes[i] == UInt8(ascii: " ") {
                found[found.count - 1].indent += 1
                i += 1
                continue
            }
            isAtStart = false
            if has("//", at: i) {
                while i < bytes.count, bytes[i] != UInt8(ascii: "\n") { i += 1 }
            } else if has("\"\"\"", at: i) {
                i += 3
                while i < bytes.count, !has("\"\"\"", at: i) { i += 1 }
                i += 3
            } else if bytes[i] == quote {
                i += 1
                while i < bytes.count, bytes[i] != quote { i += bytes[i] == UInt8(ascii: "\\") ? 2 : 1 }
                i += 1
            } else if isLetter(bytes[i]) {
                while i < bytes.count, isLetter(bytes[i]) { i += 1 }
                let word = String(decoding: bytes[start..<i], as: UTF8.self)
                let before = start > 0 ? bytes[start - 1] : 0, after = i < bytes.count ? bytes[i] : 0
                found[found.count - 1].words.append(Word(text: word, before: before, after: after))
            } else {
                i += 1
            }
        }
        return found
    }

    /// Names that a file uses and that only stages above it declare.
    func upwardUses() -> [Use] {
        func places(_ names: (File) -> Set<String>) -> [String: [File]] {
            var found: [String: [File]] = [:]
            for file in files { for name in names(file) { found[name, default: []].append(file) } }
            return found
        }
        let types = places(\.types), functions = places(\.functions), members = places(\.members)
        var extended: Set<String> = []
        for file in files {
            // Members of a type from above need that type, or a function that gives it; these are seen by themselves.
            for (type, member) in file.extended {
                let homes = types[String(type.split(separator: ".")[0])] ?? []
                if homes.contains(where: { $0.stage < file.stage }) { extended.insert(member) }
            }
        }
        var uses: Set<Use> = []
        for file in files {
            func add(_ names: Set<String>, _ index: [String: [File]], unless others: [String: [File]]) {
                for name in names where !file.own.contains(name) {
                    guard let homes = index[name], homes.allSatisfy({ $0.stage > file.stage }) else { continue }
                    if (others[name] ?? []).contains(where: { $0.stage <= file.stage }) { continue }
                    uses.insert(Use(file: file.path, name: name, declared: homes[0].path))
                }
            }
            add(file.usedTypes, types, unless: [:])
            add(file.called, functions, unless: members)
            add(file.usedMembers.intersection(extended), members, unless: functions)
        }
        return uses.sorted { ($0.file, $0.name) < ($1.file, $1.name) }
    }
}
