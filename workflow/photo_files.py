"""What a photo file says of itself before anything of it is decoded, and the part of it that draws.

    file = read(data)  # -> PhotoFile(kind="jpeg", width=4000, height=3000, …)

A file is what its content says, whatever its name. Its container is walked here, and metadata are taken out on the
way: the decoders see only what draws, so that no comment, profile or trailing archive costs memory or spoils a good
picture. Formats: JPEG ITU-T T.81, PNG third edition, WebP RFC 9649, HEIF ISO 23008-12 (walked
by libheif within its own limits).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pi_heif

MAX_MEGAPIXELS = 50
# PNG and WebP decode whole, in four bytes a pixel and more than one copy.
MAX_MEGAPIXELS_WHOLE = 25
# Real progressive files have about ten; each costs a pass over the whole picture.
MAX_SCANS = 100

# What decoding holds beyond this is held by a process of its own; a phone's usual 12 megapixels stay below.
HEAVY_BYTES = 64_000_000

_MAX_PARTS = 50_000
_MAX_ICC = 4_000_000
_MAX_EXIF = 256_000

_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_JPEG_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEIC_STILL = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
_HEIC_MOVING = {b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"}


class Unreadable(Exception):
    """Not a photo to accept. `reason` is `not_a_photo`, `broken` or `animated`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A still picture, not decoded. `body` is the file without metadata and without whatever trails it.

    `exif` is a TIFF block, `icc` a colour profile, both empty where there is none. `upright` says that decoding turns
    the picture by itself, so that EXIF's orientation no longer counts. `max_megapixels` is what decoding can afford,
    `pixel_bytes` what was measured that it holds of each pixel.
    """

    kind: str
    width: int
    height: int
    body: bytes
    exif: bytes = b""
    icc: bytes = b""
    upright: bool = False
    max_megapixels: int = MAX_MEGAPIXELS
    pixel_bytes: float = 1

    @property
    def heavy(self) -> bool:
        """Whether decoding it holds more than may be held beside other work."""
        return self.width * self.height * self.pixel_bytes > HEAVY_BYTES


def read(data: bytes) -> PhotoFile:
    """Reads the container. Time and memory are bounded by the file's own size. Raises Unreadable."""
    walk = next((walk for begins, walk in _WALKS if begins(data)), None)
    if walk is None:
        raise Unreadable("not_a_photo")
    try:
        file = walk(data)
    except (struct.error, IndexError, zlib.error) as error:
        raise Unreadable("broken") from error
    if not (file.width and file.height):
        raise Unreadable("broken")
    return file


def _parts() -> Iterator[int]:
    """Counts the parts of a file, so that one of millions of empty ones is soon done with."""
    yield from range(_MAX_PARTS)
    raise Unreadable("broken")


def _jpeg(data: bytes) -> PhotoFile:
    body, at, scans = bytearray(data[:2]), 2, 0
    frame, exif, profile = b"", b"", bytearray()
    for _ in _parts():
        start, marker = _next_marker(data, at)
        if marker == 0xD9:
            break
        if marker == 0x01:
            at = start + 2
            continue
        end = start + 2 + struct.unpack_from(">H", data, start + 2)[0]
        segment = data[start + 4 : end]
        if marker == 0xD8 or end < start + 4 or end > len(data):
            raise Unreadable("broken")
        if marker in _JPEG_FRAMES:
            if frame:
                raise Unreadable("broken")
            frame = bytes([marker]) + segment
        elif marker == 0xDA:
            scans += 1
            end = _next_marker(data, end)[0]
        elif marker == 0xE1 and segment.startswith(b"Exif\0\0"):
            exif = exif or segment
        elif marker == 0xE2 and segment.startswith(b"ICC_PROFILE\0"):
            profile += segment[14:]
        # Adobe's segment and JFIF's tell YCbCr from RGB.
        if marker in _JPEG_FRAMES | _JPEG_TABLES | {0xDA, 0xEE} or (marker == 0xE0 and segment.startswith(b"JFIF\0")):
            body += data[start:end]
        at = end
    if not frame or not 1 <= scans <= MAX_SCANS:
        raise Unreadable("broken")
    height, width = struct.unpack_from(">HH", frame, 2)
    planes = _planes_held(frame, scans)
    return PhotoFile(
        "jpeg",
        width,
        height,
        bytes(body) + b"\xff\xd9",
        exif,
        _icc(profile),
        max_megapixels=int(MAX_MEGAPIXELS * min(1.0, 3 / max(planes, 1))),
        pixel_bytes=max(2 * planes, 1),
    )


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    found = _JPEG_MARKER.search(data, at)
    if found is None:
        raise Unreadable("broken")
    return found.start(), data[found.start() + 1]


def _planes_held(frame: bytes, scans: int) -> float:
    """How many coefficients are held of each pixel, two bytes each. A picture in several scans keeps them all, for CMYK
    more than for three full planes; one in a single scan keeps none."""
    if frame[0] not in _JPEG_PROGRESSIVE and scans == 1:
        return 0
    factors = [(byte >> 4) * (byte & 15) for byte in frame[8 : 7 + 3 * frame[6] : 3]]
    return sum(factors) / max([1, *factors])


def _png(data: bytes) -> PhotoFile:
    body, at, drawn = bytearray(_PNG_SIGNATURE), 8, False
    width, height = struct.unpack_from(">II", data, 16)
    exif = profile = b""
    for _ in _parts():
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data) or (kind == b"IHDR") != (at == 8):
            raise Unreadable("broken")
        if kind == b"acTL" and struct.unpack_from(">I", data, at + 8)[0] > 1:
            raise Unreadable("animated")
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            body += data[at:end]
        elif kind == b"eXIf":
            exif = data[at + 8 : end - 4][:_MAX_EXIF]
        elif kind == b"iCCP":
            profile = data[at + 8 : end - 4]
        drawn = drawn or kind == b"IDAT"
        at = end
        if kind == b"IEND":
            break
    if not drawn:
        raise Unreadable("broken")
    icc = _unpacked(profile)
    return PhotoFile(
        "png", width, height, bytes(body), exif, icc, max_megapixels=MAX_MEGAPIXELS_WHOLE, pixel_bytes=9
    )


def _unpacked(profile: bytes) -> bytes:
    """The profile of an iCCP chunk: a name, a zero, the method (there is one), and zlib."""
    try:
        return _icc(zlib.decompressobj().decompress(profile.partition(b"\0")[2][1:], _MAX_ICC + 1))
    except zlib.error:
        return b""


def _webp(data: bytes) -> PhotoFile:
    ends, at = 8 + struct.unpack_from("<I", data, 4)[0], 12
    found: dict[bytes, bytes] = {}
    if ends > len(data):
        raise Unreadable("broken")
    for _ in _parts():
        if at + 8 > ends:
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > ends:
            raise Unreadable("broken")
        if kind in (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"EXIF", b"ICCP"):
            found.setdefault(kind, data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    header = found.get(b"VP8X")
    if b"ANIM" in found or (header and header[0] & 0x02):
        raise Unreadable("animated")
    kind = b"VP8 " if b"VP8 " in found else b"VP8L"
    if kind not in found:
        raise Unreadable("broken")
    width, height = _vp8_size(kind, found[kind])
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    if header and header[4:10] != sizes:
        raise Unreadable("broken")
    chunks = _riff(kind, found[kind])
    if kind == b"VP8 " and b"ALPH" in found:
        # The header is written anew, to promise transparency and nothing else.
        chunks = _riff(b"VP8X", b"\x10\0\0\0" + sizes) + _riff(b"ALPH", found[b"ALPH"]) + chunks
    icc = _icc(found.get(b"ICCP", b""))
    exif = found.get(b"EXIF", b"")[:_MAX_EXIF]
    body = _riff(b"RIFF", b"WEBP" + chunks)
    return PhotoFile(
        "webp", width, height, body, exif, icc, max_megapixels=MAX_MEGAPIXELS_WHOLE, pixel_bytes=12
    )


def _riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _vp8_size(kind: bytes, chunk: bytes) -> tuple[int, int]:
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", chunk, 1)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk[3:6] != b"\x9d\x01\x2a":
        raise Unreadable("broken")
    width, height = struct.unpack_from("<HH", chunk, 6)
    if not (width & 0x3FFF and height & 0x3FFF):
        raise Unreadable("broken")
    return width & 0x3FFF, height & 0x3FFF


def _heic(data: bytes) -> PhotoFile:
    if data[8:12] in _HEIC_MOVING:
        raise Unreadable("animated")
    try:
        pictures = pi_heif.open_heif(data, remove_stride=False)
        picture = pictures[pictures.primary_index]
    except (OSError, ValueError, SyntaxError, RuntimeError, EOFError, LookupError) as error:
        raise Unreadable("broken") from error
    if len(pictures) > 1:
        raise Unreadable("animated")
    width, height = picture.size
    limit, held = _afford_heic(picture.info.get("chroma"), picture.info["bit_depth"] > 8, picture.has_alpha)
    return PhotoFile(
        "heic",
        width,
        height,
        data,
        (picture.info.get("exif") or b"")[:_MAX_EXIF],
        _icc(picture.info.get("icc_profile") or b""),
        upright=True,
        max_megapixels=limit,
        pixel_bytes=held,
    )


def _afford_heic(chroma: int | None, deep: bool, clear: bool) -> tuple[int, float]:
    """Megapixels, and what libheif was measured to hold: 4 to 7 bytes a pixel as phones code it, else 9 to 14; deep and
    clear, 19."""
    if deep and clear:
        return MAX_MEGAPIXELS_WHOLE // 2, 19
    return (MAX_MEGAPIXELS, 7 if deep else 5) if chroma == 420 else (MAX_MEGAPIXELS_WHOLE, 14)


def _icc(profile: bytes | bytearray) -> bytes:
    return bytes(profile) if len(profile) <= _MAX_ICC else b""


def _is_heic(data: bytes) -> bool:
    brands = data[16 : int.from_bytes(data[:4], "big")][:400]
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_STILL | _HEIC_MOVING and b"avif" not in brands


_WALKS = (
    (lambda data: data.startswith(b"\xff\xd8\xff"), _jpeg),
    (lambda data: data.startswith(_PNG_SIGNATURE), _png),
    (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", _webp),
    (_is_heic, _heic),
)
