"""What reading gives: the tiny pack whole, and files as people really save them."""

from collections.abc import Callable
from pathlib import Path

import shapely

from tests.workflow.city.conftest import ROOT
from workflow.city import read_pack
from workflow.city.pack import Limit, Words

Spoil = Callable[[str, str, str], None]


def test_another_city_reads_as_well(tiny: Path) -> None:
    pack = read_pack(tiny)
    assert (pack.code, pack.prefix, pack.timezone) == ("delft", "DLF", "Europe/Amsterdam")
    assert pack.name == Words("代尔夫特", "Delft")
    assert [unit.path for unit in pack.units if unit.kind == "community"] == ["delft/binnenstad/markt/"]
    assert [category.limit for category in pack.categories] == [
        Limit(1020, "working"), Limit(240, "calendar"), Limit(5100, "working"),
    ]  # fmt: skip
    assert pack.categories[0].keywords == ("fiets", "plastic")
    assert pack.categories[2].keywords == ()
    assert {(rule.kind, rule.code): rule.body for rule in pack.rules} == {
        ("routing", "quay"): {"do": "triage", "when": {"category": "C2"}, "priority": None, "department": None},
        ("duplicates", "duplicates"): {"metres": 30, "hours": 24},
        ("reward", "report"): {"pays": "category", "excluded": ["staff"]},
        ("cap", "day"): {"points": 20},
        ("cap", "month"): {"points": 100},
    }


def test_settings_keep_the_shape_of_the_file(tiny: Path) -> None:
    settings = read_pack(tiny).settings()
    assert settings["office_hours"] == ["08:30-17:00"]
    assert settings["limits"]["triage"] == {
        "minutes": 60, "counts": "working", "urgent": {"minutes": 60, "counts": "working"},
    }  # fmt: skip
    assert settings["limits"]["arbitrate"]["urgent"] == {"minutes": 60, "counts": "calendar"}
    assert settings["governance"]["reports_per_hour"] == 20


def test_every_unit_comes_after_its_parent(tiny: Path) -> None:
    lines = (tiny / "units.csv").read_text(encoding="utf-8").splitlines()
    (tiny / "units.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    seen: set[str | None] = {None}
    for unit in read_pack(tiny).units:
        assert unit.parent in seen
        seen.add(unit.code)


def test_files_saved_by_a_spreadsheet_are_read(tiny: Path) -> None:
    for file in ("units.csv", "categories.csv", "calendar.csv", "groups.csv"):
        text = (tiny / file).read_text(encoding="utf-8").replace("\n", "\r\n") + "\r\n,,,\r\n".replace(",", "")
        (tiny / file).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(read_pack(tiny).categories) == 3


def test_lines_are_counted_over_cells_of_several_lines(
    tiny: Path, spoil: Spoil, mistakes: Callable[[], list[tuple[str, int, str]]]
) -> None:
    spoil("units.csv", "Binnenstad\n", '"Binnen\nstad"\n')
    spoil("units.csv", "hof,street", "hof,road")
    assert mistakes()[0][:2] == ("units.csv", 5)


def test_an_office_may_close_at_midnight(tiny: Path, spoil: Spoil) -> None:
    spoil("city.yaml", '["08:30-17:00"]', '["08:30-12:00", "20:00-24:00"]')
    assert read_pack(tiny).settings()["office_hours"] == ["08:30-12:00", "20:00-00:00"]


def test_codes_that_look_like_numbers_stay_as_written(tiny: Path, spoil: Spoil) -> None:
    spoil("categories.csv", "C2,水", "0010,水")
    spoil("routing.yaml", "{category: C2}", "{in: [0010, C1]}")
    assert read_pack(tiny).rules[0].body["when"] == {"in": ["0010", "C1"]}


def test_an_area_may_have_several_parts_and_heights(tiny: Path, spoil: Spoil) -> None:
    ring = "[[4.340, 52.006], [4.354, 52.006], [4.354, 52.017], [4.340, 52.017], [4.340, 52.006]]"
    parts = (
        "[[[4.340, 52.006, 1], [4.343, 52.006, 1], [4.343, 52.017, 1], [4.340, 52.006, 1]]], "
        "[[[4.345, 52.006], [4.354, 52.006], [4.354, 52.017], [4.345, 52.006]]]"
    )
    spoil("areas.geojson", f'"Polygon", "coordinates": [{ring}]', f'"MultiPolygon", "coordinates": [{parts}]')
    [area] = [area for area in read_pack(tiny).areas if area.unit == "hof"]
    assert area.geometry["type"] == "MultiPolygon"
    assert shapely.get_num_geometries(area.shape) == 2


def test_the_digest_changes_with_any_file(tiny: Path, spoil: Spoil) -> None:
    before = read_pack(tiny).sha256
    assert read_pack(tiny).sha256 == before
    spoil("calendar.csv", "Kerstmis", "Eerste Kerstdag")
    assert read_pack(tiny).sha256 != before


def test_nothing_of_a_city_is_in_the_code() -> None:
    ours = ("sip", "suzhou", "苏州", "loufeng", "娄葑", "06010", "enforcement")
    for file in (ROOT / "workflow/city").glob("*.py"):
        code = file.read_text(encoding="utf-8").lower().replace("cities/sip", "")
        assert not [word for word in ours if word in code], file
