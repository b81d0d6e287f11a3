"""What a list is called: its view, or the filter that made it, as a dashboard's number named it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import User
from web.pages.desk import views
from web.pages.desk.asked import Asked, set_fields
from web.pages.desk.choices import Choices, chips, choices
from workflow.localtime import zone
from workflow.say import say
from workflow.ticket_filters import TicketFilter

FLAGS = ("overdue", "near_due", "bouncing", "reopened", "unrouted", "mine", "open")
WHERE = ("unit", "department", "category")


def headed(session: Session, person: User, asked: Asked, tongue: str, offered: Choices | None = None) -> str:
    """The view or the matter first, then where: "超时办结 · 娄葑街道". A filter without such words is called by its
    chips."""
    wanted, view = asked.wanted, views.current(person, asked.wanted)
    named = view is not None and (view != "all" or not set_fields(wanted))
    what = [say(views.title(person, str(view)), tongue)] if named else []
    if named and not any(getattr(wanted, name) for name in WHERE):
        return what[0]
    offered = offered or choices(session, person, asked, tongue)
    where = [offered.title(name, getattr(wanted, name)) for name in WHERE if getattr(wanted, name) is not None]
    what = what or _what(wanted, offered, tongue)
    if not what and where and (wanted.since is not None or wanted.until is not None):
        what = [say("desk.heading.reported", tongue)]
    parts = [*what, *where] or [each.words for each in chips(asked, offered, set(), tongue, zone(session))]
    return " · ".join(parts) or say("desk.filtered", tongue)


def _what(wanted: TicketFilter, offered: Choices, tongue: str) -> list[str]:
    found = [say(f"desk.flag.{name}", tongue) for name in FLAGS if getattr(wanted, name)]
    if wanted.on_time is not None:
        found.append(say("desk.flag.on_time" if wanted.on_time else "desk.heading.late", tongue))
    elif wanted.resolved_since is not None or wanted.resolved_until is not None:
        found.append(say("desk.heading.resolved", tongue))
    if wanted.states:
        titles = {each["value"]: each["title"] for each in offered.states}
        found.append(" / ".join(str(titles.get(each, each)) for each in wanted.states))
    if wanted.waiting_for is not None:
        found.append(say(f"desk.heading.waiting.{wanted.waiting_for}", tongue))
    if wanted.sent_back_by is not None:
        found.append(say("desk.heading.sent_back", tongue, unit=offered.title("department", wanted.sent_back_by)))
    if wanted.priority == "urgent":
        found.append(say("desk.priority.urgent", tongue))
    return found
