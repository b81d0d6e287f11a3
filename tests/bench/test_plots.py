"""The benchmarks' charts: whole SVG that says its figures in words, too, and fetches nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import plot
from bench.bars import Bar, chart
from stage.figures import Figures

SVG = "{http://www.w3.org/2000/svg}"


def test_a_chart_draws_each_bar_with_its_bounds_and_what_was_before() -> None:
    bars = [
        Bar("上报", "SQLite", 20.0, "20 %", 30.0, 45.0, 11.0),
        Bar("上报", "PostgreSQL", 900.0, "900 %", None, None, None),
    ]
    root = ElementTree.fromstring(chart("速度 <1>", "竖线", bars, "zh"))
    drawn = [each.attrib for each in root.iter(f"{SVG}rect") if each.get("class") in ("a", "b")]
    widths = [float(each["width"]) for each in drawn]
    assert widths[1] == pytest.approx(3 * 45 / 20 * widths[0], abs=0.5), "what is far beyond its bounds is cut"
    assert [each.get("class") for each in root.iter(f"{SVG}line")] == ["bound", "aim"]
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    assert root.findtext(f"{SVG}title") == "速度 <1>"
    assert "PostgreSQL 900 %" in (root.findtext(f"{SVG}desc") or "")


def test_it_draws_what_was_kept_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Figures(lambda line: None)
    figures.figure("reports: of the floor", 23.25, "%", least=30, aim=45)
    kept = {"reports": {"sqlite": [vars(each) for each in figures.found]}}
    (tmp_path / "results.json").write_text(json.dumps(kept), encoding="utf-8")
    monkeypatch.setattr(plot, "FOLDER", tmp_path)
    plot.main()
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["shares-en.svg", "shares-zh.svg"]
    for path, word in (("shares-en.svg", "a report"), ("shares-zh.svg", "上报")):
        drawn = (tmp_path / path).read_text(encoding="utf-8")
        assert f"{word} SQLite 23.2 %" in drawn
        assert not re.search(r"(href|src|url\()", drawn), "it fetches nothing"
