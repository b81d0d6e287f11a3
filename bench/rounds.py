"""A floor and the product by turns, so that what else this machine does meets both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.load import Told
from stage.stage import Stage


@dataclass(frozen=True)
class Rounds:
    """What each round brought."""

    floor: list[Told]
    product: list[Told]

    @property
    def share(self) -> float:
        """How many percent of the floor's answers a second the product gives: the median of the rounds."""
        return 100 * median(ours.rate / bare.rate for ours, bare in zip(self.product, self.floor, strict=True))

    @property
    def floor_rate(self) -> float:
        """Answers a second."""
        return median(told.rate for told in self.floor)

    @property
    def rate(self) -> float:
        """Answers a second of the product."""
        return median(told.rate for told in self.product)

    @property
    def failed(self) -> int:
        """Answers of either that were none of success."""
        return sum(told.failed for told in (*self.floor, *self.product))

    def within(self, share: float) -> float:
        """The milliseconds in which this share of the product's answers came: the median of the rounds."""
        return 1000 * median(told.share(share) for told in self.product)

    @property
    def cpu(self) -> tuple[float, float]:
        """The milliseconds that the floor and the product compute for an answer."""
        floor, product = (
            1000 * median(told.cpu / len(told.seconds) for told in each) for each in (self.floor, self.product)
        )
        return floor, product

    def show(self, stage: Stage, what: str, *, least: float, aim: float) -> None:
        """Hold the share against its bounds, and print what it is made of."""
        floor, product = self.cpu
        stage.figure(f"{what}: of the floor", self.share, "%", least=least, aim=aim)
        stage.figure(f"{what}: of the floor, by computing alone", 100 * floor / product, "%")
        stage.figure(f"{what}: the floor", self.floor_rate, "/s")
        stage.figure(f"{what}: computing an answer, the floor", floor, "ms")
        stage.figure(f"{what}: computing an answer", product, "ms")
        stage.figure(f"{what}: answered within, p50", self.within(0.5), "ms")
        stage.figure(f"{what}: answers that were none of success", self.failed, exactly=0)


def alternate(rounds: int, floor: Callable[[], Told], product: Callable[[], Told]) -> Rounds:
    """So many rounds of both, every other one in the other order; one before them warms up and does not count."""
    found = Rounds([], [])
    for number in range(rounds + 1):
        if number % 2:
            ours, bare = product(), floor()
        else:
            bare, ours = floor(), product()
        if number:
            found.floor.append(bare)
            found.product.append(ours)
    return found
