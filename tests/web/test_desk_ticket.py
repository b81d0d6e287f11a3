"""A ticket's page for the offices: what each may see of people, time, history and photos, and the way on."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Ticket, User
from models.clock import now
from models.database import Database
from stage.cast import a_report, a_ticket, person, photo, step
from stage.photos import picture
from tests.web.browsing import Visitor, words
from tests.web.conftest import number_of
from tests.web.desk_forms import OFFICES, form_with
from workflow.engine import fire


def known_by_phone(session: Session, name: str = "alice") -> User:
    rider = person(session, name)
    rider.name, rider.phone_tail, rider.phone_hash, rider.phone_encrypted = "骑手王五", "8123", "h" * 64, b"e"
    return rider


def test_the_street_is_told_who_reported_and_a_department_never(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        known_by_phone(session)
        ticket = a_ticket(session, "in_progress")
        fire(ticket, "comment", actor=person(session, "alice"), note="还在漏")
        number = ticket.number
    for username in ("carol", "sam", "ada"):
        page = Visitor(site, username).get(f"/tickets/{number}")
        assert "骑手王五" in page.text, username
        assert "尾号 8123" in page.text
    for username in ("erin", "hana", "frank"):
        page = Visitor(site, username).get(f"/tickets/{number}")
        assert page.status_code == 200
        assert "骑手王五" not in page.text, username
        assert "8123" not in page.text
        assert "上报人上报" in words(page)


def test_nobody_is_told_who_asked_not_to_be_named(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        known_by_phone(session)
        number = a_ticket(session, "in_progress", anonymous=True).number
    for username in OFFICES:
        page = Visitor(site, username).get(f"/tickets/{number}")
        assert "骑手王五" not in page.text, username
        assert "8123" not in page.text
        assert ("匿名上报" in words(page)) == (username in ("carol", "sam", "ada"))
        assert (f"/admin/look?number={number}" in page.text) == (username == "ada")
        assert (f"/admin/rules?number={number}" in page.text) == (username == "ada")


def test_foreign_is_as_unknown_as_unknown(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "submitted")
    for username in ("dave", "erin", "mona", "bob"):
        foreign, unknown = (Visitor(site, username).get(f"/tickets/{each}") for each in (number, "SIP-26-999999"))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert words(foreign).replace(number, "") == words(unknown).replace("SIP-26-999999", "")
        sent = Visitor(site, username).post(f"/tickets/{number}/transitions/comment", {"note": "x"})
        assert sent.status_code == 404


def test_internal_comments_are_marked_and_their_photos_are_with_them(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "in_progress")
    carol = Visitor(site, "carol")
    form = form_with(carol, picture(), note="先别外传", internal="1")
    sent = carol.post(f"/tickets/{number}/transitions/comment", **form)
    assert sent.status_code == 303
    for username in ("carol", "erin", "sam"):
        page = Visitor(site, username).get(f"/tickets/{number}")
        assert page.text.count('class="event internal"') == 1
        inside = page.text.split('class="event internal"')[1].split("</li>")[0]
        assert "先别外传" in inside
        assert "仅工作人员可见" in inside
        assert 'class="step-photos"' in inside
    assert "先别外传" not in Visitor(site, "alice").get(f"/tickets/{number}").text


def test_the_deadline_is_one_sentence_and_a_table_that_adds_up(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "in_progress")
    page = Visitor(site, "erin").get(f"/tickets/{number}")
    due = page.text.split('class="panel due"')[1].split("</section>")[0]
    assert "办结时限 4 小时（工作时）" in words(page)
    assert "<tfoot>" in due
    assert ">4 小时</td></tr></tfoot>" in due
    suspended = Visitor(site, "erin").get(f"/tickets/{number_of(sqlite_db, 'suspended')}")
    assert "已挂账，计时暂停" in words(suspended)
    assert "复查" in words(suspended)
    assert "<tfoot>" not in suspended.text


def test_the_list_goes_along_and_the_next_ticket_is_one_step_away(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        numbers = [a_report(session).number for _ in range(3)]
        for hours, each in enumerate(numbers):
            session.get_one(Ticket, int(each[-6:])).due_at = now() + timedelta(hours=hours + 1)
    carol, asked = Visitor(site, "carol"), "state=submitted&priority=normal&sort=due"
    page = carol.get(f"/tickets/{numbers[0]}", query_string={"from": asked})
    assert f'href="/desk/tickets?{html.escape(asked)}"' in page.text
    following = re.search(r'href="([^"]+)" rel="next"', page.text)
    assert following is not None
    assert html.unescape(following[1]).startswith(f"/tickets/{numbers[1]}?from=state")
    sent = carol.post(f"/tickets/{numbers[1]}/transitions/triage", {"category": "06010", "from": asked})
    after = carol.get(sent.location)
    assert f"{numbers[1]} 已受理。" in words(after)
    assert "下一件：暴露垃圾 " + numbers[0] in words(after)
    last = carol.get(f"/tickets/{numbers[2]}", query_string={"from": asked})
    assert 'rel="next"' not in last.text
    assert "这个列表后面没有工单了。" in words(last)
    with sqlite_db.writing() as session:
        step(session, session.get_one(Ticket, int(numbers[2][-6:])), "triage")
    strange = re.search(r'href="/tickets/([^"?]+)[^"]*" rel="next"', carol.get(last.request.full_path).text)
    assert strange is not None, "it is none of the list's: its beginning"
    assert strange[1] == numbers[0]
    for broken in ("state=nonsense", "sort=up&&&", "%00", "x" * 3000):
        assert carol.get(f"/tickets/{numbers[0]}", query_string={"from": broken}).status_code == 200


def test_history_says_by_whom_and_holds_every_event(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "resolved")
    with sqlite_db.reading() as session:
        events = len(session.scalars(select(Event).where(Event.subject_id == int(number[-6:]))).all())
    for username in ("carol", "erin", "sam"):
        page = Visitor(site, username).get(f"/tickets/{number}")
        assert page.text.count('<li class="event') == events
        assert "Erin" in words(page)
    english = Visitor(site, "carol", "en").get(f"/tickets/{number}")
    assert not re.search("[\u4e00-\u9fff]", words(english).replace("中文", "").replace("清理完毕", ""))


@pytest.mark.parametrize("shown", ["before", "after"])
def test_photos_are_large_and_say_what_they_show(site: Flask, sqlite_db: Database, shown: str) -> None:
    with sqlite_db.writing() as session:
        mine = [photo(session, person(session, "alice")) for _ in range(2)]
        ticket = a_ticket(session, "resolved" if shown == "after" else "submitted", photos=mine)
        number = ticket.number
    page = Visitor(site, "carol").get(f"/tickets/{number}").text
    gallery = page.split('class="ticket-photos"')[1].split("</section>")[0]
    assert gallery.count("data-zoom") == (3 if shown == "after" else 2)
    assert ("处置后</span>" in gallery) == (shown == "after")
    assert gallery.count("处置前</span>") == 2
    assert ('class="large pair"' in gallery) == (shown == "after")
