"""Charts stand on the ground, reach to the top, and carry their numbers without covering one another."""

from __future__ import annotations

import pytest

from web.charts import HEAD, HEIGHT, days

LABELS = [f"day {number}" for number in range(30)]


def test_bars_stand_on_the_ground_and_the_highest_reaches_the_top() -> None:
    bars = [number % 7 for number in range(30)]
    chart = days("t", "s", LABELS, bars, told=LABELS)
    assert [column.says for column in chart.columns] == LABELS
    for column, value in zip(chart.columns, bars, strict=True):
        assert column.y + column.height == pytest.approx(HEIGHT)
        assert column.height == pytest.approx((HEIGHT - HEAD) * value / 6, abs=0.1)
        assert 0 <= column.x < column.x + column.width <= 100
    assert [(mark.words, mark.of) for mark in chart.marks] == [("6", "bar")]


def test_a_line_and_bars_share_a_scale_and_each_says_its_highest() -> None:
    bars, line = [1] * 30, [0] * 30
    bars[3], line[20] = 8, 10
    chart = days("t", "s", LABELS, bars, line, LABELS)
    assert [(mark.words, mark.of) for mark in chart.marks] == [("8", "bar"), ("10", "line")]
    assert chart.line.split()[20].endswith(f",{float(HEAD)}")
    assert chart.columns[3].y > HEAD
    line[20], line[4] = 0, 10
    near = days("t", "s", LABELS, bars, line, LABELS)
    assert [mark.words for mark in near.marks] == ["8"]


def test_a_line_alone_says_its_last_day_and_its_highest() -> None:
    line = [2] * 29 + [5]
    line[10] = 9
    marks = days("t", "s", LABELS, line=line).marks
    assert [(mark.words, mark.anchor) for mark in marks] == [("5", "end"), ("9", "middle")]


@pytest.mark.parametrize("count", [0, 1, 7, 30, 90])
def test_days_are_named_from_the_first_to_the_last(count: int) -> None:
    labels = [f"day {number}" for number in range(count)]
    chart = days("t", "s", labels, [0] * count, [0] * count, labels)
    assert chart.marks == []
    named = [tick.words for tick in chart.ticks]
    assert named == sorted(dict.fromkeys(named), key=labels.index)
    assert len(named) <= 4
    if count:
        assert (named[0], named[-1]) == (labels[0], labels[-1])
    assert all(0 <= tick.x <= 100 for tick in chart.ticks)
