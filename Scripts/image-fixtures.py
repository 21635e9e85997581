"""Writes Tests/BackpropDataTests/RecordedImages.swift: small images and what Pillow decodes them to.

    python3 Scripts/image-fixtures.py    # needs numpy and Pillow

Each is a name, the file, its size, and its pixels as red, green, blue, alpha, all in base64.
"""

import base64
import io
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

TARGET = pathlib.Path(__file__).parent.parent / "Tests/BackpropDataTests/RecordedImages.swift"
WIDTH, HEIGHT = 7, 5


def pattern(channels, seed, top=256):
    count = WIDTH * HEIGHT * channels
    return ((np.arange(count) * 37 + seed * 11) % 251 * top // 256).reshape(HEIGHT, WIDTH, channels).astype(np.uint8)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name, content):
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(depth, colour, rows, extra=b"", interlaced=False):
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wide(values):
    """Rows of 16 bits a channel."""
    return b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def interlaced_rows(pixels):
    out = b""
    for x, y, step_x, step_y in PASSES:
        part = pixels[y::step_y, x::step_x]
        if part.size:
            out += b"".join(b"\0" + row.tobytes() for row in part)
    return out


def rgba(pixels):
    """Grey, grey and alpha, or colour, as red, green, blue, alpha."""
    full = np.full((HEIGHT, WIDTH, 4), 255, np.uint8)
    channels = pixels.shape[2]
    full[..., :3] = pixels[..., :3] if channels >= 3 else pixels[..., :1]
    if channels in (2, 4):
        full[..., 3] = pixels[..., -1]
    return full


def images():
    for mode, channels in [("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4)]:
        x = pattern(channels, channels)
        image = Image.fromarray(x[..., 0] if channels == 1 else x, mode)
        yield f"png {mode}", saved(image, "PNG"), rgba(x)
    x = pattern(1, 9)
    yield "png 1 bit", saved(Image.fromarray((x[..., 0] > 120)), "PNG"), rgba((x > 120) * np.uint8(255))
    palette = Image.fromarray(pattern(3, 5)).quantize(16)
    yield "png palette", saved(palette, "PNG"), np.array(palette.convert("RGBA"))
    yield "png palette with alpha", saved(palette, "PNG", transparency=bytes(range(0, 160, 10))), None
    deep = (np.arange(HEIGHT * WIDTH * 3) * 2741 % 65536).reshape(HEIGHT, WIDTH, 3).astype(np.uint16)
    low = np.floor(deep / 257 + 0.5).astype(np.uint8)
    yield "png 16 bits RGB", png(16, 2, wide(deep)), rgba(low)
    yield "png 16 bits grey", png(16, 0, wide(deep[..., 0])), rgba(low[..., :1])
    x = pattern(3, 4)
    yield "png interlaced", png(8, 2, interlaced_rows(x), interlaced=True), rgba(x)
    smooth = np.stack(
        [np.add.outer(np.arange(HEIGHT) * 20, np.arange(WIDTH) * 12) % 256, np.add.outer(np.arange(HEIGHT) * 5, np.arange(WIDTH) * 30) % 256,
         np.add.outer(np.arange(HEIGHT) * 40, np.arange(WIDTH) * 3) % 256], -1).astype(np.uint8)
    for name, options in [("", {"subsampling": 0}), (" 4:2:0", {"subsampling": 2}), (" progressive", {"progressive": True})]:
        file = saved(Image.fromarray(smooth), "JPEG", quality=90, **options)
        yield "jpeg RGB" + name, file, np.array(Image.open(io.BytesIO(file)).convert("RGBA"))
    file = saved(Image.fromarray(smooth[..., 0]), "JPEG", quality=90)
    yield "jpeg L", file, np.array(Image.open(io.BytesIO(file)).convert("RGBA"))
    file = saved(Image.fromarray(smooth).convert("CMYK"), "JPEG", quality=95)
    yield "jpeg CMYK", file, np.array(Image.open(io.BytesIO(file)).convert("RGBA"))


def main():
    rows = []
    for name, file, pixels in images():
        if pixels is None:
            pixels = np.array(Image.open(io.BytesIO(file)).convert("RGBA"))
        assert pixels.shape == (HEIGHT, WIDTH, 4), name
        texts = [base64.b64encode(data).decode() for data in (file, pixels.tobytes())]
        rows.append(f'        RecordedImage("{name}", "{texts[0]}", pixels: "{texts[1]}"),\n')
    TARGET.write_text(
        "// Written by Scripts/image-fixtures.py; not edited by hand.\n// swift-format-ignore-file\n\n#if Images\n"
        f"/// Small images, {HEIGHT} rows of {WIDTH} pixels, and what Pillow decodes them to.\nenum RecordedImages {{\n"
        "    static let all: [RecordedImage] = [\n" + "".join(rows) + "    ]\n}\n#endif\n")


main()
