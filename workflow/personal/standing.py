"""What is still open between a person and the city: what they give up when they leave, said before they do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models import Account, Award, Join, Photo, Ticket, User
from workflow.personal.holdings import pictures_of

WAITING = "submitted"


@dataclass(frozen=True)
class Standing:
    """`waiting` of the `running` reports no office has taken up yet: they are withdrawn, the others go on without a
    name. `balance`, `pending` and `owed` in points: they lapse."""

    reports: int
    running: int
    waiting: int
    pictures: int
    balance: int
    pending: int
    owed: int

    @property
    def is_open(self) -> bool:
        """Whether anything is given up that somebody may want to wait for."""
        return any((self.running, self.balance, self.pending, self.owed))


def standing(session: Session, person: User) -> Standing:
    """How it stands with a person. Six queries."""
    mine = select(func.count(Ticket.id)).where(Ticket.reporter_id == person.id)
    points = select(Account.kind, Account.balance).where(Account.user_id == person.id)
    balances = dict(session.execute(points).all())
    pending = select(func.coalesce(func.sum(Award.points), 0))
    pictures = select(func.count(Photo.id)).where(pictures_of(person))
    return Standing(
        reports=session.scalar(mine) or 0,
        running=session.scalar(mine.where(Ticket.settled_at.is_(None))) or 0,
        waiting=session.scalar(select(func.count()).select_from(waiting(person).subquery())) or 0,
        pictures=session.scalar(pictures) or 0,
        balance=balances.get("rider", 0),
        pending=session.scalar(pending.where(Award.user_id == person.id, Award.state == "pending")) or 0,
        owed=-balances.get("debt", 0),
    )


def waiting(person: User) -> Select[Ticket]:
    """The reports that no office has taken up and nobody else has joined."""
    joined = select(Join.id).where(Join.ticket_id == Ticket.id).exists()
    own = select(Ticket).where(Ticket.reporter_id == person.id, Ticket.state == WAITING, ~joined)
    return own.order_by(Ticket.id)
