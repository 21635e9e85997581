import BackpropData

extension ModelDescription {
    /// What `--model` says: the name of a family, or the path of a YAML file.
    ///
    /// - Throws: `TrainError` and `DataError` of one line for what is neither, and for what is wrong in the file.
    package init(option text: String) throws {
        let families = Family.allCases.filter { $0 != .layers }
        if let family = families.first(where: { $0.rawValue == text.lowercased() }) {
            self.init(family)
            return
        }
        let isPath = text.contains("/") || [".yaml", ".yml", ".json"].contains(where: text.lowercased().hasSuffix)
        let found = try? FileSystem.look(at: text)
        guard isPath || found?.kind == .file else {
            throw TrainError(
                .badOption, at: "--model", "\(Wording.quoted(text)) is neither a family of networks nor a file",
                remedy: "give \(families.map(\.rawValue).joined(separator: ", ")) or the path of a YAML file")
        }
        try self.init(yaml: text)
    }
}
