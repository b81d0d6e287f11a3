"""The import itself: row by row, each opened as any report is, or refused with all its reasons."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import Category, Ticket, User
from models.base import canonical
from models.database import Database
from models.storage import Storage
from workflow.access import can
from workflow.city_settings import titles
from workflow.errors import Invalid
from workflow.identity.accounts import spoken_name
from workflow.importing.reading import Draft, Reason, read
from workflow.importing.table import Row, Table
from workflow.localtime import zone
from workflow.phones import PhoneBook, derive
from workflow.photos import MAX_BYTES, PhotoRefused, Rendered, inspect_and_render
from workflow.pictures import keep, stored
from workflow.report.opening import NewReport, open_report
from workflow.riders import rider_of_phone
from workflow.say import say
from workflow.strangers import NotRegular, read_regular, visible

Result = Literal["opened", "known", "same", "refused"]


@dataclass(frozen=True)
class Outcome:
    """What became of a row. `number` is its ticket's, `first` the line that says the same."""

    line: int
    result: Result
    number: str | None = None
    first: int | None = None
    reasons: tuple[Reason, ...] = ()

    def sentence(self, locale: str) -> str:
        """The row's line and what became of it, every reason included."""
        joint = "；" if locale == "zh" else "; "
        why = joint.join(_reason(each, locale) for each in self.reasons)
        return say(f"import.{self.result}", locale, line=self.line, number=self.number, first=self.first, why=why)


class Import:
    """Brings reports in. `clerk` enters them on their reporters' behalf; without one, each is its reporter's own.

    `reporter` is whose the rows are that name nobody.
    """

    def __init__(
        self, database: Database, storage: Storage, secret_key: str, *, clerk: str | None = None,
        reporter: str | None = None,
    ) -> None:  # fmt: skip
        self.database = database
        self.storage = storage
        self.phones = PhoneBook(secret_key)
        self.key = derive(secret_key, "imported reports")
        self.clerk = clerk
        self.reporter = reporter

    def run(self, table: Table) -> Iterator[Outcome]:
        """Bring in every row that can be, one transaction each."""
        with self.database.reading() as session:
            categories = session.scalars(select(Category).where(Category.active)).all()
            codes = {each.code: titles(each) if each.photo_required else None for each in categories}
            tz = zone(session)
        seen: dict[str, int] = {}
        for row in table.rows():
            if row.cells is None:
                yield Outcome(row.line, "refused", reasons=(("", "import.width", {"columns": len(table.columns)}),))
                continue
            draft = read(row.cells, codes, tz, self.reporter)
            key = self._key(draft)
            if key in seen:
                yield Outcome(row.line, "same", first=seen[key])
                continue
            outcome = self._bring(row, draft, key, table.path.parent)
            if outcome.result != "refused":
                seen[key] = row.line
            yield outcome

    def _key(self, draft: Draft) -> str:
        """The public id of the row's ticket: always the same, and nobody else's to guess."""
        digest = hmac.new(self.key, canonical(draft.content()).encode(errors="replace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:12]).decode()

    def _bring(self, row: Row, draft: Draft, key: str, folder: Path) -> Outcome:
        with self.database.reading() as session:
            known = _opened(session, key)
            if known is not None:
                return Outcome(row.line, "known", known)
            self._hold_reporter(session, draft)
            pictures = self._render(session, draft, folder)
        if draft.reasons:
            return Outcome(row.line, "refused", reasons=tuple(draft.reasons))
        try:
            with stored(self.storage, pictures) as keys, self.database.writing() as session:
                number = self._open(session, draft, pictures, keys, key)
        except Invalid as error:
            return Outcome(row.line, "refused", reasons=_reasons(error))
        except IntegrityError:
            # Another run of the same file was faster with this row.
            with self.database.reading() as session:
                known = _opened(session, key)
            if known is None:
                raise
            return Outcome(row.line, "known", known)
        return Outcome(row.line, "opened", number)

    def _open(self, session: Session, draft: Draft, pictures: list[Rendered], keys: list[str], key: str) -> str:
        reporter = _named(session, draft.reporter) or rider_of_phone(session, self.phones, draft.phone or "", None)
        sender = _named(session, self.clerk or "") or reporter
        new = NewReport(
            category=draft.category,
            description=draft.text,
            latitude=draft.latitude,
            longitude=draft.longitude,
            datum=draft.datum,
            taken_at=draft.taken_at,
            photos=[each.public_id for each in keep(session, sender, pictures, keys)],
        )
        ticket = open_report(session, sender, new, reporter=None if reporter is sender else reporter)
        ticket.public_id = key
        session.flush()
        return ticket.number

    def _hold_reporter(self, session: Session, draft: Draft) -> None:
        person = _named(session, draft.reporter)
        if person is None and draft.phone is not None:
            hashed = self.phones.hash(draft.phone)
            person = session.scalars(select(User).where(User.phone_hash == hashed)).one_or_none()
        elif person is None and draft.reporter:
            draft.refuse("reporter", "import.reporter", reporter=draft.reporter[:40])
        if person is not None and not can(person, "report.create"):
            draft.refuse("reporter", "import.not_reporting", reporter=draft.reporter[:40])

    def _render(self, session: Session, draft: Draft, folder: Path) -> list[Rendered]:
        if draft.photo is None or any(column == "photo" for column, _, _ in draft.reasons):
            return []
        path = folder / draft.photo
        try:
            if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
                draft.refuse("photo", "import.photo_outside", file=str(draft.photo)[:80])
                return []
            data = read_regular(path, MAX_BYTES + 1)
        except NotRegular:
            draft.refuse("photo", "import.not_regular", file=str(draft.photo)[:80])
            return []
        except OSError:
            draft.refuse("photo", "import.no_photo", file=str(draft.photo)[:80])
            return []
        try:
            return [inspect_and_render(data, path.name, tz=zone(session))]
        except PhotoRefused as refused:
            draft.refuse("photo", refused.key, **refused.params)
            return []


def _reason(reason: Reason, locale: str) -> str:
    column, key, params = reason
    sentence = say(key, locale, **{name: visible(value) for name, value in params.items()}).rstrip("。.")
    return f"{column}: {sentence}" if column else sentence


def _named(session: Session, name: str) -> User | None:
    return session.scalars(select(User).where(User.username == spoken_name(name))).one_or_none() if name else None


def _opened(session: Session, key: str) -> str | None:
    ticket = session.scalars(select(Ticket).where(Ticket.public_id == key)).one_or_none()
    return ticket.number if ticket is not None else None


def _reasons(error: Invalid) -> tuple[Reason, ...]:
    names = {"description": "text", "photos": "photo"}
    return tuple((names.get(name, name), key, params) for name, (key, params) in error.errors.items())
