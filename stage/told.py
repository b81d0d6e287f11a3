"""What people must have been told of reports that went the traffic's way, from their history and who sent them.

Written down here a second time, and not asked of the lifecycle: what that forgets is to be noticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Event, Notification, Ticket, User
from stage.traffic import CLERK, OFFICER, Ride

DEPARTMENT = (OFFICER, "head.enforcement")
SAID: dict[str, dict[str, str]] = {
    "open": {"clerk": "told.clerks.routed"},
    "triage": {"reporter": "told.triage"},
    "assign": {"reporter": "told.assign", "department": "told.lead.assign"},
    "accept": {"reporter": "told.accept"},
    "resolve": {"reporter": "told.resolve", "clerk": "told.clerks.resolve"},
    "confirm": {"handler": "told.lead.confirm"},
    "reward": {"reporter": "told.reward"},
    "close": {"reporter": "told.close"},
}
"""By which sentence whom, of what was done to a report; nobody is told what they did themselves."""


@dataclass(frozen=True)
class Told:
    """That a person, by their name, is told something of the report of this `number`, once for its `cause`."""

    person: str
    cause: str
    key: str
    number: str


def due(session: Session, rides: Iterable[Ride]) -> list[Told]:
    """All that must have been told."""
    names: dict[int | None, str] = {user.id: str(user.username) for user in session.scalars(select(User))}
    tickets = {each.id: each for each in session.scalars(select(Ticket))}
    riders = {ride.number: ride.rider for ride in rides}
    acts = select(Event.id, Event.subject_id, Event.action, Event.actor_id).order_by(Event.id)
    found = []
    for event, ticket, action, actor in session.execute(acts):
        number = tickets[ticket].number
        # One whose answer was lost for good is nobody's ride.
        reporter = riders.get(number) or names[tickets[ticket].reporter_id]
        people = {"reporter": (reporter,), "clerk": (CLERK,), "department": DEPARTMENT, "handler": (OFFICER,)}
        cause = f"routed:{ticket}" if action == "open" else f"event:{event}"
        for who, key in SAID.get(action, {}).items():
            found += [Told(each, cause, key, number) for each in people[who] if each != names.get(actor)]
    return found


def compare(session: Session, wanted: Iterable[Told]) -> tuple[list[str], list[str]]:
    """What nobody was told, and what somebody was told more than once."""
    rows = select(User.username, Notification.cause, Notification.key).join(User, User.id == Notification.user_id)
    there = Counter((person, cause, key) for person, cause, key in session.execute(rows))
    causes: Counter[tuple[str | None, str | None]] = Counter()
    for (person, cause, _), count in there.items():
        causes[person, cause] += count
    missing = [each for each in wanted if (each.person, each.cause, each.key) not in there]
    return (
        [f"{each.person} was not told {each.key} of {each.number}" for each in missing],
        [f"{person} was told {count} times of {cause}" for (person, cause), count in causes.items() if count > 1],
    )
