"""People, plainly drawn, 1.7 m tall, from their feet."""

from __future__ import annotations

from workflow.demo.scenes.canvas import Pen, dark, smooth

SKIN = "#e2b08c"


def person(
    pen: Pen, top: str, legs: str = "#3f4a5c", *, hair: str = "#2f2933", hat: str | None = None, vest: bool = False,
    reach: float = 0, apron: str | None = None, stride: float = 0.12,
) -> None:  # fmt: skip
    """A standing person; `reach` lifts the right arm, 0 hanging to 1 level."""
    pen.oval(0.14, 0, 0.42, 0.07, "#2c2640", 0.28)
    for side in (-1, 1):
        x = side * stride
        pen.poly([(x - 0.09, 0.06), (x + 0.09, 0.06), (side * 0.1 + 0.1, 0.85), (side * 0.1 - 0.1, 0.85)],
            legs if side < 0 else dark(legs, 0.18))
        pen.rounded(x - 0.1, 0, x + 0.15, 0.09, 0.04, "#33303a")
    pen.line([(-0.22, 1.28), (-0.3, 1.02), (-0.26, 0.82)], dark(top, 0.15), 0.12)
    pen.oval(-0.26, 0.79, 0.055, 0.06, SKIN)
    pen.poly(smooth([(-0.2, 0.78), (0.2, 0.78), (0.24, 1.15), (0.22, 1.36), (0.08, 1.43), (-0.08, 1.43),
        (-0.22, 1.36), (-0.24, 1.15)], steps=3), top)
    if vest:
        pen.box(-0.22, 0.96, 0.22, 1.04, "#f7f2d0")
        pen.box(-0.15, 1.04, -0.08, 1.4, "#f7f2d0")
        pen.box(0.08, 1.04, 0.15, 1.4, "#f7f2d0")
    if apron:
        pen.poly([(-0.15, 0.6), (0.17, 0.6), (0.14, 1.25), (-0.12, 1.25)], apron)
    hand = (0.26 + 0.36 * reach, 0.82 + 0.34 * reach)
    pen.line([(0.2, 1.28), (0.3 + 0.08 * reach, 1.04), hand], top, 0.12)
    pen.oval(*hand, 0.06, 0.06, SKIN)
    pen.box(-0.05, 1.38, 0.05, 1.5, dark(SKIN, 0.12))
    pen.oval(0, 1.57, 0.115, 0.14, SKIN)
    pen.poly(smooth([(-0.125, 1.55), (-0.11, 1.7), (0.02, 1.745), (0.12, 1.68), (0.115, 1.6), (0.0, 1.65),
        (-0.09, 1.6)], steps=3), hair)
    if hat:
        pen.poly(smooth([(-0.15, 1.65), (-0.12, 1.76), (0, 1.81), (0.12, 1.76), (0.15, 1.65)], steps=3), hat)
        pen.rounded(-0.17, 1.63, 0.22, 1.67, 0.015, dark(hat, 0.2))


def dog(pen: Pen, color: str = "#b98a5a") -> None:
    """A street dog, 0.9 m long, its head to the right."""
    pen.oval(0.08, 0, 0.5, 0.07, "#2c2640", 0.28)
    for x in (-0.3, -0.2, 0.2, 0.3):
        pen.line([(x, 0.34), (x - 0.01, 0.04)], color if x in (-0.3, 0.3) else dark(color, 0.2), 0.075)
    pen.poly(smooth([(-0.4, 0.38), (-0.34, 0.56), (0, 0.57), (0.28, 0.6), (0.36, 0.46), (0.26, 0.32), (-0.05, 0.33),
        (-0.32, 0.3)]), color)
    pen.line(smooth([(-0.38, 0.5), (-0.52, 0.62), (-0.5, 0.76)], closed=False), color, 0.06)
    pen.poly(smooth([(0.24, 0.56), (0.3, 0.76), (0.42, 0.82), (0.52, 0.74), (0.66, 0.68), (0.64, 0.6), (0.46, 0.58),
        (0.36, 0.48)]), color)
    pen.poly([(0.31, 0.74), (0.26, 0.94), (0.4, 0.82)], dark(color, 0.3))
    pen.poly([(0.4, 0.8), (0.42, 0.95), (0.5, 0.79)], dark(color, 0.2))
    pen.oval(0.65, 0.67, 0.03, 0.025, "#2b2931")
    pen.oval(0.48, 0.73, 0.017, 0.02, "#2b2931")
    pen.poly(smooth([(-0.1, 0.5), (0.08, 0.55), (0.1, 0.42), (-0.08, 0.4)]), dark(color, 0.3))
