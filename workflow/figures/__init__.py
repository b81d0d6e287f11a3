"""Figures of how the city deals with what riders report: a supervisor's dashboard.

    shown = dashboard(session, actor, Period.latest(session, 30), TicketFilter(unit="loufeng"))
    shown.now["overdue"].value        # a number
    shown.now["overdue"].wanted       # the filter whose list holds exactly those tickets

Every figure counts `access.visible_tickets(session, actor)` and nothing else.
"""

from workflow.figures.dashboard import Dashboard, dashboard, standing
from workflow.figures.favours import Favour, favours
from workflow.figures.figure import Figure, Period, Scope, share
from workflow.figures.series import Day
from workflow.figures.tables import Row
from workflow.figures.waiting import Waiting, bouncing, decisions, late

__all__ = [
    "Dashboard", "Day", "Favour", "Figure", "Period", "Row", "Scope", "Waiting", "bouncing", "dashboard", "decisions",
    "favours", "late", "share", "standing",
]  # fmt: skip
