"""A ticket's page for the offices: what each may see, what each may do, and what becomes of a form."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Photo, Ticket, Unit, User
from models.clock import now
from models.database import Database
from tests.cast import LOUFENG, a_report, a_ticket, fields, person, photo, step
from tests.web.browsing import Visitor, words
from tests.web.conftest import picture, upload
from workflow.engine import fire, permitted

OFFICES = ("carol", "sam", "ada", "erin", "hana", "frank")
FORM = re.compile(r'<form class="form[^"]*"[^>]*action="/tickets/[^/]+/transitions/(\w+)"(.*?)</form>', re.DOTALL)
NAMES = re.compile(r'<(?:input|select|textarea)[^>]* name="(\w+)"')
HELD_BACK = {"csrf", "version", "from", "photos", "photo_ids", "into"}


def number_of(db: Database, state: str, **about: Any) -> str:
    with db.writing() as session:
        return a_ticket(session, state, **about).number


def state_of(db: Database, number: str) -> str:
    with db.reading() as session:
        return session.scalars(select(Ticket).where(Ticket.id == int(number[-6:]))).one().state


def version_of(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


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
    blank = visitor.post(f"/tickets/{number}/transitions/resolve", **_sent(visitor, picture(), note=" "))
    assert blank.status_code == 422
    kept = re.findall(r'name="photo_ids" value="([^"]+)"', blank.text)
    assert len(kept) == 1
    assert f'/uploads/{kept[0]}?size=thumb"' in blank.text
    done = visitor.post(f"/tickets/{number}/transitions/resolve", {"note": "清理完毕", "photo_ids": kept})
    assert done.status_code == 303
    there = visitor.get(done.location)
    assert there.text.count('<span class="photo-mark">处置后</span>') == 2  # large, and with its step
    assert "清理完毕" in words(there)
    with sqlite_db.reading() as session:
        assert session.scalars(select(Photo.kind).where(Photo.public_id == kept[0])).one() == "after"


def _sent(visitor: Visitor, *pictures: bytes, **given: Any) -> dict[str, Any]:
    """A multipart form, for `Visitor.post(path, **…)`."""
    whole = upload(*pictures, csrf=visitor.mark, **given)
    return {"fields": whole["data"], "content_type": whole["content_type"]}


def test_internal_comments_are_marked_and_their_photos_are_with_them(site: Flask, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "in_progress")
    carol = Visitor(site, "carol")
    form = _sent(carol, picture(), note="先别外传", internal="1")
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


def routed(db: Database, **found: Any) -> tuple[str, str, str]:
    """A fresh report, an earlier one of the same matter nearby, and one elsewhere with the same picture."""
    with db.writing() as session:
        earlier = a_report(session, "bob", description="一堆垃圾")
        elsewhere = a_report(session, "bob", latitude=LOUFENG[0] + 0.02)
        ticket = a_report(session, category=None, description="天桥下一堆垃圾没人扫")
        ticket.routing = {
            "unit": "loufeng", "inside": True, "category": "06010", "words": ["垃圾", "没人扫"], "group": "rubbish",
            "department": "enforcement", "same_picture": [elsewhere.number],
            "duplicates": [{"number": earlier.number, "metres": 0, "hours": 0.5}],
        } | found  # fmt: skip
        return ticket.number, earlier.number, elsewhere.number


def test_the_routers_guess_is_filled_in_with_its_reason(site: Flask, sqlite_db: Database) -> None:
    number, _, _ = routed(sqlite_db)
    page = Visitor(site, "carol").get(f"/tickets/{number}")
    triage = next(body for name, body in FORM.findall(page.text) if name == "triage")
    assert '<option value="06010" selected>' in triage
    assert triage.count("<optgroup") >= 8
    assert "按文字猜的：垃圾、没人扫。请核对。" in triage
    Visitor(site, "carol").post(f"/tickets/{number}/transitions/triage", {"category": "06010"})
    after = Visitor(site, "carol").get(f"/tickets/{number}").text
    assign = next(body for name, body in FORM.findall(after) if name == "assign")
    assert re.search(r'<option value="\w+" selected>', assign)
    assert "一般归" in assign
    assert "按文字猜的" not in Visitor(site, "sam").get(f"/tickets/{number}").text


def test_whose_it_is_as_the_last_to_send_it_back_said(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        ticket = a_ticket(session, "assigned")
        fire(ticket, "send_back", actor=person(session, "erin"), reason="路面归市政", department="municipal")
        number = ticket.number
    page = Visitor(site, "carol").get(f"/tickets/{number}")
    assign = next(body for name, body in FORM.findall(page.text) if name == "assign")
    assert '<option value="municipal" selected>' in assign
    assert "综合执法局退单时说应由市政服务集团办。" in assign


def test_what_no_department_takes_is_the_supervisors_to_decide(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        ticket = a_ticket(session, "triaged")
        for _ in range(2):
            step(session, ticket, "assign")
            step(session, ticket, "send_back")
        number = ticket.number
    clerk, decider = Visitor(site, "carol"), Visitor(site, "sam")
    page = clerk.get(f"/tickets/{number}")
    assert "退单次数已满，等督办裁定由谁办。" in words(page)
    assert 'id="do-assign"' not in page.text
    page = decider.get(f"/tickets/{number}")
    assert "几个部门都退了单，请裁定由谁办" in words(page)
    assert 'class="first" id="do-assign"' in page.text
    sent = {"department": "market", "version": version_of(page.text)}
    decided = decider.get(decider.post(f"/tickets/{number}/transitions/assign", sent).location)
    assert "裁定由谁办" not in words(decided)


def test_a_duplicate_is_merged_from_where_it_is_shown(site: Flask, sqlite_db: Database) -> None:
    number, earlier, elsewhere = routed(sqlite_db)
    carol = Visitor(site, "carol")
    page = carol.get(f"/tickets/{number}")
    alike = page.text.split('class="panel alike"')[1].split("</section>")[0]
    assert alike.index(elsewhere) < alike.index(earlier)
    assert alike.count("照片相同") == 1
    assert f'name="into" value="{earlier}"' in alike
    done = carol.post(f"/tickets/{number}/transitions/merge", {"into": earlier, "version": version_of(page.text)})
    assert done.status_code == 303
    assert state_of(sqlite_db, number) == "merged"
    merged = carol.get(done.location)
    assert f'<a class="number" href="/tickets/{earlier}' in merged.text
    assert 'name="into"' not in merged.text


def test_suggestions_are_for_the_street_and_never_name_what_is_not_theirs(site: Flask, sqlite_db: Database) -> None:
    number, earlier, elsewhere = routed(sqlite_db)
    with sqlite_db.writing() as session:
        foreign = session.scalars(select(Ticket).where(Ticket.id == int(elsewhere[-6:]))).one()
        foreign.unit = session.scalars(select(Unit).where(Unit.code == "weiting")).one()
        ticket = session.scalars(select(Ticket).where(Ticket.id == int(number[-6:]))).one()
        for name in ("triage", "assign"):
            step(session, ticket, name)
    page = Visitor(site, "carol").get(f"/tickets/{number}").text
    assert earlier in page
    assert elsewhere not in page
    for username in ("erin", "frank"):
        page = Visitor(site, username).get(f"/tickets/{number}").text
        assert 'class="panel alike"' not in page
        assert earlier not in page


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
