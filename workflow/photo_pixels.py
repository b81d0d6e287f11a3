"""Pixels: a photo file decoded once, made small on the way, in sRGB on white.

No whole picture is ever held twice: JPEG is decoded at an eighth to a half of its size where that is enough, HEIC and WebP
are made small band by band. Measured for the worst pictures that are accepted: see `inspect_and_render`.
"""

from __future__ import annotations

from io import BytesIO

import pi_heif
from PIL import Image, ImageCms, ImageOps, features
from PIL.Image import Resampling

from workflow.photo_files import PhotoFile

_BAND_ROWS = 512
_WHITE = (255, 255, 255)


class Undecodable(Exception):
    """The decoder could not read the picture, or it is not what its header said."""
