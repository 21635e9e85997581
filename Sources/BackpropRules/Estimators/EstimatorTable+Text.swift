import BackpropTrain

extension EstimatorTable {
    /// A row a line.
    package var json: String {
        get throws(TrainError) {
            var lines = ""
            for row in rows { lines += try JSONFile.line(of: row) }
            return lines
        }
    }

    /// The tables, each with what it is of.
    package var text: String {
        let count = NumberFormat.grouped(String(draws))
        return [
            paragraph(
                "Means of \(problems) problems of random numbers each. Bias: how far the mean of \(count) draws is from the exact gradient, beside its length; by chance: how far that "
                    + "of an estimator without bias would be. Variance: the mean squared distance of a draw from the mean, "
                    + "beside the squared length of the exact gradient."),
            paragraph("Four choices among three options, in eight situations; exact: 81 outcomes added up.")
                + EstimatorRow.text(choices),
            paragraph("Six units that are zero or one; exact: 64 outcomes.") + EstimatorRow.text(bits),
            paragraph(
                "Six weights, each rounded at random to one of the two values beside it, by straight-through, by how many "
                    + "values there are from -1 to 1; exact: 64 outcomes.") + EstimatorRow.text(weights),
            paragraph(
                "A point that becomes one of the codes near it (vector quantization), by straight-through, by how many codes "
                    + "there are; exact: all codes.") + EstimatorRow.text(codes),
        ].joined(separator: "\n")
    }

    private func paragraph(_ text: String) -> String {
        TextBlock.wrapped(text, width: 80, indent: 0).map { $0 + "\n" }.joined()
    }
}
