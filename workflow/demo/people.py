"""The demo's people: a named account for every role, all with one password. Only in a database loaded as a demo."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import now
from models.people import Membership, User
from models.units import Unit
from workflow.city_settings import city
from workflow.passwords import hash_password

PASSWORD = "whistle"  # noqa: S105  the demo's, said on its pages; never loaded with DEMO=0
RIDERS = 43
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋"
STAFF = "陆顾钱潘范金姚汪严俞戴陶尤翁殷倪季葛盛华庄"
"""Surnames of those who work for the city, none of them a rider's."""
GIVEN = ("建国", "志强", "小龙", "海涛", "晓明", "永刚", "文博", "春雷", "立新", "国庆", "秀英", "丽华", "玉兰")
STAFF_GIVEN = ("文娟", "敏", "伟民", "静", "晓东", "雪芳", "剑平", "莉", "志明", "立群", "秋萍", "俊", "红梅")


def load_people(session: Session) -> None:
    """The demo's accounts, made where they are missing: riders, a clerk a street, officers, who watches over them."""
    units = list(session.scalars(select(Unit).where(Unit.active).order_by(Unit.path)))
    root = next(unit for unit in units if unit.kind == "city")
    known = set(session.scalars(select(User.username)))
    secret = hash_password(PASSWORD)
    wanted = [(f"rider{number}", _name(number), "rider", root) for number in range(1, RIDERS + 1)]
    staff: list[tuple[str, str, Unit]] = []
    for unit in units:
        if unit.kind in ("city", "street"):
            staff.append((f"clerk.{unit.code}", "clerk", unit))
        if unit.kind == "department":
            staff.append((f"officer.{unit.code}", "officer", unit))
            staff.append((f"head.{unit.code}", "head", unit))
    staff += [("supervisor", "supervisor", root), ("gate1", "guard", root), ("admin", "admin", root)]
    wanted += [(username, _name(number, STAFF, STAFF_GIVEN), role, unit)
               for number, (username, role, unit) in enumerate(staff)]  # fmt: skip
    for username, name, role, unit in wanted:
        if username not in known:
            user = User(username=username, name=name, password_hash=secret, demo=True, created_at=now())
            user.memberships.append(Membership(role=role, unit=unit))
            session.add(user)
    city(session).demo = True
    session.flush()


def _name(number: int, surnames: str = SURNAMES, given: Sequence[str] = GIVEN) -> str:
    return surnames[number % len(surnames)] + given[number % len(given)]
