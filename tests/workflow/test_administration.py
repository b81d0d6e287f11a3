"""The people as administrators manage them: who may, who is found, what never happens, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Membership, User
from models import Session as SignIn
from models.clock import now
from stage import cast
from stage.cast import a_ticket, person
from tests.workflow.administering import a_second_administrator, ada, done, told
from workflow.actors import SYSTEM
from workflow.administration import acts, people
from workflow.administration.acts import ActFilter
from workflow.administration.invitations import invite, reset
from workflow.administration.people import PeopleFilter
from workflow.errors import Forbidden, Invalid, Refused
from workflow.phones import PhoneBook
from workflow.riders import rider_of_phone


def usernames(session: Session, **wanted: str) -> list[str | None]:
    return [row.username for row in people.index(session, ada(session), PeopleFilter(**wanted)).rows]


@pytest.mark.parametrize("who", [name for name in cast.PEOPLE if name != "ada"])
def test_only_administrators_manage_people(session: Session, who: str) -> None:
    actor, erin = person(session, who), person(session, "erin")
    with pytest.raises(Forbidden):
        people.index(session, actor, PeopleFilter())
    for act in (people.disable, people.enable, reset):
        with pytest.raises(Forbidden):
            act(session, actor, erin.id)
    with pytest.raises(Forbidden):
        people.add_role(session, actor, erin.id, "admin", "sip")
    with pytest.raises(Forbidden):
        invite(session, actor, "grace", "Grace", "en", [("rider", "sip")])
    with pytest.raises(Forbidden):
        acts.index(session, actor, ActFilter())
    assert done(session) == []


def test_people_are_found_by_name_role_unit_and_state(session: Session) -> None:
    assert usernames(session, q="ERI") == ["erin"]
    assert usernames(session, q="%") == []
    assert usernames(session, role="clerk") == ["carl", "carol", "cleo", "dave"]
    assert usernames(session, role="clerk", unit="loufeng") == ["carl", "carol"]
    assert "cleo" in usernames(session, unit="sip")
    assert usernames(session, unit="nowhere") == []
    people.disable(session, ada(session), person(session, "gus").id)
    assert usernames(session, state="disabled") == ["gus"]
    assert "gus" not in usernames(session, state="active")
    invite(session, ada(session), "grace", "Grace", "en", [("rider", "sip")])
    assert usernames(session, state="invited") == ["grace"]


def test_riders_of_the_telephone_are_found_by_its_tail_alone(session: Session) -> None:
    rider = rider_of_phone(session, PhoneBook("s" * 40), "138 0013 8000", "王师傅")
    assert people.index(session, ada(session), PeopleFilter(q="8000")).rows == [rider]
    for part in ("13800138000", "0013", "80008"):
        assert people.index(session, ada(session), PeopleFilter(q=part)).rows == []
    with pytest.raises(Refused, match=r"user\.no_account"):
        reset(session, ada(session), rider.id)


def test_thousands_are_read_a_page_at_a_time_in_few_queries(session: Session) -> None:
    sip = person(session, "ada").memberships[0].unit
    for number in range(120):
        made = User(username=f"z{number:03d}", name="众", created_at=now())
        made.memberships.append(Membership(role="rider", unit=sip))
        session.add(made)
    session.flush()
    session.expire_all()
    admin, sent = ada(session), list[str]()

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(session.get_bind().engine, "before_cursor_execute", note)
    found = people.index(session, admin, PeopleFilter(q="z"), 3)
    assert [each.unit.code for row in found.rows for each in row.memberships] == ["sip"] * 20
    event.remove(session.get_bind().engine, "before_cursor_execute", note)
    assert (found.total, found.page, found.pages) == (120, 3, 3)
    assert len(sent) <= 6, sent
    assert people.index(session, admin, PeopleFilter(q="z"), 99).page == 3


def test_a_person_is_disabled_and_comes_back(session: Session) -> None:
    erin = person(session, "erin")
    row = SignIn(token_hash="x", user_id=erin.id, kind="cookie", created_at=now(), expires_at=now() + timedelta(1))
    session.add(row)
    ticket = a_ticket(session, "in_progress")
    assert (ticket.handler_id, people.in_hand(session, erin)) == (erin.id, 1)
    people.disable(session, ada(session), erin.id)
    session.refresh(row)
    assert erin.disabled_at is not None
    assert row.ended_at is not None
    people.disable(session, ada(session), erin.id)
    people.enable(session, ada(session), erin.id)
    assert erin.disabled_at is None
    assert done(session) == [("user.disable", str(erin.id)), ("user.enable", str(erin.id))]


@pytest.mark.parametrize("state", ["assigned", "in_progress", "suspended", "resolved", "confirmed", "rewarded"])
def test_what_is_in_hand_is_what_is_not_dealt_with(session: Session, state: str) -> None:
    ticket, erin = a_ticket(session, state), person(session, "erin")
    held = [ticket] if state in ("in_progress", "suspended") else []
    assert people.in_hand(session, erin) == len(held)
    assert people.hand(session, erin) == held


def test_nobody_shuts_themselves_out(session: Session) -> None:
    admin = a_second_administrator(session)
    for act in (people.disable, reset):
        with pytest.raises(Refused, match=r"user\.oneself"):
            act(session, admin, admin.id)
    with pytest.raises(Refused, match=r"user\.oneself"):
        people.remove_role(session, admin, admin.id, "admin", "sip")


def test_the_last_administrator_stays(session: Session) -> None:
    """One who was invited and never came, or who is disabled, cannot take over."""
    admin = ada(session)
    admin.password_hash = None
    grace = a_second_administrator(session)
    grace.password_hash = None
    for act in (
        lambda: people.disable(session, admin, grace.id),
        lambda: people.remove_role(session, admin, grace.id, "admin", "sip"),
        lambda: people.disable(session, SYSTEM, grace.id),
    ):
        with pytest.raises(Refused, match=r"user\.last_administrator"):
            act()
    admin.password_hash = "set"
    people.remove_role(session, admin, grace.id, "admin", "sip")
    assert grace.memberships == []


def test_roles_come_and_go_where_they_make_sense(session: Session) -> None:
    admin, erin = ada(session), person(session, "erin")
    people.add_role(session, admin, erin.id, "head", "market")
    people.add_role(session, admin, erin.id, "head", "market")
    given = [(each.role, each.unit.code) for each in erin.memberships]
    assert given == [("officer", "enforcement"), ("head", "market")]
    people.remove_role(session, admin, erin.id, "officer", "enforcement")
    people.remove_role(session, admin, erin.id, "officer", "enforcement")
    assert [each.role for each in erin.memberships] == ["head"]
    assert [action for action, _ in done(session)] == ["user.add_role", "user.remove_role"]
    senseless = [("officer", "loufeng"), ("clerk", "market"), ("admin", "loufeng"), ("clerk", "no"), ("king", "sip")]
    for role, unit in senseless:
        with pytest.raises(Invalid):
            people.add_role(session, admin, erin.id, role, unit)


def test_who_gets_another_name_or_address_hears_of_it(session: Session) -> None:
    alice, admin = person(session, "alice"), ada(session)
    people.rename(session, admin, alice.id, alice.name, "zh", None)
    assert told(session) == {}
    people.rename(session, admin, alice.id, "Alicia", "zh", "other@example.org")
    assert [each.split(" of your")[0] for each in told(session)["alice"]] == [
        "Ada changed the name", "Ada changed the e-mail address",
    ]  # fmt: skip
    people.rename(session, admin, admin.id, "Ada L.", "zh", "ada@example.org")
    assert told(session).keys() == {"alice"}
