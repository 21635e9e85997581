import BackpropData
import BackpropNN

/// What a run learns from, read and ready, with the model and the training that suit it.
protocol RunSubject {
    /// What there is to say about it before training.
    var introduction: RunIntroduction { get }
    /// All that was decided: enough to repeat it, and to use its weights.
    var record: RunConfiguration.Subject { get }

    /// Takes what an earlier run had decided.
    ///
    /// - Throws: `TrainError` where the data is not what that run was started with.
    mutating func adopt(_ record: RunConfiguration.Subject) throws

    /// Trains until the end or an interruption. What a search finds is in the record afterwards.
    mutating func train(_ surroundings: TrainingSurroundings) throws -> TrainedSubject
}

/// What a person reads before training begins.
struct RunIntroduction {
    /// What the data is called: "penguins.csv".
    var name: String
    /// "penguins.csv: 275 to train, 69 to test".
    var data: String
    /// What is predicted: "species".
    var label: String
    /// What its numbers count: "€"; nil where that is not known.
    var unit: String?
    /// "'species', 3 classes, from 6 columns (a usual name of a label)".
    var aim: String
    /// "mlp 2 x 64, 8 members, 12,345 parameters".
    var model: String
    /// What each column is taken for; nil where there are none.
    var columns: (titles: [String], rows: [[String]])?
    /// Whole sentences about what was found.
    var notes: [String] = []
    /// The settings of the training, by name.
    var settings: [(name: String, value: String)] = []
}

/// A subject after its training.
struct TrainedSubject {
    var report: FitReport
    /// The weights that stay.
    var weights: Weights
    /// What the model says about the test part; nil where there is none.
    var judgement: Judgement?
    /// One unit of what the model learns, in the label's own unit; 1 for classes.
    var labelScale = 1.0
    /// What guessing would give.
    var baseline: Baseline?
    /// What a person has to know about the model that is kept, where it is not the one that was judged.
    var note: String?
    /// How much each column matters; empty where there are no columns.
    var importances: [ColumnImportance] = []
}
