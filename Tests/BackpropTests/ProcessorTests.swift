import Backprop
import Testing

/// What must not depend on the instruction set or on the number of threads. Both are settings of the whole process, so
/// these tests run in processes of their own.
@Suite struct ProcessorTests {
    /// The values and the gradients of every example, in both floating-point dtypes.
    private static func results(_ examples: [Example]) -> [(name: String, tensors: [Tensor])] {
        examples.flatMap { example in
            [DType.float32, .float64].map { dtype in
                let operands = example.operands(dtype)
                return ("\(example.name) in \(dtype)", [example.function(operands)] + grad(example.loss)(operands))
            }
        }
    }

    private static let allExamples = Primitive.allCases.flatMap { examples(of: $0) } + largeExamples()

    @Test func instructionSetsAgreeWithinRounding() async {
        await #expect(processExitsWith: .success) {
            Processor.selectInstructionSet("plain")
            let expected = ProcessorTests.results(ProcessorTests.allExamples)
            for (_, tensors) in expected { evaluateOrStop(tensors) }
            for name in Processor.instructionSets where name != "plain" {
                #expect(Processor.selectInstructionSet(name))
                #expect(Processor.instructionSet == name)
                for (found, plain) in zip(ProcessorTests.results(ProcessorTests.allExamples), expected) {
                    for (a, b) in zip(found.tensors, plain.tensors) {
                        let tolerance = a.dtype == .float64 ? 1e-12 : 2e-5
                        #expect(difference(a.numbers, b.numbers) < tolerance, "\(found.name) under \(name)")
                    }
                }
            }
        }
    }

    @Test func threadsDoNotChangeBits() async {
        await #expect(processExitsWith: .success) {
            for name in Processor.instructionSets {
                Processor.selectInstructionSet(name)
                Processor.threads = 1
                let alone = ProcessorTests.results(largeExamples()).map { $0.tensors.map(\.bytes) }
                for threads in [2, 3] {
                    Processor.threads = threads
                    #expect(Processor.threads == threads)
                    for (found, bytes) in zip(ProcessorTests.results(largeExamples()), alone) {
                        #expect(found.tensors.map(\.bytes) == bytes, "\(found.name), \(threads) threads, \(name)")
                    }
                }
            }
        }
    }

    @Test func largeResultsAgreeWithTheReference() {
        for example in largeExamples() {
            let result = example.function(example.operands(.float32))
            let expected = ReferenceInterpreter.values(of: result)
            #expect(difference(result.numbers, expected) < 2e-5, "\(example.name)")
        }
    }
}
