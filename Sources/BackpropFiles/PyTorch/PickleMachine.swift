/// Reads a pickle of Python as far as tensors need it, and executes nothing: of what a pickle may call, the machine knows a few
/// names and what they stand for, and refuses every other.
///
/// Source: the module `pickletools` of Python 3, protocols 2 to 4.
struct PickleMachine {
    /// What a pickle is made of. What holds others is a place in a table, since lists and dictionaries may hold each other, and
    /// tuples may lie a million deep.
    enum Value {
        case none
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
        case tuple(Int)
        case list(Int)
        case dictionary(Int)
        case name(TorchName)
        case storage(TorchStorage)
        case tensor(TorchTensor)
    }

    private(set) var tuples: [[Value]] = []
    private(set) var lists: [[Value]] = []
    private(set) var dictionaries: [[(key: Value, value: Value)]] = []

    private var stack: [Value] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memory: [Int: Value] = [:]

    private typealias Problem = FormatProblem

    /// The value that a pickle stands for.
    mutating func run(_ bytes: UnsafeRawBufferPointer) throws(FormatProblem) -> Value {
        var input = ByteCursor(bytes)
        while true {
            let start = input.position
            let operation = try input.number(UInt8.self)
            if operation == UInt8(ascii: ".") {
                guard let result = stack.popLast() else { throw Self.empty }
                return result
            }
            guard try step(operation, &input) else {
                let code = "0x" + String(operation, radix: 16)
                throw Problem(
                    "the pickle has the operation \(code) at byte \(start), which no tensors need",
                    remedy: "save a state dictionary: torch.save(model.state_dict(), path)")
            }
        }
    }

    private static let empty = FormatProblem("the pickle takes more than it has")

    /// Does what one operation says; false where it is not known.
    private mutating func step(_ operation: UInt8, _ input: inout ByteCursor) throws(FormatProblem) -> Bool {
        switch Unicode.Scalar(operation) {
        case "\u{80}":
            let version = try input.number(UInt8.self)
            guard version <= 5 else { throw Problem("the pickle has version \(version), known are those up to 5") }
        case "\u{95}": try input.skip(8)
        case "(": marks.append(stack.count)
        case "N": stack.append(.none)
        case "\u{88}": stack.append(.bool(true))
        case "\u{89}": stack.append(.bool(false))
        case "K": stack.append(.integer(Int(try input.number(UInt8.self))))
        case "M": stack.append(.integer(Int(try input.number(UInt16.self))))
        case "J": stack.append(.integer(Int(try input.number(Int32.self))))
        case "\u{8A}": stack.append(.integer(try Self.long(&input)))
        case "G":
            let bits = UInt64(bigEndian: try input.number(UInt64.self))
            stack.append(.number(Double(bitPattern: bits)))
        case "X": stack.append(.text(try Self.text(Int(try input.number(UInt32.self)), &input)))
        case "\u{8C}": stack.append(.text(try Self.text(Int(try input.number(UInt8.self)), &input)))
        case ")": stack.append(newTuple([]))
        case "\u{85}": stack.append(newTuple(try pop(1)))
        case "\u{86}": stack.append(newTuple(try pop(2)))
        case "\u{87}": stack.append(newTuple(try pop(3)))
        case "t": stack.append(newTuple(try popToMark()))
        case "]": stack.append(newList())
        case "a": try append(try pop(1))
        case "e": try append(try popToMark())
        case "}": stack.append(newDictionary())
        case "s": try insert(try pop(2))
        case "u": try insert(try popToMark())
        case "q": try remember(Int(try input.number(UInt8.self)))
        case "r": try remember(Int(try input.number(UInt32.self)))
        case "\u{94}": try remember(memory.count)
        case "h": try recall(Int(try input.number(UInt8.self)))
        case "j": try recall(Int(try input.number(UInt32.self)))
        case "c":
            let module = try Self.line(&input), name = try Self.line(&input)
            stack.append(.name(try TorchName(module, name)))
        case "\u{93}":
            guard case .text(let module) = try top(1), case .text(let name) = try top(0) else {
                throw Problem("the pickle has a name that is no text")
            }
            stack.removeLast(2)
            stack.append(.name(try TorchName(module, name)))
        case "R":
            let parts = try pop(2)
            guard case .name(let name) = parts[0], case .tuple(let arguments) = parts[1] else {
                throw Problem("the pickle calls what is no name")
            }
            stack.append(try call(name, tuples[arguments]))
        case "Q": stack.append(.storage(try TorchStorage(contents(of: try pop(1)[0]))))
        case "b":
            // What a dictionary notes about itself is not needed; nothing else may be given attributes.
            _ = try pop(1)
            guard case .dictionary = try top(0) else { throw Problem("the pickle gives attributes to what has none") }
        default: return false
        }
        return true
    }

    /// What the few functions that tensors need make of their arguments.
    private mutating func call(_ name: TorchName, _ arguments: [Value]) throws(FormatProblem) -> Value {
        switch name {
        case .orderedDictionary where arguments.isEmpty: return newDictionary()
        case .rebuildTensor, .rebuildTensorOfType:
            return .tensor(
                try TorchTensor(
                    arguments, shape: arguments.count > 3 ? contents(of: arguments[2]) : [],
                    strides: arguments.count > 3 ? contents(of: arguments[3]) : [],
                    isTyped: name == .rebuildTensorOfType))
        case .rebuildParameter:
            guard case .tensor? = arguments.first else { throw Problem("the pickle makes a parameter of no tensor") }
            return arguments[0]
        default: throw Problem("the pickle calls \(name) in an unknown way")
        }
    }

    // MARK: Stack and memory

    private func top(_ depth: Int) throws(FormatProblem) -> Value {
        guard stack.count - depth > (marks.last ?? 0) else { throw Self.empty }
        return stack[stack.count - 1 - depth]
    }

    private mutating func pop(_ count: Int) throws(FormatProblem) -> [Value] {
        guard stack.count - count >= (marks.last ?? 0) else { throw Self.empty }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(FormatProblem) -> [Value] {
        guard let mark = marks.popLast() else { throw Self.empty }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private mutating func remember(_ place: Int) throws(FormatProblem) { memory[place] = try top(0) }

    private mutating func recall(_ place: Int) throws(FormatProblem) {
        guard let value = memory[place] else { throw Problem("the pickle recalls what it has not kept") }
        stack.append(value)
    }

    /// The parts of a tuple; none of anything else.
    private func contents(of value: Value) -> [Value] {
        if case .tuple(let place) = value { tuples[place] } else { [] }
    }

    private mutating func newTuple(_ values: [Value]) -> Value {
        tuples.append(values)
        return .tuple(tuples.count - 1)
    }

    private mutating func newList() -> Value {
        lists.append([])
        return .list(lists.count - 1)
    }

    private mutating func newDictionary() -> Value {
        dictionaries.append([])
        return .dictionary(dictionaries.count - 1)
    }

    private mutating func append(_ values: [Value]) throws(FormatProblem) {
        guard case .list(let place) = try top(0) else { throw Problem("the pickle appends to what is no list") }
        lists[place] += values
    }

    private mutating func insert(_ pairs: [Value]) throws(FormatProblem) {
        guard case .dictionary(let place) = try top(0), pairs.count % 2 == 0 else {
            throw Problem("the pickle has a key without a value, or not in a dictionary")
        }
        for index in stride(from: 0, to: pairs.count, by: 2) {
            dictionaries[place].append((pairs[index], pairs[index + 1]))
        }
    }

    // MARK: Pieces of the input

    private static func text(_ count: Int, _ input: inout ByteCursor) throws(FormatProblem) -> String {
        guard let text = String(validating: try input.piece(count), as: UTF8.self) else {
            throw Problem("the pickle has a text that is not UTF-8")
        }
        return text
    }

    private static func line(_ input: inout ByteCursor) throws(FormatProblem) -> String {
        let rest = input.bytes[input.position...].prefix(256)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
            throw Problem("the pickle has a name without end")
        }
        let text = try text(end - input.position, &input)
        try input.skip(1)
        return text
    }

    /// A whole number of up to eight bytes.
    private static func long(_ input: inout ByteCursor) throws(FormatProblem) -> Int {
        let bytes = try input.piece(Int(try input.number(UInt8.self)))
        guard bytes.count <= 8 else { throw Problem("the pickle has a number beyond 64 bits") }
        var value = bytes.last.map { $0 >= 0x80 ? -1 : 0 } ?? 0
        for byte in bytes.reversed() { value = value << 8 | Int(byte) }
        return value
    }
}
