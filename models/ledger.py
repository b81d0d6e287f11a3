"""Points, kept like money: double entry, whole numbers, rows that the database refuses to change.

A journal is one movement; its postings sum to zero. Each account numbers its own postings (`seq`) and keeps the
balance after each, so that a missing or added posting shows without a chain that all accounts would fight for.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from models.append_only import guard
from models.base import Base, canonical
from models.city import Rule


class Account(Base):
    """Where points lie: a rider's, a rider's debt, or the city's issuance (which goes below zero as it pays)."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("kind", "user_id"),
        CheckConstraint("kind IN ('rider', 'debt', 'issuance')", name="kind"),
        CheckConstraint("kind <> 'rider' OR balance >= 0", name="rider_balance"),
        CheckConstraint("kind <> 'debt' OR balance <= 0", name="debt_balance"),
        CheckConstraint("(kind = 'issuance') = (user_id IS NULL)", name="owner"),
        Index(
            "uq_accounts_issuance",
            "kind",
            unique=True,
            sqlite_where=text("user_id IS NULL"),
            postgresql_where=text("user_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)

    balance: Mapped[int] = mapped_column(default=0)
    seq: Mapped[int] = mapped_column(default=0, comment="how many postings it has")


class Journal(Base):
    """One movement of points. `key` makes it happen once; a mistake is mended only by a journal that reverses it."""

    __tablename__ = "journal"
    __table_args__ = (CheckConstraint("kind IN ('award', 'reversal', 'lapse')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("rules.id"))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("journal.id"), unique=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="who decided it; the system if null")
    reason: Mapped[str | None] = mapped_column(
        String(300), comment="the salted hash of why, which is in journal_words; of older rows the reason itself"
    )
    at: Mapped[datetime]
    hash: Mapped[str] = mapped_column(String(64), comment="of this row and its postings")

    postings: Mapped[list[Posting]] = relationship(back_populates="journal", order_by="Posting.id")
    rule: Mapped[Rule | None] = relationship()
    said: Mapped[JournalWords | None] = relationship(uselist=False, viewonly=True)

    @property
    def why(self) -> str | None:
        """The reason that was given, as far as it still exists."""
        return self.reason if self.said is None else self.said.words


class JournalWords(Base):
    """Why points were taken back, in the words of whoever decided it: erasable, and its hash in the journal stays."""

    __tablename__ = "journal_words"
    __table_args__ = (CheckConstraint("words IS NOT NULL OR erased_at IS NOT NULL", name="erased"),)

    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    words: Mapped[str | None] = mapped_column(Text)

    erased_at: Mapped[datetime | None]


class Posting(Base):
    """One side of a journal, in whole points."""

    __tablename__ = "postings"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        UniqueConstraint("account_id", "seq"),
        UniqueConstraint("journal_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    amount: Mapped[int]
    seq: Mapped[int]
    balance_after: Mapped[int]

    journal: Mapped[Journal] = relationship(back_populates="postings")
    account: Mapped[Account] = relationship()


class Award(Base):
    """What a rule will pay a person for a ticket: reserved under the caps at triage, paid once at the end."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("ticket_id", "rule_id", "user_id"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("state IN ('pending', 'paid', 'released')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    day: Mapped[date] = mapped_column(comment="the local day in which the report was sent: whose cap it counts against")
    wanted: Mapped[int] = mapped_column(comment="what the rule says before caps")
    points: Mapped[int]

    state: Mapped[str] = mapped_column(String(8), default="pending")
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("journal.id"))
    hash: Mapped[str] = mapped_column(String(64), comment="of this row: what was altered by hand is not paid")

    rule: Mapped[Rule] = relationship()

    def seal(self) -> str:
        """The hash of the row as it is now."""
        return seal_award(
            (self.ticket_id, self.rule_id, self.user_id, self.day.isoformat(), self.wanted, self.points, self.state,
             self.journal_id)
        )  # fmt: skip


def seal_award(content: tuple[int, int, int, str, int, int, str, int | None]) -> str:
    """The SHA-256, in hexadecimal, of the canonical JSON list of ticket, rule, person, day, points wanted, points,
    state and journal of an award."""
    return hashlib.sha256(canonical([1, *content]).encode()).hexdigest()


@event.listens_for(Award, "before_insert")
@event.listens_for(Award, "before_update")
def _seal(_mapper: Mapper[Award], _connection: Connection, award: Award) -> None:
    award.state = award.state or "pending"
    award.hash = award.seal()


guard(Posting.metadata.tables["postings"])
guard(Journal.metadata.tables["journal"])
