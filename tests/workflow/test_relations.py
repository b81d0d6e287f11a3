"""In which relation somebody stands to a ticket."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import Ticket
from stage.cast import a_ticket, person
from tests.workflow.test_access import somebody, unit
from workflow.report import relations


def test_a_relation_is_to_a_ticket_and_through_one_unit(session: Session) -> None:
    """A ticket in Loufeng, led by enforcement, with market assisting; and one that nobody leads."""
    ticket, fresh = a_ticket(session, "assigned"), a_ticket(session)

    def stand(code: str, to: Ticket) -> set[str]:
        (membership,) = somebody(session, f"supervisor {code}").memberships
        every = (relations.in_street, relations.in_lead, relations.assisting, relations.above)
        found = {each.__name__ for each in every if each(to, membership)}
        session.delete(membership.user)
        session.flush()
        return found

    assert stand("loufeng", ticket) == {"in_street", "above"}
    assert stand("sip", ticket) == {"in_street", "above"}
    assert stand("loufeng-fengyi", ticket) == set()
    assert stand("enforcement", ticket) == {"in_lead", "above"}
    assert stand("market", ticket) == {"assisting"}
    assert stand("housing", ticket) == set()
    assert stand("enforcement", fresh) == stand("market", fresh) == set()
    ticket.unit = unit(session, "enforcement")  # as no ticket ever lies
    assert stand("enforcement", ticket) == {"in_lead", "above"}


def test_a_ticket_is_its_reporters_and_until_it_is_routed_its_typists(session: Session) -> None:
    ticket = a_ticket(session)
    alice, dave = person(session, "alice"), person(session, "dave")
    assert [relations.reporter(ticket, each) for each in (alice, dave)] == [True, False]
    assert not relations.entering_clerk(ticket, dave)
    ticket.entered_by_id, ticket.routed_at = dave.id, None
    assert [relations.entering_clerk(ticket, each) for each in (alice, dave)] == [False, True]
