"""The city by the administrator's forms: units, matters, limits, caps and the calendar, in force at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from models import Act, Category, City, Rule, Unit
from models.database import Database, database
from stage.cast import a_ticket
from tests.web.admin_forms import ada, forms, send, wrong_fields
from tests.web.browsing import words
from tests.web.conftest import People

UNIT, MATTER, LIMITS = "/admin/units/loufeng", "/admin/categories/06010", "/admin/limits"


def done() -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Act.action).order_by(Act.id)))


def category() -> Category:
    with database.reading() as session:
        return session.scalars(select(Category).where(Category.code == "06010")).one()


def test_a_unit_is_renamed_and_given_back(app: Flask, people: People) -> None:
    admin = ada(app)
    assert send(admin, UNIT, name_en="Loufeng Subdistrict").location == f"{UNIT}?did=changed"
    page = admin.get(f"{UNIT}?did=changed")
    assert "已保存，立即生效。" in words(page)
    assert "人工设置的值" in words(page)
    names = [each["name"] for each in people.carol.get("/units").json["items"]]
    assert "Loufeng Subdistrict" in names
    assert send(admin, UNIT, f"{UNIT}/restore").location == f"{UNIT}?did=restored"
    assert "人工设置的值" not in words(admin.get(UNIT))
    assert done() == ["unit.change", "unit.restore"]
    said = words(admin.get("/admin/acts"))
    assert "娄葑街道" in said
    assert "英文名称 ： Loufeng Street Loufeng Subdistrict" in said.replace("：", " ： ").replace("  ", " ")


def test_a_renamed_unit_has_its_new_name_on_every_map_at_once(site: Flask) -> None:
    admin = ada(site)
    first = admin.get("/maps/areas.json")
    assert "no-cache" in first.headers["Cache-Control"]
    known = {"If-None-Match": first.headers["ETag"]}
    assert admin.get("/maps/areas.json", headers=known).status_code == 304
    assert send(admin, UNIT, name_zh="<b>新街道</b>", name_en="New Street").status_code == 303
    again = admin.get("/maps/areas.json", headers=known)
    assert "<b>新街道</b>" in [each["properties"]["name"] for each in again.json["features"]]


def test_a_unit_that_is_needed_stays_in_use(site: Flask, sqlite_db: Database) -> None:
    with sqlite_db.writing() as session:
        a_ticket(session, "submitted")
    needed = {
        UNIT: "它下面还有在用的单位",
        "/admin/units/enforcement": "个事项默认派给它",
        "/admin/units/sip": "不能停用",
    }
    for path, why in needed.items():
        page = send(ada(site), path, active=None, name_en="Typed")
        assert page.status_code == 409
        assert why in words(page)
        kept = forms(page)[path]
        assert kept["name_en"] == "Typed"
        assert "active" not in kept
    assert done() == []


@pytest.mark.parametrize(("typed", "fields"), [({"name_zh": " "}, {"name_zh"}), ({"name_en": "x" * 97}, {"name_en"})])
def test_a_unit_has_a_name(site: Flask, typed: dict[str, str], fields: set[str]) -> None:
    page = send(ada(site), UNIT, **typed)
    assert page.status_code == 422
    assert wrong_fields(page) == fields


def test_a_unit_out_of_use_comes_back(site: Flask, sqlite_db: Database) -> None:
    path = "/admin/units/loufeng-fengyi"
    admin = ada(site)
    assert send(admin, path, active=None).location == f"{path}?did=changed"
    assert "停用" in words(admin.get(path))
    assert send(admin, path, active="1").location == f"{path}?did=changed"
    with sqlite_db.reading() as session:
        assert session.scalar(select(Unit.active).where(Unit.code == "loufeng-fengyi"))


def test_a_matter_is_changed_and_given_back(app: Flask, people: People) -> None:
    admin = ada(app)
    before = category()
    typed = {"limit_minutes": "90", "points": "25", "department": "municipal", "photo_required": "1"}
    assert send(admin, MATTER, **typed).location == f"{MATTER}?did=changed"
    after = category()
    assert (after.limit_minutes, after.points, after.photo_required) == (90, 25, True)
    told = {each["code"]: each for each in people.alice.get("/categories").json["items"]}["06010"]
    assert (told["points"], told["photo_required"]) == (25, True)
    said = words(admin.get(MATTER))
    assert "1 小时 30 分钟" in said
    assert "市政服务集团" in said
    assert "人工设置" in words(admin.get("/admin/categories?q=06010"))
    fields = ["limit_minutes", "points", "department", "photo_required"]
    form = forms(admin.get(MATTER))[f"{MATTER}/restore"]
    assert admin.post(f"{MATTER}/restore", form | {"field": fields}).location == f"{MATTER}?did=restored"
    assert (category().limit_minutes, category().points) == (before.limit_minutes, before.points)
    assert done() == ["category.change", "category.restore"]


def test_what_was_not_changed_is_no_act(site: Flask) -> None:
    admin = ada(site)
    assert send(admin, MATTER).location == f"{MATTER}?did=same"
    assert "没有改动" in words(admin.get(f"{MATTER}?did=same"))
    assert done() == []


MISTAKES: list[tuple[dict[str, Any], set[str]]] = [
    ({"limit_minutes": "0"}, {"limit_minutes"}),
    ({"limit_minutes": "an hour", "points": "1.5"}, {"limit_minutes", "points"}),
    ({"points": "-4"}, {"points"}),
    ({"points": "99999999999"}, {"points"}),
    ({"limit_counts": "moons"}, {"limit_counts"}),
    ({"department": "loufeng"}, {"department"}),
    ({"limit_minutes": None}, {"limit_minutes"}),
]


@pytest.mark.parametrize(("typed", "fields"), MISTAKES)
def test_a_matter_that_cannot_be_is_refused_by_field(site: Flask, typed: dict[str, Any], fields: set[str]) -> None:
    page = send(ada(site), MATTER, **typed)
    assert page.status_code == 422
    assert wrong_fields(page) == fields
    kept = forms(page)[MATTER]
    assert all(kept[name] == value for name, value in typed.items() if name in ("limit_minutes", "points") and value)
    assert done() == []


def test_a_number_below_nothing_is_too_small_and_not_no_number(site: Flask) -> None:
    assert "不小于 0。" in words(send(ada(site), MATTER, points="-4"))


def test_who_comes_second_hears_who_was_first(site: Flask) -> None:
    admin = ada(site)
    for path, typed in ((MATTER, {"points": "30"}), (UNIT, {"name_en": "Other"})):
        old = forms(admin.get(path))[path]
        name, value = next(iter(typed.items()))
        send(admin, path, **{name: "7"})
        answer = admin.post(path, old | typed)
        assert answer.status_code == 409
        assert "您打开这一页之后，Ada已经操作过" in words(answer)
        assert forms(answer)[path][name] == value
    old = forms(admin.get(LIMITS))[LIMITS]
    send(admin, LIMITS, governance__appeals="2")
    answer = admin.post(LIMITS, old | {"governance.appeals": "3"})
    assert answer.status_code == 409
    assert forms(answer)[LIMITS]["governance.appeals"] == "3"
    assert len(done()) == 3


def test_limits_are_set_and_given_back(app: Flask, db: Database) -> None:
    admin = ada(app)
    typed = {"limits__triage__minutes": "60", "governance__send_backs": "3"}
    assert send(admin, LIMITS, **typed).location == f"{LIMITS}?did=changed"
    with db.reading() as session:
        settings = session.scalars(select(City)).one().settings
    assert settings["limits"]["triage"]["minutes"] == 60
    assert settings["governance"]["send_backs"] == 3
    said = words(admin.get("/admin/acts"))
    assert "受理时限" in said
    assert "退单次数上限" in said
    form = forms(admin.get(LIMITS))[f"{LIMITS}/restore"]
    both = form | {"field": ["limits.triage.minutes", "governance.send_backs"]}
    assert admin.post(f"{LIMITS}/restore", both).location == f"{LIMITS}?did=restored"
    assert done() == ["city.change", "city.restore"]


OUT_OF_BOUNDS = [
    ({"governance__send_backs": "21"}, {"governance.send_backs"}),
    ({"limits__triage__minutes": "x"}, {"limits.triage.minutes"}),
    ({"limits__triage__counts": "y"}, {"limits.triage.counts"}),
]


@pytest.mark.parametrize(("typed", "fields"), OUT_OF_BOUNDS)
def test_a_limit_has_bounds(site: Flask, typed: dict[str, str], fields: set[str]) -> None:
    page = send(ada(site), LIMITS, **typed)
    assert page.status_code == 422
    assert wrong_fields(page) == fields
    assert done() == []


def test_a_limit_that_is_none_is_not_found(site: Flask) -> None:
    assert send(ada(site), LIMITS, governance__mercy="1").status_code == 404


def test_a_cap_is_set_and_given_back(site: Flask, sqlite_db: Database) -> None:
    admin, cap = ada(site), f"{LIMITS}/caps/day"
    wrong = send(admin, LIMITS, cap, cap__day="none")
    assert wrong.status_code == 422
    assert wrong_fields(wrong) == {"cap.day"}
    assert forms(wrong)[cap]["cap.day"] == "none"
    assert send(admin, LIMITS, cap, cap__day="60").location == f"{LIMITS}?did=changed"
    assert "恢复为 45" in words(admin.get(LIMITS))
    with sqlite_db.reading() as session:
        rule = session.scalars(select(Rule).where(Rule.kind == "cap", Rule.code == "day")).one()
        assert (rule.body["points"], rule.title_zh) == (60, "每天最多 60 分")
    said = words(admin.get("/admin/acts"))
    assert "修改积分上限" in said
    assert "title_zh" not in said
    assert send(admin, LIMITS, cap, restore="1").location == f"{LIMITS}?did=restored"
    assert send(admin, LIMITS, cap).location == f"{LIMITS}?did=same"
    assert done() == ["rule.change", "rule.restore"]
    assert admin.post(f"{LIMITS}/caps/year", {"seen": "0"}).status_code == 404
