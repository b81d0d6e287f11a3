"""Bicycles, e-bikes, cars and lorries, in metres from the middle of their foot."""

from __future__ import annotations

from workflow.demo.scenes.canvas import Pen, dark, mix, pale, ring, smooth

SHADOW = "#2c2640"
SHARED = ("#f0bd2f", "#3f87c9", "#3fae9b", "#f0bd2f")
PAINTS = ("#c9564a", "#e9e4da", "#3f5f7f", "#7f8a90", "#d8a24c", "#56796b", "#f3f0ea", "#4a4652")


def _wheel(pen: Pen, x: float, r: float, spokes: bool = True) -> None:
    pen.circle(x, r, r - 0.03, "#2f2d35", 0.055)
    if spokes:
        for px, py in ring(x, r, r - 0.07, r - 0.07, 20, 140, 2):
            pen.line([(px, py), (2 * x - px, 2 * r - py)], "#a9acb0", 0.012)
    pen.oval(x, r, 0.05, 0.05, "#55575e")


def bicycle(pen: Pen, color: str, shadow: bool = True) -> None:
    """A shared bicycle, 1.7 m long, its front to the right."""
    if shadow:
        pen.oval(0.1, 0.0, 0.95, 0.09, SHADOW, 0.26)
    _wheel(pen, -0.52, 0.32)
    _wheel(pen, 0.52, 0.32)
    pen.line([(-0.52, 0.32), (-0.1, 0.3), (0.36, 0.76)], color, 0.075)
    pen.line([(-0.1, 0.3), (-0.2, 0.86)], color, 0.065)
    pen.line([(-0.52, 0.32), (-0.17, 0.68), (0.36, 0.8)], color, 0.045)
    pen.line([(0.52, 0.32), (0.34, 0.98)], dark(color, 0.15), 0.06)
    pen.poly(ring(-0.52, 0.32, 0.37, 0.37, 30, 150, 9) + ring(-0.52, 0.32, 0.33, 0.33, 150, 30, 9), color)
    pen.poly(ring(0.52, 0.32, 0.37, 0.37, 40, 150, 9) + ring(0.52, 0.32, 0.33, 0.33, 150, 40, 9), color)
    pen.line([(0.34, 0.98), (0.24, 1.06)], "#3a3a42", 0.05)
    pen.poly([(0.4, 0.72), (0.72, 0.74), (0.76, 0.98), (0.38, 0.96)], "#4a4b54")
    pen.poly([(0.44, 0.76), (0.68, 0.78), (0.71, 0.93), (0.43, 0.92)], "#6d6f78")
    pen.poly(smooth([(-0.38, 0.9), (-0.2, 0.86), (0.0, 0.9), (-0.18, 0.97), (-0.36, 0.98)]), "#33323b")
    pen.oval(-0.1, 0.3, 0.09, 0.09, dark(color, 0.3))
    pen.box(-0.68, 0.5, -0.42, 0.62, "#f4efe2")


def ebike(pen: Pen, color: str, box: str | None = None, shadow: bool = True) -> None:
    """An electric scooter, 1.7 m long, its front to the right; `box` the colour of a rider's box."""
    if shadow:
        pen.oval(0.12, 0, 1.0, 0.1, SHADOW, 0.28)
    _wheel(pen, -0.58, 0.25, False)
    _wheel(pen, 0.6, 0.25, False)
    pen.poly(smooth([(-0.92, 0.5), (-0.75, 0.28), (-0.3, 0.22), (0.25, 0.2), (0.3, 0.3), (-0.1, 0.34), (-0.18, 0.66),
        (-0.85, 0.7)]), color)
    pen.poly(smooth([(-0.85, 0.52), (-0.7, 0.3), (-0.25, 0.24), (-0.14, 0.3), (-0.3, 0.42)]), dark(color, 0.25))
    pen.poly(smooth([(0.24, 0.2), (0.38, 0.3), (0.42, 0.95), (0.34, 1.0), (0.22, 0.9), (0.2, 0.4)]), color)
    pen.line([(0.6, 0.25), (0.42, 0.92)], "#55575e", 0.07)
    pen.poly(ring(0.6, 0.25, 0.3, 0.3, 25, 150, 8) + ring(0.6, 0.25, 0.24, 0.24, 150, 25, 8), dark(color, 0.1))
    pen.line([(0.36, 0.98), (0.24, 1.1)], "#33323b", 0.06)
    pen.line([(0.38, 1.0), (0.36, 1.26)], "#55575e", 0.02)
    pen.oval(0.34, 1.28, 0.07, 0.05, "#4a4b54")
    pen.oval(0.44, 0.86, 0.06, 0.07, "#ffe9ae")
    pen.poly(smooth([(-0.84, 0.72), (-0.2, 0.68), (-0.14, 0.76), (-0.5, 0.82), (-0.86, 0.82)]), "#33323b")
    pen.box(-0.94, 0.52, -0.86, 0.58, "#d4402f")
    pen.line([(-0.35, 0.24), (-0.28, 0.02)], "#55575e", 0.03)
    if box:
        pen.rounded(-0.98, 0.82, -0.4, 1.36, 0.05, box)
        pen.box(-0.54, 0.86, -0.4, 1.32, dark(box, 0.2))
        pen.box(-0.98, 1.2, -0.4, 1.24, dark(box, 0.3))
        pen.rounded(-0.88, 0.96, -0.66, 1.12, 0.03, "#fff6e4")


def car(pen: Pen, color: str) -> None:
    """A car from the side, 4.3 m, its front to the right."""
    pen.oval(0.2, 0.02, 2.4, 0.17, SHADOW, 0.36)
    body = smooth([(-2.12, 0.35), (-2.15, 0.75), (-1.95, 0.98), (-1.5, 1.02), (-1.0, 1.42), (-0.3, 1.5),
        (0.45, 1.42), (1.05, 1.0),
                   (1.75, 0.9), (2.12, 0.7), (2.15, 0.35), (1.6, 0.24), (-1.7, 0.24)], steps=4)  # fmt: skip
    pen.poly(body, color)
    pen.poly([(-2.14, 0.55), (2.15, 0.52), (2.12, 0.32), (1.6, 0.24), (-1.7, 0.24), (-2.1, 0.34)], dark(color, 0.25))
    glass = mix("#55707c", pen.light.sky_low, 0.2)
    pen.poly(smooth([(-1.36, 1.0), (-0.95, 1.34), (-0.3, 1.41), (-0.28, 1.0)], steps=3), glass)
    pen.poly(smooth([(-0.18, 1.0), (-0.2, 1.41), (0.4, 1.34), (0.88, 0.99)], steps=3), glass)
    pen.poly([(-0.95, 1.3), (-0.7, 1.35), (-0.95, 1.02), (-1.2, 1.02)], "#ffffff", 0.3)
    pen.poly([(0.1, 1.36), (0.3, 1.33), (0.1, 1.02), (-0.1, 1.02)], "#ffffff", 0.3)
    pen.line([(-0.23, 0.98), (-0.2, 0.4)], dark(color, 0.35), 0.02)
    pen.line([(-2.0, 0.88), (1.9, 0.82)], pale(color, 0.45), 0.025)
    for x in (-0.5, 0.5):
        pen.rounded(x - 0.1, 0.82, x + 0.1, 0.87, 0.02, dark(color, 0.4))
    pen.poly([(1.86, 0.82), (2.1, 0.7), (2.08, 0.6), (1.82, 0.68)], "#fff0c4")
    pen.poly([(-2.12, 0.82), (-1.95, 0.9), (-1.9, 0.72), (-2.13, 0.68)], "#cf3f34")
    pen.oval(0.95, 1.0, 0.12, 0.07, color)
    for x in (-1.32, 1.34):
        pen.oval(x, 0.34, 0.4, 0.4, dark(color, 0.5))
        pen.oval(x, 0.32, 0.33, 0.32, "#2b2931")
        pen.oval(x, 0.32, 0.2, 0.2, "#b9bcc0")
        for px, py in ring(x, 0.32, 0.17, 0.17, 0, 288, 4):
            pen.line([(x, 0.32), (px, py)], "#6d7078", 0.05)


def car_behind(pen: Pen, color: str, van: bool = False) -> None:
    """A car, or a lorry with its box, seen from behind; 1.8 m or 2.3 m wide."""
    w, h = (1.15, 2.9) if van else (0.9, 1.48)
    pen.oval(0.15, 0.02, w * 1.2, 0.15, SHADOW, 0.4)
    for x in (-w * 0.78, w * 0.78):
        pen.rounded(x - 0.13, 0, x + 0.13, 0.5, 0.05, "#2b2931")
    if van:
        pen.box(-w, 0.55, w, h, color)
        pen.box(w * 0.82, 0.55, w, h, dark(color, 0.2))
        pen.box(-0.02, 0.6, 0.02, h - 0.1, dark(color, 0.4))
        for x in (-0.75, -0.25, 0.25, 0.75):
            pen.box(x - 0.015, 0.7, x + 0.015, h - 0.2, dark(color, 0.3))
        for x in (-0.14, 0.14):
            pen.box(x - 0.03, 1.3, x + 0.03, 1.6, "#55575e")
        pen.box(-w, h - 0.12, w, h, dark(color, 0.3))
        pen.box(-w, 0.42, w, 0.6, "#4a4b54")
    else:
        pen.poly(smooth([(-w, 0.3), (-w, 0.85), (-w * 0.86, 1.0), (-w * 0.66, h), (w * 0.66, h), (w * 0.86, 1.0),
            (w, 0.85), (w, 0.3)], steps=3), color)
        pen.poly([(-w * 0.74, 1.0), (-w * 0.6, h - 0.1), (w * 0.6, h - 0.1), (w * 0.74, 1.0)], "#55707c")
        pen.poly([(-w * 0.4, 1.0), (-w * 0.2, h - 0.1), (0, h - 0.1), (-w * 0.2, 1.0)], "#ffffff", 0.25)
        pen.box(-w, 0.28, w, 0.46, dark(color, 0.35))
    pen.rounded(-0.26, 0.5 if not van else 0.44, 0.26, 0.64 if not van else 0.56, 0.02, "#3767a6")
    for x in (-w * 0.84, w * 0.84):
        pen.rounded(x - 0.14, 0.66 if not van else 0.62, x + 0.14, 0.84 if not van else 0.8, 0.03, "#d8412f",
            lit=pen.light.lamps_on)


def cart(pen: Pen, color: str) -> None:
    """A hawker's tricycle: a flat bed on wheels, 2 m, its front to the right."""
    pen.oval(0.1, 0, 1.5, 0.13, SHADOW, 0.3)
    for x in (-0.55, 0.95):
        _wheel(pen, x, 0.3)
    pen.poly([(-1.15, 0.45), (0.45, 0.45), (0.5, 0.75), (-1.2, 0.75)], color)
    pen.box(-1.2, 0.68, 0.5, 0.75, pale(color, 0.3))
    pen.line([(0.45, 0.5), (0.95, 0.3), (0.78, 1.05), (0.62, 1.1)], "#55575e", 0.06)
    pen.line([(0.5, 0.5), (0.52, 0.88)], "#55575e", 0.05)
    pen.rounded(0.38, 0.86, 0.66, 0.94, 0.03, "#33323b")
