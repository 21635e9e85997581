"""Writes the table of canonical decompositions, as of Unicode 9, to standard output.

python3 Scripts/decompositions.py > Sources/BackpropText/Unicode/Decompositions.swift
"""

import unicodedata

# Assigned in Unicode 13.
LATER = {0x11938}
HEAD = """/// Canonical decompositions of one step, as of Unicode 9, without those of Hangul, which follow from numbers: the scalar, '=',
/// and the one or two that it stands for, in hexadecimal. Written by Scripts/decompositions.py.
enum Decompositions {
    static let table = \"\"\""""

entries = []
for value in range(0x110000):
    if 0xD800 <= value < 0xE000 or value in LATER:
        continue
    parts = unicodedata.decomposition(chr(value))
    if parts and not parts.startswith("<"):
        entries.append(f"{value:X}={'+'.join(f'{int(part, 16):X}' for part in parts.split())}")

print(HEAD)
line = ""
for entry in entries:
    if len(line) + len(entry) > 108:
        print("        " + line + "\\")
        line = ""
    line += entry + " "
print("        " + line.rstrip())
print('        """\n}')
