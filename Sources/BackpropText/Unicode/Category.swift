/// A set of general categories, one bit each.
struct Category: OptionSet, Sendable, Hashable {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The two letters of each category of Unicode, in the order of its bits.
    static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
    ]

    /// The categories that a name such as "L" or "Lu" stands for; nil where it is none.
    init?(named name: String) {
        var bits: UInt32 = 0
        for (place, full) in Self.names.enumerated() where full == name || (name.count == 1 && full.hasPrefix(name)) {
            bits |= 1 << UInt32(place)
        }
        guard bits != 0 else { return nil }
        self.init(rawValue: bits)
    }

    static let letter = Category(named: "L")!
    static let mark = Category(named: "M")!
    static let number = Category(named: "N")!
    static let punctuation = Category(named: "P")!
    static let separator = Category(named: "Z")!
    static let other = Category(named: "C")!
    static let all = Category(rawValue: 1 << 30 - 1)
    static let unassigned = Category(named: "Cn")!

    /// The place of the category of a scalar among the bits.
    static func place(_ category: Unicode.GeneralCategory) -> UInt8 {
        switch category {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        case .unassigned: 29
        @unknown default: 29
        }
    }
}

/// What patterns see of a scalar, as of Unicode 16: the version of Oniguruma in Hugging Face's tokenizers 0.23, whose ids are to
/// be met. Swift's tables may be newer, so what a later version has assigned counts as unassigned.
enum PatternClasses {
    /// The greatest version of Unicode whose scalars are known.
    static let version = 16

    /// The places of the categories of the first two planes, where nearly all text is.
    private static let table: [UInt8] = (0..<0x2_0000).map { compute(UInt32($0)) }

    private static func compute(_ value: UInt32) -> UInt8 {
        guard let scalar = Unicode.Scalar(value) else { return Category.place(.surrogate) }
        let category = scalar.properties.generalCategory
        guard category != .unassigned, isKnown(scalar, in: version) else { return Category.place(.unassigned) }
        // U+0295 is a letter of another kind since Unicode 17.
        return value == 0x295 ? Category.place(.lowercaseLetter) : Category.place(category)
    }

    /// Whether a version of Unicode had assigned a scalar.
    static func isKnown(_ scalar: Unicode.Scalar, in version: Int) -> Bool {
        guard let age = scalar.properties.age else { return true }
        return age.major <= version
    }

    /// The category of a scalar.
    @inline(__always)
    static func category(_ value: UInt32) -> Category {
        Category(rawValue: 1 << UInt32(value < 0x2_0000 ? table[Int(value)] : compute(value)))
    }
}
