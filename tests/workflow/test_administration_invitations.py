"""The links by which people set a password: invitations and resets, used once, within a week, and never in secret."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, Invitation
from models.clock import now
from models.database import Database
from stage import cast
from stage.cast import person
from tests.workflow.administering import a_second_administrator, ada, done, told
from workflow import notices
from workflow.administration import invitations, people
from workflow.administration.invitations import accept, invite, reset
from workflow.errors import Invalid, NotFound, Refused
from workflow.identity import sign_ins, signing_in

PASSWORD = "a long and quiet evening"


def test_an_invitation_is_used_once_and_within_a_week(db: Database) -> None:
    with db.writing() as session:
        roles = [("officer", "market"), ("officer", "market")]
        invited = invite(session, ada(session), " Grace ", "葛瑞丝", "en", roles, "grace@example.org")
        token = invited.token
        assert (invited.person.username, invited.person.email) == ("grace", "grace@example.org")
        assert token not in session.scalars(select(Invitation.token_hash)).one()
    with pytest.raises(signing_in.WrongCredentials):
        signing_in.sign_in(db, "grace", "", kind="cookie")
    with pytest.raises(Invalid, match="password"):
        accept(db, token, "short")
    with time_machine.travel(now() + timedelta(days=7, seconds=1)), pytest.raises(NotFound, match=r"invitation\.over"):
        accept(db, token, PASSWORD)
    assert accept(db, token, PASSWORD) == "grace"
    assert signing_in.sign_in(db, "grace", PASSWORD, kind="cookie").session.user_id
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
    first = signing_in.sign_in(db, "erin", cast.PASSWORD, kind="cookie")
    with db.writing() as session:
        erin = person(session, "erin").id
        old = reset(session, ada(session), erin).token
        new = reset(session, ada(session), erin).token
    with db.reading() as session:
        assert sign_ins.user_for_token(session, first.token) is None
        with pytest.raises(NotFound):
            invitations.find(session, old)
    with pytest.raises(signing_in.WrongCredentials):
        signing_in.sign_in(db, "erin", cast.PASSWORD, kind="cookie")
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
