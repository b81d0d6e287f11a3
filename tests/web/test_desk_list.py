"""The desk's list: its views and their counts, its filters, its pages, its map."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from models import Ticket, Unit
from models.clock import now
from models.database import Database
from stage.cast import RUBBISH, a_report, a_ticket, person, photo, step
from tests.web.browsing import Visitor, words
from web.pages.desk.asked import read
from workflow import access
from workflow.ticket_filters import conditions

NUMBER = re.compile(r'class="number" href="/tickets/([A-Z0-9-]+)')
NAV = re.compile(r'<nav class="views".*?</ul>', re.DOTALL)
TAB, TAG = re.compile(r"<li>.*?</li>", re.DOTALL), re.compile(r"<[^>]+>")
VIEW = re.compile(r'<li><a href="([^"]+)"[^>]*>.*?<b class="view-count[^"]*">(\d+)</b>', re.DOTALL)
NEWEST = "/desk/tickets?sort=-created"
STATES = ("submitted", "triaged", "assigned", "in_progress", "suspended", "resolved", "confirmed")


def a_desk(db: Database) -> None:
    """A few tickets of Loufeng in most states, one of them urgent, one overdue."""
    with db.writing() as session:
        for state in ("submitted", *STATES):
            a_ticket(session, state, photos=[photo(session, person(session, "alice"))])
        first = session.scalars(select(Ticket).order_by(Ticket.id)).first()
        assert first is not None
        first.priority, first.due_at = "urgent", now().replace(year=2020)


def listed(text: str) -> list[str]:
    return NUMBER.findall(text)


def test_each_view_holds_as_many_as_its_count_says(app: Flask, db: Database) -> None:
    a_desk(db)
    for username in ("carol", "erin", "hana", "sam", "ada"):
        visitor = Visitor(app, username)
        views = VIEW.findall(visitor.get(NEWEST).text)
        assert len(views) >= 8
        nav = NAV.search(visitor.get(NEWEST).text)[0]
        # Of all that there ever were nobody needs to know how many.
        assert [TAG.sub("", tab).strip() for tab in TAB.findall(nav) if "view-count" not in tab] == ["全部"]
        for address, count in views:
            page = visitor.get(html.unescape(address))
            assert page.status_code == 200
            assert len(listed(page.text)) == int(count), f"{username} {address}"
            assert page.text.count('aria-current="page"') == 2  # the tab and the view
        assert any(int(count) for _, count in views)


def test_of_what_may_have_ended_a_total_ends_somewhere(
    app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_desk(db)
    there = len(listed(Visitor(app, "sam").get(NEWEST).text))
    assert there > 3
    for most, said in ((3, "3+ 件"), (there - 1, f"{there - 1}+ 件"), (there, f"{there} 件")):
        monkeypatch.setattr("workflow.ticket_filters.MOST", most)
        monkeypatch.setattr("web.pages.desk.tickets.MOST", most)
        page = Visitor(app, "sam").get(NEWEST).text
        assert f'<span class="total">{said}</span>' in page
        assert len(listed(page)) == there
        at_work = Visitor(app, "sam").get("/desk/tickets?open=true").text
        assert f'<span class="total">{len(listed(at_work))} 件</span>' in at_work, "what is at work is counted whole"


def test_the_day_begins_with_what_waits_for_the_reader(site: Flask) -> None:
    due_first = {"carol": "state=submitted", "erin": "open=true", "hana": "open=true"}
    begins = {username: f"{asked}&sort=due" for username, asked in due_first.items()} | {"sam": "open=true"}
    for username, asked in begins.items():
        assert Visitor(site, username).get("/desk/tickets").location == f"/desk/tickets?{asked}"


FILTERS = [
    "state=submitted", "state=assigned,in_progress", "unit=loufeng", "department=enforcement", f"category={RUBBISH}",
    "priority=urgent", "q=06010", "overdue=true", "open=false", "waiting_for=decision",
    "since=2020-01-01&until=2099-01-01", "near=31.305,120.655,500", "bouncing=true", "unrouted=false",
]  # fmt: skip


def test_a_filter_is_in_the_address_and_in_a_chip_that_takes_it_away(site: Flask, sqlite_db: Database) -> None:
    a_desk(sqlite_db)
    visitor = Visitor(site, "sam")
    for asked in FILTERS:
        given = dict(parse_qsl(asked)) | {"resolved_until": "2099-01-01"}
        page = visitor.get("/desk/tickets", query_string=given)
        with sqlite_db.reading() as session:
            sam = person(session, "sam")
            held = access.visible_tickets(session, sam).where(*conditions(session, sam, read(given).wanted))
            assert sorted(listed(page.text)) == sorted(each.number for each in session.scalars(held)), asked
        chips = re.findall(r'<a class="chip filter-chip" href="([^"]+)"', page.text)
        assert chips
        for chip in chips:
            without = dict(parse_qsl(urlsplit(html.unescape(chip)).query))
            assert without.items() - {("sort", "-created")} < given.items()
            assert len(without.keys() - {"sort"}) == len(given) - 1


@pytest.mark.parametrize(("locale", "said"), [("zh", "上报日期从：2020年3月1日"), ("en", "Reported from: 1 Mar 2020")])
def test_a_chip_says_a_day_as_people_do(site: Flask, locale: str, said: str) -> None:
    page = words(Visitor(site, "sam", locale).get("/desk/tickets?since=2020-03-01&until=2099-12-31"))
    assert said in page
    assert "2099-12-31" not in page


def test_a_wrong_filter_is_said_and_what_was_typed_stays(site: Flask, sqlite_db: Database) -> None:
    a_desk(sqlite_db)
    visitor = Visitor(site, "carol")
    page = visitor.get("/desk/tickets?q=楼道&category=nonsense&since=yesterday")
    assert page.status_code == 422
    assert 'value="楼道"' in page.text
    assert 'id="f-since-error"' in page.text
    assert listed(page.text) == []
    unknown = visitor.get("/desk/tickets?q=楼道&category=nonsense")
    assert unknown.status_code == 422
    assert 'id="f-category-error"' in unknown.text
    assert 'value="楼道"' in unknown.text
    assert visitor.get("/desk/tickets?nonsense=1").status_code == 422


def test_filters_stay_when_a_view_is_chosen_and_the_other_way_round(site: Flask, sqlite_db: Database) -> None:
    a_desk(sqlite_db)
    page = Visitor(site, "carol").get("/desk/tickets?state=submitted&priority=urgent&sort=due")
    addresses = [html.unescape(address) for address, _ in VIEW.findall(page.text)]
    assert all("priority=urgent" in address for address in addresses)
    kept = Visitor(site, "carol").get("/desk/tickets?overdue=true&sort=due")
    assert '<input type="hidden" name="overdue" value="true">' in kept.text
    assert '<input type="hidden" name="sort" value="due">' in kept.text


@pytest.mark.parametrize("sort", ["due", "-created"])
def test_pages_follow_each_other_without_gap_or_repeat(site: Flask, sqlite_db: Database, sort: str) -> None:
    with sqlite_db.writing() as session:
        for _ in range(65):
            a_report(session)
    visitor, seen, address = Visitor(site, "carol"), [], f"/desk/tickets?sort={sort}"
    while address:
        page = visitor.get(address)
        seen.append(listed(page.text))
        more = re.search(r'href="([^"]+)" rel="next"', page.text)
        address = html.unescape(more[1]) if more else ""
    assert [len(each) for each in seen] == [30, 30, 5]
    assert len({number for each in seen for number in each}) == 65


def test_a_row_shows_no_rider_to_anybody(site: Flask, sqlite_db: Database) -> None:
    a_desk(sqlite_db)
    for username in ("carol", "erin", "sam", "ada"):
        page = Visitor(site, username).get(NEWEST)
        assert listed(page.text)
        assert "Alice" not in page.text


def test_a_street_sees_its_own_and_nothing_else(site: Flask, sqlite_db: Database) -> None:
    a_desk(sqlite_db)
    page = Visitor(site, "dave").get(NEWEST)
    assert listed(page.text) == []
    assert "还没有工单" in words(page)


def test_an_empty_view_says_where_work_is(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        a_ticket(session, "triaged")
    page = Visitor(site, "carol").get("/desk/tickets?state=submitted&sort=due")
    assert "没有待受理的工单，都受理完了。" in words(page)
    assert "去看待派单（1）" in words(page)
    nothing = Visitor(site, "carol").get("/desk/tickets?q=zzzz")
    assert "看全部工单" in words(nothing)


def test_the_map_draws_what_the_list_holds(site: Flask, sqlite_db: Database) -> None:
    a_desk(sqlite_db)
    with sqlite_db.writing() as session:
        late = a_ticket(session, "assigned")
        late.due_at = now() - timedelta(days=1)
    visitor = Visitor(site, "carol")
    page = visitor.get("/desk/tickets?state=assigned,in_progress&show=map")
    marks = re.search(r'data-marks="([^"]+)"', page.text)
    assert marks is not None
    told = visitor.get(html.unescape(marks[1])).json
    numbers = listed(visitor.get("/desk/tickets?state=assigned,in_progress").text)
    assert sorted(each["title"].split(" · ")[0] for each in told["items"]) == sorted(numbers)
    assert {each["tone"] for each in told["items"]} == {"moving"}
    assert all("from=state" in each["href"] for each in told["items"])
    assert [each["title"].split(" · ")[0] for each in told["items"] if each["over"]] == [late.number]
    assert [each in words(page) for each in ("待签收、处置中", "待核查、已核查", "超时")] == [True] * 3
    assert "Alice" not in str(told)
    assert visitor.get("/desk/tickets/marks.json?category=nonsense").status_code == 422


def test_what_lies_around_a_ticket_is_what_the_reader_may_see(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        number = a_ticket(session, "assigned").number
        a_report(session, "bob")
        elsewhere = a_report(session, "bob")
        elsewhere.unit = session.scalars(select(Unit).where(Unit.code == "weiting")).one()
        far = a_report(session, "bob")
        far.latitude += 0.01
    around = Visitor(site, "carol").get(f"/desk/tickets/{number}/nearby.json").json["items"]
    assert len(around) == 1
    assert Visitor(site, "erin").get(f"/desk/tickets/{number}/nearby.json").json["items"] == []
    assert len(Visitor(site, "sam").get(f"/desk/tickets/{number}/nearby.json").json["items"]) == 2
    assert Visitor(site, "dave").get(f"/desk/tickets/{number}/nearby.json").status_code == 404


def test_what_was_done_to_a_ticket_that_is_gone_is_said_once(site: Flask, sqlite_db: Database) -> None:
    visitor = Visitor(site, "carol")
    page = visitor.get("/desk/tickets?sort=due&did=send_back&ticket=SIP-26-000001")
    assert "SIP-26-000001 已退单，已不在您手上。" in words(page)
    assert all("did=" not in address for address, _ in VIEW.findall(page.text))
    for wrong in ("did=nonsense&ticket=SIP-26-000001", "did=send_back&ticket=<b>", "did=send_back"):
        assert "已不在您手上" not in words(visitor.get(f"/desk/tickets?sort=due&{wrong}"))


def test_urgent_and_late_are_said_in_words(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        a_ticket(session, "assigned")
        session.execute(update(Ticket).values(priority="urgent", due_at=now().replace(year=2020)))
    said = words(Visitor(site, "carol").get(NEWEST))
    assert "紧急" in said
    assert "超时" in said
    english = words(Visitor(site, "carol", "en").get(NEWEST))
    assert "Urgent" in english


WHOSE = re.compile(r'row-whose">.*?#([\w-]+)".*?<span title="[^"]+">([^<]+)</span></span>')


def test_whose_it_is_follows_whose_turn_it_is(site: Flask, sqlite_db: Database) -> None:
    whose = {"submitted": ("house", "娄葑街道"), "in_progress": ("user", "Erin"), "resolved": ("house", "娄葑街道")}
    for state, said in whose.items():
        with sqlite_db.writing() as session:
            a_ticket(session, state)
        page = Visitor(site, "sam").get(f"/desk/tickets?state={state}").text
        assert WHOSE.findall(page) == [said]
    with sqlite_db.writing() as session:
        ticket = a_ticket(session, "rewarded")
        step(session, ticket, "reopen")
        assert ticket.department_id is not None
    page = Visitor(site, "sam").get("/desk/tickets?state=triaged").text
    assert WHOSE.findall(page) == [("house", "娄葑街道")]


@pytest.mark.parametrize(
    ("query", "locale", "said"),
    [
        ("on_time=false&unit=loufeng", "zh", "超时办结 · 娄葑街道"),
        ("waiting_for=decision&unit=loufeng", "zh", "待决定 · 娄葑街道"),
        ("since=2026-11-01&until=2026-11-20&unit=loufeng", "zh", "上报 · 娄葑街道"),
        ("resolved_since=2026-11-01&on_time=true", "en", "Resolved on time"),
        ("waiting_for=supervisor", "zh", "待我决定"),
        ("q=%E4%BA%95%E7%9B%96", "zh", "搜索「井盖」"),
        ("since=2026-11-05", "zh", "上报日期从：11月5日 周四"),
    ],
)
def test_a_list_is_called_by_what_it_holds(site: Flask, query: str, locale: str, said: str) -> None:
    page = Visitor(site, "sam", locale).get(f"/desk/tickets?{query}").text
    heading = re.search(r"<h1>([^<]+?)\s*<", page)
    assert heading is not None
    assert html.unescape(heading[1]).replace("\u2060", "") == said
    assert f"<title>{heading[1]}" in page


def test_a_deadline_is_a_time_however_near(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        ticket = a_ticket(session, "in_progress")
        ticket.due_at = now() - timedelta(minutes=3)
        number = ticket.number
    page = Visitor(site, "erin").get(f"/tickets/{number}").text
    assert re.search(r'due-when"><b><time [^>]+>(今天|昨天) \d\d:\d\d</time>', page)
