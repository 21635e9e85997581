import Backprop
@_spi(Reflection) import Swift

/// A type that says itself how it is copied with a model: a class, or an enum whose payload holds parameters.
///
/// ```swift
/// final class Tower: Module, CopyableModel {
///     let blocks: [Block]
///     init(blocks: [Block]) { self.blocks = blocks }
///     func copied(by copier: ModelCopier) -> Tower { Tower(blocks: copier(blocks)) }
/// }
/// ```
public protocol CopyableModel {
    /// A copy whose parts are copies that `copier` makes.
    func copied(by copier: ModelCopier) -> Self
}

extension ParameterContainer {
    /// A model of its own with the same values: new parameters, buffers and training modes. What is shared within the model
    /// is shared within the copy; what is frozen, and whether layers are in training, stays so. Gradients are not copied.
    /// Nothing is computed, and memory is shared until one of the two changes.
    ///
    /// Structs, tuples, arrays, optionals and dictionaries are copied by themselves. Classes, and enums whose payload holds
    /// parameters, conform to `CopyableModel`; others stop it.
    public func copy(file: StaticString = #fileID, line: UInt = #line) -> Self {
        let copier = ModelCopier(file: file, line: line)
        let copy = copier(self)
        copier.checkNothingIsShared(self, copy)
        return copy
    }

    /// Takes over all values of another model of the same structure, by name: of parameters and of buffers. Nothing is
    /// assigned, and one error names all that do not fit, where there is any.
    public func update(from other: some ParameterContainer) throws {
        let theirs = other.namedCells(), mine = namedCells()
        let named = Dictionary(uniqueKeysWithValues: theirs.map { ($0.name, $0.cell) })
        let known = Set(mine.map(\.name))
        let misfits = mine.compactMap { own -> String? in
            guard let value = named[own.name]?.value else { return nil }
            let wanted = own.cell.value
            return value.shape == wanted.shape && value.dtype == wanted.dtype
                ? nil : "\(own.name) is \(wanted.signature), not \(value.signature)"
        }
        let mismatch = ModelMismatch(
            missing: mine.map(\.name).filter { named[$0] == nil },
            unexpected: theirs.map(\.name).filter { !known.contains($0) }, misfits: misfits)
        if !mismatch.isEmpty { throw mismatch }
        for own in mine { own.cell.value = named[own.name]!.value }
    }
}

/// Why the values of one model do not go into another.
public struct ModelMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    /// Names that only the model to be updated has.
    public let missing: [String]
    /// Names that only the other model has.
    public let unexpected: [String]
    /// Values of another shape or dtype, each with both.
    public let misfits: [String]

    var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && misfits.isEmpty }

    public var description: String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("missing: " + missing.joined(separator: ", ")) }
        if !unexpected.isEmpty { parts.append("unexpected: " + unexpected.joined(separator: ", ")) }
        parts += misfits
        return "the models differ: " + parts.joined(separator: "; ")
    }
}

/// Copies the parts of a model, each once: what was shared is shared among the copies.
///
/// Swift cannot make a struct by reflection. So a struct is copied whole, which is what an assignment does, and the fields
/// of the new one that hold something of a model are overwritten in place, by their offsets.
public final class ModelCopier {
    private let file: StaticString
    private let line: UInt
    private var copies: [ObjectIdentifier: (original: AnyObject, copy: Any)] = [:]

    init(file: StaticString, line: UInt) {
        self.file = file
        self.line = line
    }

    /// A copy of a part of the model: of whatever holds parameters, buffers or training modes somewhere. Other values are
    /// returned as they are.
    public func callAsFunction<Part>(_ part: Part) -> Part {
        if _isPOD(Part.self) { return part }
        let any: Any = part
        let type = Swift.type(of: any)
        if type is AnyObject.Type { return copiedObject(any) as! Part }
        // What an existential holds, by its own type.
        if type != Part.self { return copiedContent(of: any, as: type) as! Part }
        if part is Tensor { return part }
        if let copyable = any as? any CopyableModel { return copyable.copied(by: self) as! Part }
        if let parts = any as? any PartsOfModel { return parts.copiedParts(by: self) as! Part }
        switch kind(of: Part.self) {
        case .struct, .tuple: return copiedFields(part)
        case .enum:
            requireNoCells(in: any)
            return part
        default: return part
        }
    }

    private func copiedContent(of any: Any, as type: Any.Type) -> Any {
        func copy<Content>(_ type: Content.Type) -> Any { self(any as! Content) }
        return _openExistential(type, do: copy)
    }

    private func copiedObject(_ any: Any) -> Any {
        let object = any as AnyObject
        if let known = copies[ObjectIdentifier(object)] { return known.copy }
        let copy: Any
        switch any {
        case let parameter as Parameter:
            let new = Parameter(parameter.value, isTrainable: parameter.isTrainable)
            new.knownOrigin = parameter.knownOrigin.map { origin in
                let modes = origin.modes.map { mode in self(mode as! TrainingMode) as any LayerMode }
                return ParameterOrigin(name: origin.name, modes: modes)
            }
            copy = new
        case let buffer as Buffer: copy = Buffer(buffer.value)
        case let mode as TrainingMode:
            let new = TrainingMode()
            new.isTraining = mode.isTraining
            copy = new
        case let copyable as any CopyableModel: copy = copyable.copied(by: self)
        default:
            requireNoCells(in: any)
            copy = any
        }
        copies[ObjectIdentifier(object)] = (object, copy)
        return copy
    }

    private func copiedFields<Part>(_ part: Part) -> Part {
        let place = UnsafeMutablePointer<Part>.allocate(capacity: 1)
        defer { place.deallocate() }
        place.initialize(to: part)
        var position = 0
        _ = _forEachField(of: Part.self) { name, offset, type, kind in
            switch kind {
            case .struct, .tuple, .enum, .optional, .class, .existential:
                // Whoever is held weakly is not counted, so nobody can be put in the place.
                if isHeldStrongly(position, in: Part.self) {
                    copyField(at: UnsafeMutableRawPointer(place) + offset, of: type)
                }
            default: break
            }
            position += 1
            return true
        }
        return place.move()
    }

    private func copyField(at place: UnsafeMutableRawPointer, of type: Any.Type) {
        func copy<Field>(_ type: Field.Type) {
            if _isPOD(Field.self) { return }
            let field = place.assumingMemoryBound(to: Field.self)
            field.pointee = self(field.pointee)
        }
        _openExistential(type, do: copy)
    }

    private func requireNoCells(in any: Any) {
        var search = PropertySearch()
        search.visit(any, "")
        require(
            search.paths.isEmpty,
            "copy: \(typeName(of: any)) is no struct, so it is copied only by itself: have it conform to CopyableModel",
            file: file, line: line)
    }

    /// Stops where the copy still holds a cell of the original, in a collection of a kind that is not known here, or weakly.
    func checkNothingIsShared(_ model: Any, _ copy: Any) {
        var original = PropertySearch(), search = PropertySearch()
        original.visit(model, "")
        search.visit(copy, "")
        let shared = search.paths.filter { original.paths[$0.key] != nil }.values.sorted()
        require(
            shared.isEmpty,
            "copy: \(typeName(of: model)) holds \(shared.joined(separator: ", ")) in a way that is not copied by itself: have the type around it conform to CopyableModel",
            file: file, line: line)
    }
}

/// A collection whose elements are copied one by one.
private protocol PartsOfModel {
    func copiedParts(by copier: ModelCopier) -> Self
}

extension Array: PartsOfModel {
    func copiedParts(by copier: ModelCopier) -> [Element] { map { copier($0) } }
}

extension Optional: PartsOfModel {
    func copiedParts(by copier: ModelCopier) -> Wrapped? { map { copier($0) } }
}

extension Dictionary: PartsOfModel {
    func copiedParts(by copier: ModelCopier) -> [Key: Value] { mapValues { copier($0) } }
}

/// What kind of type this is, which the library tells of fields.
private func kind<Value>(of type: Value.Type) -> _MetadataKind? {
    var result: _MetadataKind?
    _ = _forEachField(of: Holder<Value>.self) { _, _, _, kind in
        result = kind
        return true
    }
    return result
}

private struct Holder<Value> { let value: Value }

/// What the Swift runtime tells about a field.
private struct FieldDescription {
    var name: UnsafePointer<CChar>?
    var release: (@convention(c) (UnsafePointer<CChar>?) -> Void)?
    var isStrong = true
    var isVariable = false
}

@_silgen_name("swift_reflectionMirror_recursiveChildMetadata")
private func describeField(
    _ type: Any.Type, index: Int, fieldMetadata: UnsafeMutablePointer<FieldDescription>
) -> Any.Type

/// Whether a field is no weak or unowned reference. The library tells fields by offset and type alone; `Mirror` asks the
/// runtime in this way.
private func isHeldStrongly(_ position: Int, in type: Any.Type) -> Bool {
    var description = FieldDescription()
    _ = describeField(type, index: position, fieldMetadata: &description)
    description.release?(description.name)
    return description.isStrong
}
