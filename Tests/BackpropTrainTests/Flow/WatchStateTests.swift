import Backprop
import BackpropFiles
import BackpropNN
import Testing

@testable import BackpropTrain

/// A watch whose training is stopped and goes on.
@Suite struct WatchStateTests {
    @Test func goesOnWithTheSameTable() throws {
        let folder = try TemporaryFolder()
        func train(_ limit: Int?, resuming: Bool = false) throws -> GradientFlow {
            let problem = Problem()
            let trainer = problem.trainer {
                $0.options.stepLimit = limit
                $0.options.checkpointInterval = .steps(3)
                $0.checkpoints = CheckpointFolder(folder.path + (limit == nil && !resuming ? "/whole" : "/parts"))
                $0.watch = GradientWatch($0.model, every: 2, window: 4, share: nil)
            }
            return try withRandomSeed(2) { try trainer.fit(problem.loader, epochs: 4, resuming: resuming) }.flow!
        }
        let whole = try train(nil), first = try train(7), rest = try train(nil, resuming: true)
        // What it costs is measured, and the rest counted.
        #expect(rest.layers == whole.layers && rest.history == whole.history && rest.layers != first.layers)
        #expect(whole.history.count > first.history.count)
    }

    @Test func aTrainingMayBeginOrEndToBeWatched() throws {
        let folder = try TemporaryFolder()
        func train(_ limit: Int?, isWatched: Bool) throws -> (String, GradientFlow?) {
            let problem = Problem()
            let trainer = problem.trainer {
                $0.options.stepLimit = limit
                $0.checkpoints = CheckpointFolder(folder.path)
                if isWatched { $0.watch = GradientWatch($0.model, every: 2, window: 4, share: nil) }
            }
            let report = try withRandomSeed(2) { try trainer.fit(problem.loader, epochs: 4, resuming: true) }
            return (problem.digest, report.flow)
        }
        _ = try train(4, isWatched: false)
        #expect(try train(9, isWatched: true).1?.history.first?.firstStep ?? 0 > 4)
        let last = try train(nil, isWatched: false)
        #expect(last.1 == nil)
        let other = Problem(), trainer = other.trainer()
        try withRandomSeed(2) { _ = try trainer.fit(other.loader, epochs: 4) }
        #expect(other.digest == last.0)
    }

    @Test func statesThatDoNotFitAreRefused() throws {
        let model = Sequential(Linear(4, 8), Activation.relu, Linear(8, 2)),
            optimizer = SGD(model.parameters(), learningRate: 0.1)
        let watch = GradientWatch(model, every: 1, window: 4, share: nil)
        optimizer.observer = watch
        for _ in 0..<6 {
            square(model(Tensor.ones([3, 4]))).mean().backward()
            optimizer.step()
        }
        let state = watch.savedState
        let same = GradientWatch(model, every: 1, window: 4, share: nil)
        try same.restore(state)
        #expect(same.savedState == state)
        let notes = try #require(state.values["notes"]?.text)
        func refuses(_ state: SavedState, _ watch: GradientWatch = GradientWatch(model, every: 1, window: 4)) -> Bool {
            do { try watch.restore(state) } catch { return isOneLine("\(error)") }
            return false
        }
        for (old, new) in [
            ("\"every\":1", "\"every\":0"), ("\"order\":[", "\"order\":[9,"), ("\"width\":1", "\"width\":-1"),
            ("[8]", "[-8]"), ("[8]", "[9]"), ("[8]", "[4611686018427387904]"), ("{", ""),
        ] {
            var changed = state
            let text = notes.replacing(old, with: new)
            changed.values["notes"] = .text(text)
            #expect(text != notes && refuses(changed), "\(old)")
        }
        #expect(refuses(SavedState()) && refuses(state, GradientWatch(model, window: 2)))
        #expect(refuses(state, GradientWatch(Sequential(Linear(4, 2)), window: 4)))
    }
}
