"""Small pictures whose places are told by their colours, and what became of them."""

import io
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from workflow.photos import PhotoRefused, Rendered, inspect_and_render

FILES = Path(__file__).parent / "files"
SHANGHAI = ZoneInfo("Asia/Shanghai")
RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 60), (40, 90, 200), (255, 255, 255)


def corners(width=96, height=64, mode="RGB"):
    """Red top left, green top right, blue below."""
    picture = Image.new("RGB", (width, height), BLUE)
    picture.paste(RED, (0, 0, width // 2, height // 2))
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    return picture.convert(mode)


def street(seed=7):
    """Something with light and shade all over, like a street."""
    spots = random.Random(seed).randbytes(12 * 9 * 3)
    return Image.frombytes("RGB", (12, 9), spots).resize((640, 480), Image.Resampling.BICUBIC)


GREY = (corners(mode="L").getpixel((9, 9)),) * 3


def rendered(data, name="IMG_2041.jpg") -> Rendered:
    return inspect_and_render(data, name, tz=SHANGHAI)


def seen(data, x, y):
    """The colour at a share of width and height."""
    picture = Image.open(io.BytesIO(data))
    return picture.getpixel((int(x * picture.width), int(y * picture.height)))


def near(colour):
    return pytest.approx(colour, abs=12)


def refusal(data, name="IMG_2041.jpg"):
    with pytest.raises(PhotoRefused) as refused:
        rendered(data, name)
    return refused.value
