"""What an administrator sets in place of the pack: it is checked, in force at once, and there after every restart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, CalendarDay, CalendarYear, Category, City, Override, Rule, Unit, User
from tests import cast
from tests.cast import LOUFENG, RUBBISH, a_ticket, person
from tests.conftest import SIP
from workflow import city_settings, points
from workflow.administration import acts, calendar, categories, limits, units
from workflow.administration.settings import differences
from workflow.city import PackError, load_pack, read_pack
from workflow.errors import Forbidden, Invalid, NotFound, Refused
from workflow.places import AreaIndex
from workflow.routing import unit_at
from workflow.ticket_filters import TicketFilter, count

SET: Mapping[str, Any] = {
    "limit_minutes": 60, "limit_counts": "calendar", "points": 7, "photo_required": True, "evidence_required": False,
    "department": "municipal",
}  # fmt: skip


def ada(session: Session) -> User:
    return person(session, "ada")


def rubbish(session: Session) -> Category:
    return session.scalars(select(Category).where(Category.code == RUBBISH)).one()


def restart(session: Session) -> None:
    """Load the pack as every start does, and see all of it anew."""
    session.flush()
    load_pack(session, read_pack(SIP))
    session.flush()
    session.expire_all()


def by_hand(session: Session, thing: str, code: str) -> dict[str, tuple[Any, Any]]:
    return {each.field: (each.value, each.pack) for each in differences(session, thing).get(code, [])}


@pytest.mark.parametrize("who", [name for name in cast.PEOPLE if name != "ada"])
def test_only_administrators_set_the_city(session: Session, who: str) -> None:
    actor = person(session, who)
    for act in (
        lambda: categories.change(session, actor, RUBBISH, {"points": 1}),
        lambda: categories.restore(session, actor, RUBBISH, ["points"]),
        lambda: categories.index(session, actor),
        lambda: units.change(session, actor, "loufeng", {"name_zh": "娄"}),
        lambda: units.index(session, actor),
        lambda: units.outlines(session, actor),
        lambda: limits.change(session, actor, {"governance.appeals": 2}),
        lambda: limits.set_cap(session, actor, "day", 1),
        lambda: calendar.plan(session, actor, b""),
        lambda: calendar.take(session, actor, b"", published=True),
        lambda: calendar.restore(session, actor, 2026),
    ):
        with pytest.raises(Forbidden):
            act()
    assert session.scalars(select(Act)).all() == []


def test_a_matter_is_set_by_hand_and_stays_so(session: Session) -> None:
    before = categories.Matter(session, rubbish(session)).values()
    assert categories.change(session, ada(session), RUBBISH, SET)
    restart(session)
    assert categories.Matter(session, rubbish(session)).values() == before | SET
    assert by_hand(session, "category", RUBBISH) == {name: (value, before[name]) for name, value in SET.items()}
    row = session.scalars(select(Act)).one()
    assert row.details["changes"] == {name: [before[name], value] for name, value in SET.items()}
    assert not categories.change(session, ada(session), RUBBISH, SET)


def test_the_packs_own_value_is_the_packs_again(session: Session) -> None:
    own = rubbish(session).points
    categories.change(session, ada(session), RUBBISH, {"points": 7, "limit_minutes": 60})
    categories.change(session, ada(session), RUBBISH, {"points": own})
    assert by_hand(session, "category", RUBBISH).keys() == {"limit_minutes"}
    assert categories.restore(session, ada(session), RUBBISH, ["limit_minutes", "points"])
    assert session.scalars(select(Override)).all() == []
    assert not categories.restore(session, ada(session), RUBBISH, ["limit_minutes"])
    restart(session)
    assert rubbish(session).points == own
    assert [row.action for row in session.scalars(select(Act))][-1] == "category.restore"


def test_a_pack_that_changes_is_noted_beside_what_was_set(session: Session) -> None:
    categories.change(session, ada(session), RUBBISH, {"points": 7})
    session.scalars(select(Override)).one().pack = 99  # as of another pack
    restart(session)
    assert by_hand(session, "category", RUBBISH) == {"points": (7, 10)}


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"limit_minutes": 0, "points": -1}, {"limit_minutes", "points"}),
        ({"limit_minutes": "60", "points": True}, {"limit_minutes", "points"}),
        ({"limit_counts": "lunar", "photo_required": "yes"}, {"limit_counts", "photo_required"}),
        ({"department": "loufeng"}, {"department"}),
        ({"department": None}, {"department"}),
    ],
)
def test_what_cannot_be_is_refused_by_field(session: Session, values: dict[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as caught:
        categories.change(session, ada(session), RUBBISH, values)
    assert caught.value.errors.keys() == fields
    assert session.scalars(select(Override)).all() == []


def test_what_is_not_there_is_not_found(session: Session) -> None:
    for act in (
        lambda: categories.change(session, ada(session), "99999", {"points": 1}),
        lambda: categories.change(session, ada(session), RUBBISH, {"code": "x"}),
        lambda: units.show(session, ada(session), "nowhere"),
        lambda: limits.change(session, ada(session), {"centre.latitude": 1}),
        lambda: limits.set_cap(session, ada(session), "year", 1),
        lambda: calendar.restore(session, ada(session), 2026),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_matter_is_taken_out_of_use_and_brought_back(session: Session) -> None:
    categories.change(session, ada(session), RUBBISH, {"active": False})
    restart(session)
    assert not rubbish(session).active
    with pytest.raises(Invalid):
        a_ticket(session)
    categories.change(session, ada(session), RUBBISH, {"active": True})
    assert a_ticket(session).category is not None


def test_a_matter_that_left_the_pack_stays_out_of_use(session: Session) -> None:
    rubbish(session).active = False
    with pytest.raises(Refused, match=r"category\.left_the_pack"):
        categories.change(session, ada(session), RUBBISH, {"active": True})


def test_running_tickets_keep_their_clock(session: Session) -> None:
    ticket = a_ticket(session, "in_progress")
    due = ticket.due_at
    categories.change(session, ada(session), RUBBISH, {"limit_minutes": 5, "limit_counts": "calendar"})
    assert ticket.due_at == due
    other = a_ticket(session, "in_progress")
    assert (other.clock_minutes, other.clock_counts) == (5, "calendar")


def test_the_matters_of_a_page_are_few_queries(session: Session) -> None:
    a_ticket(session)
    found = categories.index(session, ada(session), q="暴露垃圾")
    assert [row.code for rows in found.rows.values() for row in rows] == [RUBBISH]
    assert found.open_tickets == {rubbish(session).id: 1}
    everything = categories.index(session, ada(session))
    assert sum(map(len, everything.rows.values())) == 128
    assert list(everything.rows) == [group.code for group in everything.groups]


def test_a_unit_is_renamed(session: Session) -> None:
    units.change(session, ada(session), "loufeng", {"name_zh": " 娄葑街道办 ", "name_en": "Loufeng"})
    restart(session)
    assert units.show(session, ada(session), "loufeng").name("zh") == "娄葑街道办"
    with pytest.raises(Invalid):
        units.change(session, ada(session), "loufeng", {"name_zh": " ", "name_en": "x" * 97})


def test_a_unit_is_out_of_use_only_once_nothing_hangs_on_it(session: Session) -> None:
    admin, leaf = ada(session), "loufeng-jinyi"
    for code, why in (("sip", "city_stays"), ("loufeng", "has_units"), ("enforcement", "has_matters")):
        with pytest.raises(Refused, match=why):
            units.change(session, admin, code, {"active": False})
    ticket = a_ticket(session)
    ticket.unit = session.scalars(select(Unit).where(Unit.code == leaf)).one()
    session.flush()
    with pytest.raises(Refused, match="has_tickets"):
        units.change(session, admin, leaf, {"active": False})
    for name in ("triage", "assign", "accept", "resolve"):
        cast.step(session, ticket, name)
    with pytest.raises(Refused, match="has_tickets"):
        units.change(session, admin, leaf, {"active": False})
    cast.step(session, ticket, "confirm")
    units.change(session, admin, leaf, {"active": False})
    restart(session)
    assert not units.show(session, admin, leaf).active
    units.restore(session, admin, leaf, ["active"])
    assert units.show(session, admin, leaf).active


def test_the_ground_of_what_is_out_of_use_is_its_streets(session: Session) -> None:
    code = unit_at(session, *LOUFENG).code
    assert code.startswith("loufeng-")
    units.change(session, ada(session), code, {"active": False})
    session.info.clear()
    assert unit_at(session, *LOUFENG).code == "loufeng"


@pytest.mark.parametrize("state", sorted(cast.STEPS))
def test_what_a_unit_has_open_is_what_the_list_holds(session: Session, state: str) -> None:
    a_ticket(session, state)
    admin = ada(session)
    for line in units.index(session, admin):
        of_it = {"department" if line.unit.kind == "department" else "unit": line.unit.code}
        held = count(session, admin, TicketFilter(), {"open": TicketFilter(open=True, **of_it)})
        assert (line.unit.code, line.open_tickets) == (line.unit.code, held["open"])


def test_each_unit_says_what_hangs_on_it(session: Session) -> None:
    a_ticket(session, "assigned")
    lines = {line.unit.code: line for line in units.index(session, ada(session))}
    assert [lines[code].open_tickets for code in ("sip", "loufeng", "enforcement", "market")] == [1, 1, 1, 0]
    assert [lines[code].people for code in ("loufeng", "enforcement")] == [2, 2]
    assert lines["enforcement"].matters > 1
    assert (lines["sip"].depth, lines["loufeng"].depth, lines["loufeng-jinyi"].depth) == (0, 1, 2)
    assert {each.user.username for each in units.staff(session, lines["loufeng"].unit)} == {"carl", "carol"}
    outlines = units.outlines(session, ada(session))
    assert len(AreaIndex((each["properties"]["code"], each["geometry"]) for each in outlines["features"]).covering(
        *LOUFENG
    )) == 2  # fmt: skip


def test_limits_are_set_by_hand_and_stay_so(session: Session) -> None:
    values = {"governance.send_backs": 3, "limits.triage.minutes": 90, "limits.triage.urgent.counts": "working"}
    assert limits.change(session, ada(session), values)
    restart(session)
    assert city_settings.governance(session, "send_backs") == 3
    assert city_settings.limit(session, "triage", urgent=False).minutes == 90
    assert city_settings.limit(session, "triage", urgent=True).counts == "working"
    assert by_hand(session, "city", "sip").keys() == values.keys()
    limits.restore(session, ada(session), list(values))
    restart(session)
    assert session.scalars(select(City)).one().settings == read_pack(SIP).settings()
    with pytest.raises(Invalid) as caught:
        limits.change(session, ada(session), {"governance.send_backs": 21, "limits.triage.minutes": 0})
    assert caught.value.errors.keys() == {"governance.send_backs", "limits.triage.minutes"}


def test_a_cap_and_what_it_says_of_itself_change_together(session: Session) -> None:
    assert limits.set_cap(session, ada(session), "month", 2000)
    restart(session)
    cap = session.scalars(select(Rule).where(Rule.kind == "cap", Rule.code == "month")).one()
    assert (cap.title_zh, cap.title_en) == ("每月最多 2,000 分", "At most 2,000 points a month")
    assert points.summary(session, person(session, "alice")).month.cap == 2000
    assert not limits.set_cap(session, ada(session), "month", 2000)
    limits.set_cap(session, ada(session), "month", 1350)
    assert session.scalars(select(Override)).all() == []
    assert cap.title_zh == "每月最多 1350 分"
    with pytest.raises(Invalid):
        limits.set_cap(session, ada(session), "day", 0)


def test_who_comes_second_hears_who_was_first(session: Session) -> None:
    seen = acts.latest(session, "category", RUBBISH)
    categories.change(session, ada(session), RUBBISH, {"points": 7}, seen=seen)
    for act in (
        lambda: categories.change(session, ada(session), RUBBISH, {"points": 8}, seen=seen),
        lambda: categories.restore(session, ada(session), RUBBISH, ["points"], seen=seen),
    ):
        with pytest.raises(Refused, match=r"act\.meanwhile"):
            act()


CSV = "date,workday,name\n2026-01-01,no,元旦\n2026-12-31,no,岁末\n2028-01-01,no,元旦\n".encode()


def test_an_import_is_seen_before_it_is_done(session: Session) -> None:
    plan = calendar.plan(session, ada(session), CSV)
    assert plan.years == [2026, 2028]
    assert plan.published == {2026: True, 2028: None}
    changes = {each.day: (each.before is None, each.after is None) for each in plan.changes}
    assert date(2026, 1, 1) not in changes
    assert changes[date(2026, 12, 31)] == (True, False)
    assert changes[date(2026, 10, 1)] == (False, True)
    assert session.scalars(select(Act)).all() == []


def test_an_imported_year_survives_the_pack_and_goes_back_to_it(session: Session) -> None:
    calendar.take(session, ada(session), CSV, published=True)
    restart(session)
    assert [day.day for day in days(session, 2026)] == [date(2026, 1, 1), date(2026, 12, 31)]
    assert not city_settings.calendar(session).is_workday(date(2026, 12, 31))
    known, missing = calendar.index(session, ada(session))
    assert [(year.year, year.difference is not None) for year in known] == [(2028, True), (2027, False), (2026, True)]
    assert missing == [2027]
    calendar.restore(session, ada(session), 2026)
    calendar.restore(session, ada(session), 2028)
    pack = [day for day in read_pack(SIP).days if day.day.year == 2026]
    assert [(day.day, day.workday, day.name) for day in days(session, 2026)] == [
        (day.day, day.workday, day.name) for day in pack
    ]
    assert session.get(CalendarYear, 2028) is None
    restart(session)
    assert len(days(session, 2026)) == len(pack)
    assert [row.action for row in session.scalars(select(Act).order_by(Act.id))] == [
        "calendar.import", "calendar.import", "calendar.restore", "calendar.restore",
    ]  # fmt: skip


def test_mistakes_of_a_file_are_named_by_line(session: Session) -> None:
    wrong = "date,workday,name\n2026-02-30,no,春节\n2026-10-01,maybe,国庆\n2026-10-01,no,国庆\n"
    with pytest.raises(PackError) as caught:
        calendar.plan(session, ada(session), wrong.encode())
    assert [(mistake.file, mistake.line) for mistake in caught.value.mistakes] == [
        ("calendar.csv", 2), ("calendar.csv", 3), ("calendar.csv", 4),
    ]  # fmt: skip
    for content in (b"", b"\xff\xfe", b"date,workday\n", b"date,workday,name\n"):
        with pytest.raises(PackError):
            calendar.take(session, ada(session), content, published=True)
    assert session.scalars(select(Override)).all() == []


def days(session: Session, year: int) -> list[CalendarDay]:
    rows = session.scalars(select(CalendarDay).order_by(CalendarDay.day))
    return [row for row in rows if row.day.year == year]
