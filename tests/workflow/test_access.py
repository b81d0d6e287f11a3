"""Who may do and see what: each role in each kind of unit, several at once, and nobody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload

from models import Membership, Ticket, Unit, User
from models.clock import now
from stage.cast import a_report, a_ticket, person
from workflow import access
from workflow.actors import SYSTEM
from workflow.errors import Forbidden, NotFound

pytestmark = pytest.mark.usefixtures("monday")

NOBODY: Any = None
STAFF = ("clerk", "officer", "head", "supervisor", "admin")


def unit(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def somebody(session: Session, *roles: str) -> User:
    """Who has these roles, each as `role unit`."""
    user = User(username=" ".join(roles), name="Somebody", created_at=now())
    for each in roles:
        role, code = each.split(" ")
        user.memberships.append(Membership(role=role, unit=unit(session, code)))
    session.add(user)
    session.flush()
    return user


def seen(session: Session, actor: Any) -> set[int]:
    return {each.id for each in session.scalars(access.visible_tickets(session, actor))}


def test_the_system_may_whatever_there_is_and_sees_all(session: Session) -> None:
    ticket = a_ticket(session)
    assert access.can(SYSTEM, "points.reverse")
    assert not access.can(SYSTEM, "fly")
    assert seen(session, SYSTEM) == {ticket.id}
    assert access.audience(SYSTEM, ticket) == "admin"


def test_nobody_may_anything(session: Session) -> None:
    ticket = a_ticket(session)
    assert not access.can(NOBODY, "me.read")
    assert seen(session, NOBODY) == set()
    assert access.audience(NOBODY, ticket) == "public"


def test_the_disabled_may_nothing_and_see_nothing(session: Session) -> None:
    ticket = a_ticket(session)
    for name in ("alice", "carol", "ada"):
        actor = person(session, name)
        assert access.can(actor, "me.read")
        assert seen(session, actor) == {ticket.id}
        actor.disabled_at = now()
        assert not access.can(actor, "me.read")
        assert seen(session, actor) == set()


def test_an_action_is_its_roles_and_an_unknown_one_nobodys(session: Session) -> None:
    ada, alice, mallory = (person(session, name) for name in ("ada", "alice", "mallory"))
    assert access.can(ada, "points.reverse")
    assert not access.can(alice, "points.reverse")
    assert not access.can(mallory, "me.read")
    assert not access.can(ada, "fly")
    access.require(ada, "points.reverse")
    for wrong in ((alice, "points.reverse"), (ada, "fly")):
        with pytest.raises(Forbidden):
            access.require(*wrong)


def test_what_one_may_do_to_a_ticket_one_sees(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    for name, may in (("alice", True), ("carol", True), ("erin", True), ("ada", True), ("bob", False), ("dave", False)):
        actor = person(session, name)
        assert access.can(actor, "ticket.read", ticket) is may, name
        assert access.can(actor, "ticket.read", "no ticket"), name
    access.require(person(session, "erin"), "ticket.read", ticket)
    with pytest.raises(Forbidden):
        access.require(person(session, "bob"), "ticket.read", ticket)


def test_photos_are_added_by_its_reporter_and_by_who_handles_it(session: Session) -> None:
    ticket = a_ticket(session, "assigned")
    handlers = {"alice", "carol", "erin", "hana", "frank", "cleo"}
    for name in (*handlers, "bob", "dave", "mona", "sam", "ada"):
        assert access.can(person(session, name), "ticket.add_photo", ticket) is (name in handlers), name


@pytest.mark.parametrize("role", ["clerk", "officer", "head", "supervisor", "admin", "guard", "rider"])
def test_who_works_handles_tickets(session: Session, role: str) -> None:
    assert access.works(somebody(session, f"{role} sip")) is (role in ("clerk", "officer", "head"))


@pytest.mark.parametrize(
    ("roles", "as_what"),
    [
        (["admin sip"], "admin"),
        (["supervisor sip"], "street"),
        (["clerk sip"], "street"),
        (["clerk loufeng"], "street"),
        (["supervisor loufeng"], "street"),
        (["admin loufeng"], "admin"),
        (["clerk loufeng-fengyi"], "public"),
        (["clerk weiting"], "public"),
        (["officer enforcement"], "department"),
        (["head enforcement"], "department"),
        (["supervisor enforcement"], "department"),
        (["admin enforcement"], "department"),
        (["clerk enforcement"], "public"),
        (["officer market"], "department"),
        (["officer housing"], "public"),
        (["officer sip"], "public"),
        (["head loufeng"], "public"),
        (["guard sip"], "public"),
        (["rider sip"], "public"),
        (["guard enforcement"], "public"),
        (["clerk weiting", "officer market"], "department"),
        (["officer enforcement", "clerk loufeng"], "street"),
        (["clerk loufeng", "admin sip"], "admin"),
        (["rider sip", "officer enforcement"], "department"),
    ],
    ids=" + ".join,
)
def test_as_what_one_sees_a_ticket(session: Session, roles: list[str], as_what: str) -> None:
    """A ticket in Loufeng, led by enforcement, with market assisting."""
    ticket = a_ticket(session, "assigned")
    actor = somebody(session, *roles)
    assert access.audience(actor, ticket) == as_what
    assert seen(session, actor) == ({ticket.id} if as_what != "public" else set())
    assert access.sees(actor, ticket) is (as_what != "public")


def test_a_department_sees_what_it_leads_or_helps_with_and_no_longer_than_it_helps(session: Session) -> None:
    fresh, led = a_ticket(session), a_ticket(session, "assigned")
    erin, frank = person(session, "erin"), person(session, "frank")
    for actor in (erin, frank):
        assert seen(session, actor) == {led.id}
        assert access.audience(actor, fresh) == "public"
    for part in led.assisting:
        part.ended_at = now()
    session.flush()
    session.expire(led)
    assert seen(session, erin) == {led.id}
    assert seen(session, frank) == set()
    assert access.audience(frank, led) == "public"
    led.department = None  # who leads is what the ticket says, not that it was once asked to
    session.flush()
    assert seen(session, erin) == set()
    assert access.audience(erin, led) == "public"


def test_everybody_sees_what_they_sent_and_as_its_reporter(session: Session) -> None:
    own, other = a_ticket(session), a_ticket(session, rider="bob")
    alice = person(session, "alice")
    assert seen(session, alice) == {own.id}
    assert access.audience(alice, own) == "reporter"
    assert access.audience(alice, other) == "public"
    alice.memberships.append(Membership(role="clerk", unit=unit(session, "loufeng")))
    assert access.audience(alice, own) == "reporter"
    assert access.audience(alice, other) == "street"


def test_who_typed_it_in_sees_it_as_its_street_until_it_is_routed(session: Session) -> None:
    dave, frank = person(session, "dave"), person(session, "frank")
    ticket = a_ticket(session)
    assert access.audience(dave, ticket) == "public"
    ticket.entered_by_id, ticket.routed_at = dave.id, None
    session.flush()
    assert (access.audience(dave, ticket), access.audience(frank, ticket)) == ("street", "public")
    assert (seen(session, dave), seen(session, frank)) == ({ticket.id}, set())
    ticket.routed_at = now()
    session.flush()
    assert (access.audience(dave, ticket), seen(session, dave)) == ("public", set())


def test_a_street_is_its_units_and_not_those_whose_names_begin_alike(session: Session) -> None:
    """Nor does a percent sign in a path, if ever one gets there, stand for anything."""
    ticket = a_ticket(session)
    clerk = somebody(session, "clerk loufeng")
    for path in ("sip/loufengs/", "sip/l%/", "sip/loufeng", "loufeng/"):
        ticket.unit = Unit(code=path, kind="street", name_zh="某街", name_en="A street", path=path)
        session.add(ticket.unit)
        session.flush()
        assert seen(session, clerk) == set(), path
        assert access.audience(clerk, ticket) == "public", path
    wild = somebody(session, "clerk sip/l%/")
    assert seen(session, wild) == set()
    ticket.unit = unit(session, "loufeng-fengyi")
    session.flush()
    assert (seen(session, clerk), seen(session, wild)) == ({ticket.id}, set())


@pytest.mark.parametrize(
    ("role", "reached"),
    [
        ("clerk sip", {"sip", "loufeng", "loufeng-fengyi", "weiting", "enforcement", "market"}),
        ("admin sip", {"sip", "loufeng", "loufeng-fengyi", "weiting", "enforcement", "market"}),
        ("clerk loufeng", {"loufeng", "loufeng-fengyi", "enforcement", "market"}),
        ("supervisor loufeng", {"loufeng", "loufeng-fengyi", "enforcement", "market"}),
        ("officer loufeng", set()),
        ("head sip", set()),
        ("officer enforcement", {"sip", "loufeng", "loufeng-fengyi", "weiting", "enforcement"}),
        ("supervisor enforcement", {"sip", "loufeng", "loufeng-fengyi", "weiting", "enforcement"}),
        ("clerk enforcement", set()),
        ("rider sip", set()),
        ("guard enforcement", set()),
    ],
)
def test_filters_offer_what_one_may_find(session: Session, role: str, reached: set[str]) -> None:
    actor = somebody(session, role)
    codes = ("sip", "loufeng", "loufeng-fengyi", "weiting", "enforcement", "market")
    assert {code for code in codes if access.reaches(actor, unit(session, code))} == reached


def test_a_number_finds_what_one_sees_and_nothing_else(session: Session) -> None:
    ticket, carol = a_ticket(session), person(session, "carol")
    a_ticket(session)
    assert access.get_ticket(session, carol, f" {ticket.number.lower()} ") is ticket
    wrong = (f"SIP-25-{ticket.id:06}", f"{ticket.series}-{ticket.id + 9:06}", "SIP", "", ticket.public_id)
    for number in wrong:
        with pytest.raises(NotFound):
            access.get_ticket(session, carol, number)
    for actor in (person(session, "dave"), person(session, "bob"), NOBODY):
        with pytest.raises(NotFound):
            access.get_ticket(session, actor, ticket.number)


def test_what_comes_with_a_ticket_is_said_by_who_asks(session: Session) -> None:
    ticket = a_report(session)
    number, carol = ticket.number, person(session, "carol")
    session.expunge(ticket)
    found = access.get_ticket(session, carol, number, joinedload(Ticket.category))
    assert "category" not in inspect(found).unloaded
    assert "reporter" in inspect(found).unloaded


def test_it_is_asked_of_the_very_ticket_whether_it_is_still_seen(session: Session) -> None:
    ticket = a_ticket(session)
    elsewhere, carol = a_ticket(session), person(session, "carol")
    elsewhere.unit = unit(session, "weiting")
    session.flush()
    assert access.sees(carol, ticket)
    assert not access.sees(carol, elsewhere)


def test_a_person_has_the_roles_of_all_their_memberships(session: Session) -> None:
    both = somebody(session, "rider sip", "officer market")
    assert both.has_role("officer")
    assert both.has_role("clerk", "rider")
    assert not both.has_role("clerk", "head")
    assert not both.has_role()
    assert both.is_staff
    assert not person(session, "alice").is_staff
    assert not person(session, "mallory").is_staff


def test_a_unit_is_called_by_its_name_in_the_readers_language(session: Session) -> None:
    loufeng = unit(session, "loufeng")
    assert [loufeng.name(locale) for locale in ("zh", "en", "fr")] == ["娄葑街道", "Loufeng Street", "娄葑街道"]
