import Foundation
import Testing

@testable import BackpropTrain

/// The page in a browser, where there is one.
@Suite struct BrowserTests {
    static let browser = ["chromium", "chromium-browser", "google-chrome"]
        .flatMap { name in ["/usr/bin/", "/usr/local/bin/"].map { $0 + name } }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    struct Answer {
        let page: String
        let complaints: String
    }

    /// Opens a file without any network and gives what the browser made of it; nil where it takes too long.
    static func open(_ page: String, in folder: TemporaryFolder) throws -> Answer? {
        let path = folder.path + "/report.html"
        try page.write(toFile: path, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: browser!)
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=" + folder.path + "/profile",
            // Nothing listens there, so a request would fail and be complained about.
            "--proxy-server=127.0.0.1:9", "--enable-logging=stderr", "--dump-dom", "file://" + path,
        ]
        let output = folder.path + "/output", errors = folder.path + "/errors"
        for file in [output, errors] { try Data().write(to: URL(fileURLWithPath: file)) }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        let deadline = Date.now + 20
        while process.isRunning, Date.now < deadline { Thread.sleep(forTimeInterval: 0.02) }
        guard !process.isRunning else {
            process.terminate()
            return nil
        }
        return Answer(
            page: String(decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self),
            complaints: String(decoding: try Data(contentsOf: URL(fileURLWithPath: errors)), as: UTF8.self))
    }

    @Test(.enabled(if: browser != nil, "no Chromium here: pages are not opened in a browser"), arguments: [0, 1, 2])
    func showsWhatIsInThePage(_ sample: Int) throws {
        let folder = try TemporaryFolder()
        let report = [ReportSamples.penguins, ReportSamples.houses, ReportSamples.attacked][sample]
        guard let answer = try Self.open(report.html, in: folder), !answer.page.isEmpty else {
            // A browser that does not come up on this machine says nothing about the page.
            return
        }
        func count(_ part: String) -> Int { answer.page.components(separatedBy: part).count - 1 }
        for part in ["<svg", "<table", "<caption", "<h2", "<dl", "<bdi", "<th scope=\"row\"", "<figure"] {
            #expect(count(part) == report.html.components(separatedBy: part).count - 1, "\(part)")
        }
        #expect(count("<script") == 0 && count("<img") == 0 && count("<style") == 1)
        #expect(count("<svg") >= 2 && count("</main>") == 1)
        #expect(!answer.complaints.contains("CONSOLE") && !answer.complaints.contains("ERR_"), "\(answer.complaints)")
    }

    @Test(.enabled(if: browser != nil, "no Chromium here: pages are not opened in a browser"))
    func complaintsWouldBeSeen() throws {
        let folder = try TemporaryFolder()
        let page = ReportSamples.penguins.html.replacing(
            "<main>", with: "<main><img src=\"http://example.org/x.png\" alt=\"\" />")
        guard let answer = try Self.open(page, in: folder), !answer.page.isEmpty else { return }
        #expect(answer.complaints.contains("CONSOLE"), "\(answer.complaints)")
    }
}
