"""Everything that a rider does to a report by its form, and what becomes of what was typed when it is not taken."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from models.clock import now
from models.database import database
from stage import cast
from stage.photos import picture
from tests.web.browsing import Visitor, words
from tests.web.rider_forms import after, form_of, found, make, move, send, state_of, step_with


def test_a_sent_report_is_acknowledged_with_its_number(site: Flask) -> None:
    alice = Visitor(site, "alice")
    page = alice.get("/report")
    once = re.search(r'name="once" value="([^"]+)"', page.text)
    assert once is not None
    fields = {"once": once[1], "category": cast.RUBBISH, "latitude": "31.305", "longitude": "120.655"}
    answer = alice.post("/report", fields)
    said = after(alice, answer)
    number = re.search(r"/tickets/(SIP-\d\d-\d{6})", answer.location)
    assert number is not None
    assert f"已收到，编号 {number[1]}" in said
    assert "正在分到所在街道" in said


def test_it_is_confirmed_with_stars(app: Flask) -> None:
    number = make("resolved")
    alice = Visitor(app, "alice")
    page = alice.get(f"/tickets/{number}")
    assert page.text.count('type="radio" name="rating"') == 5
    assert 'form="form-confirm"' in page.text
    said = after(alice, send(alice, number, "confirm", rating="4", note="干净了"))
    assert state_of(number) == "confirmed"
    assert "谢谢，已确认" in said
    assert "您确认已解决，评价 4 分：干净了" in said


def test_what_is_not_solved_goes_back(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    shot = (io.BytesIO(picture()), "still.jpg")
    said = after(alice, send(alice, number, "rework", reason="还在原地", photos=shot))
    assert state_of(number) == "assigned"
    assert "已退回部门返工" in said
    assert "您说还没解决：还在原地" in said


def test_a_rejection_is_appealed_once(app: Flask) -> None:
    number = make("rejected")
    alice = Visitor(app, "alice")
    page = words(alice.get(f"/tickets/{number}"))
    assert "申诉" in page
    assert re.search("不同意可在.+前申诉一次。理由：不属于受理范围。", page)
    said = after(alice, send(alice, number, "reopen", reason="就在红线里"))
    assert state_of(number) == "submitted"
    assert "申诉已收到" in said
    step_with(number, "reject")
    again = alice.get(f"/tickets/{number}")
    assert "form-reopen" not in again.text
    assert "申诉一次" not in words(again)


def test_what_comes_back_is_opened_again_while_it_may(site: Flask) -> None:
    number = make("rewarded")
    alice = Visitor(site, "alice")
    with time_machine.travel(now() + timedelta(days=16), tick=False):
        late = Visitor(site, "alice")
        assert "form-reopen" not in late.get(f"/tickets/{number}").text
    said = after(alice, send(alice, number, "reopen", reason="又堆起来了"))
    assert state_of(number) == "triaged"
    assert "已重新打开" in said


def test_it_is_withdrawn_while_nobody_took_it_on(site: Flask) -> None:
    number = make()
    alice = Visitor(site, "alice")
    said = after(alice, send(alice, number, "withdraw"))
    assert state_of(number) == "withdrawn"
    assert "您已撤回，不再办理" in said
    assert "已撤回，不计积分" in said
    assert "form-withdraw" not in alice.get(f"/tickets/{make('triaged')}").text


def test_a_comment_is_heard(site: Flask) -> None:
    number = make("in_progress")
    alice = Visitor(site, "alice")
    said = after(alice, send(alice, number, "comment", note="在公厕东侧"))
    assert "留言已发出" in said
    assert "您留言：在公厕东侧" in said
    assert "在公厕东侧" in words(Visitor(site, "erin").get(f"/tickets/{number}"))


@pytest.mark.parametrize("nothing", ["nonsense", "reward", "open.x", "<b>"])
def test_only_what_was_done_is_said_to_be_done(site: Flask, nothing: str) -> None:
    page = Visitor(site, "alice").get(f"/tickets/{make()}", query_string={"did": nothing})
    assert page.status_code == 200
    assert "notice-done" not in page.text


# What goes wrong


def test_a_missing_place_is_asked_for_as_the_page_takes_it(site: Flask) -> None:
    alice = Visitor(site, "alice")
    answer = alice.post("/report", {"once": "no-place-0123456789", "description": "路上有个坑"})
    assert answer.status_code == 422
    assert "请先定位、在地图上点一下，或选择社区。" in answer.text
    assert "经纬度" not in answer.text


def test_what_was_typed_stays_where_it_is_not_taken(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    answer = send(alice, number, "confirm", rating="9", note="挺快的")
    assert answer.status_code == 422
    assert form_of(answer, "confirm")["note"] == "挺快的"
    assert 'id="f-confirm-rating-error"' in answer.text
    assert '<a href="#form-confirm">' in answer.text
    blank = send(alice, number, "rework", photos=(io.BytesIO(picture()), "still.jpg"))
    assert blank.status_code == 422
    assert re.search(r'<details class="fold" id="do-rework" open>', blank.text)
    kept = form_of(blank, "rework")["photo_ids"]
    assert kept
    again = alice.post(f"/tickets/{number}/transitions/rework", form_of(blank, "rework") | {"reason": "还在"})
    assert again.status_code == 303
    with database.reading() as session:
        assert kept in [each.public_id for each in found(session, number).photos]


def test_a_stale_page_says_what_happened_meanwhile_and_goes_on(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    held = form_of(alice.get(f"/tickets/{number}"), "confirm")
    move(number, "comment", "erin", note="又去看了一遍")
    answer = alice.post(f"/tickets/{number}/transitions/confirm", held | {"note": "谢谢"})
    assert answer.status_code == 412
    said = words(answer)
    assert "有了新进展，刚才没有提交" in said
    assert "您打开这一页之后：" in said
    assert "综合执法局留言：又去看了一遍" in said
    assert "您上报 ·" not in said
    assert form_of(answer, "confirm")["note"] == "谢谢"
    assert alice.post(f"/tickets/{number}/transitions/confirm", form_of(answer, "confirm")).status_code == 303


def test_what_came_too_late_is_kept_in_a_comment(site: Flask) -> None:
    number = make("resolved")
    alice = Visitor(site, "alice")
    held = form_of(alice.get(f"/tickets/{number}"), "rework")
    move(number, "confirm", "carol")
    answer = alice.post(f"/tickets/{number}/transitions/rework", held | {"reason": "后门还有一堆"})
    assert answer.status_code in (409, 412)
    assert "form-rework" not in answer.text
    assert "娄葑街道核查通过" in words(answer)
    assert form_of(answer, "comment")["note"] == "后门还有一堆"
    assert "您写的内容还在" in words(answer)
