"""What an administrator sets in place of the pack: it is checked, in force at once, and there after every restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, Category, City, Override, Rule
from stage import cast
from stage.cast import RUBBISH, a_ticket, person
from tests.conftest import SIP
from tests.workflow.administering import ada, restart
from workflow import city_settings, points
from workflow.administration import acts, calendar, categories, limits, units
from workflow.administration.settings import differences
from workflow.city import read_pack
from workflow.errors import Forbidden, Invalid, NotFound, Refused
from workflow.ticket_filters import TicketFilter, count

SET: Mapping[str, Any] = {
    "limit_minutes": 60, "limit_counts": "calendar", "points": 7, "photo_required": True, "evidence_required": False,
    "department": "municipal",
}  # fmt: skip


def rubbish(session: Session) -> Category:
    return session.scalars(select(Category).where(Category.code == RUBBISH)).one()


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


@pytest.mark.parametrize("state", sorted(cast.STEPS))
def test_what_a_matter_has_open_is_what_the_list_holds(session: Session, state: str) -> None:
    a_ticket(session, state)
    admin = ada(session)
    held = count(session, admin, TicketFilter(), {"open": TicketFilter(open=True, category=RUBBISH)})
    assert categories.index(session, admin).open_tickets.get(rubbish(session).id, 0) == held["open"]


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
