"""What a rider's pages say of points: what a report pays and why, what came, what waits, and what was taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from models import Journal, Rule
from models.database import Database, database
from queues.jobs.reports import settle_report
from stage.cast import a_ticket, person, step
from tests.web.browsing import Visitor, words
from tests.web.rider_forms import found, make, state_of, step_with
from workflow import ledger
from workflow.report.joining import join

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
