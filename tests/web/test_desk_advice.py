"""What a ticket's page advises: the router's guess and its reason, whose it may be, and what is much alike."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from sqlalchemy import select

from models import Ticket, Unit
from models.database import Database
from stage.cast import LOUFENG, a_report, a_ticket, person, step
from tests.web.browsing import Visitor, words
from tests.web.desk_forms import FORM, state_of, version_of
from workflow.engine import fire


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
    assert 'class="panel alike"' not in merged.text


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
