import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct LossSurfaceTests {
    private static func isWellFormed(_ html: String) throws {
        // A script is no XML; everything around it is.
        let open = html.range(of: "<script>")!, close = html.range(of: "</script>")!
        let page = html[..<open.lowerBound] + html[close.upperBound...]
        _ = try PictureContent(String(page))
    }

    @Test func filtersOfADirectionHaveTheNormsOfTheWeights() {
        withRandomSeed(3) {
            let weights = Tensor.normal([4, 6]) * Tensor([1.0, 10, 0, 0.1]).reshaped(4, 1)
            let direction = LossSurface.direction(weights, [1])
            func norms(_ x: Tensor) -> [Double] { square(x).sum(axis: 1).sqrt().array(of: Double.self) }
            for (own, wanted) in zip(norms(direction), norms(weights)) {
                #expect(Swift.abs(own - wanted) <= 1e-5 * wanted)
            }
            let sideBySide = LossSurface.direction(Tensor.ones([2, 3, 4]), [1])
            let lengths = square(sideBySide).sum(axis: 1).array(of: Double.self)
            #expect(lengths.allSatisfy { Swift.abs($0 - 3) < 1e-4 })
        }
    }

    @Test func everyPlaceHasTheLossOfItsWeights() throws {
        let model = withRandomSeed(1) { Sequential(Linear(3, 4), Activation.tanh, Linear(4, 2)) }
        let inputs = withRandomSeed(2) { Tensor.normal([8, 3]) }
        let labels = Tensor([0, 1, 0, 1, 0, 1, 0, 1] as [Int32])
        let before = model.parameters().map { $0.value.array(of: Float.self) }
        let surface = try LossSurface("t", of: model, examples: 8, seed: 5, side: 5, reach: 0.5) {
            crossEntropy(model(inputs), labels)
        }
        #expect(model.parameters().map { $0.value.array(of: Float.self) } == before)
        let plain: Double = withoutGradients { crossEntropy(model(inputs), labels).item() }
        #expect(Swift.abs(surface.centre - plain) < 1e-6)
        // A corner, from the directions themselves. Biases stay.
        let weights = model.parameters().filter { $0.shape.count == 2 }
        let directions = withRandomSeed(5) { (0..<2).map { _ in weights.map { LossSurface.direction($0.value, [1]) } } }
        let values = weights.map(\.value)
        for (place, weight) in weights.enumerated() {
            weight.value = values[place] + directions[0][place] * 0.5 - directions[1][place] * 0.25
        }
        let moved: Double = withoutGradients { crossEntropy(model(inputs), labels).item() }
        #expect(Swift.abs(surface.losses[1 * 5 + 4] - moved) < 1e-5)
    }

    @Test func onePlanServesAllPlaces() async {
        await #expect(processExitsWith: .success) {
            let model = withRandomSeed(1) { Sequential(Linear(3, 4), Activation.tanh, Linear(4, 2)) }
            let inputs = withRandomSeed(2) { Tensor.normal([8, 3]) }
            evaluateOrStop(inputs)
            func surface(_ side: Int) {
                _ = try? LossSurface("t", of: model, examples: 8, seed: 5, side: side, reach: 1) {
                    square(model(inputs)).mean()
                }
            }
            // Twice, since weights that were drawn are not yet those that were put back.
            surface(3)
            surface(3)
            let plans = EngineCounters.plansCompiled
            surface(9)
            #expect(EngineCounters.plansCompiled == plans)
        }
    }

    @Test(.enabled(if: BrowserTests.browser != nil, "no Chromium here: pages are not opened in a browser"))
    func aBrowserDrawsEveryQuadWithoutComplaint() throws {
        let weight = Parameter(Tensor([[1.0, 2], [3, 4]]))
        let surface = try LossSurface(
            "t", of: Linear(weight: weight), examples: 1, seed: 1, side: 7, reach: 1
        ) { square(weight.value - 1).sum() }
        let folder = try TemporaryFolder()
        guard let answer = try BrowserTests.open(surface.html, in: folder), !answer.page.isEmpty else { return }
        #expect(answer.page.contains("data-quads=\"36\""))
        #expect(!answer.complaints.contains("CONSOLE") && !answer.complaints.contains("ERR_"), "\(answer.complaints)")
    }

    @Test func aPageHasTheMapAndTheSurfaceAndAsksForNothing() throws {
        let weight = Parameter(Tensor([[1.0, 2], [3, 4]]))
        let model = Linear(weight: weight)
        let surface = try LossSurface("a <b>", of: model, examples: 1, seed: 1, side: 7, reach: 1) {
            square(weight.value - Tensor([[1.0, 2], [3, 4]])).sum()
        }
        #expect(surface.centre == 0)
        #expect(surface.losses.allSatisfy { $0 >= 0 })
        #expect(!surface.isLogarithmic)
        let page = surface.html
        try Self.isWellFormed(page)
        #expect(page.contains("a &lt;b&gt;") && page.contains("default-src 'none'"))
        #expect(!page.contains("http://") && !page.contains("https://") || page.contains("www.w3.org"))
        #expect(page.contains("const side=7"))
        #expect(surface.map.levels.count == 11)
        #expect(try surface.jsonLine().contains("\"side\":7"))
        for line in surface.text(width: 80, colour: false).split(separator: "\n") {
            #expect(PlainText.width(String(line)) <= 80)
        }
    }
}
