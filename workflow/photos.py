"""Photos: what is accepted, and what is kept of it.

    rendered = inspect_and_render(data, "IMG_2041.HEIC", tz=ZoneInfo("Asia/Shanghai"))

What is kept is drawn anew: upright, sRGB, without any metadata and without whatever trailed the picture.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import BytesIO
from math import ceil
from pathlib import PurePosixPath
from typing import Any

from PIL import Image

from workflow import photo_exif
from workflow.errors import Busy
from workflow.photo_apart import decode_apart
from workflow.photo_files import PhotoFile, Unreadable, read
from workflow.photo_pixels import decode, fit, turned

MAX_BYTES = 15 * 1024 * 1024
FULL_PIXELS, FULL_QUALITY = 1600, 85
THUMB_PIXELS, THUMB_QUALITY = 400, 80

GATE = threading.BoundedSemaphore(2)
"""Two photos of a process are decoded at a time; the others wait."""
GATE_SECONDS = 10
"""How long, for a whole report's turn before them."""
ALONE = threading.Lock()
"""Of the heavy ones only one, since each holds hundreds of megabytes in a process of its own. Nobody waits for it
inside the gate: the light ones would wait too."""
ALONE_SECONDS = 10
"""How long a heavy one waits for its turn: for six of the worst."""


@contextmanager
def in_turn() -> Iterator[None]:
    """Inside the gate. Raises Busy where it stays shut."""
    if not GATE.acquire(timeout=GATE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        GATE.release()


class PhotoRefused(Exception):
    """A photo that is not accepted. `key` names the sentence, `params` fill it; `params["name"]` is the file's."""

    def __init__(self, key: str, params: dict[str, Any]) -> None:
        self.key = key
        self.params = params
        super().__init__(key, params)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is kept of a photo. `full` and `thumb` are JPEG; `width` and `height` are those of `full`.

    `sha256` is of the bytes that were sent; `dhash` tells what the picture looks like (see `hamming`). `taken_at` is
    UTC, the place WGS-84, from EXIF; None where it says nothing or makes no sense.
    """

    full: bytes
    thumb: bytes
    width: int
    height: int
    sha256: str
    dhash: str
    taken_at: datetime | None
    latitude: float | None
    longitude: float | None


def inspect_and_render(
    data: bytes, filename: str, *, tz: tzinfo, gate: Callable[[], AbstractContextManager[Any]] = in_turn
) -> Rendered:
    """Renders a JPEG, PNG, WebP or HEIC still of at most 15 MB and, by its header, 50 megapixels (25 for PNG and WebP).

    `filename` is only said back; `tz` is where a time without an offset was read off. Decodes only inside `gate`, what
    is heavy apart. Raises PhotoRefused, and Busy where the machine has no time or room. The worst that is accepted
    holds 360 MB for 1.3 s (a HEIC of 10 bits), in a process of its own, a phone's 12 megapixels 50 MB for 0.2 s;
    pictures that would hold more for their way of coding have a lower limit.
    """
    name = _shown(filename)
    if not data:
        raise PhotoRefused("photo.empty", {"name": name})
    if len(data) > MAX_BYTES:
        raise PhotoRefused(
            "photo.too_large", {"name": name, "size": _megabytes(len(data)), "limit": _megabytes(MAX_BYTES)}
        )
    try:
        with gate():
            file = read(data)
            _refuse_too_many_pixels(file, name)
            shot = photo_exif.read(file.exif, tz)
            pixels = None if file.heavy else decode(file, FULL_PIXELS)
        full = turned(pixels or _decode_alone(data), 1 if file.upright else shot.orientation)
    except Unreadable as error:
        raise PhotoRefused(f"photo.{error.reason}", {"name": name}) from error
    except MemoryError as error:
        raise Busy from error
    return Rendered(
        full=_jpeg(full, FULL_QUALITY),
        thumb=_jpeg(fit(full, THUMB_PIXELS), THUMB_QUALITY),
        width=full.width,
        height=full.height,
        sha256=hashlib.sha256(data).hexdigest(),
        dhash=_dhash(full),
        taken_at=shot.taken_at,
        latitude=shot.latitude,
        longitude=shot.longitude,
    )


def _decode_alone(data: bytes) -> Image.Image:
    if not ALONE.acquire(timeout=ALONE_SECONDS):
        raise Busy
    try:
        return decode_apart(data, FULL_PIXELS)
    finally:
        ALONE.release()


def hamming(a: str, b: str) -> int:
    """In how many of 64 places two `dhash`es differ: up to about 6 the same picture, near 32 another."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def _refuse_too_many_pixels(file: PhotoFile, name: str) -> None:
    if file.width * file.height > file.max_megapixels * 1_000_000:
        megapixels = -(-file.width * file.height // 1_000_000)
        raise PhotoRefused(
            "photo.too_many_pixels", {"name": name, "megapixels": megapixels, "limit": file.max_megapixels}
        )


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def _dhash(picture: Image.Image) -> str:
    """Whether each of 8 x 8 cells is darker than its right neighbour, as 16 hexadecimal digits."""
    cells = list(picture.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes())
    bits = "".join("1" if cells[9 * row + x] < cells[9 * row + x + 1] else "0" for row in range(8) for x in range(8))
    return f"{int(bits, 2):016x}"


def _shown(filename: str) -> str:
    """The file's own name, without folders, printable, at most 80 letters; `photo` where it has none."""
    last = PurePosixPath(filename.replace("\\", "/")).name
    name = "".join(letter for letter in last if letter.isprintable()).strip()
    return f"{name[:60]}…{name[-19:]}" if len(name) > 80 else name or "photo"


def _megabytes(size: int) -> str:
    return f"{ceil(size / 1024 / 1024 * 10) / 10:.1f}".removesuffix(".0")
