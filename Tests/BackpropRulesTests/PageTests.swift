import Foundation
import Testing

@testable import BackpropRules

/// What a person reads about the rules.
@Suite struct PageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Each rule has a page that says what it answers, gives up, costs here, and is for.
    @Test(arguments: RuleKind.allCases)
    func everyRuleHasItsPage(_ kind: RuleKind) throws {
        let page = try String(
            contentsOf: Self.root.appending(path: "Documentation/rules/\(kind.rawValue).md"), encoding: .utf8)
        for part in [
            "`backprop rules run \(kind.rawValue)`", "**What it answers.**", "**What it gives up.**",
            "**What it costs here.**", "**When a person would use it.**", "| \(kind.rawValue) | ",
        ] {
            #expect(page.contains(part), "\(part)")
        }
    }

    /// No page is of a rule that does not exist, and the index leads to all.
    @Test func everyPageHasItsPlace() throws {
        let folder = Self.root.appending(path: "Documentation/rules")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let studies = ["README", "estimators", "policy", "codes"]
        #expect(Set(names) == Set((RuleKind.allCases.map(\.rawValue) + studies).map { $0 + ".md" }))
        let index = try String(contentsOf: folder.appending(path: "README.md"), encoding: .utf8)
        for name in names where name != "README.md" { #expect(index.contains("](\(name))"), "\(name)") }
    }

    /// A rule can be read in one sitting.
    @Test func filesOfRulesAreShort() throws {
        let folder = Self.root.appending(path: "Sources/BackpropRules/Rules")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 200, "\(name)")
        }
    }
}
