"""The inbox as a page: what was told, page by page, in the reader's language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Notification
from models.clock import now
from models.database import Database
from stage.cast import a_report, person
from tests.web.browsing import Visitor, words
from workflow import telling
from workflow.say import say

TOLD = re.compile(r'<li class="told( unread)?">')
MORE = re.compile(r'<a class="button plain" href="(/inbox\?[^"]+)" rel="next">')


def tell(session: Session, who: str, count: int) -> None:
    """So many notifications of one's own, of a ticket each."""
    ticket = a_report(session)
    for number in range(count):
        params: dict[str, Any] = {"number": ticket.number, "matter": {"zh": "暴露垃圾", "en": "Exposed rubbish"}}
        telling.write(session, person(session, who).id, f"t:{number}", "told.triage", params, ticket.id)


def test_an_inbox_is_read_page_by_page(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        tell(session, "alice", 65)
    visitor = Visitor(site, "alice")
    sizes, address = [], "/inbox"
    while True:
        page = visitor.get(address)
        sizes.append(len(TOLD.findall(page.text)))
        onward = MORE.findall(page.text)
        if not onward:
            break
        address = onward[0].replace("&amp;", "&")
    assert sizes == [30, 30, 5]
    assert visitor.get("/inbox?cursor=nonsense").status_code == 422


def test_unread_alone_stays_asked_for_on_the_next_page(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        tell(session, "alice", 40)
        for row in session.scalars(select(Notification).where(Notification.id <= 5)):
            row.read_at = now()
    visitor = Visitor(site, "alice")
    page = visitor.get("/inbox?unread=true")
    assert len(TOLD.findall(page.text)) == 30
    (onward,) = MORE.findall(page.text)
    rest = visitor.get(onward.replace("&amp;", "&"))
    assert TOLD.findall(rest.text) == [" unread"] * 5


def test_all_that_was_shown_is_read_and_what_came_since_is_not(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        tell(session, "alice", 3)
    visitor = Visitor(site, "alice")
    (newest,) = re.findall(r'name="newest" value="(\d+)"', visitor.get("/inbox").text)
    with sqlite_db.writing() as session:
        ticket = a_report(session)
        params = {"number": ticket.number, "matter": "x"}
        telling.write(session, person(session, "alice").id, "later", "told.triage", params, ticket.id)
    visitor.post("/inbox/read", {"newest": newest})
    page = visitor.get("/inbox")
    assert TOLD.findall(page.text) == [" unread", "", "", ""]
    assert f'aria-label="{say("nav.unread", "zh", number=1)}">1</b>' in page.text


def test_sentences_are_in_the_readers_language(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        tell(session, "alice", 1)
    zh, en = (words(Visitor(site, "alice", locale).get("/inbox")) for locale in ("zh", "en"))
    assert "「暴露垃圾」" in zh
    assert "Exposed rubbish" in en
    assert not re.search(r"[\u4e00-\u9fff]", en.split("Inbox")[-1])


@pytest.mark.parametrize(("who", "key"), [("alice", "inbox.empty_rider"), ("carol", "inbox.empty_staff")])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_an_empty_inbox_says_what_will_come(site: Flask, who: str, key: str, locale: str) -> None:
    page = Visitor(site, who, locale).get("/inbox")
    assert say(key, locale) in words(page)
    assert say("inbox.empty_unread", locale) in words(Visitor(site, who, locale).get("/inbox?unread=true"))
