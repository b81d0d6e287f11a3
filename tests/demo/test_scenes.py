"""The drawn scenes: every one draws a matter and its end, the same each time, with codes that the pack has."""

import csv
import io
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from workflow.demo import scenes
from workflow.demo.scenes import SCENES
from workflow.demo.scenes.mark import stamp

PACK = Path("cities/sip/categories.csv").read_text(encoding="utf-8-sig")
CODES = {row["code"] for row in csv.DictReader(io.StringIO(PACK))}
AGAIN = list(SCENES)[::8]
"""What is drawn a second time: all draw with the same chance, and a picture takes a tenth of a second."""


@cache
def words() -> Image.Image:
    """Where the mark's words are."""
    plain = Image.new("RGB", (960, 720))
    stamp(plain)
    return plain.convert("L").point([255 if level > 180 else 0 for level in range(256)])


def assert_marked(picture: Image.Image) -> None:
    levels = picture.convert("L").histogram(words())
    assert sum(levels) > 300
    assert sum(levels[170:]) == sum(levels), "light where the words are"


def weight(picture: Image.Image) -> int:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.tell()


def differing(a: Image.Image, b: Image.Image) -> int:
    """Pixels that differ so much that a person would see it."""
    return sum(ImageChops.difference(a, b).convert("L").histogram()[20:])


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_shows_its_matter_and_the_same_street_after_small_and_marked(name):
    before, after = scenes.draw(name), scenes.draw(name, after=True)
    assert before.size == after.size == (960, 720)
    assert before.mode == after.mode == "RGB"
    changed = differing(before, after)
    assert changed > 3_000, "nobody would see what was done"
    assert changed < 960 * 720 * 0.7, "that is another street"
    assert_marked(before)
    assert_marked(after)
    assert 10_000 < weight(before) < 105_000
    if name in AGAIN:
        assert before.tobytes() == scenes.draw(name).tobytes()
    assert differing(before, scenes.draw(name, variant=1)) > 20_000, "every street looks the same"


def test_a_scene_has_a_title_and_codes_of_the_pack():
    for name, scene in SCENES.items():
        assert scene.name == name
        assert scene.title_zh
        assert scene.title_en
        assert scene.codes
        assert set(scene.codes) <= CODES


def test_scenes_of_every_kind_of_matter():
    assert len(SCENES) >= 40
    groups = {row["group"] for row in csv.DictReader(io.StringIO(PACK))}
    of_code = {row["code"]: row["group"] for row in csv.DictReader(io.StringIO(PACK))}
    assert {of_code[code] for scene in SCENES.values() for code in scene.codes} == groups
