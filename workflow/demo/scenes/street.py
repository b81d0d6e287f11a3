"""A scene while it is drawn: its sheet, the eye that sees it, its own dice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from workflow.demo.scenes.canvas import Pen, Point, Sheet
from workflow.demo.scenes.light import ANY, Light


@dataclass
class Eye:
    """Where the picture is seen from: the horizon's row, the vanishing column, the height in metres,
        the lens in pixels."""

    horizon: float = 310
    column: float = 480
    height: float = 2.2
    lens: float = 1000

    def see(self, x: float, y: float, z: float) -> Point:
        """The pixel of a place x metres to the right, y above the ground, z away."""
        s = self.lens / z
        return self.column + x * s, self.horizon + (self.height - y) * s

    def scale(self, row: float) -> float:
        """Pixels a metre for what stands on the ground at this row."""
        return (row - self.horizon) / self.height


@dataclass
class Street:
    """What a scene's function gets: where to draw, and whether the matter is mended (`after`)."""

    name: str
    variant: int
    after: bool
    light: Light
    sheet: Sheet
    eye: Eye = field(default_factory=Eye)
    mirrored: bool = False

    @property
    def pen(self) -> Pen:
        return Pen(self.sheet)

    def dice(self, what: str) -> Random:
        """The same throws for the same part of the same picture, before and after."""
        return Random(f"{self.name}/{self.variant}/{what}")  # noqa: S311 -- a drawing, not a secret

    def one_of(self, what: str, *colors: str) -> str:
        """A colour for a large part: another in the next variant."""
        start = Random(f"{self.name}/{what}").randrange(len(colors))  # noqa: S311 -- a drawing, not a secret
        return colors[(start + self.variant) % len(colors)]

    def stand(
        self, x: float, row: float, *, flip: bool = False, turn: float = 0, size: float = 1, squash: float = 1
    ) -> Pen:
        """A pen in metres, y upwards, for what stands on the ground at this pixel."""
        return self.pen.at(x, row, self.eye.scale(row) * size, turn=turn, flip=flip, squash=squash, up=True)

    def place(self, x: float, z: float, y: float = 0, *, flip: bool = False, turn: float = 0) -> Pen:
        """The same for a place in metres: x to the right, z away, y above the ground."""
        px, py = self.eye.see(x, y, z)
        return self.pen.at(px, py, self.eye.lens / z, flip=flip, turn=turn, up=True)

    def ground(self, *places: tuple[float, float], y: float = 0) -> list[Point]:
        """Pixels of places (x, z) on the ground."""
        return [self.eye.see(x, y, z) for x, z in places]


Paint = Callable[[Street], None]


@dataclass(frozen=True)
class Scene:
    """A street scene: the category codes it can stand for, its titles, and how it is drawn."""

    name: str
    codes: tuple[str, ...]
    title_zh: str
    title_en: str
    paint: Paint = field(repr=False, compare=False)
    hours: tuple[Light, ...] = field(default=ANY, repr=False)


def scene(
    name: str, codes: str, title_zh: str, title_en: str, hours: tuple[Light, ...] = ANY
) -> Callable[[Paint], Scene]:
    """Makes a scene of the function that draws it; `codes` are separated by spaces."""

    def made(paint: Paint) -> Scene:
        return Scene(name, tuple(codes.split()), title_zh, title_en, paint, hours)

    return made
