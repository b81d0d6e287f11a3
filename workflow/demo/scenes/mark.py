"""The mark on every drawn picture: 演示图片 · Whistle demo, in our own strokes, as no font need have them."""

from __future__ import annotations

from functools import cache

from PIL import Image, ImageDraw, ImageFont

Stroke = tuple[tuple[float, float], ...]

# Strokes in a square of 10 × 10, y downwards.
GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "演": (
        ((0.6, 1), (1.8, 2)), ((0.2, 3.8), (1.5, 4.8)), ((0.4, 9.2), (1.9, 6.2)),
        ((6.2, 0.2), (6.4, 1.3)), ((3, 2.8), (3, 1.6), (9.4, 1.6), (9.4, 2.8)), ((3.9, 3.1), (8.6, 3.1)),
        ((3.7, 4.4), (8.9, 4.4), (8.9, 7.7), (3.7, 7.7), (3.7, 4.4)), ((3.7, 6), (8.9, 6)), ((6.3, 3.1), (6.3, 7.7)),
        ((4.9, 8.2), (3.1, 9.7)), ((7.6, 8.2), (9.4, 9.7)),
    ),
    "示": (
        ((2, 1.3), (8, 1.3)), ((0.6, 4), (9.4, 4)), ((5, 4), (5, 9.2), (3.8, 8.8)),
        ((2.9, 5.6), (1, 8.3)), ((7, 5.6), (9, 8.3)),
    ),
    "图": (
        ((1, 0.8), (9, 0.8), (9, 9.4), (1, 9.4), (1, 0.8)), ((4.3, 1.8), (2.3, 4.2)), ((3.9, 2.6), (7, 2.6),
            (2.4, 5.9)),
        ((3.6, 3.4), (7.7, 5.7)), ((4.4, 6.1), (5.9, 6.7)), ((3.7, 7.5), (6.2, 8.4)),
    ),
    "片": (
        ((2.4, 0.8), (2.4, 5.6), (0.8, 9.4)), ((2.4, 3.6), (9.2, 3.6)), ((5.8, 0.5), (5.8, 3.6)),
        ((2.4, 6), (7.4, 6), (7.4, 9.6)),
    ),
    "消": (
        ((0.6, 1), (1.8, 2)), ((0.2, 3.8), (1.5, 4.8)), ((0.4, 9.2), (1.9, 6.2)), ((6.3, 0.3), (6.3, 3.3)),
        ((3.8, 1.2), (4.7, 2.4)), ((8.9, 1.2), (8, 2.4)), ((3.9, 9.6), (3.9, 3.6), (8.9, 3.6), (8.9, 9.3), (7.8, 9.1)),
        ((3.9, 5.4), (8.9, 5.4)), ((3.9, 7.2), (8.9, 7.2)),
    ),
    "防": (
        ((1, 9.7), (1, 0.9), (3.4, 0.9), (2.2, 3.9), (3.3, 5.6), (2.1, 6.9)), ((6.4, 0.4), (6.9, 1.7)),
        ((4, 2.4), (9.7, 2.4)), ((6.3, 2.4), (5.8, 6), (4, 9.5)), ((6.1, 4.9), (8.9, 4.9), (8.5, 9.2), (7.1, 8.9)),
    ),
    "通": (
        ((1, 0.9), (2.2, 2.2)), ((0.4, 4), (2.2, 4), (2.2, 7.8)), ((0.4, 9.4), (2.2, 7.8), (4.2, 9.1), (9.8, 9.3)),
        ((4, 0.9), (8.6, 0.9), (6.5, 2.5)), ((5.2, 1.6), (7.4, 2.8)), ((4, 7.9), (4, 3.1), (9, 3.1), (9, 7.7),
            (8, 7.5)),
        ((4, 4.7), (9, 4.7)), ((4, 6.2), (9, 6.2)), ((6.5, 3.1), (6.5, 7.9)),
    ),
    "道": (
        ((1, 0.9), (2.2, 2.2)), ((0.4, 4), (2.2, 4), (2.2, 7.8)), ((0.4, 9.4), (2.2, 7.8), (4.2, 9.1), (9.8, 9.3)),
        ((4.8, 0.4), (5.6, 1.5)), ((8.2, 0.4), (7.3, 1.6)), ((3.5, 1.9), (9.7, 1.9)), ((6.5, 1.9), (6.1, 3.1)),
        ((4.4, 3.1), (8.8, 3.1), (8.8, 7.9), (4.4, 7.9), (4.4, 3.1)), ((4.4, 4.7), (8.8, 4.7)), ((4.4, 6.3),
            (8.8, 6.3)),
    ),
}  # fmt: skip


@cache
def _mark() -> Image.Image:
    """The words as a mask, 17 pixels high."""
    fine, size = 4, 15
    font = ImageFont.load_default(14 * fine)
    latin = " · Whistle demo"
    wide = round(4 * (size + 2) * fine + font.getlength(latin))
    mask = Image.new("L", (wide // fine * fine + fine, 20 * fine), 0)
    pen = ImageDraw.Draw(mask)
    for i, character in enumerate("演示图片"):
        left, top = i * (size + 2) * fine + 4, 2.2 * fine
        for stroke in GLYPHS[character]:
            pen.line([(left + x * size * fine / 10, top + y * size * fine / 10) for x, y in stroke], fill=255,
                width=6, joint="curve")
    pen.text((4 * (size + 2) * fine, 1.4 * fine), latin, fill=255, font=font)
    return mask.reduce(fine)


def stamp(picture: Image.Image) -> None:
    """Writes the mark at the lower right, light on a dark veil, so that it reads on any picture."""
    mask = _mark()
    x, y = picture.width - mask.width - 20, picture.height - mask.height - 14
    veil = Image.new("L", (mask.width + 16, mask.height + 8), 0)
    ImageDraw.Draw(veil).rounded_rectangle((0, 0, veil.width - 1, veil.height - 1), 6, fill=120)
    picture.paste((32, 26, 44), (x - 8, y - 4), veil)
    picture.paste((255, 250, 238), (x, y), mask)
