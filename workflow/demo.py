"""The demo's people: a named account for every role, all with one password. Only in a database loaded as a demo."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import now
from models.people import Membership, User
from models.units import Unit
from workflow.city_settings import city
from workflow.identity import hash_password

PASSWORD = "whistle"  # noqa: S105  the demo's, said on its pages; never loaded with DEMO=0
RIDERS = 43
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋"
GIVEN = ("建国", "志强", "小龙", "海涛", "晓明", "永刚", "文博", "春雷", "立新", "国庆", "秀英", "丽华", "玉兰")


def load_people(session: Session) -> None:
    """The demo's accounts, made where they are missing: riders, a clerk a street, officers, who watches over them."""
    units = list(session.scalars(select(Unit).where(Unit.active).order_by(Unit.path)))
    root = next(unit for unit in units if unit.kind == "city")
    known = set(session.scalars(select(User.username)))
    secret = hash_password(PASSWORD)
    wanted: list[tuple[str, str, str, Unit]] = [
        (f"rider{number}", _name(number), "rider", root) for number in range(1, RIDERS + 1)
    ]
    for unit in units:
        if unit.kind in ("city", "street"):
            wanted.append((f"clerk.{unit.code}", f"{unit.name_zh}受理员", "clerk", unit))
        if unit.kind == "department":
            wanted.append((f"officer.{unit.code}", f"{unit.name_zh}经办人", "officer", unit))
            wanted.append((f"head.{unit.code}", f"{unit.name_zh}负责人", "head", unit))
    wanted.append(("supervisor", f"{root.name_zh}督办", "supervisor", root))
    wanted.append(("gate1", "一号门岗", "guard", root))
    wanted.append(("admin", "管理员", "admin", root))
    for username, name, role, unit in wanted:
        if username not in known:
            user = User(username=username, name=name, password_hash=secret, demo=True, created_at=now())
            user.memberships.append(Membership(role=role, unit=unit))
            session.add(user)
    city(session).demo = True
    session.flush()


def _name(number: int) -> str:
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number % len(GIVEN)]
