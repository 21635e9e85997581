import Backprop
import BackpropFiles

extension Optimizer {
    /// What a saved state holds, checked.
    struct Contents {
        var stepCount: Int
        var isMaximizing: Bool
        var updateCounts: [Int]
        var state: [[Tensor]]
        var groups: [OptimizerGroup]
    }

    /// What `savedState` is for every rule of the library: nothing that they keep beside it outlasts a step.
    var stateOfRule: SavedState {
        let keys = parameters.savedKeys
        var result = SavedState(values: [
            "rule": .text(typeName(of: self)),
            "stepCount": .integer(stepCount),
            "isMaximizing": .bool(isMaximizing),
            "parameters": .list(keys.map { .text($0) }),
            "updates": .list(updateCounts.map { .integer($0) }),
            "groups": .list(
                groups.map {
                    [
                        "parameters": .integer($0.positions.count), "learningRate": .number($0.learningRate),
                        "weightDecay": .number($0.weightDecay),
                    ]
                }),
        ])
        for (key, tensors) in zip(keys, state) {
            for (number, tensor) in tensors.enumerated() { result.tensors["\(key).\(number)"] = tensor.kept }
        }
        return result
    }

    func contents(of state: SavedState) throws(DataError) -> Contents {
        let name = typeName(of: self)
        var reader = StateReader(state, of: name)
        var result = Contents(stepCount: 0, isMaximizing: false, updateCounts: [], state: [], groups: [])
        let rule = reader.text("rule")
        if !rule.isEmpty && rule != name { reader.note("the rule is \(rule), expected \(name)") }
        result.stepCount = reader.integer("stepCount", in: 0...Int.max)
        result.isMaximizing = reader.bool("isMaximizing")
        result.groups = groups(&reader)
        let keys = parameters.savedKeys
        let saved = reader.texts("parameters")
        let updates = reader.integers("updates", count: saved.count)
        if !updates.allSatisfy({ (0...max(0, result.stepCount)).contains($0) }) {
            reader.note("'updates' are not all from 0 to 'stepCount'")
        }
        if let places = reader.places(of: keys, in: saved) {
            for (index, place) in places.enumerated() {
                result.updateCounts.append(updates[place])
                result.state.append(
                    self.state[index].enumerated().map { reader.tensor("\(saved[place]).\($0)", like: $1) })
            }
        } else {
            reader.ignoreRest()
        }
        try reader.finish()
        return result
    }

    func adopt(_ contents: Contents) {
        for parameter in parameters { _ = parameter.takeGradient() }
        stepCount = contents.stepCount
        isMaximizing = contents.isMaximizing
        updateCounts = contents.updateCounts
        state = contents.state
        groups = contents.groups
    }

    private func groups(_ reader: inout StateReader) -> [OptimizerGroup] {
        let saved = reader.objects("groups", count: groups.count)
        return zip(groups, saved).enumerated().map { number, pair in
            var group = pair.0
            let members = pair.1
            if let rate = members["learningRate"]?.number, let decay = members["weightDecay"]?.number,
                let count = members["parameters"]?.integer
            {
                if count != group.positions.count {
                    let found = Wording.count(count, "parameter")
                    reader.note("group \(number) has \(found), expected \(group.positions.count)")
                }
                (group.learningRate, group.weightDecay) = (rate, decay)
            } else {
                reader.note("group \(number) lacks its number of parameters, its learning rate or its weight decay")
            }
            return group
        }
    }
}

extension [Parameter] {
    /// What the parameters are called in a saved state: their names where all have different ones, otherwise their numbers.
    var savedKeys: [String] {
        let names = compactMap(\.name)
        return Set(names).count == count ? names : indices.map(String.init)
    }
}

extension StateReader {
    /// For each of the keys its place in a saved list: that of the same name where both have the same names, and otherwise
    /// the same place. Notes what is there too much or too little, and gives nil, where there is another number of them.
    mutating func places(of keys: [String], in saved: [String]) -> [Int]? {
        let known = Dictionary(saved.enumerated().map { ($1, $0) }) { first, _ in first }
        guard keys.count == saved.count else {
            note("it is of \(Wording.count(saved.count, "parameter")), expected \(keys.count)")
            for key in keys where known[key] == nil { noteMissing(key) }
            let unexpected = saved.filter { !keys.contains($0) }
            if !unexpected.isEmpty { note("unexpected parameters \(Wording.list(unexpected, limit: 100))") }
            return nil
        }
        if known.count != saved.count {
            note("two parameters have the same name")
            return nil
        }
        let places = keys.compactMap { known[$0] }
        return places.count == keys.count ? places : Array(keys.indices)
    }
}
