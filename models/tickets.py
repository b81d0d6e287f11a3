"""Reports as the offices handle them, with their history, photos, assignments, requests and joiners."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.append_only import guard
from models.base import Base, CanonicalJSON, partial_index
from models.categories import Category
from models.lifecycle import History, Lifecycle, Words
from models.people import User
from models.units import Unit

AT_WORK = "settled_at IS NULL OR due_at IS NOT NULL"
"""Not dealt with yet, or with a deadline that runs: few of all tickets."""


def numbered(series: str, number: int) -> str:
    """How a report is called: `SIP-26-000123`."""
    return f"{series}-{number:06d}"


class Event(History, Base):
    """One transition of a ticket. The database refuses UPDATE and DELETE."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("ticket_id", "seq"),)

    subject_id: Mapped[int] = mapped_column("ticket_id", ForeignKey("tickets.id"))

    actor: Mapped[User | None] = relationship()
    actor_unit: Mapped[Unit | None] = relationship()
    said: Mapped[EventWords | None] = relationship(uselist=False, viewonly=True)


class EventWords(Words, Base):
    """What was written with an event; erasable."""

    __tablename__ = "event_words"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)


class Ticket(Lifecycle, Base):
    """A report. Its public number (`SIP-26-000123`) is `series` and the row's id."""

    kind: ClassVar[str] = "report"
    history = Event
    words = EventWords

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("priority IN ('normal', 'urgent')", name="priority"),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="merged_into"),
        Index("ix_tickets_place", "latitude", "longitude"),
        partial_index("ix_tickets_due", "due_at", "id", where=AT_WORK),
        Index("ix_tickets_state", "state", "due_at", "id"),
        Index("ix_tickets_unit", "unit_id", "state"),
        partial_index("ix_tickets_at_work", "unit_id", where=AT_WORK),
        partial_index("ix_tickets_entered", "entered_by_id", where=AT_WORK),
        partial_index("ix_tickets_led", "department_id", where=f"department_id IS NOT NULL AND ({AT_WORK})"),
        partial_index("ix_tickets_department", "department_id", "state", where="department_id IS NOT NULL"),
        partial_index("ix_tickets_handler_id", "handler_id", where="handler_id IS NOT NULL"),
        partial_index("ix_tickets_merged_into_id", "merged_into_id", where="merged_into_id IS NOT NULL"),
        partial_index("ix_tickets_resolved_at", "resolved_at", where="resolved_at IS NOT NULL"),
    )

    series: Mapped[str] = mapped_column(String(16), comment="prefix and year: SIP-26")
    public_id: Mapped[str] = mapped_column(String(32), unique=True, comment="opaque: what other riders may know")
    reporter_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="the clerk who typed it in")
    anonymous: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float]
    longitude: Mapped[float]
    datum: Mapped[str] = mapped_column(String(8), comment="as it came in; latitude and longitude are WGS-84")
    accuracy_m: Mapped[float | None]
    address: Mapped[str | None] = mapped_column(String(200))
    taken_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)

    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), comment="the city's inbox until it is routed")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), comment="the lead")
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    priority: Mapped[str] = mapped_column(String(8), default="normal")
    clock: Mapped[str | None] = mapped_column(String(16), comment="which limit runs: triage, dispatch, resolve, …")
    clock_started_at: Mapped[datetime | None]
    clock_minutes: Mapped[int | None]
    clock_counts: Mapped[str | None] = mapped_column(String(8))
    clock_left_minutes: Mapped[int | None] = mapped_column(comment="what was left when the clock was stopped")
    due_at: Mapped[datetime | None]
    near_at: Mapped[datetime | None] = mapped_column(comment="from here the running clock counts as near its end")
    warned: Mapped[str | None] = mapped_column(
        String(8), comment="the last step of the running clock that was told: near, over or late"
    )
    extended_to: Mapped[date | None]
    review_on: Mapped[date | None]
    review_at: Mapped[datetime | None] = mapped_column(comment="close of business on review_on")
    send_backs: Mapped[int] = mapped_column(default=0)
    extensions: Mapped[int] = mapped_column(default=0)
    urges: Mapped[int] = mapped_column(default=0)
    reworks: Mapped[int] = mapped_column(default=0)
    reopens: Mapped[int] = mapped_column(default=0)
    appeals: Mapped[int] = mapped_column(default=0)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(comment="when it was rejected, closed or rewarded")
    settled_at: Mapped[datetime | None] = mapped_column(
        comment="when it was last resolved, rejected, merged or withdrawn; none while it is open"
    )
    resolved_at: Mapped[datetime | None] = mapped_column(comment="the same, where it was resolved")
    resolve_due_at: Mapped[datetime | None] = mapped_column(comment="what its deadline was when it was resolved")
    routed_at: Mapped[datetime | None]
    routing: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJSON, comment="what the router found, and why")

    category: Mapped[Category | None] = relationship()
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    department: Mapped[Unit | None] = relationship(foreign_keys=[department_id])
    reporter: Mapped[User] = relationship(foreign_keys=[reporter_id])
    handler: Mapped[User | None] = relationship(foreign_keys=[handler_id])
    merged_into: Mapped[Ticket | None] = relationship(remote_side="Ticket.id", foreign_keys=[merged_into_id])
    photos: Mapped[list[Photo]] = relationship(order_by="Photo.id", viewonly=True)
    assignments: Mapped[list[Assignment]] = relationship(order_by="Assignment.id", back_populates="ticket")
    requests: Mapped[list[Request]] = relationship(order_by="Request.id", back_populates="ticket")
    joins: Mapped[list[Join]] = relationship(
        order_by="Join.id", back_populates="ticket", foreign_keys="Join.ticket_id"
    )

    @validates("category", "unit", "department", "handler", "merged_into")
    def _refer(self, name: str, row: Base | None) -> Base | None:
        """The number of what it refers to changes at once, not only when it is written."""
        setattr(self, f"{name}_id", getattr(row, "id", None))
        return row

    @property
    def number(self) -> str:
        """The public number, known as soon as the row is."""
        return numbered(self.series, self.id)

    @property
    def assisting(self) -> list[Assignment]:
        """The running assignments of assisting departments."""
        return [each for each in self.assignments if each.role == "assisting" and each.ended_at is None]

    def open_request(self, kind: str) -> Request | None:
        """The request for an extension or a suspension that waits for a decision."""
        return next((each for each in self.requests if each.kind == kind and each.decision is None), None)


class Photo(Base):
    """A rendered picture. Without a ticket it is an upload, usable once by its uploader."""

    __tablename__ = "attachments"
    __table_args__ = (CheckConstraint("kind IN ('before', 'after')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    uploader_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    storage_key: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True, comment="of the bytes that were sent")
    dhash: Mapped[str] = mapped_column(String(16), index=True, comment="64-bit difference hash, hexadecimal")
    taken_at: Mapped[datetime | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(index=True)

    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8), default="before")
    internal: Mapped[bool] = mapped_column(default=False, comment="of an internal comment: staff only")


class Assignment(Base):
    """A department's part in a ticket, as lead or assisting, from when to when."""

    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("role IN ('lead', 'assisting')", name="role"),
        Index(
            "uq_assignments_running",
            "ticket_id",
            "unit_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_assignments_unit", "unit_id", "role", "ended_at", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    role: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]

    ended_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship(back_populates="assignments")
    unit: Mapped[Unit] = relationship()


class Request(Base):
    """A department's request for more time or for a suspension, and what was decided."""

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("kind IN ('extension', 'suspension')", name="kind"),
        CheckConstraint("decision IN ('granted', 'refused', 'lapsed')", name="decision"),
        Index(
            "uq_requests_open",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=text("decision IS NULL"),
            postgresql_where=text("decision IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    day: Mapped[date] = mapped_column(comment="asked for: new due day, or day of review")

    decision: Mapped[str | None] = mapped_column(String(8))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship(back_populates="requests")


class Join(Base):
    """Another person who met the same matter: told when it moves, and credited."""

    __tablename__ = "joins"
    __table_args__ = (UniqueConstraint("ticket_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    from_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), comment="their own, merged into this")
    created_at: Mapped[datetime]

    ticket: Mapped[Ticket] = relationship(back_populates="joins", foreign_keys=[ticket_id])
    user: Mapped[User] = relationship()


guard(Event.metadata.tables["events"])
