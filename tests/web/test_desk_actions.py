"""What the offices do on a ticket's page: what each is offered, each action by its form, and what becomes of it."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from models import Photo, Ticket
from models.database import Database
from stage.cast import a_ticket, fields, person, step
from stage.photos import picture
from tests.web.browsing import Visitor, words
from tests.web.conftest import number_of
from tests.web.desk_forms import FORM, OFFICES, form_with, state_of, version_of
from workflow.engine import permitted

NAMES = re.compile(r'<(?:input|select|textarea)[^>]* name="(\w+)"')
HELD_BACK = {"csrf", "version", "from", "photos", "photo_ids", "into"}
STATES = ("submitted", "triaged", "assigned", "in_progress", "suspended", "resolved", "rejected", "merged", "closed")


def test_what_may_be_done_is_what_the_page_offers(site: Flask, sqlite_db: Database) -> None:
    numbers = {state: number_of(sqlite_db, state) for state in STATES}
    first = {
        ("carol", "submitted"): "triage", ("carol", "triaged"): "assign", ("carol", "resolved"): "confirm",
        ("erin", "assigned"): "accept", ("erin", "in_progress"): "resolve", ("erin", "suspended"): "resume",
        ("hana", "in_progress"): "resolve", ("sam", "suspended"): None, ("carol", "assigned"): None,
    }  # fmt: skip
    for username in OFFICES:
        visitor = Visitor(site, username)
        for state, number in numbers.items():
            page = visitor.get(f"/tickets/{number}")
            if page.status_code == 404:
                continue
            with sqlite_db.reading() as session:
                ticket = session.scalars(select(Ticket).where(Ticket.id == int(number[-6:]))).one()
                allowed = permitted(ticket, person(session, username))
            may = {each.name: {need.field for need in each.needs} for each in allowed}
            offered = {name: set(NAMES.findall(body)) - HELD_BACK for name, body in FORM.findall(page.text)}
            assert offered.keys() == may.keys(), f"{username} {state}"
            assert all(offered[name] == may[name] - HELD_BACK for name in may)
            opened = re.search(r'class="first" id="do-(\w+)"', page.text)
            assert page.text.count('class="button primary"') == (1 if opened else 0)
            if (username, state) in first:
                assert (opened[1] if opened else None) == first[username, state]


STEPS = [
    ("carol", "submitted", "triage", "triaged"), ("carol", "submitted", "reject", "rejected"),
    ("carol", "triaged", "merge", "merged"), ("carol", "merged", "unmerge", "triaged"),
    ("carol", "triaged", "assign", "assigned"), ("erin", "assigned", "accept", "in_progress"),
    ("erin", "in_progress", "send_back", "triaged"), ("erin", "in_progress", "request_extension", "in_progress"),
    ("erin", "in_progress", "request_suspension", "in_progress"), ("erin", "suspended", "resume", "in_progress"),
    ("carol", "resolved", "rework", "assigned"), ("carol", "resolved", "confirm", "confirmed"),
    ("carol", "closed", "reopen", "triaged"), ("sam", "in_progress", "urge", "in_progress"),
    ("frank", "in_progress", "comment", "in_progress"),
]  # fmt: skip


def test_every_action_goes_through_its_form(site: Flask, sqlite_db: Database) -> None:
    for username, before, name, after in STEPS:
        with sqlite_db.writing() as session:
            number = a_ticket(session, before).number
            given = fields(session, name, person(session, username))
        visitor = Visitor(site, username)
        page = visitor.get(f"/tickets/{number}?from=open%3Dtrue%26sort%3Ddue")
        seen = {} if name == "comment" else {"version": version_of(page.text)}
        answer = visitor.post(f"/tickets/{number}/transitions/{name}", given | seen | {"from": "open=true&sort=due"})
        assert answer.status_code == 303, f"{name}: {words(answer)[:600]}"
        assert state_of(sqlite_db, number) == after, name
        there = visitor.get(answer.location)
        assert there.status_code == 200
        if name == "send_back":
            assert answer.location == f"/desk/tickets?open=true&sort=due&did=send_back&ticket={number}"
            assert f"{number} 已退单，已不在您手上。" in words(there)
        else:
            assert answer.location.startswith(f"/tickets/{number}?did={name}&from=open")
            assert 'class="notice notice-done"' in there.text


def test_requests_are_shown_with_who_asks_and_why_and_answered_by_form(site: Flask, sqlite_db: Database) -> None:
    for kind, decider, grant, refuse in (
        ("extension", "carol", "grant_extension", "refuse_extension"),
        ("suspension", "sam", "suspend", "refuse_suspension"),
    ):
        for name in (grant, refuse):
            with sqlite_db.writing() as session:
                ticket = a_ticket(session, "in_progress")
                step(session, ticket, f"request_{kind}")
                number, given = ticket.number, fields(session, name)
                asked = ticket.open_request(kind)
                assert asked is not None
                day = asked.day.isoformat()
            page = Visitor(site, decider).get(f"/tickets/{number}")
            said = words(page)
            assert "综合执法局申请" in said
            assert ("材料未到" if kind == "extension" else "等施工") in said
            assert "Erin" in said
            assert f'value="{day}"' in page.text
            assert f'class="first" id="do-{grant}"' in page.text
            answer = Visitor(site, decider).post(f"/tickets/{number}/transitions/{name}", given)
            assert answer.status_code == 303
            assert 'class="asked"' not in Visitor(site, decider).get(f"/tickets/{number}").text


def test_an_officer_resolves_with_a_photo_from_the_field(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "in_progress")
    visitor = Visitor(site, "erin")
    page = visitor.get(f"/tickets/{number}")
    form = next(body for name, body in FORM.findall(page.text) if name == "resolve")
    assert 'type="file" accept="image/*" multiple id="f-resolve-photos" name="photos" required' in form
    without = visitor.post(f"/tickets/{number}/transitions/resolve", {"note": "清理完毕"})
    assert without.status_code == 422
    assert ">清理完毕</textarea>" in without.text
    assert 'id="f-resolve-photos-error"' in without.text
    blank = visitor.post(f"/tickets/{number}/transitions/resolve", **form_with(visitor, picture(), note=" "))
    assert blank.status_code == 422
    kept = re.findall(r'name="photo_ids" value="([^"]+)"', blank.text)
    assert len(kept) == 1
    assert f'/uploads/{kept[0]}?size=thumb"' in blank.text
    file = re.search(r'<input type="file"[^>]*id="f-resolve-photos"[^>]*>', blank.text)
    assert file is not None
    assert " required" not in file[0], "one is there already"
    sent = form_with(visitor, picture(), b"no picture", note="好了")
    mixed = visitor.post(f"/tickets/{number}/transitions/resolve", **sent)
    assert mixed.status_code == 422
    assert len(re.findall(r'name="photo_ids" value="[^"]+" checked', mixed.text)) == 1, "the good one stays"
    done = visitor.post(f"/tickets/{number}/transitions/resolve", {"note": "清理完毕", "photo_ids": kept})
    assert done.status_code == 303
    there = visitor.get(done.location)
    assert there.text.count('<span class="photo-mark">处置后</span>') == 2  # large, and with its step
    assert "清理完毕" in words(there)
    with sqlite_db.reading() as session:
        assert session.scalars(select(Photo.kind).where(Photo.public_id == kept[0])).one() == "after"


def test_a_comment_keeps_its_words_when_it_is_not_taken(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "in_progress")
    carol = Visitor(site, "carol")
    long = "长" * 4001
    page = carol.post(f"/tickets/{number}/transitions/comment", {"note": long, "internal": "1"})
    assert page.status_code == 422
    assert long in page.text
    assert re.search(r'name="internal"[^>]* checked', page.text)
    assert 'data-focus' in page.text


def test_whoever_acts_on_an_old_page_is_told_who_did_what_meanwhile(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "triaged")
    carol, carl = Visitor(site, "carol"), Visitor(site, "carl")
    seen = version_of(carol.get(f"/tickets/{number}").text)
    carl.post(f"/tickets/{number}/transitions/assign", {"department": "enforcement", "note": "请处理"})
    typed = {"department": "market", "note": "食品问题", "version": seen}
    late = carol.post(f"/tickets/{number}/transitions/assign", typed)
    assert late.status_code == 412
    said = words(late)
    assert "有人先处理了这张工单，这里已是最新情况" in said
    assert "您打开这一页之后：" in said
    assert "派单：交综合执法局；请处理" in said.split("您打开这一页之后：")[1]
    assert "（Carl）" in said
    assert "食品问题" in late.text
    assert '<option value="market" selected>' in late.text
    gone = carol.post(f"/tickets/{number}/transitions/reject", {"reason": "不属于受理范围", "version": seen})
    assert gone.status_code in (409, 412)
    assert "您写的内容已放进留言" in words(gone)
    comment = next(body for name, body in FORM.findall(gone.text) if name == "comment")
    assert ">不属于受理范围</textarea>" in comment
    assert state_of(sqlite_db, number) == "assigned"


def test_an_expired_or_foreign_form_moves_nothing(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "submitted")
    carol = Visitor(site, "carol")
    assert carol.post(f"/tickets/{number}/transitions/triage", {"csrf": "x", "category": "06010"}).status_code == 403
    assert carol.post(f"/tickets/{number}/transitions/triage", {"category": "06010", "version": "x"}).status_code == 422
    assert carol.post(f"/tickets/{number}/transitions/nonsense", {}).status_code == 404
    assert state_of(sqlite_db, number) == "submitted"
