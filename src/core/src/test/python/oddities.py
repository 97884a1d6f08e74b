"""Writes images of every format, bit depth and oddity, the pixels that they must decode to, and a table of them.

usage: oddities.py FOLDER    (pip install pillow numpy tifffile imagecodecs)

table.tsv has a line for each file: its name, a pattern of the message where it must be refused (else empty), and what
Pillow makes of it. NAME.rgb holds the pixels: width and height (32 bits, little-endian), then RGB. They are computed
from the samples that were stored, and by Pillow for JPEG and WebP.
"""
import io
import os
import struct
import sys

import numpy as np
import tifffile
from PIL import Image, ImageOps

folder = sys.argv[1]
table = []


def put(name, data, pixels=None, refused=""):
    """Adds a file with its pixels, or the pattern of the refusal."""
    path = os.path.join(folder, name)
    if data is not None:
        with open(path, "wb") as file:
            file.write(data)
    try:
        read = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB")).astype(int)
    except Exception as e:  # whatever Pillow does not read
        read, pillow = None, "not read"
    if pixels is None and not refused:
        assert read is not None, name
        pixels = read
    if pixels is not None:
        pixels = np.asarray(pixels).astype(int)
        pixels = np.repeat(pixels[:, :, None], 3, 2) if pixels.ndim == 2 else pixels
        with open(path + ".rgb", "wb") as file:
            file.write(struct.pack("<ii", pixels.shape[1], pixels.shape[0]) + pixels.astype(np.uint8).tobytes())
    if read is not None:
        same = pixels is not None and read.shape == pixels.shape
        pillow = f"differs by up to {abs(read - pixels).max()}" if same else "reads it"
        pillow = "equal" if pillow.endswith(" 0") else pillow
    table.append((name, refused, pillow))


def scaled(values, bits):
    """The 8-bit values of samples: all of the range below 8 bits, the high eight above."""
    top = (1 << bits) - 1
    return (values * 255 + top // 2) // top if bits <= 8 else values >> (bits - 8)


def tiff(name, samples, pixels=None, refused="", **options):
    options.setdefault("metadata", None)
    tifffile.imwrite(os.path.join(folder, name), samples, **options)
    put(name, None, pixels, refused)


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def packed_rows(values, bits):
    rows = []
    for row in values.reshape(values.shape[0], -1):
        text = "".join(format(int(v), f"0{bits}b") for v in row)
        text += "0" * (-len(text) % 8)
        rows.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    return rows


def packed_tiff(name, values, bits, pixels=None, refused="", order="<", photometric=1, samples=1, extra=(), data=None):
    """A TIFF written byte by byte: libraries do not write these depths."""
    if data is None:
        if bits == 16:
            data = values.astype(order + "u2").tobytes()
        else:
            data = b"".join(packed_rows(values, bits))
    height, width = values.shape[:2]
    tags = {256: (4, width), 257: (4, height), 258: (3, bits), 259: (3, 1), 262: (3, photometric), 273: (4, None)}
    tags |= {277: (3, samples), 278: (4, height), 279: (4, len(data))} | dict(extra)
    tags = {tag: value for tag, value in tags.items() if value is not None}
    start = 8 + 2 + 12 * len(tags) + 4
    entries = b""
    for tag, (kind, value) in sorted(tags.items()):
        value = start if tag == 273 else value
        entries += struct.pack(order + "HHI", tag, kind, 1)
        entries += struct.pack(order + ("HH" if kind == 3 else "I"), *((value, 0) if kind == 3 else (value,)))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, len(tags))
    put(name, head + entries + b"\0\0\0\0" + data, pixels, refused)


y, x = np.mgrid[0:37, 0:53]
grey = ((x * 4 + y) % 256).astype(np.uint8)
rgb = np.stack([(x * 4) % 256, (y * 6) % 256, (x * y) % 256], 2).astype(np.uint8)
grey16 = ((x * 1200 + y * 37) % 65536).astype(np.uint16)
rgb16 = np.stack([(x * 1200) % 65536, (y * 1700) % 65536, (x * y * 31) % 65536], 2).astype(np.uint16)
planes, planes16 = rgb.transpose(2, 0, 1).copy(), rgb16.transpose(2, 0, 1).copy()

# TIFF: compression, order of bytes, planes, tiles, predictor
for name, compression in (("none", None), ("lzw", "lzw"), ("deflate", "zlib"), ("packbits", "packbits")):
    o = {"compression": compression, "rowsperstrip": 8}
    t = {"compression": compression}
    tiff(f"tiff-{name}-grey8.tif", grey, grey, photometric="minisblack", **o)
    tiff(f"tiff-{name}-rgb8.tif", rgb, rgb, photometric="rgb", **o)
    for order in "<>":
        end = "little" if order == "<" else "big"
        tiff(f"tiff-{name}-grey16-{end}.tif", grey16, grey16 >> 8, photometric="minisblack", byteorder=order, **o)
        tiff(f"tiff-{name}-rgb16-{end}.tif", rgb16, rgb16 >> 8, photometric="rgb", byteorder=order, **o)
    tiff(f"tiff-{name}-planes8.tif", planes, rgb, photometric="rgb", planarconfig="separate", **o)
    tiff(f"tiff-{name}-planes16.tif", planes16, rgb16 >> 8, photometric="rgb", planarconfig="separate", **o)
    tiff(f"tiff-{name}-tiles8.tif", rgb, rgb, photometric="rgb", tile=(16, 16), **t)
    tiff(f"tiff-{name}-tiles16.tif", grey16, grey16 >> 8, photometric="minisblack", tile=(16, 32), **t)
    tiff(f"tiff-{name}-tiles-planes.tif", planes, rgb, photometric="rgb", planarconfig="separate", tile=(16, 16), **t)
    if name in ("lzw", "deflate"):
        for order in "<>":
            end = "little" if order == "<" else "big"
            p = {"predictor": 2, "byteorder": order} | o
            tiff(f"tiff-{name}-predictor-rgb8-{end}.tif", rgb, rgb, photometric="rgb", **p)
            tiff(f"tiff-{name}-predictor-grey16-{end}.tif", grey16, grey16 >> 8, photometric="minisblack", **p)
            tiff(f"tiff-{name}-predictor-rgb16-{end}.tif", rgb16, rgb16 >> 8, photometric="rgb", **p)
        tiff(f"tiff-{name}-predictor-tiles.tif", rgb16, rgb16 >> 8, photometric="rgb", predictor=2, tile=(16, 16), **t)
for name in ("zstd", "lzma", "webp", "png", "jpegxl", "jpeg2000", "lerc"):
    tiff(f"tiff-{name}.tif", rgb, None, "not supported: save with LZW or Deflate", compression=name, photometric="rgb")
for order in "<>":
    tiff(f"bigtiff-{ord(order)}.tif", grey, None, "BigTIFF is not supported", bigtiff=True, byteorder=order)

# TIFF: depths
for bits in range(1, 17):
    top = (1 << bits) - 1
    values = ((x * 7 + y * 3) * (top + 1) // 512) % (top + 1)
    for order in "<>":
        packed_tiff(f"tiff-{bits}bits-{ord(order)}.tif", values, bits, scaled(values, bits), order=order)
    packed_tiff(f"tiff-{bits}bits-white-is-zero.tif", top - values, bits, scaled(values, bits), photometric=0)
    if bits >= 4:
        colors = np.stack([values, (values * 3) % (top + 1), top - values], 2)
        packed_tiff(f"tiff-{bits}bits-rgb.tif", colors, bits, scaled(colors, bits), samples=3, photometric=2)
low = ((x * 70 + y * 30) % 4096).astype(np.uint16)
packed_tiff("tiff-mono12-max-sample-value.tif", low, 16, low >> 4, extra={281: (3, 4095)})
packed_tiff("tiff-mono12-largest-as-max-sample-value.tif", low, 16, low >> 8, extra={281: (3, 3777)})
packed_tiff("tiff-fill-order-2.tif", np.array([[0, 0]]), 8, np.array([[1, 192]]), extra={266: (3, 2)}, data=b"\x80\x03")
packed_tiff("tiff-without-photometric.tif", grey, 8, None, "does not state what its samples mean", extra={262: None})
packed_tiff("tiff-strip-length-0.tif", grey, 8, grey, extra={279: (4, 0)})
packed_tiff("tiff-without-strip-length.tif", grey, 8, grey, extra={279: None})
packed_tiff("tiff-thumbnail-first.tif", grey, 8, None, "reduced copy", extra={254: (4, 1)})
for kind in (np.float16, np.float32, np.float64):
    tiff(f"tiff-{kind.__name__}.tif", grey.astype(kind) / 255, None, "floating-point", photometric="minisblack")
for kind in (np.int8, np.int16, np.int32):
    tiff(f"tiff-{kind.__name__}.tif", grey.astype(kind), None, "signed", photometric="minisblack")
tiff("tiff-uint32.tif", grey.astype(np.uint32), None, "32 bits per sample", photometric="minisblack")

# TIFF: meaning of samples
palette = np.random.default_rng(2).integers(0, 256, (3, 256)).astype(np.uint16)
paletted = palette[:, grey].transpose(1, 2, 0)
tiff("tiff-palette.tif", grey, paletted, photometric="palette", colormap=palette * 257)
tiff("tiff-palette-of-8-bits.tif", grey, paletted, photometric="palette", colormap=palette)
alpha, alpha16 = 255 - grey, 65535 - grey16
for kind in ("unassalpha", "unspecified"):
    tiff(f"tiff-rgb-{kind}.tif", np.dstack([rgb, alpha]), rgb, photometric="rgb", extrasamples=[kind])
    tiff(f"tiff-grey-{kind}.tif", np.dstack([grey, alpha]), grey, photometric="minisblack", extrasamples=[kind])
tiff("tiff-rgb16-alpha.tif", np.dstack([rgb16, alpha16]), rgb16 >> 8, photometric="rgb", extrasamples=["unassalpha"])
divided = lambda c, a, white: np.where(a == 0, 0, np.minimum(white, white * c.astype(int) // np.maximum(1, a)))
straight = divided(rgb, alpha[:, :, None].astype(int), 255)
tiff("tiff-rgb-assocalpha.tif", np.dstack([rgb, alpha]), straight, photometric="rgb", extrasamples=["assocalpha"])
tiff("tiff-grey-assocalpha.tif", np.dstack([grey, alpha]), divided(grey, alpha.astype(int), 255), photometric="minisblack", extrasamples=["assocalpha"])
tiff("tiff-rgb-2-extra.tif", np.dstack([rgb, grey, grey]), rgb, photometric="rgb", extrasamples=["unspecified"] * 2)
tiff("tiff-grey-2-extra.tif", rgb, None, "in grey with 3 samples", photometric="minisblack", planarconfig="contig", extrasamples=["unspecified"] * 2)
inks = np.dstack([rgb, grey // 2])
for planar in ("contig", "separate"):
    stored = inks if planar == "contig" else inks.transpose(2, 0, 1).copy()
    tiff(f"tiff-cmyk-{planar}.tif", stored, np.asarray(Image.fromarray(inks, "CMYK").convert("RGB")), photometric="separated", planarconfig=planar)
put("tiff-lab.tif", encoded(Image.fromarray(rgb, "LAB"), "TIFF"), None, "in CIELab")
tiff("tiff-bayer.tif", grey, None, "color filter", photometric="cfa")
black = grey > 128
tiff("tiff-bilevel.tif", black, black * 255, photometric="minisblack")
for name in ("group3", "group4", "packbits", "tiff_ccitt"):
    put(f"tiff-bilevel-{name}.tif", encoded(Image.fromarray(black), "TIFF", compression=name), black * 255)
for name, image, options in (
    ("ycbcr", Image.fromarray(rgb), {}),
    ("grey", Image.fromarray(grey), {}),
):
    put(f"tiff-jpeg-{name}.tif", encoded(image, "TIFF", compression="jpeg"))
tiff("tiff-jpeg-tiles.tif", rgb, photometric="ycbcr", compression="jpeg", tile=(16, 16))
tiff("tiff-jpeg-rgb.tif", rgb, photometric="rgb", compression="jpeg")
tiff("tiff-jpeg-grey-strips.tif", grey, photometric="minisblack", compression="jpeg", rowsperstrip=16)
for orientation in range(1, 9):
    tiff(f"tiff-orientation-{orientation}.tif", rgb, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
tiff("tiff-pages.tif", np.stack([grey, 255 - grey]), grey, photometric="minisblack")
tiff("tiff-ome.tif", np.stack([grey, 255 - grey]), grey, photometric="minisblack", ome=True, metadata={})
tiff("tiff-imagej16.tif", np.stack([grey16, grey16]), grey16 >> 8, imagej=True, metadata={})

# PNG: depths and significant bits
for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
    put(f"png-{mode}.png", encoded(Image.fromarray(rgb).convert(mode), "PNG"))


def deep_png(name, samples, pixels, significant=None):
    data = encoded(Image.fromarray(samples), "PNG")
    if significant:
        import zlib

        chunk = b"sBIT" + bytes([significant])
        chunk = struct.pack(">I", 1) + chunk + struct.pack(">I", zlib.crc32(chunk))
        data = data[:33] + chunk + data[33:]
    put(name, data, pixels)


deep_png("png-16bits.png", grey16, grey16 >> 8)
deep_png("png-mono12.png", low, low >> 8)
deep_png("png-mono12-significant-bits.png", low, low >> 4, 12)
deep_png("png-12bits-scaled-significant-bits.png", (low << 4 | low >> 8).astype(np.uint16), low >> 4, 12)
dark = low // 20
deep_png("png-12bits-dark-scaled-significant-bits.png", (dark << 4 | dark >> 8).astype(np.uint16), dark >> 4, 12)

# WebP
busy = Image.fromarray(np.stack([128 + 100 * np.sin(x / 5) * np.cos(y / 9), x * 3 % 256, (x * y) % 256], 2).astype(np.uint8))
for quality in (10, 30, 50, 75, 90, 95, 100):
    for name, image in (("rgb", busy), ("grey", busy.convert("L")), ("alpha", Image.merge("RGBA", (*busy.split(), Image.fromarray(grey))))):
        put(f"webp-{name}-{quality}.webp", encoded(image, "WEBP", quality=quality, exact=True))
for size in ((1, 1), (2, 1), (1, 2), (3, 3), (15, 17), (16, 16), (33, 16), (2, 37)):
    put(f"webp-{size[0]}x{size[1]}.webp", encoded(busy.crop((0, 0, *size)), "WEBP", quality=60))
put("webp-lossless.webp", encoded(busy, "WEBP", lossless=True))
put("webp-animated.webp", encoded(busy, "WEBP", quality=70, save_all=True, append_images=[busy.transpose(0)]))

# JPEG
whole = encoded(busy, "JPEG")
at = lambda data, marker: data.index(bytes([0xFF, marker]))
restarts, progressive = encoded(busy, "JPEG", restart_marker_blocks=3), encoded(busy, "JPEG", progressive=True)
for name, data, place, stray in (
    ("before-end", whole, len(whole) - 2, b"\x12\x34\x56"),
    ("zeros-before-end", whole, len(whole) - 2, b"\0" * 6),
    ("fill-before-end", whole, len(whole) - 2, b"\xff\xff\xff"),
    ("before-tables", whole, at(whole, 0xDB), b"\0\0\x11"),
    ("before-frame", whole, at(whole, 0xC0), b"\xaa"),
    ("restart-before-frame", whole, at(whole, 0xC0), b"\xff\xd3"),
    ("before-scan", whole, at(whole, 0xDA), b"\0" * 9),
    ("before-restart", restarts, at(restarts, 0xD0), b"\x55\x66"),
    ("between-scans", progressive, progressive.rindex(b"\xff\xda"), b"\1\2\3"),
):
    put(f"jpeg-stray-{name}.jpg", data[:place] + stray + data[place:])
for mode in ("L", "RGB", "CMYK"):
    put(f"jpeg-{mode}.jpg", encoded(busy.convert(mode), "JPEG"))
for sampling in (0, 1, 2):
    put(f"jpeg-sampling-{sampling}.jpg", encoded(busy, "JPEG", subsampling=sampling))
put("jpeg-without-end.jpg", whole[:-2], None, "truncated")
put("jpeg-cut.jpg", whole[:-200], None, "truncated")
put("jpeg-cut-with-end.jpg", whole[:-200] + b"\xff\xd9", None, "truncated")

# BMP
y, x = np.mgrid[0:13, 0:21]
rgb = np.stack([(x * 11) % 256, (y * 17) % 256, (x * y * 3) % 256], 2).astype(np.uint8)
height, width = rgb.shape[:2]
index = (x + y) % 16
colors = np.random.default_rng(4).integers(0, 256, (256, 3)).astype(np.uint8)
four, three = b"".join(bytes([*c[::-1], 0]) for c in colors), b"".join(bytes(c[::-1]) for c in colors)


def rows(stored, top_down=False):
    return b"".join(row + b"\0" * (-len(row) % 4) for row in (stored if top_down else reversed(stored)))


def info(bits, compression=0, size=40, height=height, used=0, extra=b"", image_size=0):
    return struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, image_size, 0, 0, used, 0) + extra


def bmp(name, header, table, data, pixels=None, refused="", file_size=None, gap=0, cut=0):
    start = 14 + len(header) + len(table) + gap
    size = start + len(data) if file_size is None else file_size
    whole = b"BM" + struct.pack("<IHHI", size, 0, 0, start) + header + table + b"\0" * gap + data
    put(f"bmp-{name}.bmp", whole[: len(whole) - cut], pixels, refused)


def words(values, kind):
    return rows([row.astype(kind).tobytes() for row in values])


core = lambda bits: struct.pack("<IHHHH", 12, width, height, 1, bits)
bgr = [row[:, ::-1].tobytes() for row in rgb]
for size in (0, 77, 0xFFFFFFFF):
    bmp(f"file-size-{size}", info(24), b"", rows(bgr), rgb, file_size=size)
bmp("image-size-5", info(24, image_size=5), b"", rows(bgr), rgb)
bmp("gap", info(24), b"", rows(bgr), rgb, gap=10)
bmp("top-down", info(24, height=-height), b"", rows(bgr, True), rgb)
bmp("cut", info(24), b"", rows(bgr), None, "truncated", cut=5)
bmp("os2-1-24", core(24), b"", rows(bgr), rgb)
bmp("os2-2-24", info(24, size=64, extra=b"\0" * 24), b"", rows(bgr), rgb)
bmp("os2-2-short", struct.pack("<IIIHH", 16, width, height, 1, 24), b"", rows(bgr), rgb)
bmp("os2-2-huffman", info(1, 3, size=64, extra=b"\0" * 24), four[:8], rows(bgr), None, "not supported")
for size in (52, 56, 108, 124):
    bmp(f"header-{size}", info(24, size=size, extra=b"\0" * (size - 40)), b"", rows(bgr), rgb)
for bits in (1, 2, 4, 8):
    stored = index % (1 << bits)
    packed = packed_rows(stored, bits)
    bmp(f"palette-{bits}", info(bits), four[: 4 << bits], rows(packed), colors[stored])
    bmp(f"palette-{bits}-top-down", info(bits, height=-height), four[: 4 << bits], rows(packed, True), colors[stored])
    bmp(f"os2-1-palette-{bits}", core(bits), three[: 3 << bits], rows(packed), colors[stored])
bmp("palette-8-of-16", info(8, used=16), four[:64], rows(packed_rows(index, 8)), colors[index])
bmp("palette-too-short", info(8, used=8), four[:32], rows(packed_rows(index, 8)), None, "not in its palette")
red, green, blue = (rgb[:, :, i].astype(np.uint32) for i in range(3))
for name, bits, masks in (
    ("555", 16, (0x7C00, 0x3E0, 0x1F)),
    ("565", 16, (0xF800, 0x7E0, 0x1F)),
    ("444", 16, (0xF00, 0xF0, 0xF)),
    ("888", 32, (0xFF0000, 0xFF00, 0xFF)),
    ("888-reversed", 32, (0xFF, 0xFF00, 0xFF0000)),
    ("888-high", 32, (0xFF000000, 0xFF0000, 0xFF00)),
    ("101010", 32, (0x3FF00000, 0xFFC00, 0x3FF)),
):
    pixel, pixels = np.zeros((height, width), np.int64), []
    for channel, mask in zip((red, green, blue), masks):
        shift, count = (mask & -mask).bit_length() - 1, mask.bit_count()
        value = channel.astype(np.int64) >> (8 - count) if count < 8 else channel.astype(np.int64) << (count - 8)
        pixel |= value << shift
        pixels.append(scaled(value, count))
    data, pixels = words(pixel, f"<u{bits // 8}"), np.stack(pixels, 2)
    bmp(f"bits-{name}", info(bits, 3), struct.pack("<III", *masks), data, pixels)
    bmp(f"bits-{name}-v4", info(bits, 3, 108, extra=struct.pack("<III", *masks) + b"\0" * 56), b"", data, pixels)
    if name in ("555", "888"):
        bmp(f"{bits}", info(bits), b"", data, pixels)


def runs(values, bits):
    data = b""
    for row in values[::-1]:
        i = 0
        while i < len(row):
            count = min(6, len(row) - i)
            part = row[i : i + count]
            if count >= 3:
                raw = packed_rows(part[None], bits)[0]
                data += bytes([0, count]) + raw + b"\0" * (len(raw) % 2)
            else:
                for value in part:
                    data += bytes([1, value << (8 - bits) if bits == 4 else value])
            i += count
        data += b"\0\0"
    return data + b"\0\1"


for bits, kind in ((8, 1), (4, 2)):
    data = runs(index, bits)
    bmp(f"rle{bits}", info(bits, kind), four[: 4 << bits], data, colors[index])
    bmp(f"rle{bits}-without-end", info(bits, kind), four[: 4 << bits], data[:-2], colors[index])
    bmp(f"rle{bits}-cut", info(bits, kind), four[: 4 << bits], data, None, "truncated", cut=40)
skipped = np.zeros_like(index)
skipped[height - 3, 3:7] = 7
bmp("rle8-skips", info(8, 1), four, b"\0\2\3\2" + bytes([4, 7]) + b"\0\1", colors[skipped])
bmp("png-inside", info(0, 5), b"", b"xx" * 40, None, "not supported")

with open(os.path.join(folder, "table.tsv"), "w") as file:
    file.writelines("\t".join(line) + "\n" for line in table)
