"""Pixels: a photo file decoded once, made small on the way, in sRGB on white.

JPEG is decoded at the eighth to the half of its size that is enough; the decoders of WebP and HEIC give their whole
picture, which is then made small band by band, without a second whole one.
"""

from __future__ import annotations

import struct
from io import BytesIO

import pi_heif
from PIL import Image, ImageCms
from PIL.Image import Resampling, Transpose

from workflow.photo_files import PhotoFile, Unreadable

_BAND_ROWS = 64
_HIGH_BYTES = [value >> 8 for value in range(65536)]
_WHITE = (255, 255, 255)

# What the decoders raise for broken pictures.
_FAULTS = (
    OSError, SyntaxError, ValueError, RuntimeError, EOFError, IndexError, OverflowError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip

# EXIF's orientation: what has to be done to see the picture upright.
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


def decode(file: PhotoFile, long_side: int) -> Image.Image:
    """The picture as RGB on a new canvas, at most `long_side` pixels long, as the camera held it.

    Raises Unreadable("broken") where the decoder fails or finds another size than the header's.
    """
    try:
        pixels = {"jpeg": _jpeg, "png": _png, "webp": _webp, "heic": _heic}[file.kind](file, long_side)
        return _on_white(fit(pixels, long_side), file.icc)
    except _FAULTS as error:
        raise Unreadable("broken") from error


def fit(picture: Image.Image, long_side: int) -> Image.Image:
    """The picture at most `long_side` pixels long; a smaller one as it is."""
    size = _fitting(picture.size, long_side)
    return picture if size == picture.size else picture.resize(size, Resampling.LANCZOS)


def turned(picture: Image.Image, orientation: int) -> Image.Image:
    """The picture upright, for EXIF's orientation 1 to 8."""
    return picture.transpose(_TURNS[orientation]) if orientation in _TURNS else picture


def _fitting(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    shrink = min(1.0, long_side / max(size))
    return max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))


def _factor(size: tuple[int, int], long_side: int) -> int:
    # What is left is at least half as long again as it has to be, so that the last step can still smooth it.
    return max(1, int(max(size) / (1.5 * long_side)))


def _opened(file: PhotoFile) -> Image.Image:
    picture = Image.open(BytesIO(file.body), formats=[file.kind])
    if picture.size != (file.width, file.height):
        raise ValueError("the size is not the header's")
    return picture


def _jpeg(file: PhotoFile, long_side: int) -> Image.Image:
    picture = _opened(file)
    picture.draft(None, _fitting(picture.size, long_side))
    picture.load()
    return picture


def _png(file: PhotoFile, long_side: int) -> Image.Image:
    picture = _opened(file)
    picture.load()
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
    elif picture.mode in ("1", "P"):
        picture = picture.convert("L" if picture.mode == "1" else "RGB")
    picture = _eight_bits(picture)
    return picture.reduce(_factor(picture.size, long_side))


def _webp(file: PhotoFile, long_side: int) -> Image.Image:
    # Its load() would hold the picture four times; without the decoder it is here once.
    picture = _opened(file)
    raw = str(picture.rawmode)  # type: ignore[attr-defined]
    pixels, _ = picture._decoder.get_next()  # type: ignore[attr-defined]
    mode, size = picture.mode, picture.size
    del picture
    return _by_bands(pixels, mode, raw, size, size[0] * 4, long_side)


def _heic(file: PhotoFile, long_side: int) -> Image.Image:
    pictures = pi_heif.open_heif(file.body, remove_stride=False)
    picture = pictures[pictures.primary_index]
    pixels = picture.data
    if picture.size != (file.width, file.height):
        raise ValueError("the size is not the header's")
    return _by_bands(pixels, picture.mode, picture.mode, picture.size, picture.stride, long_side)


def _by_bands(
    pixels: bytes | memoryview, mode: str, raw: str, size: tuple[int, int], stride: int, long_side: int
) -> Image.Image:
    view, factor = memoryview(pixels), _factor(size, long_side)
    width, height = size
    small = Image.new("L" if mode.startswith("I") else mode, (-(-width // factor), -(-height // factor)))
    rows = _BAND_ROWS * factor
    for top in range(0, height, rows):
        count = min(rows, height - top)
        band = bytes(view[top * stride : (top + count) * stride])
        picture = Image.frombuffer(mode, (width, count), band, "raw", raw, stride, 1)
        small.paste(_eight_bits(picture).reduce(factor), (0, top // factor))
    return small


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits as grey of 8: convert() alone would clip it to white."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(_HIGH_BYTES, "L")
    return picture


def _on_white(picture: Image.Image, icc: bytes) -> Image.Image:
    clear = picture.getchannel("A") if picture.mode in ("LA", "RGBA") else None
    if picture.mode in ("LA", "RGBA"):
        picture = picture.convert(picture.mode[:-1])
    canvas = Image.new("RGB", picture.size, _WHITE)
    canvas.paste(_srgb(picture, icc), mask=clear)
    return canvas


def _srgb(picture: Image.Image, icc: bytes) -> Image.Image:
    """The picture's colours as sRGB; a profile that is broken or not for these pixels counts as none."""
    try:
        if icc:
            profile, srgb = ImageCms.ImageCmsProfile(BytesIO(icc)), ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, profile, srgb, outputMode="RGB") or picture.convert("RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture.convert("RGB")
    return picture.convert("RGB")
