"""Writes Tests/BackpropDataTests/RecordedFiles.swift: small files as Python and NumPy write them.

    python3 Scripts/reader-fixtures.py    # needs numpy

Each is a name, the bytes in base64, and for packed ones how many bytes they unpack to and the SHA-256 of those.
"""

import base64
import gzip
import hashlib
import io
import pathlib
import struct
import zipfile
import zlib

import numpy as np

TARGET = pathlib.Path(__file__).parent.parent / "Tests/BackpropDataTests/RecordedFiles.swift"


def raw_deflate(data, level=9, strategy=zlib.Z_DEFAULT_STRATEGY):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    return packer.compress(data) + packer.flush()


def member(data, body=None, name=None, extra=None, comment=None, header_sum=False):
    flags = (2 if header_sum else 0) | (4 if extra else 0) | (8 if name else 0) | (16 if comment else 0)
    header = struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, flags, 0, 0, 255)
    if extra:
        header += struct.pack("<H", len(extra)) + extra
    for text in (name, comment):
        if text:
            header += text + b"\0"
    if header_sum:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    body = raw_deflate(data) if body is None else body
    return header + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def skewed():
    """Bytes whose frequencies are Fibonacci numbers, so that codes become as long as they may."""
    a, b, out = 1, 1, bytearray()
    for symbol in range(18):
        out += bytes([symbol * 13]) * a
        a, b = b, a + b
    # Spread without repetitions that would be packed away.
    step = 2741
    return bytes(out[i * step % len(out)] for i in range(len(out)))


def pseudo_random(count):
    state, out = 12345, bytearray()
    for _ in range(count):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        out.append(state >> 16 & 255)
    return bytes(out)


TEXT = b"To be, or not to be, that is the question: " * 3 + b"a" * 700 + bytes(range(256))


def gzip_files():
    yield "stored", TEXT, member(TEXT, raw_deflate(TEXT, 0))
    yield "fixed codes", TEXT, member(TEXT, raw_deflate(TEXT, 9, zlib.Z_FIXED))
    yield "dynamic codes", TEXT, member(TEXT)
    yield "literals only", TEXT, member(TEXT, raw_deflate(TEXT, 9, zlib.Z_HUFFMAN_ONLY))
    yield "runs of one byte", b"x" * 70_000, member(b"x" * 70_000, raw_deflate(b"x" * 70_000, 9, zlib.Z_RLE))
    data = skewed()
    yield "longest codes", data, member(data, raw_deflate(data, 9, zlib.Z_HUFFMAN_ONLY))
    data = bytes(TEXT[i * i % 97] for i in range(3000)) + pseudo_random(600) * 3
    yield "far repetitions", data, member(data)
    yield "nothing", b"", member(b"")
    yield "every header field", TEXT, member(TEXT, None, b"name", b"XX\x02\0ab", b"comment", True)
    yield "two members and zeros", TEXT + b"end", member(TEXT) + member(b"end") + bytes(5)
    yield "as Python's gzip", TEXT, gzip.compress(TEXT, mtime=0)


def zip_file():
    out = io.BytesIO()
    stamp = (1980, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("stored.txt", stamp), TEXT)
        archive.writestr(zipfile.ZipInfo("folder/packed.txt", stamp), TEXT, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("größe.txt", stamp), b"g", zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("empty", stamp), b"")
        with archive.open(zipfile.ZipInfo("wide.txt", stamp), "w", force_zip64=True) as file:
            file.write(b"wide")
        archive.comment = b"a comment PK\x05\x06 that looks like an end"
    return out.getvalue()


def wide_zip():
    """A zip file whose list gives every number in 64 bits."""
    data, name = b"sixty-four", b"wide"
    extra = struct.pack("<HHQQ", 1, 16, len(data), len(data))
    sum_ = zlib.crc32(data)
    big = 0xFFFFFFFF
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 33, sum_, big, big, len(name), len(extra))
    local += name + extra + data
    extra = struct.pack("<HHQQQ", 1, 24, len(data), len(data), 0)
    entry = struct.pack(
        "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 33, sum_, big, big, len(name), len(extra), 0, 0, 0, 0, big)
    entry += name + extra
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 1, 1, len(entry), len(local))
    end += struct.pack("<IIQI", 0x07064B50, 0, len(local) + len(entry), 1)
    end += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, big, big, 0)
    result = local + entry + end
    assert zipfile.ZipFile(io.BytesIO(result)).read("wide") == data
    return result


def arrays():
    for kind in ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]:
        for order in "<>" if kind[1] != "1" else "|":
            x = (np.arange(6) * 21 + (0 if kind[0] in "bu" else -40)).reshape(2, 3) / (8 if kind[0] == "f" else 1)
            if kind == "b1":
                x = np.arange(6).reshape(2, 3) % 2
            yield order + kind, x.astype(order + kind)
    yield "fortran", np.asfortranarray(np.arange(6, dtype="<f4").reshape(2, 3))
    yield "fortran swapped", np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4))
    yield "scalar", np.float32(2.5)
    yield "line", np.arange(3, dtype="<i8")
    yield "empty", np.zeros((0, 5), "<f4")
    yield "half", np.array([0, -0.0, 1, 6e-8, 6.1e-5, 65504, np.inf, -np.inf, np.nan], "<f2")
    yield "complex", np.ones(2, "<c8")
    yield "text", np.array(["ab"])
    yield "bytes", np.array([b"ab"])
    yield "date", np.array(["2020-01-01"], "M8[D]")
    yield "fields", np.zeros(2, [("a", "<f4"), ("b", "<i4")])
    yield "objects", np.array([{}, []], object)
    yield "wide float", np.ones(2, np.longdouble)
    yield "too large", np.array([2**63], "<u8")


def versions():
    x = np.arange(3, dtype="<f4")
    for version in [(1, 0), (2, 0), (3, 0)]:
        out = io.BytesIO()
        np.lib.format.write_array(out, x, version)
        yield f"version {version[0]}", out.getvalue()


def npy(x):
    out = io.BytesIO()
    np.save(out, x)
    return out.getvalue()


def npz(save):
    out = io.BytesIO()
    save(out, a=np.arange(6, dtype="<f4").reshape(2, 3), b=np.array([True, False]), c=np.arange(300) % 7)
    return out.getvalue()


def main():
    rows = []

    def row(table, kind, entries):
        rows.append(f"    static let {table}: {kind} = [\n" + "".join(entries) + "    ]\n")

    def text(data):
        return base64.b64encode(data).decode()

    row("gzip", "[PackedFile]", [
        f'        PackedFile("{name}", "{text(packed)}", count: {len(data)}, digest: "{hashlib.sha256(data).hexdigest()}"),\n'
        for name, data, packed in gzip_files()])
    files = {"mixed.zip": zip_file(), "wide.zip": wide_zip(), "plain.npz": npz(np.savez),
             "packed.npz": npz(np.savez_compressed)}
    files |= {name + ".npy": npy(x) for name, x in arrays()} | {name + ".npy": x for name, x in versions()}
    row("files", "[String: String]", [f'        "{name}": "{text(data)}",\n' for name, data in files.items()])
    TARGET.write_text(
        "// Written by Scripts/reader-fixtures.py; not edited by hand.\n// swift-format-ignore-file\n\n"
        "/// Small files as Python and NumPy write them, in base64.\nenum RecordedFiles {\n" + "\n".join(rows) + "}\n")


main()
