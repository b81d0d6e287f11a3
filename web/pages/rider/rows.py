"""Reports as a rider's list shows them: their own, and what of another's anyone may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import joinedload, selectinload

from models import Category, Join, Ticket
from web.api.blueprint import PREFIX
from web.api.serializers import Page
from web.api.serializers.common import photo
from web.pages.rider.outlook import Outlook, Outlooks
from workflow import directory, points
from workflow.report.joining import public_view, thumb_shown
from workflow.say import say

LISTED = (
    joinedload(Ticket.category),
    joinedload(Ticket.unit),
    joinedload(Ticket.department),
    joinedload(Ticket.merged_into),
    selectinload(Ticket.photos),
)
"""What of a ticket a row reads."""
PUBLIC = (
    joinedload(Join.ticket).joinedload(Ticket.category),
    joinedload(Join.ticket).joinedload(Ticket.merged_into),
    joinedload(Join.ticket).selectinload(Ticket.photos),
)
"""What of a joined ticket a row reads."""


@dataclass(frozen=True)
class Row:
    """A report in a list. `number` is None for another's, and `place` empty; `at` is when this rider reported it."""

    number: str | None
    thumb: str | None
    icon: str
    matter: str
    place: str
    state: str
    tone: str
    outlook: Outlook
    pending: int
    paid: int
    at: datetime
    due_at: datetime | None = None


class Groups:
    """The groups of matters by code: a picture and a name for what has none of its own."""

    def __init__(self, page: Page) -> None:
        self._known = {each.group_code: each.group for each in directory.categories(page.session).values()}
        self._tongue = page.locale

    def icon(self, code: str | None) -> str:
        """The group's icon."""
        return self._known[code].icon if code in self._known else "image"

    def name(self, code: str | None) -> str:
        """The group's name."""
        return self._known[code].name(self._tongue) if code in self._known else say("rider.matter.none", self._tongue)


def own(page: Page, tickets: Sequence[Ticket]) -> list[Row]:
    """The person's own reports, loaded with `LISTED`."""
    groups, outlooks = Groups(page), Outlooks(page, tickets)
    targets = [each.merged_into for each in tickets if each.merged_into is not None]
    credited = points.of_tickets(page.session, targets, page.actor.id) if targets else {}
    found = []
    for each in tickets:
        shown = [one for one in each.photos if not one.internal]
        state, tone = standing(page, each, page.points[each.id]["paid"])
        counts = credited.get(each.merged_into_id or 0) or page.points[each.id]
        found.append(
            Row(
                number=each.number,
                thumb=photo(shown[0], each)["url"] + "?size=thumb" if shown else None,
                icon=groups.icon(each.category.group_code if each.category else None),
                matter=matter(each.category, page.locale),
                place=each.address or each.unit.name(page.locale),
                state=state,
                tone=tone,
                outlook=outlooks.of(each),
                pending=counts["pending"],
                paid=counts["paid"],
                at=each.created_at,
                due_at=each.due_at,
            )
        )
    return found


def joined(page: Page, joins: Sequence[Join]) -> list[Row]:
    """What the person joined, loaded with `PUBLIC`: group, state, and their own credit.

    Of what was merged meanwhile the state is that of the ticket that goes on.
    """
    groups = Groups(page)
    followed = {each.id: each.ticket.merged_into or each.ticket for each in joins}
    credited = points.of_tickets(page.session, list(followed.values()), page.actor.id) if joins else {}
    found = []
    for each in joins:
        goes_on = followed[each.id]
        view, counts = public_view(each.ticket, page.moment, 0), credited[goes_on.id]
        state, tone = standing(page, goes_on, counts["paid"])
        found.append(
            Row(
                number=None,
                thumb=f"{PREFIX}/nearby/{each.ticket.public_id}/thumb" if thumb_shown(view, page.moment) else None,
                icon=groups.icon(view.group),
                matter=groups.name(view.group),
                place="",
                state=state,
                tone=tone,
                outlook=Outlook(say(f"rider.joined.{page.state(goes_on).tone}", page.locale), None),
                pending=counts["pending"],
                paid=counts["paid"],
                at=each.created_at,
            )
        )
    return found


def standing(page: Page, ticket: Ticket, paid: int) -> tuple[str, str]:
    """Its state's title and tone. What was rewarded is closed to whom it paid nothing: only others of it were paid."""
    state = page.state(ticket)
    if state.tone == "paid" and not paid:
        return say("rider.state.unpaid", page.locale), "ended"
    return getattr(state.title, page.locale), state.tone


def matter(category: Category | None, tongue: str) -> str:
    """What it is, or that the street has yet to say so."""
    return category.name(tongue) if category is not None else say("rider.matter.none", tongue)
