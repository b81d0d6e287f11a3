"""The supervisor's pages: each number opens a list of as many; nobody sees more than theirs; few queries."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from models.clock import now
from models.database import Database
from stage.cast import a_ticket, step
from tests.web.browsing import Visitor, words
from tests.web.conftest import settings_for
from tests.web.test_queries import counted
from tests.workflow.conftest import MONDAY
from tests.workflow.test_figures import some_history
from web.app import create_app
from workflow.figures import share

NUMBER = re.compile(r'<a class="opens" href="([^"]+)">([\d,]+)</a>')
TILE = re.compile(r'<a href="([^"]+)">\s*<span class="tile-name">.*?<b class="tile-number">([\d,]+)</b>', re.DOTALL)
MADE_OF = re.compile(r'<a class="opens opens-whole" href="([^"]+)">([^<]+)</a>')
TOTAL = re.compile(r'<span class="total">(\d+)')
TAB = re.compile(r'<a href="(/supervisor/[^"]+)"[^>]*>[^<]+ <b class="count-plain">(\d+)</b>')
LIST = re.compile(r'<a href="(/desk/tickets[^"]*)">')
ROW = re.compile(r'<tr role="row"><th scope="row".*?</tr>', re.DOTALL)
CELL = re.compile(r'<td class="figure[^"]*">(.*?)</td>', re.DOTALL)
WAYS = ("/supervisor/overdue", "/supervisor/decisions", "/supervisor/bouncing")


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="module")
def forty_days(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of a city that has been at work for forty days."""
    file = tmp_path_factory.mktemp("forty") / "whistle.db"
    shutil.copyfile(sqlite_template, file)
    own = Database()
    own.connect(f"sqlite:///{file}")
    with time_machine.travel(MONDAY, tick=False) as traveller, own.writing() as session:
        some_history(session, traveller, 3, 40)
    own.engine.dispose()
    return file


@pytest.fixture
def lived(forty_days: Path, sqlite_db: Database, tmp_path: Path, monday: time_machine.Traveller) -> Flask:
    """The application over a copy of it."""
    sqlite_db.engine.dispose()
    file = tmp_path / "lived.db"
    shutil.copyfile(forty_days, file)
    sqlite_db.connect(f"sqlite:///{file}")
    return create_app(settings_for(f"sqlite:///{file}", tmp_path))


def total(visitor: Visitor, address: str) -> int:
    """How many tickets the list at an address says that it holds."""
    page = visitor.get(html.unescape(address))
    assert page.status_code == 200, address
    (number,) = TOTAL.findall(page.text)
    return int(number)


ASKED = (
    ("sam", "?by_day=true"), ("sam", "?days=7&unit=loufeng"), ("sam", "?days=7&department=enforcement&by_day=true"),
    ("ada", "?days=7&unit=weiting&by_day=true"), ("hana", "?days=7&by_day=true"),
)  # fmt: skip


@pytest.mark.parametrize(("who", "query"), ASKED)
def test_each_number_opens_a_list_of_as_many(lived: Flask, who: str, query: str) -> None:
    visitor = Visitor(lived, who)
    page = visitor.get(f"/supervisor{query}")
    assert page.status_code == 200
    numbers = dict.fromkeys([*NUMBER.findall(page.text), *TILE.findall(page.text)])
    assert len(numbers) > 12
    for address, number in numbers:
        assert total(visitor, address) == int(number.replace(",", "")), address


def test_no_number_stands_alone(lived: Flask) -> None:
    """Whatever is a number is nothing or a link."""
    page = Visitor(lived, "sam").get("/supervisor?days=90&by_day=true")
    cells = CELL.findall(page.text)
    assert len(cells) > 100
    for cell in cells:
        assert 'class="opens' in cell or 'class="quiet"' in cell, cell


def test_what_is_no_number_of_tickets_opens_what_it_was_made_of(lived: Flask) -> None:
    visitor = Visitor(lived, "sam")
    page = visitor.get("/supervisor?days=90")
    found = MADE_OF.findall(page.text)
    shares = [(address, int(said[:-1])) for address, said in found if said.endswith("%")]
    assert len(shares) >= 3
    for address, said in shares:
        met = total(visitor, address)
        missed = total(visitor, address.replace("on_time=true", "on_time=false"))
        assert share(met, met + missed) == said
    for address, _ in found:
        assert total(visitor, address) > 0


@pytest.mark.parametrize("who", ["sam", "hana"])
def test_each_tab_counts_its_page_and_its_list(lived: Flask, who: str) -> None:
    visitor = Visitor(lived, who)
    tabs = TAB.findall(visitor.get("/supervisor").text)
    assert [address for address, _ in tabs] == list(WAYS)
    for address, number in tabs:
        page = visitor.get(address)
        assert len(ROW.findall(page.text)) == int(number)
        lists = LIST.findall(page.text.split("<main")[1])
        assert [total(visitor, each) for each in lists] == ([int(number)] if int(number) else [])


def test_a_choice_stays_while_one_looks_around(lived: Flask) -> None:
    visitor = Visitor(lived, "sam")
    page = visitor.get("/supervisor/overdue?days=7&unit=loufeng&department=enforcement")
    for name, value in (("days", "7"), ("unit", "loufeng"), ("department", "enforcement")):
        assert page.text.count(f"{name}={value}") >= 3
    assert '<option value="loufeng" selected>' in page.text
    wide = visitor.get("/supervisor?unit=sip")
    assert wide.status_code == 200
    assert '<option value="sip" selected>' in wide.text


def test_a_wrong_choice_is_said(site: Flask) -> None:
    visitor = Visitor(site, "sam")
    for page in ("/supervisor", *WAYS):
        for query in ("unit=nowhere", "department=nowhere", "days=8", "days=x"):
            answer = visitor.get(f"{page}?{query}")
            assert (answer.status_code, answer.mimetype) == (422, "text/html"), (page, query)


def test_only_who_watches_over_others_opens_them(site: Flask) -> None:
    seen = dict.fromkeys(("alice", "carol", "erin", "gus", "mallory"), 403) | dict.fromkeys(("sam", "ada", "hana"), 200)
    for who, status in seen.items():
        visitor = Visitor(site, who)
        assert [visitor.get(page).status_code for page in ("/supervisor", *WAYS)] == [status] * 4, who
    for page in ("/supervisor", *WAYS):
        assert Visitor(site, None).get(page).location.startswith("/sign-in?next=")


def test_a_head_sees_what_the_department_leads_and_no_rider(lived: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        foreign = a_ticket(session, "triaged")
        other = a_ticket(session, "triaged")
        step(session, other, "assign")
        assert foreign.department is None
        numbers = foreign.number, other.number
    visitor = Visitor(lived, "hana")
    pages = [visitor.get(each) for each in ("/supervisor", *WAYS)]
    text = "".join(each.text for each in pages)
    assert numbers[0] not in text
    assert 'name="department"' not in text
    assert "Alice" not in text
    assert "Bob" not in text
    departments = pages[0].text.split('id="departments-title"')[1].split("</section>")[0]
    assert re.findall(r'<th scope="row">([^<]+)</th>', departments) == ["综合执法局"]
    assert total(visitor, "/desk/tickets?department=municipal") == 0


def test_whose_turn_it_is_and_since_when(site: Flask, sqlite_db: Database, monday: time_machine.Traveller) -> None:
    with sqlite_db.writing() as session:
        asking = a_ticket(session, "in_progress")
        step(session, asking, "request_extension")
        resting = a_ticket(session, "in_progress")
        step(session, resting, "request_suspension")
        bounced = a_ticket(session, "assigned")
        for name in ("send_back", "assign", "send_back"):
            step(session, bounced, name)
    monday.shift(timedelta(hours=2))
    visitor = Visitor(site, "sam")
    rows = [words_of(each) for each in ROW.findall(visitor.get("/supervisor/decisions").text)]
    assert len(rows) == 3
    turns = {asking.number: "娄葑街道 受理员", resting.number: "督办", bounced.number: "督办"}
    said = {
        asking.number: "延期至 11月27日 周五",
        resting.number: "挂账，11月27日 周五复查",
        bounced.number: "已退 2 次",
    }
    for row in rows:
        number = row.split()[0]
        assert row.endswith(turns[number])
        assert said[number] in row
        assert "已等 2 小时" in row
    (late,) = [words_of(each) for each in ROW.findall(visitor.get("/supervisor/bouncing").text)]
    assert late.startswith(bounced.number)
    assert "2 次" in late
    monday.shift(timedelta(days=20))
    overdue = Visitor(site, "sam", "en").get("/supervisor/overdue")
    text = words(overdue)
    for ticket in (asking, resting, bounced):
        assert ticket.number in text
    assert "Erin" in text
    assert "19 d 2 h over" in text


def words_of(row: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", row))).strip()


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_an_empty_city_says_so(site: Flask, locale: str) -> None:
    visitor = Visitor(site, "sam", locale)
    page = visitor.get("/supervisor")
    assert page.text.count('class="empty"') == 4
    assert 'class="opens' not in page.text
    for way in WAYS:
        empty = visitor.get(way)
        assert empty.text.count('class="empty"') == 1
        assert 'href="/supervisor"' in empty.text.split('class="empty"')[1].split("</div>")[0]


def busy(session: Session, more: int) -> None:
    """Tickets that are late, bounce and wait for decisions."""
    for number in range(more):
        ticket = a_ticket(session, ("assigned", "in_progress")[number % 2], ("alice", "bob")[number % 2])
        step(session, ticket, "send_back" if number % 3 else "request_extension")
        if ticket.due_at is not None:
            ticket.near_at = ticket.due_at = now() - timedelta(hours=number + 1)


def test_as_many_queries_for_fifty_as_for_five(site: Flask, sqlite_db: Database) -> None:
    visitor = Visitor(site, "sam")
    asked: dict[str, list[tuple[int, int]]] = {page: [] for page in ("/supervisor", *WAYS)}
    for more in (5, 45):
        with sqlite_db.writing() as session:
            busy(session, more)
        for page, found in asked.items():
            visitor.get(page)
            with counted(sqlite_db) as sent:
                answer = visitor.get(page)
            assert answer.status_code == 200
            found.append((len(sent), len(ROW.findall(answer.text))))
    for page, ((few, before), (many, after)) in asked.items():
        assert few == many <= 15, (page, asked)
        assert page == "/supervisor" or after > 4 * before
