"""What a house has stored, held against what it acknowledged."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models import Award, Event, Journal, Outbox, Telling, Ticket
from models.clock import now
from models.database import Database
from stage import told
from stage.figures import Figures
from stage.house import House
from stage.post import Letters, Post
from stage.traffic import Ride
from workflow.audit import Tally, audit, snapshot
from workflow.report import REPORT

ONCE = {"open", "triage", "assign", "accept", "resolve", "confirm", "reward"}
"""What happens at most once to a report that nobody sends back."""


@dataclass
class Books:
    """What was counted. `lost`: acknowledged acts that are not in the history. `twice`: reports, acts and payments that
    happened more than once. `unfinished`: confirmed reports that nobody paid, and news that reached nobody. `findings`:
    what the audit says. `tellings`: how much people were to be told, of which `untold` stands in nobody's inbox, and
    `told_twice` more than once. `letters`: what of it came by mail, where the house has any."""

    events: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    dead: int = 0
    findings: list[str] = field(default_factory=list)
    tellings: int = 0
    untold: list[str] = field(default_factory=list)
    told_twice: list[str] = field(default_factory=list)
    letters: Letters | None = None

    def show(self, figures: Figures, *, cut_off: int = 0) -> None:
        """Hold them against what must be: nothing of it. A letter may have come again for each sender that was
        `cut_off`: killed, or kept from writing down what it had sent."""
        figures.figure("acknowledged and lost", len(self.lost), exactly=0)
        figures.figure("done twice", len(self.twice), exactly=0)
        figures.figure("never done", len(self.unfinished) + self.dead, exactly=0)
        figures.figure("findings of the audit", len(self.findings), exactly=0)
        figures.figure("tellings that were due", self.tellings, least=1)
        figures.figure("told nobody", len(self.untold), exactly=0)
        figures.figure("told twice", len(self.told_twice), exactly=0)
        for line in [*self.lost, *self.twice, *self.unfinished, *self.findings, *self.untold, *self.told_twice][:10]:
            figures.say(line)
        if self.letters is not None:
            self.letters.show(figures, cut_off)


def waiting(database: Database) -> int:
    """How many jobs that are due now, or were asked for at once by a clock ahead of ours, are neither done nor dead."""
    with database.reading() as session:
        due = select(func.count(Outbox.id)).where(Outbox.done_at.is_(None), Outbox.dead_at.is_(None))
        return session.scalar(due.where(or_(Outbox.due <= now(), Outbox.due <= Outbox.created_at))) or 0


def count_events(database: Database) -> int:
    """How long the history is."""
    with database.reading() as session:
        return session.scalar(select(func.count(Event.id))) or 0


def drain(house: House, seconds: float) -> float:
    """Wait until nothing that is due is left to do; the seconds that it took. Raises NotInTime."""
    began = time.monotonic()
    house.wait_for(lambda: waiting(house.database) == 0, "drained", seconds)
    return time.monotonic() - began


def read(house: House, rides: list[Ride], post: Post | None = None) -> Books:
    """Compare everything that is there with all the `rides` that there were, and what came by `post`, if the house has
    any. Nobody may write meanwhile."""
    assert REPORT.model is Ticket
    books = Books()
    with house.database.reading() as session:
        acts = _acts(session)
        books.events = sum(sum(each.values()) for each in acts.values())
        # However often a key is sent it asks for one report: one more was made where an answer was lost.
        keys = {ride.key for ride in rides}
        books.twice += [f"{len(acts)} tickets of {len(keys)} reports"] if len(acts) > len(keys) else []
        for ride in rides:
            found = acts.get(ride.number or "", Counter())
            books.lost += [f"{ride.number} {action}" for action in ride.acknowledged if not found[action]]
        for number, each in acts.items():
            books.twice += [f"{number} {action}" for action, count in each.items() if action in ONCE and count > 1]
        paid = select(Journal.ticket_id, func.count()).where(Journal.kind == "award").group_by(Journal.ticket_id)
        awards = dict(session.execute(select(Award.ticket_id, func.count()).group_by(Award.ticket_id)).all())
        for ticket, count in session.execute(paid):
            if count > awards.get(ticket or 0, 0):
                books.twice.append(f"ticket {ticket} paid {count} times")
        waits = session.scalars(select(Ticket).where(Ticket.state == "confirmed"))
        books.unfinished = [f"{ticket.number} was never paid" for ticket in waits]
        books.unfinished += [f"news of event {each}" for each in session.scalars(select(Telling.event_id))]
        wanted = told.due(session, rides)
        books.tellings = len(wanted)
        books.untold, books.told_twice = told.compare(session, wanted)
        books.letters = post.read(wanted) if post else None
        books.dead = session.scalar(select(func.count(Outbox.id)).where(Outbox.dead_at.is_not(None))) or 0
    with snapshot(house.database) as connection:
        books.findings = [finding.sentence("en") for finding in audit(connection, Tally())]
    return books


def _acts(session: Session) -> dict[str, Counter[str]]:
    """How often each thing was done to each ticket, by its number."""
    numbers = {ticket.id: ticket.number for ticket in session.scalars(select(Ticket))}
    acts = {number: Counter[str]() for number in numbers.values()}
    for ticket, action in session.execute(select(Event.subject_id, Event.action)):
        acts[numbers[ticket]][action] += 1
    return acts
