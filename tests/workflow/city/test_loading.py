"""Loading packs: whole, again, changed, and never into another city."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models import Area, CalendarDay, CalendarYear, Category, CategoryGroup, City, Membership, Rule, Unit, User
from models.clock import now
from models.database import Database
from workflow.city import Lack, LoadReport, Pack, lacks, load_pack, read_pack
from workflow.errors import Refused

Spoil = Callable[[str, str, str], None]


def load(house: Database, pack: Pack) -> LoadReport:
    with house.writing() as session:
        return load_pack(session, pack)


def unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def employ(house: Database, role: str, code: str, *, disabled: bool = False) -> None:
    with house.writing() as session:
        person = User(name=f"{role} {code}", created_at=now(), disabled_at=now() if disabled else None)
        session.add(person)
        person.memberships.append(Membership(role=role, unit=unit(session, code)))


def lacking(house: Database) -> list[tuple[str, str]]:
    with house.reading() as session:
        return [(lack.key.removeprefix("pack."), lack.subject) for lack in lacks(session)]


def test_a_loaded_pack_is_all_there(house: Database, sip: Pack) -> None:
    report = load(house, sip)
    assert report.changed
    assert report.tallies["units"].added == len(sip.units)
    with house.reading() as session:
        city = session.scalars(select(City)).one()
        assert (city.code, city.prefix, city.settings, city.pack_sha256) == ("sip", "SIP", sip.settings(), sip.sha256)
        loufeng = unit(session, "loufeng")
        assert loufeng.parent is not None
        assert loufeng.path == "sip/loufeng/"
        assert loufeng.contains(unit(session, "loufeng-jinyi"))
        assert loufeng.area is not None
        assert loufeng.area.south < 31.305 < loufeng.area.north
        assert loufeng.area.west < 120.655 < loufeng.area.east
        rows = session.scalars(select(Category).order_by(Category.position)).all()
        assert len(rows) == 128
        assert rows[0].code == "06010", "the first of the usual matters of the first group"
        for group in session.scalars(select(CategoryGroup)):
            usual = [row.usual for row in rows if row.group_code == group.code]
            assert usual == sorted(usual, reverse=True), "the usual matters come first"
        assert session.scalar(select(func.count()).select_from(Area)) == len(sip.areas)
        assert session.scalar(select(func.count()).select_from(CalendarDay)) == len(sip.days)
        assert session.scalars(select(Rule.code).where(Rule.kind == "cap").order_by(Rule.code)).all() == [
            "day",
            "month",
        ]


def test_loading_again_changes_nothing(house: Database, sip: Pack) -> None:
    load(house, sip)
    assert not load(house, sip).changed


def test_loading_again_updates_in_place(house: Database, tiny: Path, spoil: Spoil) -> None:
    load(house, read_pack(tiny))
    with house.reading() as session:
        before = {row.code: row.id for row in session.scalars(select(Unit))}
    spoil("units.csv", "Hof van Delft", "Hof")
    spoil("categories.csv", "no,yes,yes,7,", "no,yes,yes,9,")
    spoil("routing.yaml", "metres: 30", "metres: 40")
    tallies = load(house, read_pack(tiny)).tallies
    assert {name: tally.changed for name, tally in tallies.items() if tally.changed} == {
        "cities": 1, "units": 1, "categories": 1, "rules": 1,
    }  # fmt: skip
    assert sum(tally.added + tally.retired for tally in tallies.values()) == 0
    with house.reading() as session:
        assert {row.code: row.id for row in session.scalars(select(Unit))} == before
        assert unit(session, "hof").name_en == "Hof"


def test_what_left_the_pack_is_retired_and_may_come_back(house: Database, tiny: Path, spoil: Spoil) -> None:
    whole = read_pack(tiny)
    load(house, whole)
    spoil("units.csv", "markt,community,binnenstad,集市,Markt\n", "")
    areas = (tiny / "areas.geojson").read_text(encoding="utf-8").splitlines()
    (tiny / "areas.geojson").write_text("\n".join([*areas[:2], areas[2].rstrip(","), areas[4]]), encoding="utf-8")
    spoil(
        "categories.csv",
        "Delft 2026,matter,C2,水,码头破损,Broken quay,canal,,beheer,240,calendar,yes,no,yes,15,kade\n",
        "",
    )
    spoil("routing.yaml", "category: C2", "category: C1")
    spoil("routing.yaml", "name: quay", "name: litter")
    spoil("calendar.csv", "2026-12-25,no,Kerstmis\n", "")
    report = load(house, read_pack(tiny))
    assert {name: tally.retired for name, tally in report.tallies.items() if tally.retired} == {
        "units": 1, "areas": 1, "categories": 1, "calendar_days": 1, "rules": 1,
    }  # fmt: skip
    with house.reading() as session:
        assert not unit(session, "markt").active
        assert unit(session, "markt").area is None
        assert session.scalars(select(Category.active).where(Category.code == "C2")).one() is False
        assert session.scalars(select(Rule.active).where(Rule.code == "quay")).one() is False
    load(house, whole)
    with house.reading() as session:
        assert unit(session, "markt").active
        assert unit(session, "markt").area is not None
        assert session.scalars(select(Category).where(Category.code == "C2", Category.active)).one()


def test_a_group_stays_while_a_retired_matter_is_in_it(house: Database, tiny: Path, spoil: Spoil) -> None:
    load(house, read_pack(tiny))
    spoil("groups.csv", "bikes,自行车,Bicycles,bike,2\n", "")
    spoil("categories.csv", "车,弃置自行车,Abandoned bicycle,bikes", "车,弃置自行车,Abandoned bicycle,canal")
    load(house, read_pack(tiny))
    with house.reading() as session:
        assert session.scalars(select(CategoryGroup.code)).all() == ["canal"]


def test_years_of_an_administrator_stay(house: Database, tiny: Path) -> None:
    load(house, read_pack(tiny))
    with house.writing() as session:
        session.add_all(
            [CalendarYear(year=2025, published=True), CalendarDay(day=date(2025, 5, 5), workday=False, name="B")]
        )
    assert not load(house, read_pack(tiny)).changed
    with house.reading() as session:
        assert session.get(CalendarDay, date(2025, 5, 5)) is not None


def test_another_citys_pack_is_refused_and_nothing_changes(house: Database, sip: Pack, tiny: Path) -> None:
    load(house, sip)
    with pytest.raises(Refused) as caught:
        load(house, read_pack(tiny))
    assert (caught.value.key, caught.value.params) == ("pack.another_city", {"stored": "sip", "given": "delft"})
    with house.reading() as session:
        assert session.scalars(select(Unit.code).where(Unit.code == "delft")).all() == []


def test_a_code_keeps_its_scheme(house: Database, tiny: Path, spoil: Spoil) -> None:
    load(house, read_pack(tiny))
    spoil("units.csv", "Hof van Delft", "Hof")
    spoil("categories.csv", "Delft 2026,matter,B1", "Delft 2027,matter,B1")
    with pytest.raises(Refused, match="another_scheme"):
        load(house, read_pack(tiny))
    with house.reading() as session:
        assert unit(session, "hof").name_en == "Hof van Delft", "nothing is half loaded"


@time_machine.travel("2026-06-01")
def test_streets_without_clerks_and_departments_without_officers_are_named(house: Database, tiny: Path) -> None:
    report = load(house, read_pack(tiny))
    everything = [
        ("street_without_clerk", "binnenstad"), ("street_without_clerk", "hof"),
        ("department_without_officer", "beheer"), ("department_without_officer", "toezicht"),
    ]  # fmt: skip
    assert lacking(house) == everything
    assert report.lacks[1] == Lack("pack.street_without_clerk", "hof", {"unit": {"zh": "霍夫", "en": "Hof van Delft"}})
    employ(house, "clerk", "hof")
    employ(house, "officer", "beheer")
    employ(house, "officer", "toezicht", disabled=True)
    employ(house, "guard", "binnenstad")
    assert lacking(house) == [everything[0], everything[3]]
    employ(house, "clerk", "delft")
    employ(house, "head", "toezicht")
    assert lacking(house) == [], "a clerk of the city sees all its streets"


def test_a_year_without_a_calendar_is_named_before_it_begins(house: Database, sip: Pack, tiny: Path) -> None:
    load(house, read_pack(tiny))
    for role, code in (("clerk", "delft"), ("officer", "delft")):
        employ(house, role, code)
    for day, lack in (
        ("2026-10-01", []),
        ("2026-11-30", [("year_without_calendar", "2027")]),
        ("2027-03-01", [("year_without_calendar", "2027")]),
    ):
        with time_machine.travel(day):
            assert lacking(house) == lack


@time_machine.travel("2026-11-22")
def test_a_year_whose_moved_workdays_are_not_announced_is_named(house: Database, sip: Pack) -> None:
    report = load(house, sip)
    assert [lack.key for lack in report.lacks if lack.subject == "2027"] == ["pack.year_unpublished"]


def test_loading_asks_the_database_once_a_table(house: Database, sip: Pack) -> None:
    load(house, sip)
    asked: list[str] = []
    event.listen(house.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    load(house, sip)
    assert len([text for text in asked if text.startswith("SELECT")]) <= 13
