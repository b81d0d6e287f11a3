"""A rider's list of what they reported and joined: what it holds, page by page, and what it never shows."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from models.database import database
from stage import cast
from stage.cast import person
from tests.web.browsing import Visitor, words
from tests.web.rider_forms import found, make, move
from workflow.report.joining import join

PAID_FIRST = sorted(cast.STEPS, key=lambda state: state != "rewarded")
"""As many tickets as this reach the day's cap: what is to be rewarded comes before it."""


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
