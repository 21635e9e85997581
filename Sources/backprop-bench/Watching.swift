import Backprop
import BackpropNN
import BackpropTrain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Times steps that a `GradientWatch` looks at and steps that it does not, in turn, of one model that learns in all of them.
///
/// Beside the time that passes it is the time of the processor that is compared, of all threads together: other programs on
/// the machine do not count there.
func measureWatching(seconds: Double, _ report: Report) {
    for makeWorkload in [
        { StepWorkload.xor }, { StepWorkload.mlp }, { StepWorkload.cnn }, { StepWorkload.gpt }, { StepWorkload.lstm },
    ] {
        let workload = withRandomSeed(1) { makeWorkload() }
        evaluateOrStop(workload.inputs)
        let parameters = workload.model.parameters()
        let optimizer = workload.optimizer(parameters)
        let watch = GradientWatch(workload.model, every: 2, share: nil)
        let usual = GradientWatch(workload.model).every
        optimizer.observer = watch
        func step() {
            let loss = workload.loss(workload.model(workload.inputs))
            loss.backward()
            watch.noteGradients(of: optimizer)
            if let norm = workload.greatestNorm { clipGradientNorm(parameters, to: norm) }
            optimizer.step()
            _ = loss.item()
        }
        // Both plans are made here.
        for _ in 0..<4 { step() }
        let clock = ContinuousClock()
        var watched = Times(), plain = Times()
        let end = clock.now + .seconds(seconds * 6)
        repeat {
            for isWatched in [
                watch.observes(step: optimizer.stepCount + 1), !watch.observes(step: optimizer.stepCount + 1),
            ] {
                let start = clock.now, busy = processorSeconds
                step()
                let times = (passed: (clock.now - start).seconds, busy: processorSeconds - busy)
                if isWatched { watched.add(times) } else { plain.add(times) }
            }
        } while clock.now < end || plain.busy.count < 10
        func share(_ watched: [Double], _ plain: [Double]) -> Double {
            (median(watched) / median(plain) - 1) / Double(usual)
        }
        report.add(
            Measurement(fields: [
                ("workload", .text("watch-\(workload.name)")), ("steps", .integer(plain.busy.count)),
                ("step_ms", .number(median(plain.passed) * 1e3)),
                ("watched_step_ms", .number(median(watched.passed) * 1e3)),
                ("every", .integer(usual)), ("share", .number(share(watched.passed, plain.passed))),
                ("share_of_processor", .number(share(watched.busy, plain.busy))),
                ("threads", .integer(Processor.threads)), ("isa", .text(Processor.instructionSet)),
            ]))
    }
}

private struct Times {
    var passed: [Double] = [], busy: [Double] = []

    mutating func add(_ times: (passed: Double, busy: Double)) {
        passed.append(times.passed)
        busy.append(times.busy)
    }
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// The time that all threads of this process have been running.
private var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
