"""A city in which a job of every kind has come due, made in this process through what the product does."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import Settings
from models import Event, Notification, Outbox, Photo, Preference, Ticket, Unit, User
from models.clock import moved, now
from models.database import database
from models.storage import open_storage
from stage.photos import patchwork
from stage.state import State
from stage.traffic import CLERK, MATTER, OFFICER, PLACE
from workflow import bootstrap, notices, personal, telling
from workflow.actors import SYSTEM
from workflow.city_settings import calendar
from workflow.engine import fire
from workflow.localtime import local_day
from workflow.phones import PhoneBook
from workflow.photos import inspect_and_render
from workflow.pictures import full_key, keep, stored
from workflow.report import clocks
from workflow.report.opening import NewReport, open_report
from workflow.whose_files import is_ours

RULED = "01001"
"""A matter that a rule assigns."""
LATER = timedelta(days=60)
"""By then every timer of the scene has come due, and what nobody used is over."""
WIDE = 1_500_000
"""Characters of a row that is deleted, whose room stays in a SQLite file until that is written anew."""
ROOMY_PAGES = 100


class Scene:
    """`refs` holds, for each topic, what its job is about; `moment_of` says when it has something to do."""

    def __init__(self, url: str, folder: Path, at: datetime, **environment: str) -> None:
        os.environ |= {"DATA_DIR": str(folder), "DATABASE_URL": url, "DEMO": "people", **environment}
        self.url = url
        self.settings = Settings.load()
        self.at = at + LATER
        self.refs: dict[str, str] = {}
        self._disk_later = now() + timedelta(days=2)
        with moved(at):
            bootstrap.prepare(self.settings)
            with database.writing() as session:
                self._people(session)
                self._jobs(session)
                for row in session.scalars(select(Outbox)):
                    session.delete(row)
                session.flush()
                session.add(Outbox(topic="tell_report", ref="0", due=now(), created_at=now(), done_at=now()))
                session.add(Outbox(topic="scrub", ref="", due=now(), created_at=now(), last_error="w" * WIDE))
            with database.writing() as session:
                session.execute(delete(Outbox).where(Outbox.done_at.is_(None)))
            # By chance, and not by what is compared.
            is_ours(database, open_storage(self.settings.storage_url))
        database.engine.dispose()

    def moment_of(self, topic: str) -> datetime:
        """When to run this job: `at`, but where files' ages count, which the disk tells by the clock of today."""
        return self._disk_later if topic == "sweep_pictures" else self.at

    @staticmethod
    def beside_rows(url: str, folder: Path) -> State:
        """What jobs leave that no table shows: whether digests are there, and room in a SQLite file."""
        found = [("digests", str(any((folder / "digests").glob("*"))))]
        if url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(make_url(url).database or "")) as raw:
                found.append(("roomy", str(raw.execute("PRAGMA freelist_count").fetchone()[0] > ROOMY_PAGES)))
        return Counter(found)

    def _people(self, session: Session) -> None:
        self._session = session
        self._who = {user.username: user for user in session.scalars(select(User)) if user.username}
        self._who[OFFICER].email = "officer@example.org"
        notices.switch(session, self._who[OFFICER], {("work", "mail"): True})

    def _jobs(self, session: Session) -> None:
        refs = self.refs
        refs["route_report"] = str(self._report(routed=False).id)
        refs["apply_rules"] = str(self._report("triage", matter=RULED, photos=[self._upload().public_id]).id)
        refs["settle_report"] = str(self._report("triage", "assign", "accept", "resolve", "confirm").id)
        refs["confirm_silence"] = str(self._report("triage", "assign", "accept", "resolve").id)
        waiting = self._report("triage", "assign", "accept", "request_suspension", "suspend")
        refs["review_suspension"] = str(waiting.id)
        late = self._report("triage", "assign")
        refs["watch_clock"] = clocks.running(late)
        refs["tell_report"] = str(self._last_event(late))
        told = self._report("triage", "assign")
        telling.deliver(session, self._last_event(told))
        mine = select(Notification.id).where(Notification.user_id == self._who[OFFICER].id)
        refs["mail"] = str(session.scalars(mine.order_by(Notification.id.desc())).first())
        self._upload()
        refs["forget"] = refs["purge"] = refs["digest"] = refs["scrub"] = ""
        with moved(self.at - timedelta(days=1)):
            self._report("triage", "assign", "accept", "resolve", "confirm", "reward")
        refs["draw_reviews"] = ""
        open_storage(self.settings.storage_url).put(full_key("killed"), patchwork(0))
        refs["sweep_pictures"] = ""
        self._gone()
        refs["erase_person"] = str(self._leaving().id)
        unused = self._upload()
        refs["discard_picture"] = unused.storage_key
        session.delete(unused)

    def _gone(self) -> None:
        """A rider who was erased yesterday, so that the file of the database is to be written anew."""
        with moved(self.at - timedelta(days=1)):
            person = self._who["rider2"]
            personal.ask(self._session, person, actor=person, let_go=True)
            personal.erase(self._session, person.id, PhoneBook(self.settings.secret_key))

    def _leaving(self) -> User:
        """A rider who wrote and photographed, has points, and has decided to leave."""
        name = "rider3"
        self._report("triage", "assign", rider=name, photos=[self._upload(name).public_id])
        person = self._who[name]
        said = NewReport(category=MATTER, description="我写的话", latitude=PLACE[0], longitude=PLACE[1])
        unseen = open_report(self._session, person, said)
        fire(unseen, "comment", actor=person, note="还在那里")
        self._session.add(Preference(user_id=person.id, kind="progress", channel="inbox", wanted=False))
        personal.ask(self._session, person, actor=person, let_go=True)
        return person

    def _report(
        self,
        *steps: str,
        routed: bool = True,
        matter: str = MATTER,
        photos: Sequence[str] = (),
        rider: str = "rider1",
    ) -> Ticket:
        asked = NewReport(category=matter, latitude=PLACE[0], longitude=PLACE[1], photos=list(photos))
        ticket = open_report(self._session, self._who[rider], asked)
        if routed:
            ticket.unit = self._session.scalars(select(Unit).where(Unit.code == "loufeng")).one()
            ticket.routed_at = ticket.created_at
        self._session.flush()
        for name in steps:
            who, fields = self._step(name, matter)
            fire(ticket, name, actor=who, **fields)
        self._session.flush()
        return ticket

    def _last_event(self, ticket: Ticket) -> int:
        last = select(Event.id).where(Event.subject_id == ticket.id).order_by(Event.seq.desc())
        return self._session.scalars(last).first() or 0

    def _step(self, name: str, matter: str) -> tuple[Any, dict[str, Any]]:
        soon = local_day(self._session, calendar(self._session).add_workdays(self.at - LATER, 4)).isoformat()
        ways: dict[str, Callable[[], tuple[Any, dict[str, Any]]]] = {
            "triage": lambda: (self._who[CLERK], {"category": matter}),
            "assign": lambda: (self._who[CLERK], {"department": "enforcement"}),
            "accept": lambda: (self._who[OFFICER], {}),
            "resolve": lambda: (self._who[OFFICER], {"note": "已清运。", "photos": [self._upload(OFFICER).public_id]}),
            "confirm": lambda: (self._who["rider1"], {"rating": 5}),
            "reward": lambda: (SYSTEM, {}),
            "request_suspension": lambda: (self._who[OFFICER], {"reason": "等施工。", "review_on": soon}),
            "suspend": lambda: (self._who["supervisor"], {"review_on": soon}),
        }
        return ways[name]()

    def _upload(self, who: str = "rider1") -> Photo:
        rendered = inspect_and_render(patchwork(len(self.refs)), "photo.jpg", tz=self.settings.zone)
        with stored(open_storage(self.settings.storage_url), [rendered]) as keys:
            return keep(self._session, self._who[who], [rendered], keys)[0]
