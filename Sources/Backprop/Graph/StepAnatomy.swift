/// What an evaluation is made of: the values of its graph, and the kernels that compute them.
package struct StepAnatomy: Sendable {
    /// The part of a training step that computes a value.
    package enum Phase: String, Sendable, CaseIterable, Encodable {
        case forward
        case backward
        case update
    }

    /// A value of the canonical graph, operands before their readers.
    package struct Value: Sendable {
        /// The operator; of an input `constant`, of a number `scalar`.
        package var operation: String
        /// The path of the parameter or what else is known by name.
        package var name: String?
        package var dtype: DType
        package var shape: [Int]
        package var inputs: [Int]
        /// The path of the layer; empty where that is not known.
        package var module: String
        package var phase: Phase
        /// What memory of it counts as.
        package var kind: BillItem.Kind
        /// Whether it is there before the evaluation.
        package var isInput: Bool
        /// Whether it shows elements of its operand rather than to have its own.
        package var isView: Bool
        /// Whether it is there after the evaluation.
        package var isResult: Bool
        /// Whether it is one number that the graph holds.
        package var isNumber: Bool
        /// The node, which is there as long as the evaluation waits.
        package var identity: ObjectIdentifier
    }

    package var values: [Value]
    /// In the order of the plan, as a `Stopwatch` counts them.
    package var kernels: [KernelContent]
    /// What the plan keeps in memory of its own, and when.
    package var workspace: [WorkspaceItem]
    /// The plan, for comparison with what a `Stopwatch` has seen.
    package let plan: any Executable
}

extension StepAnatomy {
    /// The traversal's order is that of the canonical graph.
    init(_ traversal: borrowing Traversal, _ plan: any Executable, _ labels: [ValueLabel], _ known: BillLabels) {
        var results = Set<Int>()
        for output in traversal.outputs.indices {
            results.insert(traversal.output(output)._withUnsafeGuaranteedRef { Int($0.index) })
        }
        var values: [Value] = []
        for position in traversal.order.indices {
            let node = traversal.order[position].takeUnretainedValue()
            let label = labels[position]
            let isInput = node.storage != nil
            let own = known.kinds[ObjectIdentifier(node)]
            var inputs: [Int] = []
            if !isInput && !node.isScalarConstant { node.forEachInput { inputs.append(Int($0.index)) } }
            var value = Value(
                operation: isInput ? Primitive.constant.name : node.primitive.name, name: own?.name ?? label.name,
                dtype: node.dtype, shape: node.shape.array, inputs: inputs, module: label.module, phase: .forward,
                kind: own?.kind ?? (isInput ? node.isParameter ? .weights : .data : label.kind), isInput: isInput,
                isView: !isInput && (node.primitive.isView || node.primitive == .gradient),
                isResult: results.contains(position),
                isNumber: !isInput && node.isScalarConstant, identity: ObjectIdentifier(node))
            value.phase = StepAnatomy.phase(of: value, label, values)
            values.append(value)
        }
        self.init(values: values, kernels: plan.kernelContents, workspace: plan.workspaceItems, plan: plan)
    }

    /// An update reads the gradient of a parameter or the state of the optimizer.
    private static func phase(of value: Value, _ label: ValueLabel, _ earlier: [Value]) -> Phase {
        if value.kind == .optimizerState { return .update }
        if value.isInput || value.isNumber || value.kind == .activations { return .forward }
        let isUpdate = value.inputs.contains {
            earlier[$0].phase == .update || earlier[$0].kind == .gradients && earlier[$0].name != nil
        }
        return isUpdate && value.kind != .gradients ? .update : .backward
    }
}
