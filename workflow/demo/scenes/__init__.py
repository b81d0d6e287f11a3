"""Some forty street scenes for the demo city, drawn, each with the same street after the matter was seen to."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageOps

from workflow.demo.scenes import facilities, food, green, parking, roads, rubbish, safety, trade, works
from workflow.demo.scenes.canvas import FINE, Sheet
from workflow.demo.scenes.mark import stamp
from workflow.demo.scenes.street import Scene, Street

__all__ = ["SCENES", "Scene", "draw"]

THEMES = (rubbish, roads, facilities, parking, safety, trade, food, works, green)
SCENES = {found.name: found for theme in THEMES for found in vars(theme).values() if isinstance(found, Scene)}


def draw(name: str, *, after: bool = False, variant: int = 0) -> Image.Image:
    """The scene as a picture, 960 × 720, RGB; the same for the same arguments.

    `variant` changes the hour, the colours, what stands where and the side; `after` is the same street, mended.
    KeyError: there is no such scene.
    """
    scene = SCENES[name]
    dice = Random(f"{name}/{variant}")  # noqa: S311 -- a drawing, not a secret
    start = Random(name).randrange(len(scene.hours))  # noqa: S311
    light, mirrored = scene.hours[(start + variant) % len(scene.hours)], dice.random() < 0.5
    sheet = Sheet(light)
    scene.paint(Street(name, variant, after, light, sheet, mirrored=mirrored))
    picture = sheet.image.reduce(FINE)
    if mirrored:
        picture = ImageOps.mirror(picture)
    stamp(picture)
    return picture
