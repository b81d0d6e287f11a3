"""Hostile picture files, made anew from one seed: bombs, halves, lies, films, other kinds, and pictures with a mark in
every place that a picture has for words."""

from __future__ import annotations

import gzip
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

import piexif
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from config import ROOT
from stage.photos import encoded

MARKER = b"WHISTLE-MARKER-7Q4Z"
WORD = MARKER.decode()
FILES = ROOT / "tests" / "workflow" / "files"

Hostile = tuple[str, bytes]
"""What it is, and its bytes."""


def hostile(chance: random.Random, count: int) -> Iterator[Hostile]:
    """At least `count` files: all that have a name here, then damaged ones."""
    sent = 0
    for each in (*marked(), *bombs(), *films(), *others()):
        sent += 1
        yield each
    good = [data for _, data in marked()]
    while sent < count:
        sent += 1
        data = bytearray(chance.choice(good))
        if sent % 2:
            yield "truncated", bytes(data[: chance.randrange(1, len(data))])
        else:
            for _ in range(chance.randrange(1, 30)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            yield "damaged", bytes(data)


def small() -> Image.Image:
    return Image.frombytes("RGB", (12, 9), random.Random(7).randbytes(324)).resize((320, 240))


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, colour: int, *more: bytes, pixels: bytes | None = None) -> bytes:
    """A black one of eight bits a channel; `colour` is PNG's colour type."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    if pixels is None:
        row = 1 + width * {0: 1, 2: 3, 6: 4}[colour]
        packer = zlib.compressobj(1)
        pixels = b"".join(packer.compress(bytes(row)) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def xmp() -> bytes:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{WORD}</dc:creator></x:xmpmeta>'.encode()


def exif() -> bytes:
    """The mark in every field of words, in the maker's note, and in a thumbnail."""
    words = dict.fromkeys((piexif.ImageIFD.ImageDescription, piexif.ImageIFD.Artist, piexif.ImageIFD.Make), WORD)
    wide = {tag: WORD.encode("utf-16le") for tag in (piexif.ImageIFD.XPComment, piexif.ImageIFD.XPAuthor)}
    details = {piexif.ExifIFD.UserComment: b"ASCII\0\0\0" + MARKER, piexif.ExifIFD.MakerNote: MARKER * 50}
    place = {piexif.GPSIFD.GPSAreaInformation: b"ASCII\0\0\0" + MARKER, piexif.GPSIFD.GPSSatellites: WORD}
    thumb = encoded(small().resize((80, 60)), "JPEG")[:-2] + segment(0xFE, MARKER) + b"\xff\xd9"
    made: bytes = piexif.dump(
        {"0th": words | wide, "Exif": details, "GPS": place, "1st": {piexif.ImageIFD.Make: WORD}, "thumbnail": thumb}
    )
    return made


def marked() -> list[Hostile]:
    """Good pictures that say the mark wherever a picture may say something."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    icc = profile.replace(b"sRGB built-in", MARKER[:13]) + MARKER
    plain = encoded(small(), "JPEG")
    split = segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(MARKER)) + MARKER)
    words = PngInfo()
    words.add_text("Comment", WORD)
    words.add_text("Packed", WORD * 20, zip=True)
    words.add_itxt("XML:com.adobe.xmp", xmp().decode(), zip=True)
    hidden = BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr("marker.txt", WORD)
    heic = (FILES / "street.heic").read_bytes()
    webp = encoded(small(), "WEBP", exif=exif(), icc_profile=icc, xmp=xmp())
    tail = b"NOTE" + struct.pack("<I", 20) + MARKER + b"\0"
    return [
        ("exif", encoded(small(), "JPEG", exif=exif())),
        ("xmp", plain[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp()) + plain[2:]),
        ("comments", plain[:2] + segment(0xFE, MARKER) * 40 + plain[2:]),
        ("icc", encoded(small(), "JPEG", icc_profile=icc)),
        ("iptc", plain[:2] + split + plain[2:]),
        ("own segments", plain[:2] + b"".join(segment(0xE3 + each, MARKER * 9) for each in range(12)) + plain[2:]),
        ("after the end", plain + MARKER * 1000),
        ("archive after the end", plain + hidden.getvalue()),
        ("script after the end", plain + b"<script>" + MARKER + b"</script><?php echo 1;"),
        ("everything", encoded(small(), "JPEG", exif=exif(), icc_profile=icc, comment=MARKER) + MARKER),
        ("progressive", encoded(small(), "JPEG", exif=exif(), progressive=True, comment=MARKER)),
        ("cmyk", encoded(small().convert("CMYK"), "JPEG", exif=exif(), comment=MARKER)),
        ("png words", encoded(small(), "PNG", pnginfo=words, exif=exif(), icc_profile=icc)),
        ("png own chunk", png(40, 30, 2, chunk(b"miSc", MARKER))),
        ("png after the end", encoded(small(), "PNG") + MARKER * 100),
        ("webp words", webp),
        ("webp after the end", webp + MARKER),
        ("webp own chunk", webp[:4] + struct.pack("<I", len(webp) - 8 + len(tail)) + webp[8:] + tail),
        ("heic after the end", heic + struct.pack(">I4s", 8 + len(MARKER), b"free") + MARKER),
        ("heic own box", heic + struct.pack(">I4s16s", 24 + len(MARKER), b"uuid", b"\x01" * 16) + MARKER),
    ]


def bombs() -> Iterator[Hostile]:
    """Small files that claim, or are, much."""
    plain = encoded(small(), "JPEG")
    frame = plain.index(b"\xff\xc0")
    for width, height in ((65535, 65535), (65535, 1), (1, 65535), (20000, 20000), (0, 0)):
        yield f"jpeg of {width} x {height}", plain[: frame + 5] + struct.pack(">HH", height, width) + plain[frame + 9 :]
    for side in (6000, 12000, 30000, 2**31 - 1):
        header = png(64, 64, 2, pixels=zlib.compress(bytes(64 * 193)))
        yield f"png that claims {side}", header[:16] + struct.pack(">II", side, side) + header[24:]
    yield "png of 25 megapixels", png(5000, 5000, 6)
    yield "png of 25 megapixels, grey", png(5000, 5000, 0)
    yield "png of 400 megapixels", png(20000, 20000, 0)
    yield "png longer than it says", png(64, 64, 0, pixels=zlib.compress(bytes(80_000_000)))
    packed = zlib.compress(bytes(50_000_000), 1)
    yield "png of packed words", png(64, 64, 0, chunk(b"zTXt", b"k\0\0" + packed) * 20)
    yield "png of a packed profile", png(64, 64, 0, chunk(b"iCCP", b"k\0\0" + packed))
    yield "png of countless parts", png(64, 64, 0, chunk(b"miSc", b"") * 100_000)
    yield "jpeg of countless parts", plain[:2] + segment(0xFE, b"") * 400_000 + plain[2:]
    scan = plain.index(b"\xff\xda")
    yield "jpeg of countless scans", plain[:-2] + plain[scan:-2] * 400 + b"\xff\xd9"
    yield "jpeg of 50 megapixels", gzip.decompress((FILES / "largest.jpg.gz").read_bytes())
    yield "jpeg of 48 megapixels, progressive", encoded(Image.new("RGB", (8000, 6000)), "JPEG", progressive=True)
    yield "webp of 25 megapixels", (FILES / "largest.webp").read_bytes()
    yield "webp of 100 megapixels", encoded(Image.new("RGB", (10000, 10000)), "WEBP", method=0)
    yield "heic of 50 megapixels", (FILES / "largest.heic").read_bytes()
    yield "heic of ten bits", (FILES / "ten_bits.heic").read_bytes()
    entries = b"".join(struct.pack("<HHII", number + 1, 7, 60_000, 0) for number in range(5000))
    yield "png of a hostile exif", png(64, 64, 0, chunk(b"eXIf", b"II*\0\x08\0\0\0" + b"\x88\x13" + entries + bytes(4)))
    yield "sixteen megabytes", plain + bytes(16 * 1024 * 1024)
    yield "packed as a whole", gzip.compress(bytes(14_000_000))


def films() -> Iterator[Hostile]:
    """What moves."""
    frames = [Image.new("RGB", (64, 48), (each * 8, 0, 0)) for each in range(20)]
    for kind in ("GIF", "WEBP", "PNG"):
        for count in (2, 20):
            film = encoded(frames[0], kind, save_all=True, append_images=frames[1:count], comment=MARKER)
            yield f"film of {count} ({kind})", film
    yield "heic of two", (FILES / "two.heic").read_bytes()
    yield "heic film", b"\0\0\0\x18ftyphevc\0\0\0\0hevcmsf1" + MARKER


def others() -> Iterator[Hostile]:
    """What is no photo, or only begins like one."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>{WORD}</script></svg>'.encode()
    begun = {
        "svg": svg,
        "svg with a declaration": b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hosts">]>' + svg,
        "html": b"<!doctype html><script>alert(1)</script>" + MARKER,
        "pdf": b"%PDF-1.7\n" + MARKER,
        "script": b"#!/bin/sh\nid\n" + MARKER,
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n" + MARKER,
        "mvg": b"push graphic-context\nimage over 0,0 0,0 'https://127.0.0.1/x'\n" + MARKER,
        "elf": b"\x7fELF\x02\x01\x01" + MARKER,
        "exe": b"MZ\x90\0" + MARKER * 9,
        "zip": b"PK\x03\x04" + MARKER,
        "mp4": b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + MARKER,
        "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + MARKER,
        "psd": b"8BPS\0\x01" + bytes(6) + MARKER,
        "nothing": b"",
        "one byte": b"\xff",
        "a jpeg's beginning": b"\xff\xd8\xff",
        "a png's beginning": b"\x89PNG\r\n\x1a\n",
        "a webp's beginning": b"RIFF\xff\xff\xff\xffWEBPVP8 ",
        "jpeg without a picture": b"\xff\xd8\xff\xd9" + MARKER,
        "words": ("x" * 5000).encode() + MARKER,
    }
    yield from begun.items()
    for kind in ("GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "JPEG2000"):
        yield kind.lower(), encoded(small(), kind)
    for head in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x40\0\0\0WEBP"):
        yield "script with a picture's beginning", head + svg
