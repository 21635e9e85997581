import Foundation
import Testing

@testable import BackpropTrain

/// The page of a graph in a browser, where there is one.
@Suite struct GraphPageTests {
    /// Opens the page, runs `script` after its own, and gives what the browser made of it.
    private func answer(_ graph: StepGraph, _ script: String) throws -> BrowserTests.Answer? {
        let folder = try TemporaryFolder()
        let page = graph.html.replacing("</body>", with: "<script>\(script)</script></body>")
        guard let answer = try BrowserTests.open(page, in: folder), !answer.page.isEmpty else { return nil }
        #expect(!answer.complaints.contains("CONSOLE") && !answer.complaints.contains("ERR_"), "\(answer.complaints)")
        return answer
    }

    private static let note: Comment = "no Chromium here: pages are not opened in a browser"

    @Test(.enabled(if: BrowserTests.browser != nil, note), arguments: GraphSamples.names)
    func drawsAllValuesWhenAllIsOpen(_ name: String) throws {
        let graph = GraphSamples.sample(name).graph
        guard let answer = try answer(graph, "document.getElementById('open').click();") else { return }
        func count(_ part: String) -> Int { answer.page.components(separatedBy: part).count - 1 }
        #expect(count("data-node=\"v") == graph.values.count)
        #expect(!answer.page.contains("NaN") && !answer.page.contains(">undefined<"))
        #expect(count("data-kind=") >= 4 && count("class=\"peak\"") == 1)
    }

    @Test(.enabled(if: BrowserTests.browser != nil, note))
    func layersOpenAndCloseByAClick() throws {
        let graph = GraphSamples.sample("transformer").graph
        let script = """
            document.getElementById('close').click();
            const before=document.querySelectorAll('[data-node^="v"]').length;
            const box=document.querySelector('[data-node="forward/layers.1"]');
            box.dispatchEvent(new MouseEvent('click'));
            const open=document.querySelector('[data-box="forward/layers.1"]').getAttribute('aria-expanded');
            const after=document.querySelectorAll('[data-node^="v"]').length;
            document.querySelector('[data-box="forward/layers.1"]').dispatchEvent(new MouseEvent('click'));
            const last=document.querySelectorAll('[data-node^="v"]').length;
            document.title=[open,before<after,before===last].join(" ");
            """
        guard let answer = try answer(graph, script) else { return }
        #expect(answer.page.contains("<title>true true true</title>"))
    }

    @Test(.enabled(if: BrowserTests.browser != nil, note))
    func tellsWhatIsUnderThePointer() throws {
        let graph = GraphSamples.sample("mlp").graph
        let place = try #require(graph.values.firstIndex { $0.name == "layers.0.weight" })
        let kernel = try #require(graph.values.firstIndex { $0.phase == "backward" && $0.kernel != nil })
        let script = """
            document.getElementById('open').click();
            const at=i=>document.querySelector('[data-node="v'+i+'"]');
            at(\(place)).dispatchEvent(new PointerEvent('pointerenter'));
            document.body.dataset.weight=document.getElementById('details').textContent;
            at(\(kernel)).dispatchEvent(new MouseEvent('click'));
            document.body.dataset.kernel=document.getElementById('details').textContent;
            document.body.dataset.same=document.querySelectorAll('.same').length;
            """
        guard let answer = try answer(graph, script) else { return }
        let number = try #require(graph.values[kernel].kernel)
        let inKernel = graph.values.count { $0.kernel == number || $0.again.contains(number) }
        #expect(answer.page.contains("16 × 6") && answer.page.contains("deviation"))
        #expect(answer.page.contains("Kernel\(number + 1) of \(graph.kernels.count)"))
        #expect(answer.page.contains("data-same=\"\(inKernel)\""))
    }

    @Test(.enabled(if: BrowserTests.browser != nil, note))
    func namesAreTextAndNothingElse() throws {
        var graph = GraphSamples.sample("mlp").graph
        graph.title = "</script><img src=x onerror=alert(1)>"
        graph.values[graph.values.count - 1].name = "</script><script>document.title='taken'</script>"
        guard let answer = try answer(graph, "document.getElementById('open').click();") else { return }
        #expect(!answer.page.contains("<title>taken") && !answer.page.contains("<img"))
    }
}
