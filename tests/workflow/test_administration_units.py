"""The city's units as an administrator sets them: names, what hangs on each, and when one is out of use."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Unit
from stage import cast
from stage.cast import LOUFENG, a_ticket
from tests.workflow.administering import ada, restart
from workflow.administration import units
from workflow.errors import Invalid, Refused
from workflow.places import AreaIndex
from workflow.routing import unit_at
from workflow.ticket_filters import TicketFilter, count


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
