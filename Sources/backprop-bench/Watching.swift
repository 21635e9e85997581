import Backprop
import BackpropNN
import BackpropTrain

/// Times rounds of steps with a `GradientWatch` and rounds without, in turn, of one model that learns in all of them.
func measureWatching(seconds: Double, _ report: Report) {
    for makeWorkload in [
        { StepWorkload.xor }, { StepWorkload.mlp }, { StepWorkload.cnn }, { StepWorkload.gpt }, { StepWorkload.lstm },
    ] {
        let workload = withRandomSeed(1) { makeWorkload() }
        evaluateOrStop(workload.inputs)
        let parameters = workload.model.parameters()
        let optimizer = workload.optimizer(parameters)
        let watch = GradientWatch(workload.model)
        func step() -> Double {
            let loss = workload.loss(workload.model(workload.inputs))
            loss.backward()
            watch.noteGradients(of: optimizer)
            if let norm = workload.greatestNorm { clipGradientNorm(parameters, to: norm) }
            optimizer.step()
            return loss.item()
        }
        let clock = ContinuousClock()
        func round(watched: Bool) -> Double {
            optimizer.observer = watched ? watch : nil
            let start = clock.now
            for _ in 0..<watch.every { _ = step() }
            return (clock.now - start).seconds
        }
        // Both plans are made here.
        _ = (round(watched: true), round(watched: false))
        var with: [Double] = [], without: [Double] = [], ratios: [Double] = []
        let end = clock.now + .seconds(seconds * 6)
        repeat {
            with.append(round(watched: true))
            without.append(round(watched: false))
            ratios.append(with.last! / without.last!)
        } while clock.now < end || ratios.count < 3
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        report.add(
            Measurement(fields: [
                ("workload", .text("watch-\(workload.name)")), ("rounds", .integer(ratios.count)),
                ("step_ms", .number(median(without) / Double(watch.every) * 1e3)),
                ("watched_ms", .number(median(with) / Double(watch.every) * 1e3)),
                ("ratio", .number(median(ratios))), ("ratio_of_minima", .number(with.min()! / without.min()!)),
                ("own_estimate", .number(watch.flow.cost?.share ?? .nan)),
                ("threads", .integer(Processor.threads)), ("isa", .text(Processor.instructionSet)),
            ]))
    }
}
