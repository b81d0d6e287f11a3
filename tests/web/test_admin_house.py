"""What runs and what is on record: dead letters, the audited look, why a ticket went where it went, the drawing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models import Act, Notification, Outbox, Ticket
from models.clock import now
from models.database import Database, database
from stage.cast import RUBBISH, a_ticket, person
from tests.commands.conftest import runner
from tests.draining import drain
from tests.web.admin_forms import ada, forms, send, wrong_fields
from tests.web.browsing import Visitor, words
from tests.web.conftest import People
from workflow.actors import SYSTEM
from workflow.administration.acts import record

OPERATIONS, LOOK, RULES = "/admin/operations", "/admin/look", "/admin/rules"
REASON = "公安机关来函要求核实"


def a_dead_letter(db: Database) -> int:
    with db.writing() as session:
        row = Outbox(topic="route_report", ref="7", due=now(), created_at=now(), dead_at=now(), runs=10, attempts=10)
        row.last_error = "KeyError: 'loufeng' at workflow/routing.py:59 in unit_at"
        session.add(row)
        session.flush()
        return row.id


def done() -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row.action, row.subject) for row in session.scalars(select(Act).order_by(Act.id))]


def test_a_dead_letter_says_why_and_is_sent_again(app: Flask, db: Database) -> None:
    row, admin = a_dead_letter(db), ada(app)
    page = admin.get(OPERATIONS)
    said = words(page)
    assert "分派上报" in said
    assert "KeyError: 'loufeng' at workflow/routing.py:59 in unit_at" in said
    assert "试过 10 次" in said
    again = f"{OPERATIONS}/{row}/again"
    assert send(admin, OPERATIONS, again).location == f"{OPERATIONS}?did=sent"
    after = words(admin.get(f"{OPERATIONS}?did=sent"))
    assert "已重新投递" in after
    assert "没有失败的任务" in after
    with db.reading() as session:
        letter = session.get_one(Outbox, row)
        assert (letter.dead_at, letter.runs) == (None, 0)
    assert done() == [("outbox.resend", str(row))]
    assert "分派上报" in words(admin.get("/admin/acts?action=outbox.resend"))


def test_what_is_not_dead_is_not_sent_again(site: Flask, sqlite_db: Database) -> None:
    row, admin = a_dead_letter(sqlite_db), ada(site)
    form = forms(admin.get(OPERATIONS))[f"{OPERATIONS}/{row}/again"]
    assert admin.post(f"{OPERATIONS}/{row}/again", form).status_code == 303
    second = admin.post(f"{OPERATIONS}/{row}/again", form)
    assert second.status_code == 409
    assert "没有失败终止，不能重新发送" in words(second)
    for unknown in (999999, 2**31, 2**63, 10**4000):
        assert admin.post(f"{OPERATIONS}/{unknown}/again").status_code == 404
    assert len(done()) == 1


def test_operations_say_what_ails_them(site: Flask) -> None:
    """No Redis runs beside this application: its page is there all the same, and says so."""
    page = ada(site).get(OPERATIONS)
    assert page.status_code == 200
    assert page.text.count('class="is-ill"') == 3
    assert page.text.count('class="is-ok"') == 1


def an_anonymous_report(people: People) -> str:
    number: str = people.alice.report(category=RUBBISH, anonymous=True)["number"]
    drain()
    return number


def test_a_look_is_shown_once_recorded_and_told(app: Flask, people: People, db: Database) -> None:
    number, admin = an_anonymous_report(people), ada(app)
    page = send(admin, LOOK, number=number, reason=REASON)
    assert page.status_code == 200
    assert "Alice" in words(page)
    assert "已告知上报人、督办和其他管理员" in words(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert done() == [("ticket.look", number)]
    record = words(admin.get("/admin/acts"))
    assert number in record
    assert REASON in record
    assert "Alice" not in record
    with db.reading() as session:
        assert set(session.scalars(select(Notification.key).where(Notification.key.contains("look")))) == {
            "told.look", "told.supervisors.look"
        }  # fmt: skip
    assert "管理员因公查看了您匿名上报" in words(Visitor(app, "alice").get("/inbox"))


LOOKS = [
    ({"reason": ""}, "reason"),
    ({"reason": "嗯"}, "reason"),
    ({"number": ""}, "number"),
    ({"number": "SIP-26-999999"}, "number"),
]


@pytest.mark.parametrize(("typed", "field"), LOOKS)
def test_a_look_without_reason_or_number_shows_nothing(
    site: Flask, crowd: People, typed: dict[str, str], field: str
) -> None:
    asked = {"number": an_anonymous_report(crowd), "reason": REASON} | typed
    page = send(ada(site), LOOK, **asked)
    assert page.status_code == 422
    assert field in wrong_fields(page) or 'id="f-reason-error"' in page.text
    kept = forms(page)[LOOK]
    assert (kept["number"], kept["reason"].strip()) == (asked["number"], asked["reason"])
    assert "Alice" not in words(page)
    assert done() == []


def test_a_report_with_a_name_needs_no_look(site: Flask, crowd: People) -> None:
    page = send(ada(site), LOOK, number=crowd.alice.report()["number"], reason=REASON)
    assert page.status_code == 409
    assert "这不是匿名上报" in words(page)
    assert done() == []


def test_a_ticket_says_why_it_went_where_it_went(site: Flask, crowd: People, sqlite_db: Database) -> None:
    number = crowd.alice.report(category=None, description="路边一堆垃圾没人扫")["number"]
    drain()
    page = ada(site).get(f"{RULES}?number={number.lower()}")
    assert page.status_code == 200
    said = words(page)
    assert number in said
    assert "归它受理" in said
    assert "像是「暴露垃圾」，由受理员定" in said
    with sqlite_db.writing() as session:
        moved = a_ticket(session, "in_progress")
        ticket_number = moved.number
        assert session.get_one(Ticket, moved.id).routing is None
    said = words(ada(site).get(f"{RULES}?number={ticket_number}"))
    assert "Carol受理了它" in said
    assert "Carol派给了综合执法局" in said


def test_a_place_says_where_a_report_would_go(site: Flask) -> None:
    page = ada(site).get(f"{RULES}?latitude=31.305&longitude=120.655&category=01001&text=")
    assert page.status_code == 200
    said = words(page)
    assert "娄葑街道" in said
    assert "供水井盖异常" in said
    assert "依规则「井盖缺失或损坏，有照片，立即受理」由系统受理" in said
    guessed = words(ada(site, "en").get(f"{RULES}?latitude=31.305&longitude=120.655&text=一堆垃圾"))
    assert "suggest “Exposed rubbish”" in guessed


UNCLEAR = [
    ("number=SIP-26-999999", {"number"}),
    ("number=", {"number"}),
    ("number=nonsense", {"number"}),
    ("latitude=north&longitude=120.6", {"latitude"}),
    ("latitude=31.3", {"longitude"}),
    ("latitude=nan&longitude=120.6", {"latitude"}),
    ("latitude=131.3&longitude=120.6", {"latitude"}),
]


@pytest.mark.parametrize(("query", "fields"), UNCLEAR)
def test_an_unclear_question_is_named_and_kept(site: Flask, query: str, fields: set[str]) -> None:
    page = ada(site).get(f"{RULES}?{query}")
    assert page.status_code == 422
    assert wrong_fields(page) == fields
    name, _, value = query.partition("&")[0].partition("=")
    assert f'name="{name}"' in page.text
    assert f'value="{value}"' in page.text


def test_a_matter_that_is_none_is_refused(site: Flask) -> None:
    page = ada(site).get(f"{RULES}?latitude=31.305&longitude=120.655&category=99999")
    assert page.status_code == 422
    assert 'id="f-category-error"' in page.text


def test_the_record_is_read_by_kind_and_page_by_page(site: Flask) -> None:
    admin = ada(site)
    assert "还没有管理操作" in words(admin.get("/admin/acts"))
    for number in range(26):
        for active in (None, "1"):
            send(admin, "/admin/units/loufeng-fengyi", active=active, name_en=f"Fengyi {number}")
    first = admin.get("/admin/acts")
    more = re.search(r'href="(/admin/acts\?before=\d+)"', first.text)
    assert more is not None
    second = admin.get(more[1])
    assert first.text.count("<tr><td") == 50
    assert second.text.count("<tr><td") == len(done()) - 50
    assert "没有这类操作" in words(admin.get("/admin/acts?action=user.invite"))


def test_the_record_is_read_by_who_did_it(site: Flask) -> None:
    with database.writing() as session:
        alice, sam = person(session, "alice").id, person(session, "sam")
        why, which = {"reason": "照片不实"}, "SIP-26-000001"
        record(session, person(session, "ada"), "points.reverse", "user", alice, words=why, ticket=which)
        record(session, sam, "user.enable", "user", alice)
        record(session, SYSTEM, "user.disable", "user", alice)
        number = str(sam.id)
    admin = ada(site)

    def acts(query: str) -> set[str]:
        (table,) = re.findall(r"<tbody>.*?</tbody>", admin.get(f"/admin/acts?{query}").text, re.DOTALL)
        return set(re.findall("追回积分|启用账号|停用账号", table))

    assert acts(f"who={number}") == {"启用账号"}
    assert acts("who=command-line") == {"停用账号"}
    assert acts("who=nonsense") == acts("") == {"追回积分", "启用账号", "停用账号"}
    assert "SIP-26-000001：照片不实" in words(admin.get("/admin/acts?action=points.reverse"))
    assert "没有这类操作" in words(admin.get(f"/admin/acts?who={number}&action=points.reverse"))
    with database.writing() as session:
        days = ["2026-01-02", "2026-01-03"]
        record(session, SYSTEM, "digest.set_aside", "digest", days[0], words={"reason": "恢复了备份"}, days=days)
    assert "2026-01-02 2026-01-03：恢复了备份" in words(admin.get("/admin/acts?action=digest.set_aside"))
    assert f'<option value="{number}" selected>' in admin.get(f"/admin/acts?who={number}").text


def test_what_the_command_line_did_is_on_record_too(
    app: Flask, db: Database, city_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"DATABASE_URL": city_url, "DATA_DIR": str(tmp_path / "var"), "SECRET_KEY": "s" * 40, "LOCALE": "zh"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "2027.csv"
    file.write_text("date,workday,name\n2027-01-01,no,元旦\n", encoding="utf-8")
    row = a_dead_letter(db)
    asked = [
        ("user", "create", "grace", "--name", "葛瑞丝", "--role", "clerk", "--unit", "loufeng", "--password-stdin"),
        ("user", "password", "grace", "--password-stdin"),
        ("user", "disable", "grace"),
        ("user", "enable", "grace"),
        ("calendar", "import", str(file)),
        ("outbox", "again", str(row)),
    ]
    for command in asked:
        runner()(*command, given="a long and quiet evening\n")
    page = ada(app).get("/admin/acts")
    assert page.status_code == 200
    said = words(page)
    assert page.text.partition("<tbody>")[2].count("命令行") == len(asked) == len(done())
    assert "受理员 · 娄葑街道" in said
    assert "列出 1 天" in said
