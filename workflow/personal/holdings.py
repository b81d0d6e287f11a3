"""Where something of a person lies, table by table: what is theirs, what goes when they leave, and what stays and why.

Every table stands in HOLDINGS or in NOBODYS, and there every column of text, JSON, bytes or people is named, so that a
new one is a decision (tests/workflow/personal/test_holdings.py). What stays of a person is their number alone: history
and ledger are hashed over it, and nothing says any more whose it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from models import (
    Account,
    Act,
    ActWords,
    Answer,
    Award,
    Base,
    Device,
    Event,
    EventWords,
    Invitation,
    Join,
    Journal,
    JournalWords,
    Membership,
    Notification,
    Override,
    Photo,
    Posting,
    Preference,
    Request,
    Review,
    Throttle,
    Ticket,
    User,
)
from models import Session as SignIn
from workflow.personal.counters import counted

NAMELESS = "已注销的骑手"
Whose = Callable[[Session, User], ColumnElement[bool]]
Row = dict[str, Any]


@dataclass(frozen=True)
class Holding:
    """A table with something of people in it. `own` are a person's rows: they are deleted, or with `blanked` kept but
    for these columns, or with `stays` alone left as they are. `shown` are the rows that the person is handed, by
    default their own, without the columns that are `secret`: they open something, or are another's."""

    model: type[Base]
    own: Whose
    shown: Whose | None = None
    blanked: Mapping[str, Any] = field(default_factory=dict)
    stays: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    exported: bool = True

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)

    @property
    def is_deleted(self) -> bool:
        """Whether the person's rows go altogether."""
        return not self.blanked and not self.stays

    def handed(self, session: Session, person: User) -> ColumnElement[bool]:
        """The rows that the person is handed."""
        return (self.shown or self.own)(session, person)


def tickets_of(person: User) -> Select[int]:
    """The ids of what a person reported, or a clerk in their name."""
    return select(Ticket.id).where(Ticket.reporter_id == person.id)


def _written(_session: Session, person: User) -> ColumnElement[bool]:
    """What they wrote as a rider: an officer's words are the office's."""
    said = select(Event.id).where(Event.actor_id == person.id, Event.actor_role == "rider")
    return EventWords.event_id.in_(said)


def _history(_session: Session, person: User) -> ColumnElement[bool]:
    return or_(Event.actor_id == person.id, and_(Event.public, Event.subject_id.in_(tickets_of(person))))


def _read(session: Session, person: User) -> ColumnElement[bool]:
    return EventWords.event_id.in_(select(Event.id).where(_history(session, person)))


def pictures_of(person: User) -> ColumnElement[bool]:
    """Their uploads, and what a clerk was sent by them and entered. What they put on others' reports, but with joining
    them, is that of the office which they worked for."""
    joined = select(Join.ticket_id).where(Join.user_id == person.id)
    with_joining = and_(Photo.kind == "before", Photo.internal.is_(False), Photo.ticket_id.in_(joined))
    own = or_(Photo.ticket_id.is_(None), Photo.ticket_id.in_(tickets_of(person)), with_joining)
    return or_(and_(Photo.uploader_id == person.id, own), _entered(person))


def _entered(person: User) -> ColumnElement[bool]:
    entered = select(Ticket.id).where(Ticket.reporter_id == person.id, Ticket.entered_by_id == Photo.uploader_id)
    return and_(Photo.kind == "before", Photo.ticket_id.in_(entered))


def _accounts(person: User) -> Select[int]:
    return select(Account.id).where(Account.user_id == person.id)


def _journals(person: User) -> Select[int]:
    return select(Posting.journal_id).where(Posting.account_id.in_(_accounts(person)))


def about(person: User) -> ColumnElement[bool]:
    """The acts of administration that are about a person."""
    return and_(Act.subject_kind == "user", Act.subject == str(person.id))


def _acts(_session: Session, person: User) -> ColumnElement[bool]:
    return or_(Act.actor_id == person.id, about(person))


def _nobodys(_session: Session, _person: User) -> ColumnElement[bool]:
    return false()


def by(column: Any) -> Whose:
    """The rows whose `column` is the person."""

    def own(_session: Session, person: User) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column == person.id
        return found

    return own


def without_words(routing: Row | None) -> Row | None:
    """What the router found, but for the words of the reporter that led it there."""
    return None if routing is None else {**routing, "words": []}


HOLDINGS = (
    Holding(
        User, by(User.id), secret=("password_hash", "phone_hash"),
        blanked={
            "username": None, "name": NAMELESS, "locale": "zh", "password_hash": None, "phone_encrypted": None,
            "phone_hash": None, "phone_tail": None, "email": None, "email_refused": None,
        },
    ),
    Holding(Membership, by(Membership.user_id)),
    Holding(SignIn, by(SignIn.user_id), secret=("token_hash",)),
    Holding(Device, by(Device.user_id), secret=("token_hash",)),
    Holding(Invitation, by(Invitation.user_id), secret=("token_hash",)),
    Holding(Preference, by(Preference.user_id)),
    Holding(Answer, by(Answer.user_id)),
    Holding(Notification, by(Notification.user_id)),
    # Hashes of who and how often, gone within the hour anyway.
    Holding(Throttle, counted, exported=False),
    Holding(
        Ticket, by(Ticket.reporter_id), secret=("routing",),
        blanked={
            "description": None, "address": None, "taken_at": None, "accuracy_m": None, "routing": without_words,
        },
        # Where and what it was is the street's business, and who of the offices did what.
        stays=(
            "series", "public_id", "state", "datum", "priority", "clock", "clock_counts", "warned", "reporter_id",
            "entered_by_id", "handler_id", "resolved_by_id",
        ),
    ),
    Holding(
        Event, by(Event.actor_id), shown=_history,
        # The chain: facts and choices, of which none is a person's words.
        stays=(
            "actor_id", "actor_role", "action", "from_state", "to_state", "details", "words_hash", "previous_hash",
            "hash",
        ),
    ),
    Holding(EventWords, _written, shown=_read, secret=("salt",), blanked={"words": None, "salt": ""}),
    Holding(
        Photo, lambda _session, person: pictures_of(person), secret=("storage_key",),
        shown=lambda _session, person: or_(Photo.uploader_id == person.id, _entered(person)),
    ),
    Holding(Join, by(Join.user_id), stays=("user_id",)),
    Holding(Account, by(Account.user_id), stays=("kind", "user_id")),
    Holding(Award, by(Award.user_id), stays=("user_id", "state", "hash")),
    # What somebody found of an award that was drawn: the office's words, which may name whose it was.
    Holding(
        Review, lambda _session, person: Review.award_id.in_(select(Award.id).where(Award.user_id == person.id)),
        blanked={"note": None}, stays=("verdict", "decided_by_id"), exported=False,
    ),
    # Of these two columns name neither a person nor what one wrote; the numbers are what the ledger is.
    Holding(Posting, lambda _session, person: Posting.account_id.in_(_accounts(person)), stays=("amount",)),
    Holding(
        Journal, lambda _session, person: Journal.id.in_(_journals(person)), secret=("key", "reason"),
        stays=("kind", "key", "actor_id", "reason", "hash"),
    ),
    # Others' words about a person go where they name them (workflow/personal/naming.py).
    Holding(
        JournalWords, _nobodys, shown=lambda _session, person: JournalWords.journal_id.in_(_journals(person)),
        secret=("salt",), stays=("salt", "words"),
    ),
    Holding(Act, _acts, stays=("actor_id", "action", "subject_kind", "subject", "details")),
    Holding(
        ActWords, _nobodys,
        shown=lambda session, person: ActWords.act_id.in_(select(Act.id).where(_acts(session, person))),
        stays=("words",),
    ),
    # Decisions of the office, under the number of whoever took them.
    Holding(
        Request, lambda _session, person: or_(Request.asked_by_id == person.id, Request.decided_by_id == person.id),
        stays=("kind", "decision", "asked_by_id", "decided_by_id"),
    ),
    Holding(Override, by(Override.set_by_id), stays=("thing", "code", "field", "value", "pack", "set_by_id")),
)  # fmt: skip
"""In the order in which they are handed out and erased."""

NOBODYS: Mapping[str, tuple[str, ...]] = {
    "areas": ("geometry",),
    "assignments": ("role",),
    "calendar_days": ("name",),
    "calendar_years": (),
    "categories": (
        "scheme", "code", "kind", "class_name", "name_zh", "name_en", "group_code", "limit_counts", "keywords",
    ),
    "category_groups": ("code", "name_zh", "name_en", "icon"),
    "cities": ("code", "prefix", "name_zh", "name_en", "timezone", "settings", "pack_sha256", "house"),
    "definitions": ("kind", "text", "sha256"),
    "outbox": ("topic", "ref", "last_error"),  # numbers of rows, keys of files; an error's kinds and places in the code
    "rules": ("kind", "code", "title_zh", "title_en", "body"),
    "tellings": ("said", "params"),  # numbers of people, for the moment until a worker has told them
    "units": ("code", "kind", "name_zh", "name_en", "path"),
}  # fmt: skip
"""The tables with nothing of any person in them, and their columns of text: what a city is, and work that waits."""
