"""A rider's reports in any state, and their page's forms, filled in and sent as a browser would."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import Ticket
from models.database import database
from stage.cast import person, step
from tests.web.browsing import Visitor, words
from tests.web.conftest import number_of
from workflow.engine import fire


def make(state: str = "submitted", rider: str = "alice", **about: Any) -> str:
    """A ticket in a state; its number."""
    return number_of(database, state, rider, **about)


def move(number: str, name: str, who: str, **fields: Any) -> None:
    with database.writing() as session:
        fire(found(session, number), name, actor=person(session, who), **fields)


def step_with(number: str, name: str) -> None:
    with database.writing() as session:
        step(session, found(session, number), name)


def found(session: Session, number: str) -> Ticket:
    return session.get_one(Ticket, int(number[-6:]))


def state_of(number: str) -> str:
    with database.reading() as session:
        return found(session, number).state


def form_of(page: TestResponse, name: str) -> dict[str, str]:
    """What a form of the page holds and would send, by field; fails where the page has no such form."""
    form = re.search(rf'<form [^>]*id="form-{name}"[^>]*action="([^"]+)".*?</form>', page.text, re.DOTALL)
    assert form is not None, f"no form to {name}"
    assert form[1].endswith(f"/transitions/{name}")
    held = dict.fromkeys(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', form[0]), "")
    held |= re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    held |= re.findall(r'<input type="checkbox" name="([^"]+)" value="([^"]*)" checked>', form[0])
    return held | dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form[0]))


def send(visitor: Visitor, number: str, name: str, **typed: object) -> TestResponse:
    """Open the report, fill in the form of an action, and send it."""
    held = form_of(visitor.get(f"/tickets/{number}"), name)
    assert typed.keys() <= held.keys()
    return visitor.post(f"/tickets/{number}/transitions/{name}", held | typed)


def after(visitor: Visitor, answer: TestResponse) -> str:
    """The words of the page that a form led to."""
    assert answer.status_code == 303, words(answer)
    return words(visitor.get(answer.location))
