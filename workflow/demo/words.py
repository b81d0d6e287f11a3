"""What riders write: short, concrete, with the place in it; sometimes with a slip, sometimes nothing at all."""

from __future__ import annotations

from random import Random

from workflow.demo.english import ENGLISH
from workflow.demo.matters import Matter
from workflow.demo.phrases import AFTERS, ENDS, ON_THE_WAY, TYPOS
from workflow.demo.roads import Spot

TYPO = 0.06
APART = ("L0001", "L0002", "06008", "06025", "06028", "08001")
"""Matters that are in nobody's way."""


def report(matter: Matter, spot: Spot, chance: Random, *, english: bool = False) -> str:
    """A rider's text of a matter at a place."""
    if english and matter.code in ENGLISH:
        return chance.choice(ENGLISH[matter.code]).format(at=spot.road)
    afters = AFTERS if matter.code in APART else AFTERS + ON_THE_WAY
    text = chance.choice(matter.said).format(at=place(spot, chance)) + chance.choice(afters)
    if chance.random() < TYPO:
        right, wrong = chance.choice(TYPOS)
        text = text.replace(right, wrong, 1)
    if chance.random() < 0.12:
        text = text.replace("，", " ")
    return text + chance.choice(ENDS)


def place(spot: Spot, chance: Random) -> str:
    """The place as a rider says it."""
    ways = (f"{spot.road}{spot.landmark}", f"{spot.road}{spot.landmark}", spot.landmark, f"{spot.road}这边", spot.road)
    return chance.choice(ways)
