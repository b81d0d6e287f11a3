"""Every route of the application as somebody could ask for it: its path filled with what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import select

from config import Settings
from models import Notification, Photo, Ticket, User
from stage.house import House
from web.action import PUBLIC, action_of
from web.app import create_app

SAFE = {"GET", "HEAD"}
PART = re.compile(r"<(?:([^:<>]+):)?(\w+)>")


class Routes:
    """The routes of a house. `things` is what a path names, by the name that the path has for it."""

    def __init__(self, house: House, ticket: Ticket | None = None, photo: str | None = None) -> None:
        self.app = create_app(Settings.load(house.environment))
        with house.database.reading() as session:
            ticket = ticket or session.scalars(select(Ticket).order_by(Ticket.id)).first()
            assert ticket is not None
            photos = select(Photo.public_id).where(Photo.ticket_id == ticket.id)
            lines = select(Notification.id).where(Notification.read_at.is_(None), Notification.ticket_id == ticket.id)
            person = session.scalars(select(User.id).where(User.username == "officer.market")).one()
            self.things = {
                "number": ticket.number, "public_id": ticket.public_id, "name": "comment",
                "photo": photo or session.scalars(photos).first() or "none",
                "notification": str(session.scalars(lines).first() or 1), "mark": "000000000000",
                "filename": "docs.css", "code": "06010", "year": "2026", "row": "1", "what": "disable",
                "token": "x" * 43, "person": str(person),
            }  # fmt: skip

    def safe(self) -> Iterator[str]:
        """The paths that can be read."""
        for rule in self.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                yield self.filled(rule.rule)

    def unsafe(self) -> Iterator[tuple[str, str, bool]]:
        """Method and path of each call that may change something, and whether anyone may call it, signed in or not."""
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - SAFE):
                public = action_of(self.app.view_functions[rule.endpoint]) == PUBLIC
                yield method, self.filled(rule.rule), public

    def filled(self, rule: str) -> str:
        """A path of this rule."""
        things = dict(self.things)
        if "/units/" in rule:
            things["code"] = "loufeng"
        if "/caps/" in rule:
            things["code"] = "day"
        # What a route calls a number may be a row's.
        return PART.sub(lambda each: things["person" if each[1] == "int" and each[2] == "number" else each[2]], rule)
