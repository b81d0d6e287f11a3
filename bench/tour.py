"""All pages of the demo, each as somebody who works with it: what is looked at, measured and tested."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Ticket, User
from workflow import access

RIDER, CLERK, OFFICER, HEAD, SUPERVISOR, ADMIN = (
    "rider1",
    "clerk.loufeng",
    "officer.enforcement",
    "head.enforcement",
    "supervisor",
    "admin",
)
PEOPLE = (RIDER, CLERK, OFFICER, HEAD, SUPERVISOR, ADMIN)


@dataclass(frozen=True)
class Stop:
    """A page: its name in file names, who looks at it (None: nobody is signed in), and its address."""

    name: str
    person: str | None
    path: str


PAGES = (
    Stop("sign-in", None, "/sign-in"),
    Stop("not-found", None, "/no/such/page"),
    Stop("parts", None, "/ui"),
    Stop("rider-report", RIDER, "/report"),
    Stop("rider-mine", RIDER, "/my"),
    Stop("rider-points", RIDER, "/points"),
    Stop("rider-inbox", RIDER, "/inbox"),
    Stop("rider-account", RIDER, "/account"),
    Stop("rider-leave", RIDER, "/account/leave"),
    Stop("clerk-tickets", CLERK, "/desk/tickets"),
    Stop("clerk-tickets-map", CLERK, "/desk/tickets?show=map"),
    Stop("clerk-tickets-none", CLERK, "/desk/tickets?q=zzzz"),
    Stop("clerk-entry", CLERK, "/desk/entry"),
    Stop("officer-tickets", OFFICER, "/desk/tickets"),
    Stop("officer-inbox", OFFICER, "/inbox"),
    Stop("head-tickets", HEAD, "/desk/tickets"),
    Stop("head-dashboard", HEAD, "/supervisor"),
    Stop("supervisor-dashboard", SUPERVISOR, "/supervisor"),
    Stop("supervisor-days", SUPERVISOR, "/supervisor?days=7&by_day=true"),
    Stop("supervisor-overdue", SUPERVISOR, "/supervisor/overdue"),
    Stop("supervisor-decisions", SUPERVISOR, "/supervisor/decisions"),
    Stop("supervisor-bouncing", SUPERVISOR, "/supervisor/bouncing"),
    Stop("supervisor-awards", SUPERVISOR, "/supervisor/awards"),
    Stop("supervisor-tickets", SUPERVISOR, "/desk/tickets"),
    Stop("admin", ADMIN, "/admin"),
    Stop("admin-people", ADMIN, "/admin/people"),
    Stop("admin-people-none", ADMIN, "/admin/people?q=zzzz"),
    Stop("admin-invite", ADMIN, "/admin/people/new"),
    Stop("admin-units", ADMIN, "/admin/units"),
    Stop("admin-unit", ADMIN, "/admin/units/loufeng"),
    Stop("admin-categories", ADMIN, "/admin/categories"),
    Stop("admin-category", ADMIN, "/admin/categories/06010"),
    Stop("admin-limits", ADMIN, "/admin/limits"),
    Stop("admin-calendar", ADMIN, "/admin/calendar"),
    Stop("admin-rules", ADMIN, "/admin/rules?latitude=31.305&longitude=120.655&category=06010"),
    Stop("admin-workflow", ADMIN, "/admin/workflow"),
    Stop("admin-operations", ADMIN, "/admin/operations"),
    Stop("admin-look", ADMIN, "/admin/look"),
    Stop("admin-acts", ADMIN, "/admin/acts"),
)

STATES = {
    RIDER: ("submitted", "in_progress", "resolved", "rewarded", "rejected"),
    CLERK: ("submitted", "triaged", "assigned", "resolved", "merged"),
    OFFICER: ("assigned", "in_progress", "suspended"),
    SUPERVISOR: ("in_progress", "rewarded"),
    ADMIN: ("rewarded",),
}


def stops(session: Session) -> list[Stop]:
    """The pages, and for each kind of person a ticket of theirs in each state that they have to do with."""
    found = list(PAGES)
    for username, states in STATES.items():
        person = session.scalars(select(User).where(User.username == username)).one()
        for state in states:
            seen = access.visible_tickets(session, person).where(Ticket.state == state)
            newest = seen.order_by(Ticket.id.desc()).limit(1)
            ticket = session.scalars(newest).first()
            if ticket is not None:
                name = f"{username.partition('.')[0].rstrip('0123456789')}-ticket-{state}"
                found.append(Stop(name, username, f"/tickets/{ticket.number}"))
                if username == ADMIN:
                    found.append(Stop("admin-rules-ticket", ADMIN, f"/admin/rules?number={ticket.number}"))
    somebody = session.scalars(select(User.id).where(User.username == CLERK)).one()
    rider = session.scalars(select(User.id).where(User.username == RIDER)).one()
    leaving = Stop("admin-erase", ADMIN, f"/admin/people/{rider}/erase")
    return [*found, Stop("admin-person", ADMIN, f"/admin/people/{somebody}"), leaving]
