import BackpropNN
import Testing

/// Learning rates over steps.
@Suite struct ScheduleTests {
    @Test func curves() {
        let cases: [(String, LearningRateSchedule, [Double])] = [
            ("constant", .constant(factor: 0.5, steps: 2), [0.5, 0.5, 1, 1, 1]),
            ("every two", .stepwise(every: 2, factor: 0.5), [1, 1, 0.5, 0.5, 0.25]),
            ("at steps", .stepwise(at: [1, 3, 3], factor: 0.5), [1, 0.5, 0.5, 0.125, 0.125]),
            ("exponential", .exponential(factor: 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
            ("linear", .linear(from: 0.25, to: 1, steps: 3), [0.25, 0.5, 0.75, 1, 1]),
            ("polynomial", .polynomial(steps: 4, power: 2), [1, 0.5625, 0.25, 0.0625, 0]),
            ("cosine", .cosine(steps: 2, minimum: 0.5), [1, 0.75, 0.5, 0.75, 1]),
            ("restarts", .cosineWithRestarts(first: 1, growth: 2), [1, 1, 0.5, 1, 0.8535533905932737]),
            (
                "one cycle without a rise", .oneCycle(peak: 8, steps: 5, rise: 0.2, startDivisor: 4, endDivisor: 2),
                [8, 1 + 7 * (2 + 2.0.squareRoot()) / 4, 4.5, 1 + 7 * (2 - 2.0.squareRoot()) / 4, 1]
            ),
            ("one cycle", .oneCycle(peak: 8, steps: 5, rise: 0.6, startDivisor: 4, endDivisor: 2), [2, 5, 8, 4.5, 1]),
            (
                "one symmetric cycle",
                .oneCycle(
                    peak: 4, steps: 5, rise: 0.4, transition: .linear, startDivisor: 4, endDivisor: 2, isSymmetric: true
                ),
                [1, 4, 1, 0.75, 0.5]
            ),
            ("cyclic", .cyclic(from: 1, to: 3, rise: 2, fall: 1), [1, 2, 3, 1, 2]),
            ("halved cycles", .cyclic(from: 1, to: 3, rise: 1, height: .halved), [1, 3, 1, 2, 1]),
            ("decaying cycles", .cyclic(from: 0, to: 1, rise: 1, height: .decaying(0.5)), [0, 0.5, 0, 0.125, 0]),
            (
                "a warm-up",
                .linear(from: 0.5, to: 1, steps: 2).followed(after: 2, by: .exponential(factor: 0.5)),
                [0.5, 0.75, 1, 0.5, 0.25]
            ),
            (
                "a product", .exponential(factor: 0.5).times(.constant(factor: 0.5, steps: 1)),
                [0.5, 0.5, 0.25, 0.125, 0.0625]
            ),
        ]
        for (name, schedule, expected) in cases {
            for (step, rate) in expected.enumerated() {
                let found = schedule.rate(after: step, base: 1)
                #expect(abs(found - rate) < 1e-14, "\(name) after \(step) steps is \(found), not \(rate)")
            }
        }
    }

    @Test func schedulersSetTheRatesOfGroups() {
        let optimizer = SGD([], learningRate: 0.5)
        optimizer.addGroup([], learningRate: 2)
        let scheduler = Scheduler(optimizer, .stepwise(every: 2, factor: 0.5))
        var found: [[Double]] = []
        for _ in 0..<4 {
            found.append(optimizer.groups.map(\.learningRate))
            scheduler.step()
        }
        #expect(found == [[0.5, 2], [0.5, 2], [0.25, 1], [0.25, 1]])
        // A scheduler that goes on where another stopped.
        let next = SGD([], learningRate: 0.5)
        _ = Scheduler(next, .stepwise(every: 2, factor: 0.5), stepCount: 5)
        #expect(next.learningRate == 0.125)
    }

    @Test func plateaus() {
        let optimizer = SGD([], learningRate: 1)
        let scheduler = PlateauScheduler(
            optimizer, factor: 0.5, patience: 1, threshold: .absolute(0.1), cooldown: 1, minimumRate: 0.2)
        var found: [Double] = []
        for measure in [3, 2, 1.99, 1.98, 1.97, 1.96, 1.95, 1.94, 1.93, 1.92, 1.91] {
            scheduler.step(measure)
            found.append(optimizer.learningRate)
        }
        #expect(found == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2])
        #expect(scheduler.best == 2)
        let climbing = PlateauScheduler(optimizer, goal: .higher, factor: 0.5, patience: 0)
        for measure in [1.0, 2, 2] { climbing.step(measure) }
        #expect(optimizer.learningRate == 0.1)
    }
}
