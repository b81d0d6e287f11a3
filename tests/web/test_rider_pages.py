"""All of a rider's pages: whose they are, in which language, danger first, and how many queries they run."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import Rule, Ticket
from models.database import Database, database
from stage import cast
from stage.cast import a_ticket, person
from tests.web.browsing import Visitor, words
from tests.web.rider_forms import make
from tests.web.test_queries import counted
from workflow.engine import fire
from workflow.report.joining import join

MIXED = sorted(cast.STEPS, key=lambda state: state not in ("suspended", "rejected", "merged"))
"""A few reports already have all that a list asks of many: why they rest or ended, and what they were merged into."""
MOST_QUERIES = 15


def test_danger_to_life_comes_first(site: Flask) -> None:
    text = Visitor(site, "alice").get("/report").text
    for number in ("119", "110"):
        assert text.index("<h1>") < text.index(f'href="tel:{number}"') < text.index("<form class")


def test_pages_are_said_in_the_readers_language(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice", "en")
    with database.writing() as session:
        person(session, "alice").name = "Alice"
    for path in ("/my", "/my?show=joined", "/points", f"/tickets/{number}"):
        page = alice.get(path)
        left = re.sub("中文|清理完毕", "", words(page))
        assert not re.findall("[\u4e00-\u9fff]+", left), path
    assert "Is it solved?" in words(alice.get(f"/tickets/{number}"))


@pytest.mark.parametrize("path", ["/my", "/points"])
def test_only_riders_have_them(site: Flask, path: str) -> None:
    assert Visitor(site, "carol").get(path).status_code == 403
    assert Visitor(site, None).get(path).location.startswith("/sign-in")


def reports(session: Session, more: int) -> None:
    """Reports of hers in every state, with pictures."""
    session.execute(update(Rule).where(Rule.kind == "cap").values(active=False))
    for number in range(more):
        shot = cast.photo(session, person(session, "alice"))
        a_ticket(session, MIXED[number % len(MIXED)], photos=[shot])


def joins(session: Session, more: int) -> None:
    for number in range(more):
        ticket = a_ticket(session, ("triaged", "in_progress")[number % 2], "bob")
        join(session, person(session, "alice"), ticket.public_id)


def paid_and_pending(session: Session, more: int) -> None:
    session.execute(update(Rule).where(Rule.kind == "cap").values(active=False))
    for number in range(more):
        a_ticket(session, ("rewarded", "in_progress")[number % 2])


def talk(session: Session, more: int) -> None:
    ticket = session.scalars(select(Ticket)).first() or a_ticket(session, "resolved")
    for _ in range(more):
        shot = cast.photo(session, person(session, "alice"))
        fire(ticket, "comment", actor=person(session, "alice"), note="还在", photos=[shot])


CASES: list[tuple[Callable[[Session, int], None], list[str]]] = [
    (reports, ["/my", "/my?show=open", "/my?show=ended"]),
    (joins, ["/my?show=joined"]),
    (paid_and_pending, ["/points"]),
    (talk, ["/tickets/{number}"]),
]


@pytest.mark.parametrize(("grow", "paths"), CASES, ids=[grow.__name__ for grow, _ in CASES])
def test_as_many_queries_for_fifty_as_for_five(
    site: Flask, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch,
    grow: Callable[[Session, int], None], paths: list[str],
) -> None:
    for module in ("mine", "points"):
        monkeypatch.setattr(f"web.pages.rider.{module}.ON_A_PAGE", 100)
    alice = Visitor(site, "alice")
    sent: list[dict[str, int]] = []
    sizes: list[dict[str, int]] = []
    for more in (5, 45):
        with sqlite_db.writing() as session:
            grow(session, more)
            number = session.scalars(select(Ticket).order_by(Ticket.id).limit(1)).one().number
        sent.append({})
        sizes.append({})
        for path in paths:
            alice.get(path.format(number=number))
            with counted(sqlite_db) as statements:
                page = alice.get(path.format(number=number))
            assert page.status_code == 200
            sent[-1][path], sizes[-1][path] = len(statements), page.text.count("<li")
    assert sent[0] == sent[1]
    assert max(sent[1].values()) <= MOST_QUERIES, sent
    assert all(sizes[1][path] > 3 * sizes[0][path] for path in paths)
