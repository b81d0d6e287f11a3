"""Photo files, drawn where they are needed, and the body that sends them."""

from __future__ import annotations

import io
import random
from typing import Any

from PIL import Image


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The file that it is saved as."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def picture(width: int = 640, height: int = 480, colour: str = "red", kind: str = "JPEG") -> bytes:
    """A real photo file of one colour."""
    return encoded(Image.new("RGB", (width, height), colour), kind)


def patchwork(number: int, size: tuple[int, int] = (240, 180)) -> bytes:
    """A small JPEG, another one for each number."""
    chance = random.Random(number)
    return encoded(Image.frombytes("RGB", (12, 9), chance.randbytes(12 * 9 * 3)).resize(size), quality=80)


def upload(*pictures: bytes, **fields: Any) -> dict[str, Any]:
    """What the test client takes as a multipart body with `photos`."""
    files = [(io.BytesIO(each), f"photo{number}.jpg") for number, each in enumerate(pictures, start=1)]
    return {"data": {"photos": files, **fields}, "content_type": "multipart/form-data"}
