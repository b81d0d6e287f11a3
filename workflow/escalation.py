"""What a running clock asks for when it is near its end, over, and late: each is told once, by a timer for one clock.

A timer is a row of the outbox for one running clock of one ticket (`clocks.running`). Whatever happened meanwhile, it
looks again, and asks for the next look: a clock that stopped, rests or started anew is another's business; one that was
extended has only moved its moments. `warned` on the ticket, under its lock, is what makes each step happen once.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.clock import now
from models.outbox import later
from models.tickets import Ticket
from workflow import telling
from workflow.actors import SYSTEM
from workflow.city_settings import calendar, governance, titles
from workflow.engine import fire, lock, permitted
from workflow.report import audiences, clocks
from workflow.report.turns import answerable
from workflow.say import both

STEPS = ("near", "over", "late")


def watch(session: Session, timer: str) -> None:
    """Tell what the clock that `timer` names has come to, and ask for the next look at it."""
    ticket = session.get(Ticket, int(timer.partition(":")[0]))
    if ticket is None or clocks.running(ticket) != timer:
        return  # seen before anything is locked: most clocks have stopped by then
    ticket = lock(session, Ticket, [ticket.id])[ticket.id]
    if clocks.running(ticket) != timer or ticket.near_at is None:
        return
    for step, at in _ahead(session, ticket).items():
        if at > now():
            later(session, "watch_clock", timer, at)
            return
        if step != "near" or ticket.due_at > now():
            _tell(session, ticket, step)
        ticket.warned = step


def _ahead(session: Session, ticket: Ticket) -> dict[str, datetime]:
    """The steps that were not told yet and when they come, in order. A confirmation that is over confirms itself."""
    assert ticket.near_at is not None
    assert ticket.due_at is not None
    ahead = {"near": ticket.near_at}
    if ticket.clock != "confirm":
        late = calendar(session).add_workdays(ticket.due_at, governance(session, "escalate_workdays"))
        ahead |= {"over": ticket.due_at, "late": max(ticket.due_at, late)}
    told = STEPS.index(ticket.warned) + 1 if ticket.warned else 0
    return {step: at for step, at in ahead.items() if STEPS.index(step) >= told}


def _tell(session: Session, ticket: Ticket, step: str) -> None:
    people = {
        "near": lambda: audiences.responsible(session, ticket),
        "over": lambda: [*audiences.responsible(session, ticket), *audiences.heads(session, ticket)],
        "late": lambda: audiences.supervisors(session, ticket),
    }[step]()
    clock = both(f"clock.{ticket.clock}")
    key = f"told.deadline.arbitrate.{step}" if ticket.clock == "arbitrate" else f"told.deadline.{step}"
    where = titles(answerable(session, ticket))
    cause = f"{step}:{clocks.running(ticket).partition(':')[2]}"
    telling.announce(session, ticket, key, people, cause, clock=clock, where=where)
    if step == "over" and any(each.name == "urge" for each in permitted(ticket, SYSTEM)):
        fire(ticket, "urge", actor=SYSTEM, facts={"overdue": True})
