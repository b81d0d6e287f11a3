"""People by the administrator's forms: invited, let in, renamed, given roles, reset, shut out, and back."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from models import Act, User
from models.database import Database, database
from stage import cast
from stage.cast import a_ticket, person
from tests.web.admin_forms import ada, forms, send, wrong_fields
from tests.web.browsing import Visitor, words
from workflow.identity import sign_ins

NEW = {
    "name": "葛瑞丝", "username": "grace", "locale": "en", "role": "clerk", "unit": "weiting", "email": "g@sip.example",
}  # fmt: skip
PASSWORD = "a long and quiet evening"


def number_of(name: str) -> int:
    with database.reading() as session:
        return session.scalars(select(User.id).where(User.username == name)).one()


def link_of(page: TestResponse) -> str:
    found = re.search(r"http://[^/<]+(/welcome/[\w-]+)", page.text)
    assert found is not None
    return found[1]


def done(name: str | None = None) -> list[tuple[str, str | None]]:
    """The acts, as (action, who acted), about somebody or about anything."""
    with database.reading() as session:
        rows = list(session.scalars(select(Act).order_by(Act.id)))
        about = str(number_of(name)) if name else None
        return [
            (row.action, row.actor.username if row.actor else None) for row in rows if about in (None, row.subject)
        ]


def test_an_invitation_is_handed_over_accepted_and_signs_in(app: Flask, db: Database) -> None:
    admin = ada(app)
    page = send(admin, "/admin/people/new", **NEW)
    assert page.status_code == 200
    assert "链接只显示这一次" in words(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert done("grace") == [("user.invite", "ada")]
    here = f"/admin/people/{number_of('grace')}"
    assert "对方还没有设密码" in words(admin.get(here))
    assert "待设密码" in words(admin.get("/admin/people?state=invited"))

    guest = Visitor(app, "erin", "en")  # at a computer where somebody else is signed in
    before = guest.client.get_cookie("whistle_session")
    assert before is not None
    link = link_of(page)
    assert link not in admin.get(here).text
    assert "Hello, 葛瑞丝" in words(guest.get(link))
    entered = guest.post(link, {"new": PASSWORD, "again": PASSWORD})
    assert (entered.status_code, entered.location) == (303, "/")
    with db.reading() as session:
        assert sign_ins.user_for_token(session, before.value) is None
    assert guest.get("/desk/tickets").status_code in (200, 303)
    assert "Weiting" in words(guest.get("/account"))
    assert guest.get(link).status_code == 404
    assert "对方还没有设密码" not in words(admin.get(here))
    again = Visitor(app, None).post("/sign-in", {"username": "grace", "password": PASSWORD})
    assert again.status_code == 303


WRONG = [
    ({"username": "Grace!"}, {"username"}),
    ({"username": "alice"}, {"username"}),
    ({"name": ""}, {"name"}),
    ({"name": "长" * 65, "locale": "fr"}, {"name", "locale"}),
    ({"role": "", "unit": ""}, {"role"}),
    ({"role": "clerk", "unit": "enforcement"}, {"unit"}),
    ({"role": "king"}, {"role"}),
    ({"unit": "nowhere"}, {"unit"}),
    ({"email": "no address"}, {"email"}),
]


@pytest.mark.parametrize(("typed", "fields"), WRONG)
def test_what_is_wrong_is_named_and_what_was_typed_stays(site: Flask, typed: dict[str, str], fields: set[str]) -> None:
    page = send(ada(site), "/admin/people/new", **(NEW | typed))
    assert page.status_code == 422
    assert wrong_fields(page) == fields
    kept = forms(page)["/admin/people/new"]
    assert {name: kept[name] for name in ("name", "username", "email")} == {
        name: (NEW | typed)[name] for name in ("name", "username", "email")
    }
    assert done() == []


@pytest.mark.parametrize(("new", "again", "fields"), [("short", "short", {"new"}), (PASSWORD, "other", {"again"})])
def test_a_password_that_will_not_do_leaves_the_link(site: Flask, new: str, again: str, fields: set[str]) -> None:
    link = link_of(send(ada(site), "/admin/people/new", **NEW))
    guest = Visitor(site, None)
    page = guest.post(link, {"new": new, "again": again})
    assert page.status_code == 422
    assert wrong_fields(page) == fields
    assert new not in page.text
    assert guest.get(link).status_code == 200


def test_a_link_that_is_none_leads_nowhere(site: Flask) -> None:
    guest = Visitor(site, None)
    assert guest.get("/welcome/nothing").status_code == 404
    assert guest.post("/welcome/nothing", {"new": PASSWORD, "again": PASSWORD}).status_code == 404
    link = link_of(send(ada(site), "/admin/people/new", **NEW))
    foreign = guest.client.post(link, data={"new": PASSWORD, "again": PASSWORD}, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403


def test_whoever_takes_a_link_is_whom_it_is_for(site: Flask) -> None:
    link = link_of(send(ada(site), "/admin/people/new", **NEW))
    alice = Visitor(site, "alice", "en")
    assert alice.post(link, {"new": PASSWORD, "again": PASSWORD}).status_code == 303
    assert "葛瑞丝" in words(alice.get("/account"))


def test_disabling_shows_what_is_in_hand_and_ends_every_sign_in(app: Flask, db: Database) -> None:
    with db.writing() as session:
        number = a_ticket(session, "in_progress").number
    admin, erin, here = ada(app), Visitor(app, "erin"), f"/admin/people/{number_of('erin')}"
    before = admin.get(here)
    assert "手头还有 1 件未结工单" in words(before)
    assert f"/tickets/{number}" in before.text
    assert erin.get("/account").status_code == 200

    assert send(admin, here, f"{here}/disable").location == f"{here}?did=disable"
    said = words(admin.get(f"{here}?did=disable"))
    assert "账号已停用，所有设备上的登录都已退出。" in said
    assert "手头未结工单 1 件" in said
    assert erin.get("/account").status_code == 303
    assert Visitor(app, None).post("/sign-in", {"username": "erin", "password": cast.PASSWORD}).status_code == 401

    assert send(admin, here, f"{here}/enable").location == f"{here}?did=enable"
    assert Visitor(app, None).post("/sign-in", {"username": "erin", "password": cast.PASSWORD}).status_code == 303
    assert done("erin") == [("user.disable", "ada"), ("user.enable", "ada")]


def test_a_reset_ends_the_password_and_every_sign_in(site: Flask) -> None:
    admin, erin, here = ada(site), Visitor(site, "erin"), f"/admin/people/{number_of('erin')}"
    page = send(admin, here, f"{here}/reset")
    assert page.status_code == 200
    assert erin.get("/account").status_code == 303
    assert Visitor(site, None).post("/sign-in", {"username": "erin", "password": cast.PASSWORD}).status_code == 401
    guest = Visitor(site, None)
    assert "管理员为您重置了密码" in words(guest.get(link_of(page)))
    assert guest.post(link_of(page), {"new": PASSWORD, "again": PASSWORD}).status_code == 303
    assert done("erin") == [("user.reset", "ada")]


def test_roles_come_and_go(site: Flask) -> None:
    admin, here = ada(site), f"/admin/people/{number_of('mallory')}"
    assert "没有角色的人登录后什么也看不到" in words(admin.get(here))
    mallory = Visitor(site, "mallory")
    assert mallory.get("/desk/tickets").status_code == 403
    send(admin, here, f"{here}/add_role", role="clerk", unit="loufeng")
    assert mallory.get("/desk/tickets").status_code in (200, 303)
    wrong = send(admin, here, f"{here}/add_role", role="officer", unit="loufeng")
    assert wrong.status_code == 422
    assert wrong_fields(wrong) == {"unit"}
    assert forms(wrong)[f"{here}/add_role"]["role"] == "officer"
    assert send(admin, here, f"{here}/remove_role").location == f"{here}?did=remove_role"
    assert mallory.get("/desk/tickets").status_code == 403
    assert [action for action, _ in done("mallory")] == ["user.add_role", "user.remove_role"]
    assert "受理员 · 娄葑街道" in words(admin.get("/admin/acts"))


def test_a_name_a_language_and_an_address_are_mended(site: Flask) -> None:
    admin, here = ada(site), f"/admin/people/{number_of('gus')}"
    wrong = send(admin, here, f"{here}/name", name="", email="nothing", locale="en")
    assert wrong.status_code == 422
    assert wrong_fields(wrong) == {"name"}
    assert forms(wrong)[f"{here}/name"] | {"csrf": "", "seen": ""} == {
        "csrf": "", "seen": "", "name": "", "email": "nothing", "locale": "en"
    }  # fmt: skip
    assert send(admin, here, f"{here}/name", name="顾师傅", email="gu@sip.example").location == f"{here}?did=name"
    said = words(admin.get(here))
    assert "顾师傅" in said
    assert "邮箱有改动" in said
    assert "gu@sip.example" not in words(admin.get("/admin/acts"))


def test_nobody_shuts_themselves_out(site: Flask) -> None:
    admin, here = ada(site), f"/admin/people/{number_of('ada')}"
    page = admin.get(here)
    assert "这是您自己的账号" in words(page)
    assert not {f"{here}/{what}" for what in ("disable", "reset", "remove_role")} & forms(page).keys()
    for what in ("disable", "reset"):
        refused = admin.post(f"{here}/{what}", {"seen": "0"})
        assert refused.status_code == 409
        assert "不能对自己的账号这样操作" in words(refused)
    assert done() == []


def test_who_comes_second_hears_who_was_first(site: Flask) -> None:
    """A page that is old says who did what meanwhile, keeps what was typed, and does nothing."""
    admin, here = ada(site), f"/admin/people/{number_of('gus')}"
    old = forms(admin.get(here))[f"{here}/name"]
    send(admin, here, f"{here}/disable")
    answer = admin.post(f"{here}/name", old | {"name": "顾师傅"})
    assert answer.status_code == 409
    assert "Ada已经操作过：停用账号" in words(answer)
    assert forms(answer)[f"{here}/name"]["name"] == "顾师傅"
    with database.reading() as session:
        assert person(session, "gus").name == "Gus"
    assert admin.post(f"{here}/name", {"name": "顾师傅", "locale": "zh"}).status_code == 409  # knows of no act at all


def test_people_are_found(site: Flask) -> None:
    admin = ada(site)
    page = admin.get("/admin/people?role=clerk&unit=loufeng&q=car")
    assert "共 2 人" in words(page)
    assert 'value="car"' in page.text
    nobody = admin.get("/admin/people?q=zzz")
    assert "没有符合条件的人" in words(nobody)
    assert 'href="/admin/people"' in nobody.text
