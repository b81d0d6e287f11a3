"""Links by which a person sets their own password, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.people import User


class Invitation(Base):
    """A link handed to a person who has no password yet (`invite`) or no longer (`reset`): only its hash is stored."""

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint("kind IN ('invite', 'reset')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    ended_at: Mapped[datetime | None] = mapped_column(comment="used, or replaced by a newer one")

    user: Mapped[User] = relationship()
