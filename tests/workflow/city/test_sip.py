"""The pack of Suzhou Industrial Park holds what was promised of it."""

from collections import Counter
from datetime import date, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import holidays
import pytest
import shapely
from shapely.geometry import Point
from shapely.ops import unary_union

from tests.workflow.city.conftest import ROOT
from workflow.city import Pack, read_pack
from workflow.city.areas import square_metres

STREETS = {
    "loufeng": "娄葑街道",
    "xietang": "斜塘街道",
    "weiting": "唯亭街道",
    "shengpu": "胜浦街道",
    "jinjihu": "金鸡湖街道",
}
DEPARTMENTS = {
    "enforcement": "综合执法局",
    "market": "市场监管局",
    "municipal": "市政服务集团",
    "traffic": "公安交警大队",
    "fire": "消防救援大队",
    "housing": "住建委",
}


def test_it_reads_in_well_under_a_second() -> None:
    started = perf_counter()
    read_pack(ROOT / "cities/sip")
    assert perf_counter() - started < 1


def test_it_has_its_streets_communities_and_departments(sip: Pack) -> None:
    assert (sip.code, sip.prefix) == ("sip", "SIP")
    assert ZoneInfo(sip.timezone)
    named = {
        kind: {unit.code: unit.name.zh for unit in sip.units if unit.kind == kind} for kind in ("street", "department")
    }
    assert named == {"street": STREETS, "department": DEPARTMENTS}
    communities = Counter(unit.parent for unit in sip.units if unit.kind == "community")
    assert communities.keys() == STREETS.keys()
    assert communities.total() >= 24
    assert min(communities.values()) >= 4


def test_communities_tile_their_street_but_for_the_lakes(sip: Pack) -> None:
    shapes = {area.unit: area.shape for area in sip.areas}
    assert shapes.keys() == {unit.code for unit in sip.units if unit.kind in ("street", "community")}
    water = {}
    for street in STREETS:
        inner = [shapes[unit.code] for unit in sip.units if unit.parent == street]
        assert square_metres(unary_union(inner).difference(shapes[street])) == 0
        rest = shapes[street].difference(unary_union(inner))
        water[street] = [round(square_metres(lake) / 1e6, 1) for lake in shapely.get_parts(rest) if not lake.is_empty]
    assert water["loufeng"] == water["weiting"] == water["shengpu"] == []
    assert len(water["jinjihu"]) == 2, "Jinji Lake and Sha Lake"
    assert len(water["xietang"]) == 1, "Dushu Lake"
    assert all(0.2 < lake < 10 for lakes in water.values() for lake in lakes)
    assert shapely.get_num_interior_rings(shapes["jinjihu-dongshahu"]) == 1


def test_streets_share_their_borders_point_by_point(sip: Pack) -> None:
    shapes = [area.shape for area in sip.areas if area.unit in STREETS]
    for one in range(len(shapes)):
        for other in range(one + 1, len(shapes)):
            assert shapes[one].intersection(shapes[other]).area == 0
    assert unary_union(shapes).geom_type == "Polygon"
    assert shapely.get_num_interior_rings(unary_union(shapes)) == 0, "no gap between streets"


@pytest.mark.parametrize(
    ("latitude", "longitude", "units"),
    [
        (31.305, 120.655, {"loufeng", "loufeng-jinyi"}),
        (31.3155, 120.7025, {"jinjihu"}),
        (31.3375, 120.7435, {"jinjihu"}),
        (31.36, 120.76, {"weiting", "weiting-qingyuan"}),
        (31.30, 120.55, set()),
    ],
)
def test_a_place_lies_where_a_map_shows_it(latitude: float, longitude: float, units: set[str], sip: Pack) -> None:
    assert {area.unit for area in sip.areas if area.shape.covers(Point(longitude, latitude))} == units


def test_it_has_the_128_matters_in_eight_groups(sip: Pack) -> None:
    assert len(sip.groups) == 8
    assert len(sip.categories) == 128
    assert Counter(category.scheme for category in sip.categories) == {"GB/T 47678.5-2026": 126, "local": 2}
    assert {category.group for category in sip.categories} == {group.code for group in sip.groups}
    assert all(category.name_en for category in sip.categories)
    for group in sip.groups:
        ranks = sorted(each.usual for each in sip.categories if each.group == group.code and each.usual)
        assert ranks == list(range(1, len(ranks) + 1)), group.code
        assert len(ranks) >= 5


def test_limits_are_those_in_use(sip: Pack) -> None:
    by_code = {category.code: category for category in sip.categories}
    workday = sum(span.closes - span.opens for span in sip.office_hours)
    assert (by_code["01002"].limit.minutes, by_code["01002"].limit.counts, by_code["01002"].urgent) == (
        120,
        "calendar",
        True,
    )
    assert (by_code["01037"].limit.minutes, by_code["01037"].limit.counts) == (workday, "working")
    assert (by_code["06010"].limit.minutes, by_code["06010"].limit.counts) == (4 * 60, "working")
    assert 5 * workday <= by_code["06013"].limit.minutes <= 7 * workday
    assert by_code["06001"].limit.minutes == 15 * workday
    confirm = next(clock for clock in sip.clocks if clock.name == "confirm")
    assert (confirm.normal.minutes, confirm.normal.counts) == (3 * workday, "working")
    assert by_code["L0001"].department == "fire"
    assert by_code["L0002"].department == "market"


def test_what_is_urgent_runs_day_and_night_and_needs_no_photo(sip: Pack) -> None:
    urgent = [category for category in sip.categories if category.urgent]
    assert urgent
    assert all(category.limit.counts == "calendar" and not category.photo_required for category in urgent)


def test_exposed_rubbish_is_left_to_people(sip: Pack) -> None:
    rubbish = next(category for category in sip.categories if category.code == "06010")
    assert rubbish.name_zh == "暴露垃圾"
    assert not rubbish.photo_required
    assert rubbish.evidence_required
    assert rubbish.points > 0
    for rule in sip.rules:
        when = rule.body.get("when", {})
        assert rubbish.code not in (when.get("category"), *when.get("in", ()))
        assert rubbish.group != when.get("group")


def test_a_keyword_points_to_one_matter(sip: Pack) -> None:
    words = Counter(word for category in sip.categories for word in category.keywords)
    assert [word for word, count in words.items() if count > 1] == []
    assert all(category.keywords for category in sip.categories)


@pytest.mark.parametrize("year", [2026, 2027])
def test_its_calendar_is_the_published_one(year: int, sip: Pack) -> None:
    published = holidays.country_holidays("CN", years=year)
    ours = {day.day: day.workday for day in sip.days}
    day = date(year, 1, 1)
    while day.year == year:
        assert ours.get(day, day.weekday() < 5) == published.is_working_day(day), day
        day += timedelta(days=1)


def test_only_2026_has_its_moved_workdays(sip: Pack) -> None:
    assert {year.year: year.published for year in sip.years} == {2026: True, 2027: False}
    assert Counter(day.day.year for day in sip.days if day.workday) == {2026: 6}
