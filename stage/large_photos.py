"""The largest photos that are taken: what a phone's best camera sends, and one that decoding has to hold whole."""

from __future__ import annotations

import io
import random

from PIL import Image

SIZES = {"JPEG": (8000, 6000), "PNG": (5600, 4200)}
"""By format, width and height: 48 and 24 megapixels. The second is decoded by a process of its own."""


def large_photos(seed: int) -> dict[str, bytes]:
    """One of each format."""
    found = {}
    for number, (name, size) in enumerate(SIZES.items()):
        blocks = Image.frombytes("RGB", (16, 12), random.Random(seed + number).randbytes(16 * 12 * 3))
        out = io.BytesIO()
        blocks.resize(size, Image.Resampling.NEAREST).save(out, name, compress_level=1)
        found[name] = out.getvalue()
    return found
