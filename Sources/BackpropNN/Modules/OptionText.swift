import Backprop

/// The name of the type of a value, without that of its module.
func typeName(of value: Any) -> String { "\(type(of: value))" }

/// An option of a layer as text; nil for what is none.
func optionText(_ value: Any) -> String? {
    if value is any ParameterContainer || value is any ValueCell || value is Tensor { return nil }
    if let text = value as? String { return "\"\(text)\"" }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.flatMap { optionText($0.value) }
    case .collection:
        let texts = mirror.children.map { optionText($0.value) }
        return texts.contains(nil) || texts.isEmpty ? nil : "[\(texts.compactMap(\.self).joined(separator: ", "))]"
    case .tuple:
        let texts = mirror.children.map { child in
            // A part without a name is called by its position.
            optionText(child.value).map { text in
                child.label.flatMap { $0.hasPrefix(".") ? nil : "\($0): \(text)" } ?? text
            }
        }
        return texts.contains(nil) || texts.isEmpty ? nil : "(\(texts.compactMap(\.self).joined(separator: ", ")))"
    case .enum:
        // A payload may be anything; its name says enough where it is no option itself.
        guard let payload = mirror.children.first else { return ".\(value)" }
        return optionText(payload.value).map { ".\(payload.label ?? "")\($0.hasPrefix("(") ? $0 : "(\($0))")" }
    case .class, .dictionary, .set: return nil
    default:
        return value is any CustomStringConvertible ? "\(value)" : nil
    }
}

/// 12345 as 12,345.
func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = number < 0 ? "-" : ""
    for (position, digit) in digits.enumerated() {
        if position > 0, (digits.count - position) % 3 == 0 { result += "," }
        result.append(digit)
    }
    return result
}
