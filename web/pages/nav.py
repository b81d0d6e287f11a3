"""Where a person may go: the entries of the navigation, by what they are."""

from __future__ import annotations

from dataclasses import dataclass

from models import User
from workflow import access


@dataclass(frozen=True)
class Item:
    """An entry: the page's endpoint, its title's key, its icon, and the action that opens it.

    `part` is the beginning of the addresses that belong to it, by which the present one is marked.
    """

    endpoint: str
    title: str
    icon: str
    action: str
    part: str


ITEMS = (
    Item("pages.new_report", "nav.report", "camera", "report.send", "/report"),
    Item("pages.my_reports", "nav.mine", "clipboard-list", "report.mine", "/my"),
    Item("pages.my_points", "nav.points", "coins", "points.read", "/points"),
    Item("pages.desk_tickets", "nav.tickets", "layers", "desk.read", "/desk/tickets"),
    Item("pages.desk_entry", "nav.entry", "phone", "desk.enter", "/desk/entry"),
    Item("pages.dashboard", "nav.dashboard", "layout-dashboard", "dashboard.read", "/supervisor"),
    Item("pages.administration", "nav.administration", "settings", "user.manage", "/admin"),
    Item("pages.inbox", "nav.inbox", "bell", "notification.list", "/inbox"),
)

HOMES = {"supervisor": "pages.dashboard", "admin": "pages.administration"}
"""Where the day of a role begins whose own page is not the first that it may open."""


def items(person: User | None) -> list[Item]:
    """The entries that the person may open, in their order."""
    return [] if person is None else [each for each in ITEMS if access.can(person, each.action)]


def home_of(person: User) -> str:
    """The endpoint of the page that a person begins at: that of their role, or the first that they may open."""
    found = [each.endpoint for each in items(person)]
    own = (home for role, home in HOMES.items() if person.has_role(role) and home in found)
    return next(own, None) or (found[0] if found else "pages.account")
