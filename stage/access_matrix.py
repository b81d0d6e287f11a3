"""The written table of who may call what on whose, and each call as its caller would rightly make it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Notification, Photo, Unit, User
from models.clock import now
from models.storage import Storage
from stage import cast
from stage.cast import LOUFENG, PASSWORD, PEOPLE, a_report, fields, person, photo
from stage.photos import picture, upload
from workflow.engine import fire
from workflow.pictures import full_key, thumb_key

TABLE: dict[str, dict[str, dict[int, str]]] = yaml.safe_load(
    Path(__file__).with_name("access_matrix.yaml").read_text(encoding="utf-8")
)
EVERYBODY = {*PEOPLE, "nobody", "disabled"}
PLACE = {"category": cast.RUBBISH, "latitude": LOUFENG[0], "longitude": LOUFENG[1]}

MARK = re.compile(r'name="csrf" value="[^"]+"')
SOMEBODYS = ("<number>", "<photo>", "<public_id>", "<int:notification>")
"""What in a path is somebody's own, and another's."""


@dataclass(frozen=True)
class Things:
    """What a path may name: of one report, or of none that there is."""

    number: str
    photo: str
    upload: str
    public_id: str
    notification: int


UNKNOWN = Things("SIP-26-999999", "nosuchphoto", "nosuchphoto", "nosuchticket", 999_999)


def hire_disabled(session: Session, password_hash: str | None = None) -> None:
    """Somebody who was a rider, the clerk of Loufeng and an administrator, until they were disabled."""
    gone = User(username="disabled", name="Gone", password_hash=password_hash, created_at=now(), disabled_at=now())
    for role, code in (("rider", "sip"), ("clerk", "loufeng"), ("admin", "sip")):
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        gone.memberships.append(Membership(role=role, unit=unit))
    session.add(gone)


def report(
    session: Session, storage: Storage, rider: str, street: str, department: str, assisting: str, **about: Any
) -> Things:
    """An assigned report with a picture, an unused upload of its reporter's and a line in their inbox."""
    reporter = person(session, rider)
    shown, unused = photo(session, reporter), photo(session, reporter)
    ticket = a_report(session, rider, photos=[shown], **about)
    ticket.unit = session.scalars(select(Unit).where(Unit.code == street)).one()
    session.flush()
    clerk = person(session, "cleo")
    fire(ticket, "triage", actor=clerk, **fields(session, "triage"))
    fire(ticket, "assign", actor=clerk, department=department, assisting=[assisting] if assisting else [])
    line = Notification(
        user_id=reporter.id, cause=f"matrix:{ticket.number}", key="join.own", params={}, ticket_id=ticket.id,
        created_at=now(),
    )  # fmt: skip
    session.add(line)
    session.flush()
    for row in session.scalars(select(Photo)):
        storage.put(full_key(row.storage_key), picture())
        storage.put(thumb_key(row.storage_key), picture(40, 30))
    return Things(ticket.number, shown, unused, ticket.public_id, line.id)


def ask(route: str, who: Any, thing: Things) -> Any:
    """The call as its caller rightly makes it. `who` has a `username`, `headers` and a `client` to open it with."""
    method, path = route.split(" ")
    named = "upload" if path.endswith("/uploads/<photo>") else "photo"
    for name, value in (
        ("<number>", thing.number),
        ("<photo>", getattr(thing, named)),
        ("<public_id>", thing.public_id),
        ("<name>", "comment"),
        ("<int:notification>", str(thing.notification)),
        ("<mark>", "000000000000"),
        ("<path:filename>", "docs.css"),
        ("<code>", "loufeng" if "/units/" in path else "06010"),
        ("<int:year>", "2026"),
        ("<int:number>", "1"),
        ("<int:row>", "999999"),
        ("<any(day,month):code>", "day"),
        ("<any(name,disable,enable,reset,add_role,remove_role):what>", "name"),
        ("<token>", "x" * 43),
    ):
        path = path.replace(name, value)
    how: dict[str, Any] = {
        "POST /api/v1/tokens": {"json": {"username": who.username or "alice", "password": PASSWORD}},
        "POST /api/v1/uploads": upload(picture(8, 8)),
        "POST /api/v1/reports": {"json": PLACE},
        "POST /api/v1/tickets/<number>/transitions/<name>": {"json": {"note": "看过了"}},
        "POST /api/v1/tickets/<number>/photos": upload(picture(8, 8)),
        "POST /api/v1/notifications/read": {"json": {"ids": [thing.notification]}},
        "GET /api/v1/nearby": {
            "query_string": {"lat": str(LOUFENG[0]), "lng": str(LOUFENG[1]), "group": "rubbish"}
        },
        "POST /sign-in": {"data": {"username": who.username or "alice", "password": PASSWORD}},
        "POST /language": {"data": {"language": "zh"}},
        "POST /theme": {"data": {"theme": "dark"}},
        "POST /account/password": {"data": {"old": PASSWORD, "new": "a longer one", "again": "a longer one"}},
        "POST /account/export": {"data": {"export_password": PASSWORD}},
        "POST /account/leave": {"data": {"password": PASSWORD, "let_go": "1"}},
        "POST /admin/people/<int:number>/erase": {"data": {"name": "Alice", "let_go": "1"}},
        "POST /inbox/read": {"data": {"newest": "0"}},
        "POST /tickets/<number>/transitions/<name>": {"data": {"note": "看过了"}},
        "POST /report": {"data": {**PLACE, "once": "form-of-the-matrix"}},
        "POST /desk/entry": {"data": {**PLACE, "once": "form-of-the-matrix", "phone": "13800138000"}},
        "POST /admin/calendar": {"data": {"step": "import", "days": "date,workday,name\n2027-01-01,no,元旦\n"}},
        "POST /admin/categories/<code>": {
            "data": {
                "limit_minutes": "240", "limit_counts": "working", "points": "10", "department": "enforcement",
                "active": "1",
            }
        },
        "POST /admin/people/new": {
            "data": {"username": "newcomer", "name": "新人", "locale": "zh", "role": "clerk", "unit": "weiting"}
        },
        "POST /admin/people/<int:number>/<any(name,disable,enable,reset,add_role,remove_role):what>": {
            "data": {"name": "Alice", "locale": "zh"}
        },
        "POST /admin/look": {"data": {"number": thing.number, "reason": "有人投诉，核对身份"}},
        "POST /admin/limits/caps/<any(day,month):code>": {"data": {"cap.day": "45"}},
        "POST /admin/units/<code>": {"data": {"name_zh": "娄葑街道", "name_en": "Loufeng", "active": "1"}},
        "POST /welcome/<token>": {"data": {"new": "a longer one", "again": "a longer one"}},
        "GET /metrics": {"environ_base": {"REMOTE_ADDR": "10.0.0.9"}},
    }.get(route, {})
    return who.client.open(path, method=method, headers=who.headers | {"Origin": "http://localhost"}, **how)


def without_names(answer: Any) -> str:
    """A page but for the address that was asked for, which its menu leads back to, and for its forms' marks."""
    text: str = answer.text
    if answer.mimetype != "text/html":
        return text
    back = re.search(r'name="back" value="([^"]*)"', text)
    return MARK.sub("", text.replace(back[1], "") if back and len(back[1]) > 1 else text)


def without_id(answer: Any) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in answer.headers if name not in ("X-Request-ID", "Content-Length"))
