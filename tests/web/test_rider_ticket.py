"""A rider's own report on its page: how it stands and why, its photos, and its history in plain words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from models import EventWords
from models.clock import now
from models.database import database
from stage import cast
from stage.cast import a_ticket, person, step
from tests.web.browsing import Visitor, words
from tests.web.rider_forms import form_of, found, make, move, state_of


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("state", cast.STEPS)
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


def test_once_confirmed_the_points_are_about_to_come(site: Flask) -> None:
    assert "核查已通过，积分马上到账。" in Visitor(site, "alice").get(f"/tickets/{make('confirmed')}").text


def test_history_speaks_to_whoever_reported_it(site: Flask) -> None:
    number = make("in_progress")
    assert "您上报" in words(Visitor(site, "alice").get(f"/tickets/{number}"))
    assert "您上报" not in words(Visitor(site, "carol").get(f"/tickets/{number}"))
