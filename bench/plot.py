"""`bin/bench plot`: draws the figures that `--keep` left in docs/speed/results.json, as SVG in both languages.

What was measured before something was changed lies in docs/speed/before.json, in the same form, and is drawn as a ring.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bars import Bar, chart
from config import ROOT

FOLDER = ROOT / "docs" / "speed"
LOCALES = ("zh", "en")
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Row:
    """A figure that is drawn: which trial's, its label there, and what it is called."""

    trial: str
    label: str
    zh: str
    en: str

    def name(self, locale: str) -> str:
        """What it is called."""
        return self.zh if locale == "zh" else self.en


@dataclass(frozen=True)
class Chart:
    """A chart: its file's name, titles, and what it shows in percent: of the floor, or of what is allowed."""

    name: str
    titles: dict[str, str]
    notes: dict[str, str]
    rows: Sequence[Row]
    of_bound: bool = False


SHARES = Chart(
    "shares",
    {
        "zh": "每秒应答数，占裸底线的百分比（越长越好）",
        "en": "Answers a second, in percent of the bare floor (longer is better)",
    },
    {"zh": "竖线：至少应达到；虚线：目标；圆圈：改进前", "en": "line: at least; dashed: aim; ring: before"},
    (
        Row("reports", "reports: of the floor", "上报", "a report"),
        Row("transitions", "transitions: of the floor", "流转", "a transition"),
        Row("lists", "list as JSON: of the floor", "列表（JSON）", "a list, as JSON"),
        Row("lists", "list as a page: of the floor", "列表（网页）", "a list, as a page"),
    ),
)
COMPUTING = Chart(
    "computing",
    {
        "zh": "只看计算量，占裸底线的百分比（越长越好）",
        "en": "By computing alone, in percent of the bare floor (longer is better)",
    },
    {"zh": "不受同机其他工作影响；圆圈：改进前", "en": "hardly moved by whatever else the machine does; ring: before"},
    tuple(Row(row.trial, f"{row.label}, by computing alone", row.zh, row.en) for row in SHARES.rows),
)
LIMITS = Chart(
    "limits",
    {"zh": "占上限的百分比（越短越好）", "en": "In percent of what is allowed (shorter is better)"},
    {"zh": "竖线：上限；虚线：目标", "en": "line: the most allowed; dashed: aim"},
    (
        Row("reports", "reports: answered within, p99", "上报 p99", "a report, p99"),
        Row("latency", "routed and told after 201, p95", "分派并通知 p95", "routed and told, p95"),
        Row("jobs", "times the floor", "后台任务", "a job"),
        Row("memory", "web, workers, relay and Redis together", "内存", "memory"),
        Row("lists", "list as JSON: time among 100,000 to 1,000", "百倍工单 · JSON", "100 × tickets, JSON"),
        Row("lists", "list as a page: time among 100,000 to 1,000", "百倍工单 · 网页", "100 × tickets, page"),
    ),
    of_bound=True,
)

Kept = dict[str, dict[str, list[dict[str, Any]]]]


def main() -> None:
    """Draw all charts of which there are figures."""
    results, before = _read(FOLDER / "results.json"), _read(FOLDER / "before.json")
    for each in (SHARES, COMPUTING, LIMITS):
        for locale in LOCALES:
            bars = list(_bars(each, results, before, locale))
            if bars:
                drawn = chart(each.titles[locale], each.notes[locale], bars, locale)
                (FOLDER / f"{each.name}-{locale}.svg").write_text(drawn, encoding="utf-8")


def _read(path: Path) -> Kept:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _bars(what: Chart, results: Kept, before: Kept, locale: str) -> Iterator[Bar]:
    for row in what.rows:
        for database, title in DATABASES.items():
            found, earlier = (_find(kept, row, database) for kept in (results, before))
            if found is None:
                continue
            whole = found["most"] / 100 if what.of_bound else 1.0
            bound = 100.0 if what.of_bound else found["least"]
            yield Bar(
                group=row.name(locale),
                name=title,
                value=found["value"] / whole,
                said=_said(found["value"], found["unit"]),
                bound=bound,
                aim=found["aim"] / whole if found["aim"] else None,
                before=earlier["value"] / whole if earlier else None,
            )


def _find(kept: Kept, row: Row, database: str) -> dict[str, Any] | None:
    figures = kept.get(row.trial, {}).get(database, [])
    return next((each for each in figures if each["label"] == row.label), None)


def _said(value: float, unit: str) -> str:
    number = f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return f"{number} {unit or '×'}"


if __name__ == "__main__":
    main()
