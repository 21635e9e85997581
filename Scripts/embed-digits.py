#!/usr/bin/env python3
"""Writes the optdigits figures as Swift string literals.

usage: Scripts/embed-digits.py optdigits.tra optdigits.tes Sources/BackpropData

The two inputs are the files of the UCI archive (64 pixels of 0 to 16 and a class on each line, with or
without a header row). Each figure becomes 65 characters: its pixels as the letters a (0) to q (16), row by
row, then its class as a digit. Ten figures share a line.
"""

import csv
import pathlib
import sys

PIXELS = 64
FIGURES_PER_LINE = 10
TEMPLATE = '''// Written by Scripts/embed-digits.py; not edited by hand.
// swift-format-ignore-file
// E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
// https://doi.org/10.24432/C50P49, CC BY 4.0. Figures as published; the encoding is described in the script.

extension Digits {{
    static let {name}: StaticString = """
{lines}
        """
}}
'''


def figures(path, expected):
    rows = [row for row in csv.reader(open(path, newline="")) if row]
    if not rows[0][0].strip().isdigit():
        rows = rows[1:]
    if len(rows) != expected:
        sys.exit(f"{path}: {len(rows)} figures, expected {expected}")
    for number, row in enumerate(rows, 1):
        values = [int(cell) for cell in row]
        pixels, label = values[:PIXELS], values[PIXELS:]
        if len(label) != 1 or not 0 <= label[0] <= 9 or not all(0 <= pixel <= 16 for pixel in pixels):
            sys.exit(f"{path}: figure {number} is not 64 pixels of 0 to 16 and a class of 0 to 9")
        yield "".join(chr(ord("a") + pixel) for pixel in pixels) + str(label[0])


def write(source, expected, target, name):
    encoded = list(figures(source, expected))
    groups = [encoded[start:start + FIGURES_PER_LINE] for start in range(0, len(encoded), FIGURES_PER_LINE)]
    lines = "\n".join("        " + "".join(group) for group in groups)
    target.write_text(TEMPLATE.format(name=name, lines=lines))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[3])
    write(sys.argv[1], 3823, folder / "DigitsTraining.swift", "encodedTraining")
    write(sys.argv[2], 1797, folder / "DigitsTest.swift", "encodedTest")


main()
