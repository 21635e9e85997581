/// A part of a conformance folder.
enum SuiteName: String, CaseIterable, Sendable {
    case opinfo, optim, models, onnx
}

/// How a case is called and counted.
struct CaseLabel {
    /// Different from all others of its suite.
    let id: String
    /// The operator, optimizer or architecture.
    let name: String
    /// 1 is the core, 2 the rest; nil where a suite makes no difference.
    var tier: Int?
    let group: String
}

/// What became of a case.
enum Verdict: Equatable {
    case passed
    /// The result is not the expected one.
    case wrong(String)
    /// Backprop has no operator or no option for it.
    case unsupported(String)
}

/// The cases of a suite, read and checked, ready to be run one by one.
protocol Suite {
    static var name: SuiteName { get }

    /// Reads the suite in `folder`; nil where the folder has none.
    ///
    /// - Throws: `BadInput` where it cannot be read.
    init?(folder: String) throws(BadInput)

    var labels: [CaseLabel] { get }

    /// Runs a case. `Wrong` and `Unsupported` are verdicts; any other error counts as wrong.
    func run(_ index: Int) throws
}

extension SuiteName {
    /// Reads the suite in `folder`; nil where the folder has none.
    func open(_ folder: String) throws(BadInput) -> (any Suite)? {
        switch self {
        case .opinfo: try OperatorSuite(folder: folder)
        case .optim: try OptimizerSuite(folder: folder)
        case .models: try ModelSuite(folder: folder)
        case .onnx: try ONNXSuite(folder: folder)
        }
    }
}

extension Suite {
    func verdict(_ index: Int) -> Verdict {
        do {
            try run(index)
            return .passed
        } catch let error as Wrong {
            return .wrong(error.reason)
        } catch let error as Unsupported {
            return .unsupported(error.reason)
        } catch {
            return .wrong("\(error)")
        }
    }
}
