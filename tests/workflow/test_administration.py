"""The people as administrators manage them: who may, what never happens, and that every act is on record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import Act, Invitation, Membership, Notification, User
from models import Session as SignIn
from models.clock import now
from models.database import Database
from tests import cast
from tests.cast import a_report, a_ticket, person
from workflow import identity, notices
from workflow.actors import SYSTEM
from workflow.administration import acts, invitations, people
from workflow.administration.acts import ActFilter
from workflow.administration.invitations import accept, invite, reset
from workflow.administration.people import PeopleFilter
from workflow.errors import Forbidden, Invalid, NotFound, Refused
from workflow.phones import PhoneBook
from workflow.riders import rider_of_phone
from workflow.telling import sentences

PASSWORD = "a long and quiet evening"


def ada(session: Session) -> User:
    return person(session, "ada")


def done(session: Session) -> list[tuple[str, str]]:
    return [(row.action, row.subject) for row in session.scalars(select(Act).order_by(Act.id))]


def usernames(session: Session, **wanted: str) -> list[str | None]:
    return [row.username for row in people.index(session, ada(session), PeopleFilter(**wanted)).rows]


def a_second_administrator(session: Session) -> User:
    invited = invite(session, ada(session), "grace", "葛瑞丝", "en", [("admin", "sip")])
    invited.person.password_hash = "set"
    return invited.person


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


def test_two_administrators_who_take_each_others_powers_leave_one(db: Database) -> None:
    with db.writing() as session:
        grace = a_second_administrator(session).id
        first = ada(session).id
    said = at_once(db, (first, lambda session, actor: people.disable(session, actor, grace)),
                   (grace, lambda session, actor: people.disable(session, actor, first)))  # fmt: skip
    with db.reading() as session:
        working = [person for person in session.scalars(select(User)) if person.has_role("admin")]
        assert sorted(each.disabled_at is None for each in working) == [False, True]
    assert sorted(said) == ["done", "problem.forbidden"]


def test_two_administrators_who_reset_each_other_leave_one(db: Database) -> None:
    """Whoever is reset cannot sign in: had both succeeded, nobody could hand over a link."""
    with db.writing() as session:
        grace = a_second_administrator(session).id
        first = ada(session).id
    said = at_once(db, (first, lambda session, actor: reset(session, actor, grace)),
                   (grace, lambda session, actor: reset(session, actor, first)))  # fmt: skip
    assert sorted(said) == ["done", "user.last_administrator"]
    with db.reading() as session:
        passwords = [each.password_hash for each in session.scalars(select(User)) if each.has_role("admin")]
        assert sorted(each is None for each in passwords) == [False, True]


def test_of_two_who_invite_one_name_at_once_one_is_told(db: Database) -> None:
    with db.reading() as session:
        first = ada(session).id

    def add(session: Session, actor: User) -> None:
        invite(session, actor, "grace", "Grace", "en", [("rider", "sip")])

    assert sorted(at_once(db, (first, add), (first, add))) == ["done", "username.taken"]


def test_an_account_whose_name_was_taken_meanwhile_is_refused(session: Session) -> None:
    """The question and the answer are apart: between them another may have written."""
    with pytest.raises(Invalid, match="username"):
        identity.add_account(session, User(username="erin", name="E", locale="en", demo=False, created_at=now()))
    assert person(session, "erin").name != "E"


def at_once(db: Database, *acts: tuple[int, Callable[[Session, User], object]]) -> list[str]:
    """What becomes of acts of which, on PostgreSQL, each has begun before another is done."""
    barrier, said = threading.Barrier(len(acts)), list[str]()

    def do(mine: int, act: Callable[[Session, User], object]) -> None:
        try:
            with db.writing() as session:
                actor = session.get_one(User, mine)
                assert actor.memberships
                if db.engine.dialect.name == "postgresql":
                    barrier.wait(5)
                act(session, actor)
            said.append("done")
        except Invalid as invalid:
            said.extend(key for key, _ in invalid.errors.values())
        except (Forbidden, Refused) as error:
            said.append(error.key)

    threads = [threading.Thread(target=do, args=each) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return said


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


def test_an_invitation_is_used_once_and_within_a_week(db: Database) -> None:
    with db.writing() as session:
        roles = [("officer", "market"), ("officer", "market")]
        invited = invite(session, ada(session), " Grace ", "葛瑞丝", "en", roles, "grace@example.org")
        token = invited.token
        assert (invited.person.username, invited.person.email) == ("grace", "grace@example.org")
        assert token not in session.scalars(select(Invitation.token_hash)).one()
    with pytest.raises(identity.WrongCredentials):
        identity.sign_in(db, "grace", "", kind="cookie")
    with pytest.raises(Invalid, match="password"):
        accept(db, token, "short")
    with time_machine.travel(now() + timedelta(days=7, seconds=1)), pytest.raises(NotFound, match=r"invitation\.over"):
        accept(db, token, PASSWORD)
    assert accept(db, token, PASSWORD) == "grace"
    assert identity.sign_in(db, "grace", PASSWORD, kind="cookie").session.user_id
    for spent in (token, "unknown"):
        with pytest.raises(NotFound, match=r"invitation\.over"):
            accept(db, spent, PASSWORD)


def test_everything_that_is_wrong_with_an_invitation_is_said_at_once(session: Session) -> None:
    with pytest.raises(Invalid) as caught:
        invite(session, ada(session), "no spaces", "", "fr", [("officer", "loufeng")], "nobody")
    assert caught.value.errors.keys() == {"username", "name", "locale", "unit", "email"}
    with pytest.raises(Invalid) as caught:
        invite(session, ada(session), "erin", "Erin", "en", [])
    assert caught.value.errors.keys() == {"username", "role"}
    assert done(session) == []


def test_a_reset_ends_what_was_and_only_the_newest_link_works(db: Database) -> None:
    first = identity.sign_in(db, "erin", cast.PASSWORD, kind="cookie")
    with db.writing() as session:
        erin = person(session, "erin").id
        old = reset(session, ada(session), erin).token
        new = reset(session, ada(session), erin).token
    with db.reading() as session:
        assert identity.user_for_token(session, first.token) is None
        with pytest.raises(NotFound):
            invitations.find(session, old)
    with pytest.raises(identity.WrongCredentials):
        identity.sign_in(db, "erin", cast.PASSWORD, kind="cookie")
    assert accept(db, new, PASSWORD) == "erin"


def test_a_link_of_the_disabled_is_worth_nothing(db: Database) -> None:
    with db.writing() as session:
        invited = invite(session, ada(session), "grace", "Grace", "en", [("rider", "sip")])
        people.disable(session, ada(session), invited.person.id)
        with pytest.raises(Refused, match=r"user\.is_disabled"):
            reset(session, ada(session), invited.person.id)
    with pytest.raises(NotFound):
        accept(db, invited.token, PASSWORD)
    with db.writing() as session:
        people.enable(session, ada(session), invited.person.id)
        assert people.open_invitations(session, [invited.person.id]) == {}
    with pytest.raises(NotFound):
        accept(db, invited.token, PASSWORD)
    with db.writing() as session:
        again = reset(session, ada(session), invited.person.id)
        assert again.invitation.kind == "invite", "they never were in"
    assert accept(db, again.token, PASSWORD) == "grace"


def told(session: Session) -> dict[str, list[str]]:
    """What stands in whose inbox of it."""
    found: dict[str, list[str]] = {}
    for row in session.scalars(select(Notification).where(Notification.hidden.is_(False)).order_by(Notification.id)):
        (sentence,) = sentences(session, [row], "en")
        found.setdefault(str(session.get_one(User, row.user_id).username), []).append(sentence)
    return found


def test_who_is_reset_hears_of_it_and_so_do_those_who_watch_over_riders(session: Session) -> None:
    """Whoever holds the link could be them, and read what they reported without a name."""
    a_second_administrator(session)
    alice = person(session, "alice")
    reset(session, ada(session), alice.id)
    heard = told(session)
    assert heard.keys() == {"alice", "sam", "grace"}
    assert "Ada reset your password" in heard["alice"][0]
    assert all("Ada reset the password of the rider account alice" in heard[name][0] for name in ("sam", "grace"))
    act = session.scalars(select(Act).where(Act.action == "user.reset")).one()
    assert (act.subject, act.details) == (str(alice.id), {"kind": "reset", "told": 2})
    assert notices.kind_of("told.account.password") == "privacy"
    reset(session, ada(session), person(session, "erin").id)
    assert told(session).keys() == {"alice", "sam", "grace", "erin"}
    assert len(told(session)["sam"]) == 1, "an officer reports nothing"


def test_a_link_that_nobody_used_is_made_anew_without_a_word(session: Session) -> None:
    invited = invite(session, ada(session), "rita", "Rita", "en", [("rider", "sip")])
    reset(session, ada(session), invited.person.id)
    assert told(session) == {}


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


def test_who_comes_second_hears_who_was_first(session: Session) -> None:
    admin, erin = a_second_administrator(session), person(session, "erin")
    seen = acts.latest(session, "user", erin.id)
    people.rename(session, ada(session), erin.id, "艾琳", "zh", "erin@example.org", seen=seen)
    with pytest.raises(Refused, match=r"act\.meanwhile") as caught:
        people.disable(session, admin, erin.id, seen=seen)
    assert "Ada changed a name, language or address" in caught.value.sentence("en")
    people.disable(session, admin, erin.id, seen=acts.latest(session, "user", erin.id))


def test_the_record_only_grows_and_is_read_page_by_page(session: Session) -> None:
    for number in range(acts.ROWS + 1):
        acts.record(session, SYSTEM if number % 2 else ada(session), "user.enable", "user", ada(session).id)
    first = acts.index(session, ada(session), ActFilter(action="user.enable"))
    assert (len(first.rows), first.names) == (acts.ROWS, {str(ada(session).id): "Ada (ada)"})
    last = acts.index(session, ada(session), ActFilter(actor_id=ada(session).id), first.following)
    assert (len(last.rows), last.following) == (1, None)
    assert acts.who(last.rows[0])["en"] == "Ada"
    for change in ("UPDATE acts SET action = 'x'", "DELETE FROM acts"):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(text(change))
    with pytest.raises(LookupError):
        acts.record(session, SYSTEM, "user.praise", "user", 1)


def test_what_an_act_says_never_holds_secrets(session: Session) -> None:
    admin = ada(session)
    token = invite(session, admin, "grace", "Grace", "en", [("rider", "sip")], "grace@example.org").token
    people.rename(session, admin, person(session, "grace").id, "Grace", "en", "other@example.org")
    a_report(session)
    kept = " ".join(str(row.details) for row in session.scalars(select(Act)))
    assert token not in kept
    assert "example.org" not in kept
