"""Numbers as links to the lists behind them. A dashboard has hundreds, too many for a macro each."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from web.ticket_query import desk
from workflow.figures import Figure

NOTHING = Markup('<span class="quiet">0</span>')

desk_of = lru_cache(maxsize=8192)(desk)
"""The address of a figure's list, made once: the same hundreds are asked for all day."""


def number(figure: Figure, sort: str | None = None) -> Markup:
    """How many tickets, as a link to their list; nothing is no link."""
    if not figure.value:
        return NOTHING
    address = escape(desk_of(figure.wanted, sort=sort))
    return Markup(f'<a class="opens" href="{address}">{figure.value:,}</a>')  # noqa: S704  the address is escaped


def made_of(words: str, figure: Figure) -> Markup:
    """What is no number of tickets, as a link to the list of those that it was made of."""
    if not figure.value:
        return Markup('<span class="quiet">{}</span>').format(words)
    return Markup('<a class="opens opens-whole" href="{}">{}</a>').format(desk_of(figure.wanted), words)
