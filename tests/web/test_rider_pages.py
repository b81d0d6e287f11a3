"""A rider's own pages: what is shown and what never is, and everything that a rider does to a report by its form."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models import EventWords, Journal, Rule, Ticket
from models.clock import now
from models.database import Database, database
from queues.jobs.reports import settle_report
from tests import cast
from tests.cast import a_ticket, person, step
from tests.web.browsing import Visitor, words
from tests.web.conftest import picture
from tests.web.test_queries import counted
from workflow import ledger
from workflow.engine import fire
from workflow.report.joining import join

STATES = (*cast.STEPS,)
PAID_FIRST = sorted(STATES, key=lambda state: state != "rewarded")
"""As many tickets as this reach the day's cap: what is to be rewarded comes before it."""
MIXED = sorted(STATES, key=lambda state: state not in ("suspended", "rejected", "merged"))
"""A few reports already have all that a list asks of many: why they rest or ended, and what they were merged into."""
MOST_QUERIES = 15


def make(state: str = "submitted", rider: str = "alice", **about: Any) -> str:
    """A ticket in a state; its number."""
    with database.writing() as session:
        return a_ticket(session, state, rider, **about).number


def move(number: str, name: str, who: str, **fields: Any) -> None:
    with database.writing() as session:
        fire(found(session, number), name, actor=person(session, who), **fields)


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


# One's own reports


def test_a_rider_sees_their_own_reports_and_nobody_elses(site: Flask) -> None:
    mine, theirs = make("in_progress", address="星湖街 1 号"), make("assigned", "bob", address="金鸡湖路 9 号")
    page = Visitor(site, "alice").get("/my")
    assert f"/tickets/{mine}" in page.text
    assert theirs not in page.text
    assert "金鸡湖路" not in page.text
    said = words(page)
    assert "暴露垃圾" in said
    assert "处置中" in said
    assert "综合执法局正在处理，会在" in said
    assert "星湖街 1 号" in said
    assert "待发 10 分" in said


def test_lists_say_how_many_and_hold_just_these(app: Flask) -> None:
    numbers = {state: make(state) for state in PAID_FIRST}
    held: dict[str, set[str]] = {"all": set(), "open": set(), "me": set(), "ended": set()}
    alice = Visitor(app, "alice")
    for shown, numbers_shown in held.items():
        page = alice.get(f"/my?show={shown}")
        numbers_shown |= set(re.findall(r'href="/tickets/([^"]+)"', page.text))
        tab = re.search(r'aria-current="page">([^<]+) <b class="count-plain">(\d+)', page.text)
        assert tab is not None
        assert int(tab[2]) == len(numbers_shown)
    assert held["me"] == {numbers["resolved"]}
    assert held["open"] == {
        numbers[each] for each in ("submitted", "triaged", "assigned", "in_progress", "suspended")
    }
    assert held["open"] | held["me"] | held["ended"] == held["all"] == set(numbers.values())
    assert not held["open"] & held["ended"]


def test_lists_go_on_page_by_page(site: Flask) -> None:
    numbers = [make() for _ in range(23)]
    alice = Visitor(site, "alice")
    first = alice.get("/my?show=open")
    more = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert more is not None
    second = alice.get(more[1].replace("&amp;", "&"))
    pages = [re.findall(r'href="/tickets/([^"]+)"', page.text) for page in (first, second)]
    assert [len(each) for each in pages] == [20, 3]
    assert pages[0] + pages[1] == numbers[::-1]
    assert 'rel="next"' not in second.text
    assert "回到开头" in words(second)


@pytest.mark.parametrize("query", ["show=mine", "cursor=nonsense", "show=me&cursor={open}"])
def test_a_list_that_there_is_not_is_an_error(site: Flask, query: str) -> None:
    alice = Visitor(site, "alice")
    for _ in range(21 if "{open}" in query else 0):
        make()
    more = re.search(r'cursor=([^"&]+)', alice.get("/my?show=open").text)
    answer = alice.get(f"/my?{query.format(open=more[1] if more else '')}")
    assert answer.status_code == 422


@pytest.mark.parametrize("shown", ["all", "open", "me", "ended", "joined"])
def test_an_empty_list_says_what_to_do_next(site: Flask, shown: str) -> None:
    page = Visitor(site, "alice").get(f"/my?show={shown}")
    empty = re.search(r'<div class="empty">.*?</div>', page.text, re.DOTALL)
    assert empty is not None
    assert 'href="/report"' in empty[0]


def test_what_was_joined_is_shown_as_anyone_may_know_it(app: Flask) -> None:
    number = make("in_progress", address="星湖街 1 号", description="店门口一大堆垃圾")
    with database.writing() as session:
        ticket = found(session, number)
        public_id = ticket.public_id
        join(session, person(session, "bob"), public_id)
    page = Visitor(app, "bob").get("/my?show=joined")
    said = words(page)
    for known in ("垃圾脏乱", "处置中", "部门正在处理", "待发 1 分"):
        assert known in said
    for secret in (number, "星湖街", "一大堆", "Alice"):
        assert secret not in page.text
    assert "我也遇到" not in words(Visitor(app, "alice").get("/my"))


def test_ones_own_merged_report_follows_the_earlier_one(site: Flask) -> None:
    number = make("triaged")
    earlier = make("in_progress", "bob")
    move(number, "merge", "carol", into=earlier)
    alice = Visitor(site, "alice")
    for page in (alice.get("/my"), alice.get(f"/tickets/{number}")):
        assert "已合并办理。那一件现在：处置中" in words(page)
        assert earlier not in page.text
    assert "按「我也遇到」计分" in words(alice.get(f"/tickets/{number}"))


# One report


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("state", STATES)
def test_a_report_in_every_state_says_how_it_stands(site: Flask, state: str, locale: str) -> None:
    page = Visitor(site, "alice", locale).get(f"/tickets/{make(state)}")
    assert page.status_code == 200
    assert page.text.count("<h1>") == 1
    sentence = re.search(r'<p class="next-words">([^<]+)</p>', page.text)
    assert sentence is not None
    assert len(sentence[1]) > 5
    assert "  " not in sentence[1]
    assert bool(re.search("[\u4e00-\u9fff]", re.sub("不属于受理范围|等施工", "", sentence[1]))) == (locale == "zh")


def test_others_reports_are_not_there(site: Flask) -> None:
    number = make("resolved")
    bob = Visitor(site, "bob")
    assert bob.get(f"/tickets/{number}").status_code == 404
    assert bob.post(f"/tickets/{number}/transitions/confirm", {"version": "5"}).status_code == 404
    assert state_of(number) == "resolved"


def test_what_offices_say_among_themselves_is_not_shown(site: Flask) -> None:
    number = make("assigned")
    move(number, "comment", "carol", note="此人常报，先核实", internal=True)
    move(number, "comment", "carol", note="已通知保洁")
    page = Visitor(site, "alice").get(f"/tickets/{number}")
    assert "此人常报" not in page.text
    assert "已通知保洁" in words(page)
    assert "Carol" not in page.text
    assert "internal" not in form_of(page, "comment")


def test_it_says_why_it_is_due_then_as_sentence_and_table(site: Flask) -> None:
    page = Visitor(site, "alice").get(f"/tickets/{make('in_progress')}")
    said = words(page)
    assert "为什么是这个时间" in said
    assert "办结时限 4 小时（工作时）" in said
    assert "<table" in page.text


def test_what_is_late_says_who_was_told(site: Flask) -> None:
    number = make("in_progress")
    with database.writing() as session:
        ticket = found(session, number)
        ticket.due_at, ticket.warned = now() - timedelta(hours=3), "over"
    alice = Visitor(site, "alice")
    for page in (alice.get("/my"), alice.get(f"/tickets/{number}")):
        assert re.search("综合执法局应在.+前办好，已超时 3 小时。已再次提醒。", words(page))


def test_what_has_just_become_late_names_the_moment(site: Flask) -> None:
    number = make("in_progress")
    with database.writing() as session:
        found(session, number).due_at = now() - timedelta(minutes=5)
    said = words(Visitor(site, "alice").get(f"/tickets/{number}"))
    assert re.search("综合执法局应在(今天|昨天) [0-9:]{5} 前办好，已超时 5 分钟", said)


def test_without_what_it_would_say_it_says_less(site: Flask) -> None:
    erased, timeless = make("rejected"), make("in_progress")
    with database.writing() as session:
        session.execute(update(EventWords).values(words=None, erased_at=now()))
        found(session, timeless).due_at = None
    alice = Visitor(site, "alice")
    for number, said in ((erased, "已结束。"), (timeless, "正在处理。")):
        assert f'<p class="next-words">{said}</p>' in alice.get(f"/tickets/{number}").text


def test_before_and_after_stand_side_by_side_and_in_the_history(site: Flask) -> None:
    with database.writing() as session:
        before = cast.photo(session, person(session, "alice"))
    number = make("resolved", photos=[before])
    with database.reading() as session:
        done = next(each.public_id for each in found(session, number).photos if each.kind == "after")
    text = Visitor(site, "alice").get(f"/tickets/{number}").text
    pair, history = text.index("shots-pair"), text.index('class="timeline"')
    for shown in (before, done):
        assert pair < text.index(f"/photos/{shown}") < history
        assert text.rindex(f"/photos/{shown}") > history


def test_a_photo_that_contests_is_neither_before_nor_after(site: Flask) -> None:
    with database.writing() as session:
        first = cast.photo(session, person(session, "alice"))
        number = a_ticket(session, "resolved", photos=[first]).number
        contested = cast.photo(session, person(session, "alice"))
    move(number, "rework", "alice", reason="还在", photos=[contested])
    for username, marks in (("alice", ("处理前", "处理后", "还没解决时")), ("erin", ("处置前", "处置后", "未解决时"))):
        text = Visitor(site, username).get(f"/tickets/{number}").text
        large = text[text.index("pair") : text.index("small" if "step-photos" in text else "shots-small")]
        assert f"/photos/{first}" in large
        assert f"/photos/{contested}" not in large
        assert [mark for mark in marks if mark in text] == list(marks)
        assert text.count(marks[0] + "</") == 2


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_history_is_in_plain_words_for_its_rider(site: Flask, locale: str) -> None:
    number = make("suspended")
    move(number, "resume", "erin")
    with database.writing() as session:
        for name, who in (("resolve", "erin"), ("rework", "alice"), ("accept", "erin")):
            step(session, found(session, number), name, who)
    alice = Visitor(site, "alice", locale)
    said = words(alice.get(f"/tickets/{number}"))
    plain = {
        "zh": ("娄葑街道已受理", "已交给综合执法局处理", "综合执法局已接手", "先挂起", "您说还没解决"),
        "en": ("accepted your report", "It was sent to", "is working on it", "is paused", "You said it is not solved"),
    }
    assert [each for each in plain[locale] if each not in said] == []
    office = {"zh": ("派单：", "签收", "返工", "督办挂账"), "en": ("triaged", "rework", "officer")}
    history = alice.get(f"/tickets/{number}").text.partition('class="timeline"')[2]
    assert [each for each in office[locale] if each in history.partition("</ol>")[0]] == []


def test_an_appeal_is_called_one(site: Flask) -> None:
    number = make("rejected")
    move(number, "reopen", "alice", reason="就在红线里")
    assert "您提出了申诉：就在红线里" in words(Visitor(site, "alice").get(f"/tickets/{number}"))
    office = words(Visitor(site, "carol").get(f"/tickets/{number}"))
    assert "上报人申诉：就在红线里" in office
    assert "上报人重新打开" not in office


def test_what_rests_says_why(site: Flask) -> None:
    page = Visitor(site, "alice").get(f"/tickets/{make('suspended')}").text
    assert re.search(r'next-words">暂时处理不了，[^<]*复查。原因：等施工。<', page)


def test_a_missing_place_is_asked_for_as_the_page_takes_it(site: Flask) -> None:
    alice = Visitor(site, "alice")
    answer = alice.post("/report", {"once": "no-place-0123456789", "description": "路上有个坑"})
    assert answer.status_code == 422
    assert "请先定位、在地图上点一下，或选择社区。" in answer.text
    assert "经纬度" not in answer.text


def test_once_confirmed_the_points_are_about_to_come(site: Flask) -> None:
    assert "核查已通过，积分马上到账。" in Visitor(site, "alice").get(f"/tickets/{make('confirmed')}").text


def test_history_speaks_to_whoever_reported_it(site: Flask) -> None:
    number = make("in_progress")
    assert "您上报" in words(Visitor(site, "alice").get(f"/tickets/{number}"))
    assert "您上报" not in words(Visitor(site, "carol").get(f"/tickets/{number}"))


# What a rider does


def test_a_sent_report_is_acknowledged_with_its_number(site: Flask) -> None:
    alice = Visitor(site, "alice")
    page = alice.get("/report")
    once = re.search(r'name="once" value="([^"]+)"', page.text)
    assert once is not None
    fields = {"once": once[1], "category": cast.RUBBISH, "latitude": "31.305", "longitude": "120.655"}
    answer = alice.post("/report", fields)
    said = after(alice, answer)
    number = re.search(r"/tickets/(SIP-\d\d-\d{6})", answer.location)
    assert number is not None
    assert f"已收到，编号 {number[1]}" in said
    assert "正在分到所在街道" in said


def test_it_is_confirmed_with_stars(app: Flask) -> None:
    number = make("resolved")
    alice = Visitor(app, "alice")
    page = alice.get(f"/tickets/{number}")
    assert page.text.count('type="radio" name="rating"') == 5
    assert 'form="form-confirm"' in page.text
    said = after(alice, send(alice, number, "confirm", rating="4", note="干净了"))
    assert state_of(number) == "confirmed"
    assert "谢谢，已确认" in said
    assert "您确认已解决，评价 4 分：干净了" in said


def test_what_is_not_solved_goes_back(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    shot = (io.BytesIO(picture()), "still.jpg")
    said = after(alice, send(alice, number, "rework", reason="还在原地", photos=shot))
    assert state_of(number) == "assigned"
    assert "已退回部门返工" in said
    assert "您说还没解决：还在原地" in said


def test_a_rejection_is_appealed_once(app: Flask) -> None:
    number = make("rejected")
    alice = Visitor(app, "alice")
    page = words(alice.get(f"/tickets/{number}"))
    assert "申诉" in page
    assert re.search("不同意可在.+前申诉一次。理由：不属于受理范围。", page)
    said = after(alice, send(alice, number, "reopen", reason="就在红线里"))
    assert state_of(number) == "submitted"
    assert "申诉已收到" in said
    step_with(number, "reject")
    again = alice.get(f"/tickets/{number}")
    assert "form-reopen" not in again.text
    assert "申诉一次" not in words(again)


def step_with(number: str, name: str) -> None:
    with database.writing() as session:
        step(session, found(session, number), name)


def test_what_comes_back_is_opened_again_while_it_may(site: Flask) -> None:
    number = make("rewarded")
    alice = Visitor(site, "alice")
    with time_machine.travel(now() + timedelta(days=16), tick=False):
        late = Visitor(site, "alice")
        assert "form-reopen" not in late.get(f"/tickets/{number}").text
    said = after(alice, send(alice, number, "reopen", reason="又堆起来了"))
    assert state_of(number) == "triaged"
    assert "已重新打开" in said


def test_it_is_withdrawn_while_nobody_took_it_on(site: Flask) -> None:
    number = make()
    alice = Visitor(site, "alice")
    said = after(alice, send(alice, number, "withdraw"))
    assert state_of(number) == "withdrawn"
    assert "您已撤回，不再办理" in said
    assert "已撤回，不计积分" in said
    assert "form-withdraw" not in alice.get(f"/tickets/{make('triaged')}").text


def test_a_comment_is_heard(site: Flask) -> None:
    number = make("in_progress")
    alice = Visitor(site, "alice")
    said = after(alice, send(alice, number, "comment", note="在公厕东侧"))
    assert "留言已发出" in said
    assert "您留言：在公厕东侧" in said
    assert "在公厕东侧" in words(Visitor(site, "erin").get(f"/tickets/{number}"))


@pytest.mark.parametrize("nothing", ["nonsense", "reward", "open.x", "<b>"])
def test_only_what_was_done_is_said_to_be_done(site: Flask, nothing: str) -> None:
    page = Visitor(site, "alice").get(f"/tickets/{make()}", query_string={"did": nothing})
    assert page.status_code == 200
    assert "notice-done" not in page.text


# What goes wrong


def test_what_was_typed_stays_where_it_is_not_taken(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    answer = send(alice, number, "confirm", rating="9", note="挺快的")
    assert answer.status_code == 422
    assert form_of(answer, "confirm")["note"] == "挺快的"
    assert 'id="f-confirm-rating-error"' in answer.text
    assert '<a href="#form-confirm">' in answer.text
    blank = send(alice, number, "rework", photos=(io.BytesIO(picture()), "still.jpg"))
    assert blank.status_code == 422
    assert re.search(r'<details class="fold" id="do-rework" open>', blank.text)
    kept = form_of(blank, "rework")["photo_ids"]
    assert kept
    again = alice.post(f"/tickets/{number}/transitions/rework", form_of(blank, "rework") | {"reason": "还在"})
    assert again.status_code == 303
    with database.reading() as session:
        assert kept in [each.public_id for each in found(session, number).photos]


def test_a_stale_page_says_what_happened_meanwhile_and_goes_on(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    held = form_of(alice.get(f"/tickets/{number}"), "confirm")
    move(number, "comment", "erin", note="又去看了一遍")
    answer = alice.post(f"/tickets/{number}/transitions/confirm", held | {"note": "谢谢"})
    assert answer.status_code == 412
    said = words(answer)
    assert "有了新进展，刚才没有提交" in said
    assert "您打开这一页之后：" in said
    assert "综合执法局留言：又去看了一遍" in said
    assert "您上报 ·" not in said
    assert form_of(answer, "confirm")["note"] == "谢谢"
    assert alice.post(f"/tickets/{number}/transitions/confirm", form_of(answer, "confirm")).status_code == 303


def test_what_came_too_late_is_kept_in_a_comment(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    held = form_of(alice.get(f"/tickets/{number}"), "rework")
    move(number, "confirm", "carol")
    answer = alice.post(f"/tickets/{number}/transitions/rework", held | {"reason": "后门还有一堆"})
    assert answer.status_code in (409, 412)
    assert "form-rework" not in answer.text
    assert "娄葑街道核查通过" in words(answer)
    assert form_of(answer, "comment")["note"] == "后门还有一堆"
    assert "您写的内容还在" in words(answer)


# Points


PAYS: list[tuple[str, dict[str, Any], str, str]] = [
    ("submitted", {}, "+10", "街道受理后为您预留"),
    ("submitted", {"category": None, "description": "有一堆东西"}, "", "街道定下事项后"),
    ("in_progress", {}, "+10", "核查通过后到账"),
    ("rewarded", {}, "+10", "已到账"),
    ("closed", {}, "", "匿名上报，不计积分"),
    ("rejected", {}, "", "没有受理的上报不计积分"),
]


@pytest.mark.parametrize(("state", "about", "points", "why"), PAYS)
def test_a_report_says_what_it_pays_and_why(
    site: Flask, state: str, about: dict[str, Any], points: str, why: str
) -> None:
    page = Visitor(site, "alice").get(f"/tickets/{make(state, **about)}")
    pay = re.search(r'<p class="pay-words">(.*?)</p>', page.text, re.DOTALL)
    assert pay is not None
    assert why in pay[1]
    assert (f"<b>{points}</b>" in pay[1]) if points else ("<b>" not in pay[1])


def test_what_paid_only_those_who_joined_is_closed_for_its_reporter(app: Flask) -> None:
    """Neither state, next step, history nor points speak of points that this rider did not get."""
    number = make("in_progress", anonymous=True)
    with database.writing() as session:
        ticket = found(session, number)
        join(session, person(session, "bob"), ticket.public_id)
        for name in ("resolve", "confirm"):
            step(session, ticket, name)
        settle_report(session, str(ticket.id))
    assert state_of(number) == "rewarded"
    alice, bob = Visitor(app, "alice"), Visitor(app, "bob")
    mine, page = words(alice.get("/my")), words(alice.get(f"/tickets/{number}"))
    joined = words(bob.get("/my?show=joined"))
    for said in (mine, page):
        assert "问题已解决，已结案。匿名上报不计积分。" in said
        assert "已奖励" not in said
        assert "到账" not in said
    assert "问题已解决，已结案：匿名上报不计积分" in page
    assert "已奖励" in joined
    assert "1 分" in joined


def test_a_clerk_who_reports_is_promised_nothing(site: Flask) -> None:
    page = words(Visitor(site, "carol").get(f"/tickets/{make('submitted', 'carol')}"))
    assert "预留" not in page


def test_a_cap_is_said_where_it_cuts(site: Flask) -> None:
    with time_machine.travel("2026-11-25T02:00:00Z", tick=True):
        numbers = [make("in_progress") for _ in range(6)]
        alice = Visitor(site, "alice")
        assert "+5" in words(alice.get(f"/tickets/{numbers[4]}"))
        assert "本来是 10 分" in words(alice.get(f"/tickets/{numbers[4]}"))
        assert "积分已满，这件不计分" in words(alice.get(f"/tickets/{numbers[5]}"))
        points = words(alice.get("/points"))
        assert "45 / 45" in points
        assert "今天的积分已满" in points


def test_points_are_shown_with_their_reasons(app: Flask) -> None:
    paid, waits = make("rewarded"), make("in_progress")
    page = Visitor(app, "alice").get("/points")
    said = words(page)
    assert "可用积分 10" in said
    assert "另有 10 分待发" in said
    assert f"+10 暴露垃圾 处置中 {waits}" in said
    assert re.search(f"\\+10 暴露垃圾 .+您上报的问题经核实已解决 {paid}", said)
    assert "每天最多 45 分，每月最多 1350 分" in said
    assert '<details class="because explained">' in page.text


def test_what_is_paid_for_anothers_report_has_no_number(site: Flask) -> None:
    number = make("in_progress")
    with database.writing() as session:
        join(session, person(session, "bob"), found(session, number).public_id)
    bob = Visitor(site, "bob")
    assert "+1 我也遇到的一件 处置中" in words(bob.get("/points"))
    for name in ("resolve", "confirm", "reward"):
        step_with(number, name)
    page = bob.get("/points")
    assert "+1 我也遇到的一件" in words(page)
    assert "您也遇到的问题已解决" in words(page)
    assert number not in page.text


def test_what_is_taken_back_says_why_and_what_is_owed(site: Flask) -> None:
    make("rewarded")
    with database.writing() as session:
        journal = session.scalars(select(Journal)).one()
        accounts = ledger.lock_accounts(session, person(session, "alice").id)
        alice = accounts["rider", person(session, "alice").id]
        ledger.post(session, "reversal", "spent", [(alice, -4), (accounts["issuance", None], 4)], reason="兑换")
        ledger.reverse(session, journal, actor=person(session, "ada"), reason="照片是旧的")
    said = words(Visitor(site, "alice").get("/points"))
    assert "可用积分 0" in said
    assert "有 4 分曾误发、待扣回" in said
    assert "−6" in said
    assert "扣回，原因：照片是旧的" in said


def test_entries_go_on_page_by_page(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        session.execute(update(Rule).where(Rule.kind == "cap").values(active=False))
        numbers = [a_ticket(session, "rewarded").number for _ in range(21)]
    alice = Visitor(site, "alice")
    first = alice.get("/points")
    assert "/ 45" not in words(first)
    more = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert more is not None
    second = alice.get(more[1])
    pages = [re.findall(r'href="/tickets/([^"]+)"', page.text) for page in (first, second)]
    assert [len(each) for each in pages] == [20, 1]
    assert pages[0] + pages[1] == numbers[::-1]
    assert alice.get("/points?cursor=nonsense").status_code == 422


def test_without_points_it_says_how_to_earn_some(site: Flask) -> None:
    page = Visitor(site, "bob").get("/points")
    assert '<details class="because explained" open>' in page.text
    assert 'href="/report"' in page.text.partition('class="empty"')[2]


# All of them


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
