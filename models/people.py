"""People, what they may be where, and how they are signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.units import Unit

ROLES = ("rider", "clerk", "officer", "head", "supervisor", "guard", "admin")


class User(Base):
    """A person. A rider entered by a clerk has a phone but no username or password until they sign up."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(8), default="zh")
    password_hash: Mapped[str | None] = mapped_column(String(255))
    phone_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary, comment="Fernet, key derived from SECRET_KEY")
    phone_hash: Mapped[str | None] = mapped_column(String(64), unique=True, comment="keyed hash: exact search only")
    phone_tail: Mapped[str | None] = mapped_column(String(4))
    email: Mapped[str | None] = mapped_column(String(254), comment="the person's own and the administrators' to see")
    email_refused: Mapped[str | None] = mapped_column(
        String(80),
        comment="why the address takes no mail, in the mail server's codes; until it is changed none is sent",
    )
    demo: Mapped[bool] = mapped_column(default=False)

    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    erasure_asked_at: Mapped[datetime | None] = mapped_column(
        comment="when it was decided that nothing shall say who this was; nobody signs in or is paid from here on"
    )
    erased_at: Mapped[datetime | None] = mapped_column(comment="when that was done: the row stands for nobody")

    memberships: Mapped[list[Membership]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="Membership.id"
    )

    def has_role(self, *roles: str) -> bool:
        """Whether the person has any of the roles, in any unit."""
        return any(membership.role in roles for membership in self.memberships)

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the city in any role: staff are never paid points."""
        return any(membership.role != "rider" for membership in self.memberships)


class Membership(Base):
    """A role in a unit; a unit above sees what those below see."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "unit_id"),
        CheckConstraint(f"role IN {ROLES}", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)

    user: Mapped[User] = relationship(back_populates="memberships")
    unit: Mapped[Unit] = relationship()


class Session(Base):
    """A sign-in: the token itself is never stored, only its hash."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8), comment="bearer or cookie")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    idle_at: Mapped[datetime | None] = mapped_column(comment="ends then unless it is used before; each use moves it")
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Device(Base):
    """A device from which a person has signed in before: it has a throttling budget of its own."""

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class Throttle(Base):
    """How often something was tried in a window of time, counted in the database so that every process agrees."""

    __tablename__ = "throttles"
    __table_args__ = (Index("ix_throttles_ends_at", "ends_at"),)

    key: Mapped[str] = mapped_column(String(160), primary_key=True, comment="what: and whose, hashed")
    count: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime]


class Answer(Base):
    """The first answer to a request with an Idempotency-Key, given again to the same request."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
