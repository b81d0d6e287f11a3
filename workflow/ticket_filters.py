"""Which tickets a list holds: what may be asked for, as conditions on `access.visible_tickets(session, actor)`.

    wanted = TicketFilter(open=True, department="market", overdue=True)
    access.visible_tickets(session, actor).where(*conditions(session, actor, wanted))

The API's list, the desks' lists and every figure of a dashboard ask with the same filter, so that a number and the list
that it opens cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from models.clock import now
from models.tickets import Event, Request, Ticket
from models.units import Unit
from workflow import deadlines, directory
from workflow.access import visible_tickets
from workflow.actors import Actor
from workflow.city_settings import governance
from workflow.engine.machines import current, definitions, machinery
from workflow.errors import Invalid
from workflow.known import known
from workflow.localtime import day_starts
from workflow.report.settling import OPEN_TONES
from workflow.ticket_search import FARTHEST_M, around, text

MOST = 1000
"""So many are counted of what a city's past may hold, which only grows: whoever reads a list needs no more."""
AT_WORK = or_(Ticket.settled_at.is_(None), Ticket.due_at.is_not(None))
"""Not dealt with yet, or with a deadline that runs (`models.tickets.AT_WORK`, of which there are indexes)."""
Conditions = list[ColumnElement[bool]]
Errors = dict[str, tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class TicketFilter:
    """What is asked for; a field that is None (or empty) asks nothing. Days are the city's, both ends included."""

    states: tuple[str, ...] = ()
    open: bool | None = None
    unit: str | None = None
    department: str | None = None
    category: str | None = None
    priority: str | None = None
    overdue: bool | None = None
    near_due: bool | None = None
    mine: bool | None = None
    waiting_for: str | None = None
    bouncing: bool | None = None
    reopened: bool | None = None
    unrouted: bool | None = None
    sent_back_by: str | None = None
    on_time: bool | None = None
    q: str | None = None
    near: str | None = None
    since: datetime | date | None = None
    until: datetime | date | None = None
    resolved_since: datetime | date | None = None
    resolved_until: datetime | date | None = None
    open_on: date | None = None

    def narrowed(self, other: TicketFilter) -> TicketFilter:
        """This filter and whatever `other` asks for beside; where both ask for the same, `other` is heard."""
        return self.but(**{name: value for name, value in vars(other).items() if value is not None and value != ()})

    def but(self, **other: Any) -> TicketFilter:
        """This filter with other values: `dataclasses.replace`, as quick as the hundreds of a dashboard need it."""
        found = object.__new__(TicketFilter)
        vars(found).update(vars(self), **other)
        return found


def conditions(session: Session, actor: Actor, wanted: TicketFilter) -> Conditions:
    """The conditions that the filter asks for. Raises Invalid naming each field whose value is unknown."""
    errors: Errors = {}
    found = _named(session, wanted, errors)
    if errors:
        raise Invalid(errors)
    for name, holds in _FLAGS.items():
        asked = getattr(wanted, name)
        if asked is not None:
            found.append(holds(session, actor) if asked else ~holds(session, actor))
    if wanted.priority is not None:
        found.append(Ticket.priority == wanted.priority)
    if wanted.q is not None:
        found.append(text(session, wanted.q))
    if wanted.on_time is not None:
        met = Ticket.resolved_at <= Ticket.resolve_due_at
        found.append(met if wanted.on_time else Ticket.resolved_at > Ticket.resolve_due_at)
    if wanted.open_on is not None:
        found.append(open_at(day_starts(session, wanted.open_on + timedelta(days=1))))
    found += between(session, Ticket.resolved_at, wanted.resolved_since, wanted.resolved_until)
    return found + between(session, Ticket.created_at, wanted.since, wanted.until)


def count(
    session: Session,
    actor: Actor,
    base: TicketFilter,
    named: Mapping[str, TicketFilter],
    *more: ColumnElement[bool],
) -> dict[str, int]:
    """How many tickets within `base`, and within `more`, each filter holds for the actor: all of those at work, in one
    query; of what may have ended no more than `MOST` and one."""
    asked = [*conditions(session, actor, base), *more]
    working = {name: wanted for name, wanted in named.items() if at_work(session, wanted)}
    columns = sums(session, actor, working)
    within = visible_tickets(session, actor, AT_WORK).where(*asked).with_only_columns(*columns)
    counted = session.execute(within).one() if columns else ()
    found = dict(zip(working, counted, strict=True))
    for name, wanted in named.items():
        if name not in found:
            seen = visible_tickets(session, actor).where(*asked, *conditions(session, actor, wanted))
            some = seen.with_only_columns(Ticket.id).limit(MOST + 1).subquery()
            found[name] = session.scalar(select(func.count()).select_from(some)) or 0
    return found


def at_work(session: Session, wanted: TicketFilter) -> bool:
    """Whether all that the filter holds is at work, as the filter itself shows: then it is counted whole."""
    if wanted.open or wanted.overdue or wanted.near_due or wanted.bouncing or wanted.waiting_for:
        return True
    states = known(session, "states at work", _states_at_work, plain=True)
    return bool(wanted.states) and states.issuperset(wanted.states)


def _states_at_work(session: Session) -> frozenset[str]:
    """Those that are at work in every version of the definition that knows them."""
    mine = [number for number, each in definitions(session).items() if each.kind == Ticket.kind]
    versions = [machinery(session, Ticket.kind, each) for each in mine]
    states = [each for version in versions for each in version.lifecycle.states.items()]
    ended = {name for name, state in states if state.clock is None and state.tone not in OPEN_TONES}
    return frozenset(name for name, _ in states) - ended


def sums(session: Session, actor: Actor, named: Mapping[str, TicketFilter]) -> list[ColumnElement[int]]:
    """A column for each filter: how many of a query's tickets it holds."""
    return [
        func.count().filter(and_(true(), *conditions(session, actor, wanted))).label(f"n{place}")
        for place, wanted in enumerate(named.values())
    ]


def open_at(moment: datetime) -> ColumnElement[bool]:
    """Reported before the moment and, as far as is known now, not dealt with by then."""
    return and_(Ticket.created_at < moment, or_(Ticket.settled_at.is_(None), Ticket.settled_at >= moment))


def between(
    session: Session, column: Any, since: datetime | date | None, until: datetime | date | None
) -> Conditions:
    """From the moment or the day's begin `since` on, to the moment or the day's end `until`."""
    found: Conditions = []
    if since is not None:
        found.append(column >= (since if isinstance(since, datetime) else day_starts(session, since)))
    if isinstance(until, datetime):
        found.append(column <= until)
    elif until is not None:
        found.append(column < day_starts(session, until + timedelta(days=1)))
    return found


def _open(_session: Session, _actor: Actor) -> ColumnElement[bool]:
    """The rider's matter is not dealt with: waiting, moving or paused (`workflow.report.settling`)."""
    return Ticket.settled_at.is_(None)


def _overdue(_session: Session, _actor: Actor) -> ColumnElement[bool]:
    return deadlines.overdue(now())


def _near_due(_session: Session, _actor: Actor) -> ColumnElement[bool]:
    """The running clock is near its end, and not over."""
    return and_(Ticket.near_at.is_not(None), Ticket.due_at.is_not(None), deadlines.near(now()))


def _mine(_session: Session, actor: Actor) -> ColumnElement[bool]:
    """The actor reported it, or handles it."""
    return or_(Ticket.reporter_id == actor.id, func.coalesce(Ticket.handler_id, 0) == actor.id)


def _bouncing(session: Session, actor: Actor) -> ColumnElement[bool]:
    """A department has sent it back, and it is not yet dealt with."""
    return and_(Ticket.send_backs >= 1, _open(session, actor))


def _reopened(_session: Session, _actor: Actor) -> ColumnElement[bool]:
    """It had ended, and was opened again or appealed against."""
    return Ticket.reopens + Ticket.appeals > 0


def _unrouted(_session: Session, _actor: Actor) -> ColumnElement[bool]:
    """It lies in the city's own inbox: no street has it."""
    inbox = select(Unit.id).where(Unit.kind == "city")
    return Ticket.unit_id.in_(inbox)


_FLAGS: dict[str, Callable[[Session, Actor], ColumnElement[bool]]] = {
    "open": _open,
    "overdue": _overdue,
    "near_due": _near_due,
    "mine": _mine,
    "bouncing": _bouncing,
    "reopened": _reopened,
    "unrouted": _unrouted,
}


def _named(session: Session, wanted: TicketFilter, errors: Errors) -> Conditions:
    """The conditions whose values may be unknown; what is, goes into `errors`."""
    found: Conditions = []
    known = [each for each in wanted.states if _is_state(session, each)]
    if len(known) < len(wanted.states):
        errors["state"] = ("input.unknown_value", {"value": next(each for each in wanted.states if each not in known)})
    elif known:
        found.append(Ticket.state == known[0] if len(known) == 1 else Ticket.state.in_(known))
    makers: tuple[tuple[str, Callable[[Session, str], ColumnElement[bool] | None]], ...] = (
        ("unit", _unit), ("department", _department), ("category", _category),
        ("waiting_for", _waiting_for), ("sent_back_by", _sent_back_by),
    )  # fmt: skip
    for name, make in makers:
        value = getattr(wanted, name)
        if value is not None:
            condition = make(session, value)
            if condition is None:
                errors[name] = ("input.unknown_value", {"value": value})
            else:
                found.append(condition)
    if wanted.near is not None:
        circle = around(wanted.near)
        if circle is None:
            errors["near"] = ("input.near", {"most": FARTHEST_M})
        else:
            found += circle
    return found


def _is_state(session: Session, value: str) -> bool:
    """One of the current definition's, or of one under which tickets still run."""
    if "ticket_states" not in session.info:
        lifecycle = machinery(session, Ticket.kind, current(session, Ticket.kind).id).lifecycle
        session.info["ticket_states"] = frozenset(lifecycle.states)
    if value in session.info["ticket_states"]:
        return True
    used = select(Ticket.id).where(Ticket.state == value).limit(1)
    return value != "new" and session.scalar(used) is not None


def _unit(session: Session, value: str) -> ColumnElement[bool] | None:
    unit = directory.units(session).get(value)
    return None if unit is None or unit.kind == "department" else Ticket.unit_id.in_(directory.below(session, unit))


def _department(session: Session, value: str) -> ColumnElement[bool] | None:
    unit = _led_by(session, value)
    return None if unit is None else Ticket.department_id.in_(directory.below(session, unit))


def _led_by(session: Session, value: str) -> Unit | None:
    unit = directory.units(session).get(value)
    return unit if unit is not None and unit.kind == "department" else None


def _category(session: Session, value: str) -> ColumnElement[bool] | None:
    category = directory.categories(session).get(value)
    return None if category is None else Ticket.category_id == category.id


def _sent_back_by(session: Session, value: str) -> ColumnElement[bool] | None:
    unit = _led_by(session, value)
    if unit is None:
        return None
    theirs = Event.actor_unit_id.in_(directory.below(session, unit))
    sent = select(Event.subject_id).where(Event.action == "send_back", theirs)
    return and_(Ticket.send_backs >= 1, Ticket.id.in_(sent))


def _waiting_for(session: Session, value: str) -> ColumnElement[bool] | None:
    """A decision that somebody asked for, while there is anything to decide; `clerk` and `supervisor` are whose turn it
    is."""
    extension, suspension = (
        Ticket.id.in_(select(Request.ticket_id).where(Request.kind == kind, Request.decision.is_(None)))
        for kind in ("extension", "suspension")
    )
    arbitration = and_(Ticket.state == "triaged", Ticket.send_backs >= governance(session, "send_backs"))
    asked = {
        "decision": or_(extension, suspension, arbitration),
        "clerk": and_(extension, Ticket.extensions == 0),
        "supervisor": or_(and_(extension, Ticket.extensions > 0), suspension, arbitration),
    }.get(value)
    return None if asked is None else and_(AT_WORK, asked)
