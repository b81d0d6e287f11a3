"""The administrator's pages: each is there with what it is for, for nobody else, in few queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Act, Invitation, Membership, Outbox, Unit, User
from models.clock import now
from models.database import Database
from stage.cast import PEOPLE, a_ticket, person
from tests.web.admin_forms import ada
from tests.web.browsing import Visitor, words
from tests.web.test_queries import counted
from web.pages.admin.frame import FIRST, GROUPS

PAGES = {
    "/admin": ("需要处理", "最近的操作", "事项与规则"),
    "/admin/people": ("Alice", "骑手", "邀请新人", "共 14 人"),
    "/admin/people/new": ("邀请新人", "用户名", "界面语言"),
    "/admin/units": ("娄葑街道", "综合执法局", "未结工单"),
    "/admin/units/loufeng": ("娄葑街道", "Carol", "受理员", "苏州工业园区"),
    "/admin/units/enforcement": ("综合执法局", "主办事项", "Hana"),
    "/admin/categories": ("暴露垃圾", "4 小时", "综合执法局", "工作时"),
    "/admin/categories/06010": ("GB/T 47678.5-2026", "识别词", "办结须有照片"),
    "/admin/limits": ("受理", "裁定", "退单次数上限", "每天最多", "09:00–12:00"),
    "/admin/calendar": ("2026", "已公布", "国庆节", "先看会改什么"),
    "/admin/rules": ("井盖缺失或损坏，有照片，立即受理", "系统按紧急直接受理", "规则原文"),
    "/admin/workflow": ("待受理", "已奖励", "所在街道的受理员", "第 1 版"),
    "/admin/operations": ("数据库", "读写正常", "没有失败的任务", "SQLite"),
    "/admin/look": ("工单编号", "理由"),
    "/admin/acts": ("还没有管理操作",),
}  # fmt: skip
ENGLISH = {
    "/admin/rules": ("the system accepts it as urgent.", "When it is one of", "As it is written"),
    "/admin/limits": ("Working time is 09:00–12:00, 13:00–17:00 of workdays.", "Send-backs of a ticket"),
    "/admin/people": ("14 people", "Administrator", "Invite somebody"),
}


@pytest.mark.parametrize("path", PAGES)
def test_each_page_holds_what_it_is_for(site: Flask, path: str) -> None:
    page = ada(site).get(path)
    assert page.status_code == 200
    said = words(page)
    assert not [each for each in PAGES[path] if each not in said]
    assert page.text.count("<h1>") == 1
    assert page.text.count('aria-current="page"') == 2  # in the head's navigation, and in the sections'


@pytest.mark.parametrize("path", ENGLISH)
def test_they_are_said_in_english_too(site: Flask, path: str) -> None:
    said = words(ada(site, "en").get(path))
    assert not [each for each in ENGLISH[path] if each not in said]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_reached_from_every_page(site: Flask, path: str) -> None:
    text = ada(site).get(path).text
    sections = [FIRST, *(each for found in GROUPS.values() for each in found)]
    with site.test_request_context():
        assert all(f'href="{site.url_for(each.endpoint)}"' in text for each in sections)


@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "ada"])
def test_nobody_else_gets_in(site: Flask, who: str) -> None:
    visitor = Visitor(site, who)
    assert {visitor.get(path).status_code for path in PAGES} == {403}
    assert visitor.post("/admin/people/1/disable", {"seen": "0"}).status_code == 403
    assert visitor.post("/admin/limits", {"seen": "0"}).status_code == 403


def test_whoever_is_not_signed_in_is_asked_to(site: Flask) -> None:
    assert Visitor(site, None).get("/admin/people").location == "/sign-in?next=/admin/people"


UNKNOWN = ["people/999999", "people/99999999999999999999", "units/nowhere", "categories/99999", "workflow?version=99",
           "operations/1"]  # fmt: skip


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_is_not_there_is_not_found(site: Flask, path: str) -> None:
    assert ada(site).get(f"/admin/{path}").status_code in (404, 405)


ODD = ["people?page=x&state=gone&role=king&unit=%25", "people?page=99999", "people?q=%F0%9F%90%8B", "acts?before=x",
       "acts?action=user.fly", "categories?group=none&q=%25_", "workflow?version=x", "rules?text=x"]  # fmt: skip


@pytest.mark.parametrize("path", ODD)
def test_odd_questions_have_an_answer(site: Flask, path: str) -> None:
    page = ada(site).get(f"/admin/{path}")
    assert page.status_code < 500
    assert page.text.count("<h1>") == 1


def test_a_character_that_no_database_stores_is_refused(app: Flask) -> None:
    visitor = ada(app)
    assert visitor.get("/admin/people?q=%00").status_code == 400
    assert visitor.get("/admin/units/%00").status_code in (400, 404)
    assert visitor.post("/admin/units/loufeng", {"name_zh": "a\x00b"}).status_code == 422


def test_the_first_page_says_what_wants_to_be_seen_to(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        moment, gus = now(), person(session, "gus")
        session.add(Outbox(topic="route_report", ref="1", due=moment, created_at=moment, dead_at=moment, runs=10))
        session.add(
            Invitation(token_hash="0" * 64, user_id=gus.id, kind="invite", created_at=moment - timedelta(days=8),
                       expires_at=moment - timedelta(days=1))
        )  # fmt: skip
    said = words(ada(site).get("/admin"))
    assert "1 个后台任务失败" in said
    assert "1 个登录链接已过期" in said
    assert "斜塘街道没有受理员" not in said  # Cleo receives for the whole city
    assert "住建委没有经办人" in said


def more_people(session: Session, more: int) -> None:
    loufeng = session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
    for _ in range(more):
        session.add(user := User(username=f"a{now().timestamp()}", name="许多", created_at=now()))
        user.memberships.append(Membership(role="clerk", unit=loufeng))
        session.flush()
        session.add(
            Invitation(token_hash=f"{user.id:064}", user_id=user.id, kind="invite", created_at=now(), expires_at=now())
        )


def more_acts(session: Session, more: int) -> None:
    kinds = [("user", str(person(session, "gus").id)), ("category", "06010"), ("unit", "loufeng")]
    for number in range(more):
        kind, subject = kinds[number % 3]
        what = {"user": "user.enable", "category": "category.change", "unit": "unit.change"}[kind]
        changes = {} if kind == "user" else {"active": [True, False]}
        row = Act(at=now(), action=what, subject_kind=kind, subject=subject, details={"changes": changes})
        row.actor = person(session, "ada")
        session.add(row)


def more_letters(session: Session, more: int) -> None:
    for number in range(2 * more):
        dead = now() if number % 2 else None
        session.add(Outbox(topic="route_report", ref=str(number), due=now(), created_at=now(), dead_at=dead))


def more_in_hand(session: Session, more: int) -> None:
    for _ in range(more):
        a_ticket(session, "in_progress")


GROWN: list[tuple[Callable[[Session, int], None], tuple[str, ...]]] = [
    (more_people, ("/admin", "/admin/people", "/admin/units", "/admin/units/loufeng")),
    (more_acts, ("/admin", "/admin/acts", "/admin/acts?action=unit.change", "/admin/people/{gus}")),
    (more_letters, ("/admin", "/admin/operations")),
    (more_in_hand, ("/admin/people/{erin}", "/admin/units", "/admin/categories", "/admin/workflow")),
]


@pytest.mark.parametrize(("grow", "paths"), GROWN, ids=[grow.__name__ for grow, _ in GROWN])
def test_as_many_queries_for_fifty_as_for_five(
    site: Flask, sqlite_db: Database, grow: Callable[[Session, int], None], paths: tuple[str, ...]
) -> None:
    visitor = ada(site)
    with sqlite_db.reading() as session:
        ids = {name: person(session, name).id for name in ("gus", "erin")}
    told: list[list[int]] = []
    for more in (5, 45):
        with sqlite_db.writing() as session:
            grow(session, more)
        told.append([_asked(visitor, sqlite_db, path.format(**ids)) for path in paths])
    assert told[0] == told[1]
    assert max(told[1]) <= 15


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_more_than_fifteen_times(site: Flask, sqlite_db: Database, path: str) -> None:
    assert _asked(ada(site), sqlite_db, path) <= 15


def test_a_reason_why_is_few_queries(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        number = a_ticket(session, "resolved").number
    visitor = ada(site)
    assert _asked(visitor, sqlite_db, f"/admin/rules?number={number}") <= 15
    assert _asked(visitor, sqlite_db, "/admin/rules?latitude=31.305&longitude=120.655&category=06010") <= 15


def _asked(visitor: Visitor, db: Database, path: str) -> int:
    """How many statements a page sends once the process knows its city."""
    visitor.get(path)
    with counted(db) as sent:
        page = visitor.get(path)
    assert page.status_code == 200, words(page)
    return len(sent)
