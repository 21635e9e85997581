import Backprop

extension TableEncoding {
    /// The rows as numbers and codes. The table may have further columns, in any order, and needs no label column.
    ///
    /// - Throws: `DataError` that lists all columns that are missing.
    public func rows(of table: Table, rows: [Int]? = nil) throws(DataError) -> EncodedRows {
        var tally = EncodingTally()
        return try self.rows(of: table, rows: rows, tally: &tally)
    }

    /// The same, and what was unusual about the rows is added to `tally`.
    public func rows(
        of table: Table, rows: [Int]? = nil, tally: inout EncodingTally
    ) throws(DataError) -> EncodedRows {
        let places = try columnPlaces(in: table)
        let encoders = features.map { FeatureEncoder($0) }
        let parts = parts.map { (start: $0.numbers.lowerBound, count: $0.numbers.count, category: $0.category ?? -1) }
        let (numberCount, sizes) = (numberCount, categorySizes)
        let limit = (places.max() ?? -1) + 1
        let count = rows?.count ?? table.rowCount
        var columns =
            tally.columns.isEmpty ? features.map { EncodingTally.Column(name: $0.column.name) } : tally.columns
        var result = EncodedRows(
            rowCount: count, numberCount: numberCount, numbers: [Float](repeating: 0, count: count * numberCount),
            categorySizes: sizes, codes: [Int32](repeating: 0, count: count * sizes.count))
        result.numbers.withUnsafeMutableBufferPointer { numbers in
            result.codes.withUnsafeMutableBufferPointer { codes in
                table.forEachRow(rows, limit: limit) { position, row in
                    for index in places.indices {
                        let text = row.bytes(places[index])
                        let part = parts[index]
                        if part.category >= 0 {
                            codes[position * sizes.count + part.category] = encoders[index].code(text, &columns[index])
                        } else {
                            encoders[index].write(
                                text, to: numbers.baseAddress! + (position * numberCount + part.start),
                                count: part.count,
                                &columns[index])
                        }
                    }
                }
            }
        }
        tally.rowCount += count
        tally.columns = columns
        return result
    }

    /// The rows that have a label, a known class where it has classes.
    ///
    /// - Throws: `DataError` where the table has no label column.
    public func labelledRows(of table: Table) throws(DataError) -> [Int] {
        let reader = try TargetReader(label, table)
        var result: [Int] = []
        table.forEachRow(limit: reader.place + 1) { position, row in
            if case .target = reader.target(row.bytes(reader.place)) { result.append(position) }
        }
        return result
    }

    /// The class of each row, shape [rows.count]; for an encoding whose label has classes.
    ///
    /// - Throws: `DataError` for a missing label and for a class that was not there in training.
    public func classes(of table: Table, rows: [Int]? = nil) throws(DataError) -> [Int32] {
        guard case .classes = label else { throw wrongLabel(in: table, is: "a number", wanted: "classes") }
        return try allTargets(of: table, rows).map { Int32($0) }
    }

    /// The standardized label of each row, shape [rows.count]; for an encoding whose label is a number.
    ///
    /// - Throws: `DataError` for a label that is missing or no finite number.
    public func targets(of table: Table, rows: [Int]? = nil) throws(DataError) -> [Float] {
        guard case .number = label else { throw wrongLabel(in: table, is: "a class", wanted: "numbers") }
        return try allTargets(of: table, rows)
    }

    /// A standardized label in the unit of the table; unchanged where the label has classes.
    public func original(_ standardized: Float) -> Double {
        guard case .number(_, let mean, let deviation) = label else { return Double(standardized) }
        return Double(standardized) * deviation + mean
    }

    private func allTargets(of table: Table, _ rows: [Int]?) throws(DataError) -> [Float] {
        let reader = try TargetReader(label, table)
        var result = [Float](repeating: 0, count: rows?.count ?? table.rowCount)
        var bad: (position: Int, target: TargetReader.Target, text: String)?
        table.forEachRow(rows, limit: reader.place + 1) { position, row in
            let bytes = row.bytes(reader.place)
            let target = reader.target(bytes)
            if case .target(let value) = target {
                result[position] = value
            } else if bad == nil {
                bad = (position, target, String(decoding: bytes, as: UTF8.self))
            }
        }
        if let bad {
            let place = table.place(row: rows?[bad.position] ?? bad.position, column: reader.place)
            if case .missing = bad.target {
                throw DataError(
                    .badLabelCell, at: place, "the label is missing", remedy: "fill it in or remove the row")
            }
            let names = classNames
            throw DataError(
                .badLabelCell, at: place,
                Wording.quoted(bad.text) + (names.isEmpty ? " is no number" : " is none of the classes in training"),
                remedy: (names.isEmpty ? "" : "the classes are \(Wording.list(names)); ")
                    + "correct the cell or remove the row")
        }
        return result
    }

    private func columnPlaces(in table: Table) throws(DataError) -> [Int] {
        let missing = features.map(\.column.name).filter { table.index(of: $0) == nil }
        guard missing.isEmpty else {
            let noun = missing.count == 1 ? "a column is" : "\(missing.count) columns are"
            throw DataError(
                .unknownColumn, at: table.source,
                "\(noun) missing that the model was trained on: \(Wording.list(missing))",
                remedy: "add what is missing; the file has \(Wording.list(table.columnNames))")
        }
        return features.compactMap { table.index(of: $0.column.name) }
    }

    private func wrongLabel(in table: Table, is found: String, wanted: String) -> DataError {
        DataError(
            .mismatch, at: table.source,
            "the label \(Wording.quoted(label.column.name)) is \(found), not \(wanted)",
            remedy: "read it as what it is")
    }
}

/// Encodes the cells of one column. A class, so that passes hand it on without copies.
private final class FeatureEncoder {
    private let reader: CellReader
    private let codes: [UInt64: Int32]
    private let missingCode: Int32
    private let marksMissing: Bool
    private let scale: NumberScale
    private let lowest: Double
    private let highest: Double
    private let cycles: [TableEncoding.Cycle]
    private let isDayFirst: Bool

    init(_ feature: TableEncoding.Feature) {
        reader = CellReader(feature.column)
        if case .date(let style) = feature.column.kind { isDayFirst = style.isDayFirst } else { isDayFirst = false }
        switch feature {
        case .number(let number):
            (scale, lowest, highest, cycles) = (number.scale, number.lowest, number.highest, number.cycles)
            (codes, missingCode, marksMissing) = ([:], 0, number.marksMissing)
        case .category(let category):
            var codes: [UInt64: Int32] = [:]
            for (place, value) in category.values.enumerated() {
                var value = value
                codes[value.withUTF8 { ValueCounts.hash($0) }] = Int32(place + 1)
            }
            self.codes = codes
            (missingCode, marksMissing) = (Int32(category.values.count + 1), category.marksMissing)
            (scale, lowest, highest, cycles) = (.none, 0, 0, [])
        }
    }

    func code(_ text: UnsafeBufferPointer<UInt8>, _ tally: inout EncodingTally.Column) -> Int32 {
        if reader.markers.isMissing(text) {
            if marksMissing { return missingCode }
            tally.missingCount += 1
            return 0
        }
        if let code = codes[ValueCounts.hash(text)] { return code }
        tally.unseenCount += 1
        return 0
    }

    func write(
        _ text: UnsafeBufferPointer<UInt8>, to numbers: UnsafeMutablePointer<Float>, count: Int,
        _ tally: inout EncodingTally.Column
    ) {
        switch reader.value(text) {
        case .number(let value):
            numbers[0] = scale.scaled(value)
            if value < lowest || value > highest { tally.outsideCount += 1 }
            guard !cycles.isEmpty, let date = DateText(text, dayFirst: isDayFirst) else { return }
            for (place, cycle) in cycles.enumerated() {
                let angle = 2 * Double.pi * cycle.turn(date)
                numbers[1 + 2 * place] = Float(ScalarMath.sin(angle))
                numbers[2 + 2 * place] = Float(ScalarMath.cos(angle))
            }
        case .missing:
            if marksMissing { numbers[count - 1] = 1 } else { tally.missingCount += 1 }
        case .odd:
            tally.oddCount += 1
            if marksMissing { numbers[count - 1] = 1 }
        }
    }
}

/// Reads the label of a row as what a network is to give.
private struct TargetReader {
    enum Target {
        case target(Float)
        case missing
        /// A class that is not known, or no number.
        case unknown
    }

    let place: Int
    private let label: TableEncoding.Label
    private let reader: LabelReader
    private let classes: [String: Int]

    init(_ label: TableEncoding.Label, _ table: Table) throws(DataError) {
        self.label = label
        place = try table.require(label.column.name, role: "label column")
        reader = LabelReader(label.column.kind, markers: label.column.missingMarkers)
        if case .classes(_, let names) = label {
            classes = Dictionary(
                names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        } else {
            classes = [:]
        }
    }

    func target(_ text: UnsafeBufferPointer<UInt8>) -> Target {
        let name: String
        switch reader.label(text) {
        case .missing: return .missing
        case .odd: return .unknown
        case .text: name = String(decoding: text, as: UTF8.self)
        case .number(let value):
            guard case .number(_, let mean, let deviation) = label else {
                name = LabelReader.name(value)
                break
            }
            let limit = TableEncoding.largestTarget
            return .target(Float(min(max((value - mean) / deviation, -limit), limit)))
        }
        return classes[name].map { .target(Float($0)) } ?? .unknown
    }
}
