import BackpropData

/// The report in sentences, for both the terminal and the page.
extension RunReport {
    /// How good the model is, and what guessing gives, on one line.
    package var headline: String {
        let parts = [result, guessing].compactMap(\.self)
        return parts.isEmpty ? "not judged: nothing was held out for a test" : parts.joined(separator: "; ")
    }

    /// "93.3 % right (28 of 30; with 95 % confidence between 78.7 and 98.2 %)".
    var result: String? {
        if let classes {
            let (low, high) = (Self.percent(classes.interval.low, unit: false), Self.percent(classes.interval.high))
            return "\(Self.percent(classes.accuracy)) right (\(Self.grouped(classes.right)) of "
                + "\(Self.grouped(classes.count)); with 95 % confidence between \(low) and \(high))"
        }
        if let numbers {
            let range = numbers.rmseInterval.map {
                "; with 95 % confidence between \(Self.number($0.low)) and \(amount($0.high))"
            }
            return "off by \(amount(numbers.rmse)) (root of the mean squared error on "
                + "\(Self.count(numbers.count, "example"))\(range ?? ""))"
        }
        return nil
    }

    /// What somebody gets who looks at nothing.
    var guessing: String? {
        if let guess = classes?.guess {
            return "always guessing \(Wording.quoted(guess.name)) gives \(Self.percent(guess.accuracy))"
        }
        if let guess = numbers?.guess {
            return "always guessing the mean, \(amount(guess.mean)), is off by \(amount(guess.rmse))"
        }
        return nil
    }

    /// What the two together mean, where that is not good news.
    var verdict: String? {
        if let classes, let guess = classes.guess, classes.interval.low <= guess.accuracy {
            return "It is not shown to be better than guessing: "
                + "\(Self.count(classes.count, "test example")) cannot tell the difference."
        }
        if let numbers, let guess = numbers.guess, (numbers.rmseInterval?.high ?? numbers.rmse) >= guess.rmse {
            return "It is not shown to be better than guessing: "
                + "\(Self.count(numbers.count, "test example")) cannot tell the difference."
        }
        return nil
    }

    /// What else is to be known about the test, a sentence each.
    var remarks: [String] {
        var remarks = [verdict].compactMap(\.self)
        if let classes {
            if classes.unknown > 0 {
                remarks.append(
                    "\(Self.count(classes.unknown, "test example")) of a class that training has not seen "
                        + "\(classes.unknown == 1 ? "counts" : "count") as wrong.")
            }
            let missing = classes.classes.count { $0.support == 0 }
            if missing > 0, missing < classes.classes.count {
                let noun = missing == 1 ? "class does" : "classes do"
                remarks.append("\(Self.grouped(missing)) \(noun) not occur in the test part.")
            }
            // The fewer examples, the further shares in ten bins are from what they would be for many.
            if classes.calibration.error > 0.05 + 1 / Double(classes.count).squareRoot() {
                let word = classes.calibration.isTooSure ? "too sure" : "not sure enough"
                remarks.append(
                    "Its probabilities are \(Self.percent(classes.calibration.error)) away from how often it is right: "
                        + "it is \(word).")
            }
        }
        if let unusable = numbers?.unusable, unusable > 0 {
            remarks.append(
                "\(Self.count(unusable, "example")) with no usable number "
                    + "\(unusable == 1 ? "is" : "are") left out of all figures.")
        }
        return remarks + facts.notes
    }

    /// Names and values of the figures beside the first one.
    var figures: [(name: String, value: String)] {
        var figures: [(String, String)] = []
        func add(_ name: String, _ value: String?) {
            if let value { figures.append((name, value)) }
        }
        if let classes {
            add("balanced accuracy", Self.percent(classes.balancedAccuracy))
            add("macro F1", NumberFormat.fixed(classes.macro.f1, digits: 4))
            add("AUC", classes.areaUnderCurve.map { NumberFormat.fixed($0, digits: 4) })
            add("log loss", classes.logLoss.map { NumberFormat.significant($0) })
            add("Brier score", classes.brier.map { NumberFormat.significant($0) })
            add("calibration error", Self.percent(classes.calibration.error))
        }
        if let numbers {
            add("mean absolute error", amount(numbers.mae))
            add("half are closer than", amount(numbers.medianAbsoluteError))
            add(
                "variance explained (R²)",
                numbers.r2.map { r2 in
                    let range = numbers.r2Interval.map {
                        " (\(Self.percent($0.low, unit: false)) to \(Self.percent($0.high)))"
                    }
                    return Self.percent(r2) + (range ?? "")
                })
            add("mean of predicted less true", amount(numbers.bias))
        }
        return figures
    }

    /// What the run took.
    var effort: [(name: String, value: String)] {
        var parts: [(String, String)] = []
        if let last = epochs.last {
            let best =
                bestEpoch.map { $0 == last.number ? "" : ", the weights of epoch \(Self.grouped($0)) kept" } ?? ""
            parts.append(("epochs", Self.grouped(last.number) + best))
        }
        if let seconds = facts.seconds {
            parts.append(
                ("time", seconds < 60 ? "\(NumberFormat.fixed(seconds, digits: 1)) s" : NumberFormat.duration(seconds)))
        }
        if let bytes = facts.peakBytes {
            parts.append(("memory", NumberFormat.significant(Double(bytes) / 1e6, figures: 3) + " MB"))
        }
        if let seed = facts.seed { parts.append(("seed", String(seed))) }
        return parts
    }

    /// "31.2 ± 2.1", with as many digits after both points.
    func importance(_ column: ColumnImportance) -> String {
        let scale = classes != nil ? 100.0 : 1
        let (loss, deviation) = (column.loss * scale, column.deviation * scale)
        let text = classes != nil ? NumberFormat.fixed(loss, digits: 1) : NumberFormat.significant(loss, figures: 3)
        guard loss != 0 || classes != nil, !text.contains("e") else {
            return "\(Self.number(loss)) ± \(Self.number(deviation))"
        }
        let digits = text.split(separator: ".").dropFirst().first?.count ?? 0
        return "\(NumberFormat.grouped(text)) ± \(NumberFormat.grouped(NumberFormat.fixed(deviation, digits: digits)))"
    }

    /// A number in the label's unit.
    func amount(_ value: Double) -> String {
        Self.number(value) + (facts.unit.map { $0.isEmpty ? "" : " \($0)" } ?? "")
    }

    static func number(_ value: Double) -> String {
        value == 0 ? "0" : NumberFormat.grouped(NumberFormat.significant(value))
    }

    static func percent(_ share: Double, unit: Bool = true) -> String {
        NumberFormat.fixed(share * 100, digits: 1) + (unit ? " %" : "")
    }

    /// "1 example", "1,200 examples".
    static func count(_ number: Int, _ noun: String) -> String { "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")" }

    static func grouped(_ number: Int) -> String { NumberFormat.grouped(String(number)) }
}
