"""A broken pack is refused with file, line and reason: one case for each kind of mistake."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workflow.city import PackError, read_pack

Spoil = Callable[[str, str, str], None]
Mistakes = Callable[[], list[tuple[str, int, str]]]

CITY = "city.yaml"
UNITS = "units.csv"
AREAS = "areas.geojson"
GROUPS = "groups.csv"
CATEGORIES = "categories.csv"
CALENDAR = "calendar.csv"
ROUTING = "routing.yaml"
REWARDS = "rewards.yaml"

CASES = [
    (CITY, "prefix: DLF", "prefix: dlf", 2, "the prefix 'dlf' must start with a capital letter"),
    (CITY, "prefix: DLF", "prefix: DLFDLFDLF", 2, "prefix is longer than 8 characters"),
    (CITY, "code: delft", "code: other", 1, "code 'other' is not the city in units.csv, 'delft'"),
    (CITY, "code: delft", "code: de lft", 1, "may only have letters, digits"),
    (CITY, "zh: 代尔夫特, en: Delft", "zh: 代尔夫特", 3, "en is missing"),
    (CITY, "zh: 代尔夫特, en: Delft", "zh: 代尔夫特, en: ~", 3, "en is missing"),
    (CITY, "name: {zh: 代尔夫特, en: Delft}", "name: Delft", 3, "name must be a mapping"),
    (CITY, "name: {zh: 代尔夫特, en: Delft}", "name: {zh: [代], en: Delft}", 3, "zh must be text"),
    (CITY, "Europe/Amsterdam", "Europe/Delft", 4, "there is no time zone 'Europe/Delft'"),
    (CITY, "Europe/Amsterdam", "../etc/passwd", 4, "there is no time zone"),
    (CITY, "latitude: 52.011", "latitude: 152", 5, "latitude '152' must lie between -90 and 90"),
    (CITY, "latitude: 52.011", "latitude: nan", 5, "latitude 'nan' must lie between"),
    (CITY, "centre: {", "centre: {altitude: 3, ", 5, "unknown key altitude"),
    (CITY, "office_hours:", "ofice_hours: []\noffice_hours:", 6, "unknown key ofice_hours; did you mean office_hours?"),
    (CITY, '["08:30-17:00"]', '["17:00-08:30"]', 6, "office hours '17:00-08:30' must read like"),
    (CITY, '["08:30-17:00"]', '["08:30-17:00", "16:00-18:00"]', 6, "office hours '16:00-18:00' must read like"),
    (CITY, '["08:30-17:00"]', '["8-17"]', 6, "office hours '8-17' must read like"),
    (CITY, '["08:30-17:00"]', "[]", 6, "office_hours is missing"),
    (CITY, '["08:30-17:00"]', "{from: 8}", 6, "office_hours must be a list"),
    (CITY, "  triage: {minutes: 60", "  triage: {minutes: -60", 8, "minutes '-60' must lie between 1 and"),
    (CITY, "  triage: {minutes: 60", "  triage: {minutes: 1.5", 8, "minutes '1.5' must be a whole number"),
    (CITY, "  triage: {minutes: 60", "  triage: {minutes: 0", 8, "minutes '0' must lie between 1 and"),
    (CITY, "  dispatch: {minutes: 60, counts: working}\n", "", 7, "dispatch is missing"),
    (CITY, "counts: calendar}}", "counts: days}}", 11, "counts 'days' is none of: working, calendar"),
    (CITY, "counts: calendar}}", "counts: calendar, minuts: 3}}", 11, "unknown key minuts; did you mean minutes?"),
    (CITY, "send_backs: 1", "send_backs: -1", 12, "send_backs '-1' must lie between 0 and 20"),
    (CITY, "2026: {published: true}", "1999: {published: true}", 14, "1999 is not a year"),
    (CITY, "2026: {published: true}", "2026: {published: maybe}", 14, "published 'maybe' must be yes or no"),
    (CITY, "prefix: DLF", "prefix: DLF\nprefix: DLF", 3, "the key prefix is blank or stands here twice"),
    (CITY, "prefix: DLF", "prefix: &p DLF\nextra: *p", 2, "YAML references"),
    (CITY, "prefix: DLF", "prefix: [DLF", 3, "not valid YAML"),
    (CITY, "prefix: DLF", "prefix: D\x00", 2, "not valid YAML"),
    (UNITS, "code,kind,parent,zh,en", "code,kind,parent,zh,english", 1, "the column en is missing"),
    (UNITS, "code,kind,parent,zh,en", "code,kind,parent,zh,en,en", 1, "the column en stands here twice"),
    (UNITS, "hof,street,delft,霍夫,Hof van Delft", "hof,street,delft,霍夫", 4, "this row has 4 cells, the header 5"),
    (UNITS, "hof,street,", "hof,strate,", 4, "kind 'strate' is none of: city, street"),
    (UNITS, "Hof van Delft", "", 4, "en is missing"),
    (UNITS, "霍夫", " ", 4, "zh is missing"),
    (UNITS, "beheer,department,delft", "beheer,department,nowhere", 6, "parent 'nowhere' is not in units.csv"),
    (UNITS, "beheer,department,delft", "beheer,department,", 6, "a department needs a parent (city, department)"),
    (UNITS, "markt,community,binnenstad", "markt,community,delft", 5, "cannot stand under the city 'delft'"),
    (UNITS, "toezicht,department,", "beheer,department,", 7, "code 'beheer' stands here twice; first on line 6"),
    (UNITS, "delft,city,", "delft,city,,a,a\nrotterdam,city,", 1, "exactly one unit of kind city, not 2"),
    (UNITS, "Public Space", '"Public Space', 6, "not valid CSV"),
    (GROUPS, "bikes,自行车,Bicycles", "bikes,,Bicycles", 3, "zh is missing"),
    (GROUPS, "bikes,自行车", "canal,自行车", 3, "code 'canal' stands here twice; first on line 2"),
    (CATEGORIES, "B1,车", "C1,车", 4, "code 'C1' stands here twice; first on line 2"),
    (CATEGORIES, "bikes,1,toezicht", "bikes,1,hof", 4, "department 'hof' is not a department in units.csv"),
    (CATEGORIES, "bikes,1,toezicht", "cars,1,toezicht", 4, "group 'cars' is not in groups.csv"),
    (CATEGORIES, "bikes,1,toezicht", "bikes,first,toezicht", 4, "usual 'first' must be a whole number"),
    (CATEGORIES, "Abandoned bicycle", "", 4, "name_en is missing"),
    (CATEGORIES, "5100,working,no,no,no,0,", "-5,working,no,no,no,0,", 4, "limit_minutes '-5' must lie between 1"),
    (CATEGORIES, "5100,working,no,no,no,0,", "5100,working,no,no,no,-1,", 4, "points '-1' must lie between 0"),
    (CATEGORIES, "5100,working,no,no,no,0,", "5100,working,no,no,2,0,", 4, "evidence_required '2' must be yes or no"),
    (CATEGORIES, "5100,working,no,no,no,0,", "5100,working,no,no,,0,", 4, "evidence_required is missing"),
    (CATEGORIES, "fiets|plastic", "fiets||plastic", 2, "keywords has a blank keyword"),
    (CATEGORIES, "fiets|plastic", "fiets|fiets", 2, "'fiets' stands twice in keywords"),
    (CATEGORIES, "C2,水,码头破损", f"C2,水,{'码' * 65}", 3, "name is longer than 64 characters"),
    (CALENDAR, "2026-12-25", "2026-12-32", 3, "date '2026-12-32' is not a date"),
    (CALENDAR, "2026-12-25", "25-12-2026", 3, "date '25-12-2026' is not a date"),
    (CALENDAR, "2026-12-25", "2027-12-25", 3, "the year 2027 is not declared under calendar in city.yaml"),
    (CALENDAR, "2026-12-25", "2026-04-27", 3, "date '2026-04-27' stands here twice; first on line 2"),
    (CALENDAR, "2026-12-25,no", "2026-12-25,yes", 3, "2026-12-25 is a workday anyway"),
    (CALENDAR, "Kerstmis", "", 3, "name is missing"),
    (ROUTING, "category: C2", "category: C9", 4, "category 'C9' is not in categories.csv"),
    (ROUTING, "category: C2", "in: [C1, C9]", 4, "in 'C9' is not in categories.csv"),
    (ROUTING, "category: C2", "group: lakes", 4, "group 'lakes' is not in groups.csv"),
    (ROUTING, "category: C2", "has_photo: yes", 4, "exactly one of category, in, group"),
    (ROUTING, "category: C2", "category: C2, group: canal", 4, "exactly one of category, in, group"),
    (ROUTING, "category: C2", "category: C2, has_foto: yes", 4, "unknown key has_foto; did you mean has_photo?"),
    (ROUTING, "category: C2", "category: C2, hours: night", 4, "hours 'night' is none of: office, closed"),
    (ROUTING, "do: triage", "do: reject", 5, "do 'reject' is none of: triage, assign"),
    (ROUTING, "do: triage", "do: triage\n    department: beheer", 6, "a rule with do: triage cannot have department"),
    (ROUTING, "do: triage", "do: assign\n    priority: urgent", 6, "a rule with do: assign cannot have priority"),
    (ROUTING, "do: triage", "do: assign\n    department: hof", 6, "department 'hof' is not a department"),
    (ROUTING, ", en: A broken quay is accepted at once}", "}", 3, "en is missing"),
    (ROUTING, "metres: 30", "metres: 0", 7, "metres '0' must lie between 1 and 5000"),
    (REWARDS, "pays: category", "pays: lots", 4, "pays 'lots' must be a whole number"),
    (REWARDS, "pays: category", "pays: -3", 4, "pays '-3' must lie between 1"),
    (REWARDS, "name: report", "name: applaud", 2, "name 'applaud' is none of: report, join"),
    (REWARDS, "{points: 20,", "{points: none,", 6, "points 'none' must be a whole number"),
    (REWARDS, "[staff]", "[stuff]", 8, "excluded 'stuff' is none of: anonymous, staff"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "reason"), CASES)
def test_a_mistake_is_named_where_it_stands(
    file: str, old: str, new: str, line: int, reason: str, spoil: Spoil, mistakes: Mistakes
) -> None:
    spoil(file, old, new)
    found = mistakes()
    assert any((file, line) == (at, number) and reason in said for at, number, said in found), found


HOF = "[[[4.340, 52.006], [4.354, 52.006], [4.354, 52.017], [4.340, 52.017], [4.340, 52.006]]]"
AREA_CASES = [
    (
        "[[[4.340, 52.006], [4.354, 52.017], [4.354, 52.006], [4.340, 52.017], [4.340, 52.006]]]",
        "is not valid (Self-int",
    ),
    ("[[[4.340, 52.006], [4.354, 52.006], [4.354, 52.017], [4.340, 52.017]]]", "hof: a ring is not closed"),
    ("[[[52.006, 4.340], [52.006, 4.354], [52.017, 4.354], [52.006, 4.340]]]", "seems to have latitude first"),
    ("[[[4.340, 58.006], [4.354, 52.006], [4.354, 52.017], [4.340, 58.006]]]", "lies too far from the city's centre"),
    ("[[[4.340, 152.006], [4.354, 52.006], [4.354, 52.017], [4.340, 152.006]]]", "lies too far from the city's centre"),
    ("[[[4.340, 52.006], [4.354, 52.006], [4.340, 52.006]]]", "at least four positions"),
    ('[[["4.34", 52.006], [4.354, 52.006], [4.354, 52.017], ["4.34", 52.006]]]', "at least four positions"),
    ("[[[4.340, NaN], [4.354, 52.006], [4.354, 52.017], [4.340, NaN]]]", "at least four positions"),
    ("[[4.340, 52.006], [4.354, 52.006]]", "at least four positions"),
    ("[]", "at least four positions"),
    ("7", "at least four positions"),
    (HOF.replace("4.354", "4.355"), "hof overlaps binnenstad by about"),
]


@pytest.mark.parametrize(("ring", "reason"), AREA_CASES)
def test_a_broken_polygon_is_named_by_its_line(ring: str, reason: str, spoil: Spoil, mistakes: Mistakes) -> None:
    spoil(AREAS, HOF, ring)
    [(file, line, said)] = mistakes()
    assert (file, line) == (AREAS, 3)
    assert reason in said


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('{"unit": "hof"}', '{"unit": "nowhere"}', 3, "unit 'nowhere' is not in units.csv"),
        ('{"unit": "hof"}', "null", 3, "unit '' is not in units.csv"),
        ('{"unit": "hof"}', '{"unit": "nowhere"}', 1, "the street 'hof' has no polygon"),
        ('{"unit": "hof"}', '{"unit": "beheer"}', 3, "the department 'beheer' covers no ground"),
        ('{"unit": "hof"}', '{"unit": "binnenstad"}', 3, "unit 'binnenstad' stands here twice; first on line 2"),
        ('{"unit": "markt"}', '{"unit": "hof"}', 4, "unit 'hof' stands here twice; first on line 3"),
        ("[4.362, 52.010], [4.362, 52.013]", "[4.368, 52.010], [4.368, 52.013]", 4, "outside of its parent binnenstad"),
        ('"FeatureCollection", ', '"FeatureCollection", "crs": {"type": "name"}, ', 1, "crs is not taken"),
        ('"FeatureCollection"', '"Feature"', 1, "must be a GeoJSON FeatureCollection"),
        ('"features": [', '"features": [], "more": [', 1, "the street 'hof' has no polygon"),
        ('"features": [', '"features": 5, "features": [', 1, "a name stands twice"),
        ("[4.362, 52.010]", f"[{'9' * 5000}, 52.010]", 1, "not valid JSON"),
        ('"features"', '"featurs"', 1, "must be a GeoJSON FeatureCollection"),
        ("[4.362, 52.010]", "[4.362 52.010]", 4, "not valid JSON"),
    ],
)
def test_a_wrong_feature_is_named_by_its_line(
    old: str, new: str, line: int, reason: str, spoil: Spoil, mistakes: Mistakes
) -> None:
    spoil(AREAS, old, new)
    assert any((AREAS, line) == (file, at) and reason in said for file, at, said in mistakes())


def test_a_point_is_no_area(tiny: Path, mistakes: Mistakes) -> None:
    collection = json.loads((tiny / AREAS).read_text(encoding="utf-8"))
    collection["features"][2]["geometry"] = {"type": "Point", "coordinates": [4.357, 52.011]}
    collection["features"].append(None)
    (tiny / AREAS).write_text(json.dumps(collection, indent=1), encoding="utf-8")
    assert [said for _, _, said in mistakes()] == [
        "markt: a Polygon or MultiPolygon is needed, not Point",
        "unit '' is not in units.csv",
    ]


def test_departments_in_a_circle_are_refused(spoil: Spoil, mistakes: Mistakes) -> None:
    spoil(UNITS, "beheer,department,delft", "beheer,department,toezicht")
    spoil(UNITS, "toezicht,department,delft", "toezicht,department,beheer")
    assert (UNITS, 6, "the parents run in a circle through 'beheer'") in mistakes()


@pytest.mark.parametrize("file", [CITY, UNITS, AREAS, GROUPS, CATEGORIES, CALENDAR, ROUTING, REWARDS])
def test_a_missing_file_is_the_only_mistake(file: str, tiny: Path, mistakes: Mistakes) -> None:
    (tiny / file).unlink()
    assert mistakes() == [(file, 1, "the file is missing or cannot be read")]


@pytest.mark.parametrize("file", [CITY, UNITS, AREAS, GROUPS, CATEGORIES, CALENDAR, ROUTING, REWARDS])
def test_an_empty_file_is_refused(file: str, tiny: Path, mistakes: Mistakes) -> None:
    (tiny / file).write_text("", encoding="utf-8")
    assert {at for at, _, _ in mistakes()} == {file}


def test_a_file_that_is_not_utf8_is_named_with_its_line(tiny: Path, mistakes: Mistakes) -> None:
    content = (tiny / UNITS).read_text(encoding="utf-8").encode("gbk")
    (tiny / UNITS).write_bytes(content)
    assert mistakes() == [(UNITS, 2, "this line is not UTF-8; save the file as UTF-8")]


def test_deep_nesting_is_refused(tiny: Path, mistakes: Mistakes) -> None:
    (tiny / ROUTING).write_text("[" * 5000 + "]" * 5000, encoding="utf-8")
    (tiny / AREAS).write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8")
    assert mistakes() == [(AREAS, 1, "it is nested too deeply"), (ROUTING, 1, "it is nested too deeply")]


def test_only_regular_files_are_read(tiny: Path, mistakes: Mistakes) -> None:
    """A pipe would be waited for, a device read without end."""
    (tiny / UNITS).unlink()
    os.mkfifo(tiny / UNITS)
    (tiny / ROUTING).unlink()
    (tiny / ROUTING).symlink_to("/dev/zero")
    (tiny / REWARDS).unlink()
    (tiny / REWARDS).mkdir()
    assert mistakes() == [(file, 1, "it is not a regular file") for file in sorted((UNITS, ROUTING, REWARDS))]


def test_a_column_many_times_over_is_refused_soon(tiny: Path, mistakes: Mistakes) -> None:
    (tiny / CALENDAR).write_text("date" + ",date" * 20_000, encoding="utf-8")
    assert {reason for _, _, reason in mistakes()} >= {"the column date stands here twice"}


def test_a_mistake_cannot_speak_to_the_terminal(tiny: Path, spoil: Spoil) -> None:
    spoil(CALENDAR, "2026-04-27", "\x1b[2Jsoon")
    with pytest.raises(PackError) as caught:
        read_pack(tiny)
    assert "date '\\x1b[2Jsoon' is not a date" in str(caught.value)


def test_all_mistakes_are_named_at_once_in_the_order_of_files_and_lines(spoil: Spoil, mistakes: Mistakes) -> None:
    spoil(CITY, "send_backs: 1", "send_backs: many")
    spoil(CATEGORIES, "bikes,1,toezicht", "cars,1,parks")
    spoil(CALENDAR, "2026-04-27", "soon")
    spoil(REWARDS, "points: 100", "points: 0")
    assert [(file, line) for file, line, _ in mistakes()] == [
        (CALENDAR, 2), (CATEGORIES, 4), (CATEGORIES, 4), (CITY, 12), (REWARDS, 7),
    ]  # fmt: skip


def test_the_error_says_itself_in_both_languages(tiny: Path, spoil: Spoil) -> None:
    spoil(CALENDAR, "2026-04-27", "soon")
    with pytest.raises(PackError) as caught:
        read_pack(tiny)
    assert "\ncalendar.csv:2: date 'soon' is not a date" in str(caught.value)
    assert "\ncalendar.csv:2: date“soon”不是有效日期" in caught.value.sentence("zh")
