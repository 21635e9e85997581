import Backprop
import BackpropNN
import Foundation
import Testing

/// Every optimizer goes on from a saved state as if nothing had happened.
@Suite struct OptimizerStateTests {
    struct Rule: Sendable, CustomTestStringConvertible {
        let name: String
        let make: @Sendable ([any OptimizedParameters]) -> Optimizer

        init(_ name: String, _ make: @escaping @Sendable ([any OptimizedParameters]) -> Optimizer) {
            (self.name, self.make) = (name, make)
        }

        var testDescription: String { name }
    }

    static let rules = [
        Rule("SGD") { SGD($0, learningRate: 0.1, weightDecay: 0.01) },
        Rule("SGD, momentum") { SGD($0, learningRate: 0.1, momentum: 0.9, dampening: 0.2) },
        Rule("SGD, Nesterov") { SGD($0, learningRate: 0.1, momentum: 0.9, nesterov: true) },
        Rule("Adam") { Adam($0, learningRate: 0.02) },
        Rule("Adam, AMSGrad") { Adam($0, learningRate: 0.02, isAMSGrad: true) },
        Rule("AdamW") { AdamW($0, learningRate: 0.02) },
        Rule("AdamW, AMSGrad") { AdamW($0, learningRate: 0.02, isAMSGrad: true) },
        Rule("NAdam") { NAdam($0, learningRate: 0.02) },
        Rule("RAdam") { RAdam($0, learningRate: 0.02) },
        Rule("Adamax") { Adamax($0, learningRate: 0.02) },
        Rule("RMSprop") { RMSprop($0) },
        Rule("RMSprop, centered") { RMSprop($0, momentum: 0.8, isCentered: true) },
        Rule("Adagrad") { Adagrad($0, rateDecay: 0.1, initialSum: 0.5) },
        Rule("Adadelta") { Adadelta($0, smoothing: 0.8) },
        Rule("ASGD") { ASGD($0, decay: 0.1, averagingStart: 1) },
        Rule("Rprop") { Rprop($0) },
        Rule("Adafactor") { Adafactor($0) },
        Rule("Lion") { Lion($0, learningRate: 0.01) },
    ]

    /// A layer in float32, weights in bfloat16, a frozen bias, and one that has a gradient at every third step only.
    struct Net: ParameterContainer {
        let first: Linear
        let narrow: Parameter
        let frozen = Parameter(Tensor([0.25, -0.5, 0]), isTrainable: false)
        let rare = Parameter(Tensor([0.5, 0, -0.5]))

        init(seed: UInt64) {
            (first, narrow) = withRandomSeed(seed) {
                (Linear(4, 6), Parameter(Tensor.normal([6, 3]).asType(.bfloat16)))
            }
        }

        func loss(_ step: Int) -> Tensor {
            let x = Tensor((0..<20).map { sin(Float($0 * 7 + step)) }, shape: [5, 4])
            var y = matmul(tanh(first(x)), narrow.value.asType(.float32)) + frozen.value
            if step % 3 == 1 { y = y * rare.value }
            return square(y - 0.5).mean()
        }
    }

    /// A network, and an optimizer with three groups.
    struct Training {
        let net: Net
        let optimizer: Optimizer

        init(_ rule: Rule, seed: UInt64 = 1, isNamed: Bool = true) {
            net = Net(seed: seed)
            if isNamed { _ = net.parameters() }
            optimizer = rule.make([
                ParameterGroup([net.first.weight, net.first.bias!], learningRate: 0.03, weightDecay: 0.1), net.narrow,
                net.frozen,
            ])
            optimizer.addGroup([net.rare], learningRate: 0.05)
        }

        func run(_ steps: Range<Int>) {
            for step in steps {
                net.loss(step).backward()
                optimizer.step()
            }
        }

        var states: [SavedState] { [ModelState(net).savedState, optimizer.savedState] }

        func restore(_ states: [SavedState]) throws {
            try ModelState(net).restore(states[0])
            try optimizer.restore(states[1])
        }
    }

    @Test(arguments: rules) func goesOnBitForBit(_ rule: Rule) throws {
        let whole = Training(rule), other = Training(rule, seed: 2)
        whole.run(0..<5)
        whole.optimizer.learningRate *= 0.5
        whole.optimizer.setLearningRate(0.07, group: 1)
        let kept = whole.states
        let copy = kept.map { state in
            SavedState(
                tensors: state.tensors.mapValues { tensor in
                    tensor.withUnsafeBytes { bytes in
                        Tensor(shape: tensor.shape, dtype: tensor.dtype) { $0.copyMemory(from: bytes) }
                    }
                }, values: state.values)
        }
        whole.run(5..<9)
        #expect(kept == copy, "later steps have changed what was kept")
        #expect(whole.states != kept)

        other.run(0..<2)
        try other.restore(kept)
        #expect(other.states == kept)
        other.run(5..<9)
        #expect(other.states == whole.states)
        #expect(kept == copy)
        #expect(other.optimizer.stepCount == 9 && other.optimizer.updateCounts == [9, 9, 9, 0, 3])
    }

    @Test func aRestoredOptimizerHasThePlansThatAreThere() async {
        await #expect(processExitsWith: .success) {
            for rule in OptimizerStateTests.rules {
                let whole = OptimizerStateTests.Training(rule)
                whole.run(0..<5)
                let kept = whole.states
                whole.run(5..<9)
                let other = OptimizerStateTests.Training(rule, seed: 2)
                try other.restore(kept)
                let (plans, runs) = (EngineCounters.plansCompiled, EngineCounters.plansRun)
                other.run(5..<9)
                #expect(EngineCounters.plansCompiled == plans, "\(rule.name)")
                #expect(EngineCounters.plansRun - runs == 4, "\(rule.name)")
            }
        }
    }

    @Test func everyRuleIsInTheTable() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        var parents: [String: String] = [:]
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /\bclass (\w+)(?:<[^>]*>)?\s*:\s*(\w+)/) {
                parents[String(match.1)] = String(match.2)
            }
        }
        func isRule(_ name: String) -> Bool { parents[name].map { $0 == "Optimizer" || isRule($0) } ?? false }
        let names = Set(parents.keys.filter(isRule))
        #expect(names.count > 12)
        let words = Set(Self.rules.map { String($0.name.prefix { $0.isLetter }) })
        #expect(names.subtracting(words).isEmpty, "no saved state is tested of these optimizers")
    }

    // MARK: Names

    @Test func tensorsAreCalledByTheirParameters() {
        let training = Training(Self.rules[3])
        let names = ["first.weight", "first.bias", "narrow", "frozen", "rare"].flatMap { ["\($0).0", "\($0).1"] }
        #expect(Set(training.optimizer.savedState.tensors.keys) == Set(names))
        #expect(training.optimizer.savedState.tensors["narrow.0"]?.dtype == .float32)
        let unnamed = Training(Self.rules[3], isNamed: false).optimizer.savedState
        #expect(Set(unnamed.tensors.keys) == Set((0..<5).flatMap { ["\($0).0", "\($0).1"] }))
    }

    /// Names decide where both have the same ones; without names the order does.
    @Test func parametersAreFoundByNameOrByOrder() throws {
        func cells(_ order: [String]) -> [Parameter] {
            struct Pair: ParameterContainer { let a = Parameter(Tensor([1.0])), b = Parameter(Tensor([2.0])) }
            let pair = Pair()
            _ = pair.parameters()
            return order.map { $0 == "a" ? pair.a : pair.b }
        }
        let optimizer = SGD(cells(["a", "b"]), learningRate: 0.1, momentum: 0.9)
        for (number, parameter) in optimizer.parameters.enumerated() {
            parameter.gradient = Tensor([Float(number + 1)])
        }
        optimizer.step()
        let saved = optimizer.savedState
        let turned = SGD(cells(["b", "a"]), learningRate: 0.1, momentum: 0.9)
        try turned.restore(saved)
        #expect(turned.state.map { $0[0].item() } == [2, 1])
        let nameless = SGD([Tensor([1.0]), Tensor([2.0])].map { Parameter($0) }, learningRate: 0.1, momentum: 0.9)
        try nameless.restore(saved)
        #expect(nameless.state.map { $0[0].item() } == [1, 2])
        try optimizer.restore(nameless.savedState)
        #expect(optimizer.savedState == saved)
    }

    // MARK: What does not fit

    @Test func oneLineSaysAllThatDoesNotFit() throws {
        let training = Training(Self.rules[3])
        training.run(0..<3)
        let before = training.states
        func refused(_ state: SavedState, _ parts: String..., by optimizer: Optimizer = training.optimizer) {
            let error = #expect(throws: DataError.self) { try optimizer.restore(state) }
            let text = error?.description ?? ""
            #expect(parts.allSatisfy { text.contains($0) }, "\(text)")
            #expect(!text.contains("\n") && error?.reason == .mismatch)
            #expect(throws: DataError.self) { try optimizer.check(state) }
            #expect(training.states == before)
        }
        let own = before[1]
        refused(Training(Self.rules[5]).optimizer.savedState, "the rule is AdamW, expected Adam")
        refused(
            Training(Self.rules[4]).optimizer.savedState, "unexpected 'first.bias.2'", "'rare.2'")
        refused(SavedState(), "missing 'rule'", "'stepCount'", "'groups'", "'parameters'", "'updates'")
        var state = own
        state.tensors["first.bias.1"] = nil
        state.tensors["first.weight.0"] = Tensor.zeros([6, 5])
        state.tensors["narrow.1"] = Tensor.zeros([6, 3], dtype: .float64)
        state.tensors["nowhere"] = Tensor(0.0)
        state.values["more"] = 1
        state.values["stepCount"] = "three"
        refused(
            state, "missing 'first.bias.1'", "unexpected 'more', 'nowhere'", "'stepCount' is not a whole number",
            "'first.weight.0' is float32[6, 5], expected float32[6, 4]",
            "'narrow.1' is float64[6, 3], expected float32[6, 3]")
        state = own
        state.values["updates"] = [3, 3, 3, 0, 4]
        refused(state, "'updates' are not all from 0 to 'stepCount'")
        state.values["updates"] = [3, 3]
        refused(state, "'updates' has 2 whole numbers, expected 5")
        state = own
        state.values["groups"] = [["parameters": 2, "learningRate": 0.5, "weightDecay": 0.5], ["parameters": 2], 7]
        refused(state, "'groups' is not a list of objects")
        state.values["groups"] = [
            ["parameters": 1, "learningRate": 0.5, "weightDecay": 0.5], ["parameters": 2],
            ["parameters": 1, "learningRate": "low", "weightDecay": 0.5],
        ]
        refused(state, "group 0 has 1 parameter, expected 2", "group 1 lacks", "group 2 lacks")
        let fewer = Adam([training.net.first.weight, training.net.rare])
        refused(own, "it is of 5 parameters, expected 2", "unexpected parameters 'first.bias', 'narrow'", by: fewer)
        refused(fewer.savedState, "it is of 2 parameters, expected 5", "missing 'first.bias', 'narrow', 'frozen'")
    }

    /// Gradients belong to the step that was about to come.
    @Test func restoringForgetsGradients() throws {
        let training = Training(Self.rules[0])
        training.run(0..<1)
        let kept = training.states
        training.net.loss(1).backward()
        try training.restore(kept)
        #expect(training.net.parameters().allSatisfy { $0.gradient == nil })
        training.run(1..<2)
        let other = Training(Self.rules[0])
        other.run(0..<2)
        #expect(other.states == training.states)
    }
}
