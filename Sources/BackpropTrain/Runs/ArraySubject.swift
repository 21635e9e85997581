import BackpropData
import BackpropNN

/// Images, sequences or rows of numbers that are learnt from.
struct ArraySubject: RunSubject {
    private let data: ArrayData
    private let fit: ArrayFit
    private var configuration: ArrayConfiguration

    var record: RunConfiguration.Subject { .arrays(configuration) }

    init(_ source: DataSource, _ options: TrainingOptions) throws {
        try options.refuseTableFlags()
        let description = try options.modelDescription()
        let seed = options.seed ?? 0
        data = try ArrayData(
            source, family: description?.family, isClassification: options.task.map { $0 == .classification },
            holdOut: options.holdOut ?? ArrayData.defaultHoldOut, seed: seed)
        fit = try ArrayFit(data, model: description, overrides: options.arrayOverrides, seed: seed)
        configuration = fit.configuration
    }

    var introduction: RunIntroduction {
        let counts = [
            "\(Self.grouped(data.training.count)) to train",
            data.test.map { "\(Self.grouped($0.count)) to test" },
        ]
        let task = data.classNames.isEmpty ? "a number" : "\(data.classNames.count) classes"
        return RunIntroduction(
            name: data.name,
            data: "\(data.name): \(counts.compactMap(\.self).joined(separator: ", "))",
            label: "label", aim: task, model: configuration.summary, settings: configuration.settings)
    }

    mutating func adopt(_ record: RunConfiguration.Subject) throws {
        guard case .arrays(var before) = record else { throw changed }
        // It is found when a training has ended.
        before.temperature = 1
        guard before == configuration else { throw changed }
    }

    private var changed: TrainError {
        TrainError(
            .badOption, at: data.name, "it is not what the run was started with",
            remedy: "bring back the data as it was, or start another run")
    }

    mutating func train(_ surroundings: TrainingSurroundings) throws -> TrainedSubject {
        let (model, report) = try fit.perform(surroundings)
        configuration = model.configuration
        var trained = TrainedSubject(report: report, weights: Weights(of: model.network))
        switch data.training.targets {
        case .classes(let labels): trained.baseline = Baseline(labels: labels, names: data.classNames)
        case .numbers(let numbers): trained.baseline = Baseline(numbers: numbers)
        }
        trained.labelScale = configuration.targetDeviation
        trained.judgement = try data.test.map { try model.judgement($0) }
        return trained
    }

    private static func grouped(_ number: Int) -> String { NumberFormat.grouped(String(number)) }
}
