import Backprop
import BackpropNN
import Testing
import Foundation

/// Optimizers against PyTorch, and what surrounds a step: groups, clipping, averages, scaling.
@Suite struct OptimizerRuleTests {
    private struct Rule: Sendable {
        let name: String
        let make: @Sendable ([Parameter]) -> Optimizer
        /// After ten steps.
        let values: [Double]

        init(_ name: String, _ make: @escaping @Sendable ([Parameter]) -> Optimizer, _ values: [Double]) {
            (self.name, self.make, self.values) = (name, make, values)
        }
    }

    private static let rules: [Rule] = [
        Rule(
            "Adam, AMSGrad", { Adam($0, learningRate: 0.02, isAMSGrad: true) },
            [0.51420728970788, -1.199084449483, 0.0, 1.9905238856368, -0.04497567413515]),
        Rule(
            "AdamW, AMSGrad", { AdamW($0, learningRate: 0.02, weightDecay: 0.1, isAMSGrad: true) },
            [0.50457462861334, -1.1745271302504, 0.0, 1.950538599268, -0.044842479492215]),
        Rule(
            "NAdam", { NAdam($0, learningRate: 0.02, weightDecay: 0.1) },
            [0.51806672956931, -1.1966615373633, 0.0, 1.965318084291, -0.039926367424259]),
        Rule(
            "NAdam, decoupled", { NAdam($0, weightDecay: 0.1, momentumDecay: 0.01, isDecoupled: true) },
            [0.50119570886336, -1.2431510251771, 0.0, 1.9941554470062, -0.0030901366911564]),
        Rule(
            "RAdam", { RAdam($0, learningRate: 0.02, weightDecay: 0.1) },
            [0.47204919223872, -1.2267378912236, 0.0, 2.0065303129132, -0.0047608455734995]),
        Rule(
            "RAdam, decoupled",
            { RAdam($0, learningRate: 0.02, betas: (0.8, 0.9), weightDecay: 0.1, isDecoupled: true) },
            [0.48380094310212, -1.199725597844, 0.0, 1.9701028040926, -0.019874779227637]),
        Rule(
            "Adamax", { Adamax($0, weightDecay: 0.1) },
            [0.49865520206722, -1.247913813396, 0.0, 1.9999946541376, -0.00019510675375373]),
        Rule(
            "RMSprop", { RMSprop($0, weightDecay: 0.1) },
            [0.52832417939481, -1.0998338263469, 0.0, 1.9097482052836, -0.10740281781826]),
        Rule(
            "RMSprop, centered", { RMSprop($0, smoothing: 0.9, momentum: 0.8, isCentered: true) },
            [0.52748312376338, -1.1242883605312, 0.0, 1.9927660816377, -0.11452426957361]),
        Rule(
            "Adagrad", { Adagrad($0, rateDecay: 0.1, weightDecay: 0.1, initialSum: 0.5) },
            [0.50090426365665, -1.23624649123, 0.0, 1.9939820069883, -0.0076315572131961]),
        Rule(
            "Adadelta", { Adadelta($0, smoothing: 0.8, weightDecay: 0.1) },
            [0.50216909460404, -1.2427058620439, 0.0, 1.9953371786459, -0.0040621057743545]),
        Rule(
            "ASGD",
            { ASGD($0, learningRate: 0.02, decay: 0.1, exponent: 0.5, averagingStart: 3, weightDecay: 0.1) },
            [14.183207303195, 17.994652182689, 0.0, -9.6662524077934, -19.56136736517]),
        Rule(
            "Rprop", { Rprop($0, learningRate: 0.02, factors: (0.4, 1.3), lengths: 1e-3...0.03) },
            [0.48192, -1.246096, 0.0, 2.01808, 0.026696]),
        Rule(
            "Adafactor", { Adafactor($0, learningRate: 0.02, weightDecay: 0.1) },
            [0.50134993045509, -1.1861505090632, 0.0, 1.9538027014416, -0.034219449013371]),
    ]

    private static let initial: [Double] = [0.5, -1.25, 0.0, 2.0, 1e-3]

    /// The gradient of a step: with a zero entry, a step of zeros and a spike.
    private static func gradient(_ step: Int) -> Tensor {
        if step == 4 { return Tensor([0.0, 0, 0, 0, 0], dtype: .float64) }
        let scale = step == 6 ? 1e3 : 1.0
        return Tensor([0.0, 1, 2, 3, 4].map { $0 == 2 ? 0 : scale * sin(Double(step) * 1.7 + $0) }, dtype: .float64)
    }

    private func expectClose(_ found: Tensor, _ expected: [Double], _ name: String) {
        for (a, b) in zip(found.array(of: Double.self), expected) {
            #expect(abs(a - b) <= 1e-11 * max(1, abs(b)), "\(name): \(a) is not \(b)")
        }
    }

    /// Of a matrix, the means of rows and columns are kept.
    @Test func adafactorOfAMatrix() {
        let parameter = Parameter(Tensor(Self.initial + [0.25], shape: [2, 3], dtype: .float64))
        let optimizer = Adafactor(
            [parameter], learningRate: 0.02, varianceDecay: -0.6, epsilon: (1e-3, 0.1), largestUpdate: 1.5,
            weightDecay: 0.1)
        #expect(optimizer.state[0].map(\.shape) == [[2, 1], [1, 3]])
        for step in 1...10 {
            let last = Tensor([cos(Double(step))], dtype: .float64)
            parameter.gradient = concatenated([Self.gradient(step), last]).reshaped([2, 3])
            optimizer.step()
        }
        let expected = [
            0.51133155362254, -1.177067289572, 0.0, 1.9460167556672, -0.038460847156577, 0.29448225742515,
        ]
        expectClose(parameter.value, expected, "Adafactor")
    }

    @Test func averagesOfASGD() {
        let parameter = Parameter(Tensor(Self.initial, dtype: .float64))
        let optimizer = ASGD(
            [parameter], learningRate: 0.02, decay: 0.1, exponent: 0.5, averagingStart: 3, weightDecay: 0.1)
        for step in 1...10 {
            parameter.gradient = Self.gradient(step)
            optimizer.step()
        }
        let expected = [11.988373406293, 14.905327543495, 0.0, -7.7861356669857, -16.424805922721]
        expectClose(optimizer.averages[0], expected, "the average")
    }

    /// The running means of small numbers would stand still in bfloat16: each changes by less than its last digit.
    @Test(arguments: ["AdamW", "SGD", "Adafactor"])
    func bfloat16IsMovedInFloat32(_ name: String) {
        func trained(_ dtype: DType) -> (value: Double, state: [DType]) {
            let parameter = Parameter(Tensor([0.0], dtype: .float64).asType(dtype))
            let optimizer: Optimizer =
                switch name {
                case "AdamW": AdamW([parameter], learningRate: 1e-2)
                case "SGD": SGD([parameter], learningRate: 1e-3, momentum: 0.999)
                default: Adafactor([parameter])
                }
            for step in 1...100 {
                parameter.gradient = Tensor([step < 10 ? 8.0 : 1.0], dtype: .float64).asType(dtype)
                optimizer.step()
            }
            #expect(parameter.value.dtype == dtype)
            return (parameter.value.item(), optimizer.state[0].map(\.dtype))
        }
        let (narrow, wide) = (trained(.bfloat16), trained(.float32))
        #expect(narrow.state == wide.state)
        #expect(abs(narrow.value - wide.value) < 0.1 * abs(wide.value), "\(narrow.value) beside \(wide.value)")
    }

    @Test(arguments: OptimizerRuleTests.rules.indices)
    func agreesWithPyTorch(_ index: Int) {
        let rule = Self.rules[index], parameter = Parameter(Tensor(Self.initial, dtype: .float64))
        let optimizer = rule.make([parameter])
        for step in 1...10 {
            parameter.gradient = Self.gradient(step)
            optimizer.step()
        }
        expectClose(parameter.value, rule.values, rule.name)
    }

    /// Each rule finds the least value of a bowl, also in float32, without compiling a step twice.
    @Test func everyRuleDescendsInOnePlanAStep() async {
        await #expect(processExitsWith: .success) {
            for rule in OptimizerRuleTests.rules {
                let parameter = Parameter(Tensor([1, -2, 3] as [Float]))
                let optimizer = rule.make([parameter])
                let start = square(parameter.value).sum().item()
                for step in 0..<12 {
                    let (runs, plans) = (EngineCounters.plansRun, EngineCounters.plansCompiled)
                    square(parameter.value).sum().backward()
                    optimizer.step()
                    #expect(EngineCounters.plansRun - runs == 1, "\(rule.name)")
                    // RAdam has another rule from its sixth step on.
                    if step > 7 { #expect(EngineCounters.plansCompiled == plans, "\(rule.name), step \(step)") }
                }
                #expect(square(parameter.value).sum().item() < start, "\(rule.name)")
            }
        }
    }

    @Test func lionStepsBySigns() {
        let parameter = Parameter(Tensor([1.0, -1, 0], dtype: .float64))
        let optimizer = Lion([parameter], learningRate: 0.1, weightDecay: 0.5)
        parameter.gradient = Tensor([2.0, -5, 0], dtype: .float64)
        optimizer.step()
        expectClose(parameter.value, [0.95 - 0.1, -0.95 + 0.1, 0], "Lion")
        parameter.gradient = Tensor([-0.1, 0, 0], dtype: .float64)
        optimizer.step()
        // 0.9 of the momentum 0.02 outweighs 0.1 of the new gradient.
        expectClose(parameter.value, [0.85 * 0.95 - 0.1, -0.85 * 0.95 + 0.1, 0], "Lion, second step")
    }

    @Test func maximizing() {
        let up = Parameter(Tensor([1.0], dtype: .float64)), down = Parameter(Tensor([1.0], dtype: .float64))
        let climber = SGD([up], learningRate: 0.5), other = SGD([down], learningRate: 0.5)
        climber.isMaximizing = true
        for (parameter, optimizer) in [(up, climber), (down, other)] {
            square(parameter.value).sum().backward()
            optimizer.step()
        }
        #expect(up.value.item() == 2 && down.value.item() == 0)
    }

    @Test func groupsHaveTheirOwnRates() {
        let parameters = (0..<3).map { _ in Parameter(Tensor([1.0], dtype: .float64)) }
        let optimizer = SGD([parameters[0]], learningRate: 0.5, weightDecay: 0.25)
        optimizer.addGroup([parameters[1]], learningRate: 0.125, weightDecay: 0)
        optimizer.addGroup([parameters[2]])
        for parameter in parameters { parameter.value.sum().backward() }
        optimizer.step()
        #expect(parameters.map { $0.value.item() } == [1 - 0.5 * 1.25, 1 - 0.125, 1 - 0.5 * 1.25])
        #expect(optimizer.groups.map(\.learningRate) == [0.5, 0.125, 0.5])
        optimizer.learningRate = 1
        #expect(optimizer.groups.map(\.learningRate) == [1, 1, 1])
        optimizer.setLearningRate(2, group: 1)
        #expect(optimizer.learningRate == 1 && optimizer.groups[1].learningRate == 2)
    }

    /// A parameter that had no gradient for a while goes on where it was.
    @Test func updatesAreCountedByParameter() {
        let steady = Parameter(Tensor([1.0], dtype: .float64)), rare = Parameter(Tensor([1.0], dtype: .float64)),
            alone = Parameter(Tensor([1.0], dtype: .float64))
        let optimizer = Adam([steady, rare], learningRate: 0.1), other = Adam([alone], learningRate: 0.1)
        for step in 0..<4 {
            steady.gradient = Tensor([1.0], dtype: .float64)
            if step % 2 == 1 {
                rare.gradient = Tensor([Double(step)], dtype: .float64)
                alone.gradient = Tensor([Double(step)], dtype: .float64)
                other.step()
            }
            optimizer.step()
        }
        #expect(optimizer.updateCounts == [4, 2] && optimizer.stepCount == 4)
        #expect(rare.value.item() == alone.value.item())
    }

    @Test func clippingByNormAndValue() {
        let a = Parameter(Tensor([0.0, 0], dtype: .float64)), b = Parameter(Tensor([0.0], dtype: .float64))
        func setGradients() {
            (a.gradient, b.gradient) = (Tensor([3.0, 0], dtype: .float64), Tensor([-4.0], dtype: .float64))
        }
        setGradients()
        #expect(clipGradientNorm([a, b], to: 1).item() == 5)
        expectClose(a.gradient!, [0.6 / (1 + 2e-7), 0], "scaled")
        expectClose(b.gradient!, [-0.8 / (1 + 2e-7)], "scaled")
        setGradients()
        #expect(clipGradientNorm([a, b], to: 100, order: .infinity).item() == 4)
        expectClose(b.gradient!, [-4], "short enough")
        clipGradientValues([a, b], to: 3.5)
        expectClose(a.gradient!, [3, 0], "within the limit")
        expectClose(b.gradient!, [-3.5], "limited")
        #expect(clipGradientNorm([Parameter(Tensor([1.0], dtype: .float64))], to: 1).item() == 0)
    }

    @Test func clippingIsAPartOfTheStep() async {
        await #expect(processExitsWith: .success) {
            let weight = Parameter(Tensor([1.0, 2], dtype: .float64))
            let optimizer = SGD([weight], learningRate: 0.1)
            for _ in 0..<3 {
                let runs = EngineCounters.plansRun
                square(weight.value).sum().backward()
                clipGradientNorm(optimizer.parameters, to: 0.5)
                optimizer.step()
                #expect(EngineCounters.plansRun - runs == 1)
            }
        }
    }

    @Test func averagesOfWeights() {
        let weight = Parameter(Tensor([0.0], dtype: .float64))
        let mean = WeightAverage([weight]), fading = WeightAverage([weight], decay: 0.75)
        for value in [1.0, 2, 6] {
            weight.value = Tensor([value], dtype: .float64)
            mean.update()
            fading.update()
        }
        #expect(abs(mean.values[0].item() - 3) < 1e-14)
        #expect(fading.values[0].item() == 0.75 * (0.75 * 1 + 0.25 * 2) + 0.25 * 6)
        let inside = mean.inUse { weight.value.item() }
        #expect(abs(inside - 3) < 1e-14 && weight.value.item() == 6)
    }

    @Test func scalesOfLosses() {
        let weight = Parameter(Tensor([1.0], dtype: .float64))
        let optimizer = SGD([weight], learningRate: 1), scaler = LossScaler(scale: 8, interval: 2)
        for (slope, hasStepped, scale) in [(0.5, true, 8.0), (.infinity, false, 4), (0.25, true, 4), (0.25, true, 8)] {
            scaler.scaled((weight.value * slope).sum()).backward()
            #expect(scaler.step(optimizer) == hasStepped && scaler.scale == scale)
        }
        #expect(weight.value.item() == 0 && optimizer.stepCount == 3)
    }

    @Test(arguments: [LBFGS.LineSearch.fixed, .strongWolfe])
    func quasiNewtonFollowsAValley(_ lineSearch: LBFGS.LineSearch) {
        let x = Parameter(Tensor([-1.2], dtype: .float64)), y = Parameter(Tensor([1.0], dtype: .float64))
        let optimizer = LBFGS([x, y], lineSearch: lineSearch)
        var first: [Double] = []
        for _ in 0..<4 {
            first.append(
                optimizer.step { (square(1 - x.value) + 100 * square(y.value - square(x.value))).sum() })
        }
        #expect(abs(first[0] - 24.2) < 1e-12 && first[1] < 2 && first[3] < 1e-6)
        #expect(abs(x.value.item() - 1) < 1e-3 && abs(y.value.item() - 1) < 1e-3)
    }

    /// On a bowl the first move is the whole way for a rate that fits, and nothing moves from the bottom.
    @Test func quasiNewtonStopsAtTheBottom() {
        let weight = Parameter(Tensor([0.0, 0], dtype: .float64))
        let optimizer = LBFGS([weight])
        #expect(optimizer.step { square(weight.value).sum() } == 0)
        #expect(weight.value.array(of: Double.self) == [0, 0])
    }
}
