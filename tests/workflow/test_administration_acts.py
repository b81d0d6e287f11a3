"""The record of what administrators did: it only grows, holds no secrets, and tells the second who was first."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models import Act
from stage.cast import a_report, person
from tests.workflow.administering import a_second_administrator, ada
from workflow.actors import SYSTEM
from workflow.administration import acts, people
from workflow.administration.acts import ActFilter
from workflow.administration.invitations import invite
from workflow.errors import Refused


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
