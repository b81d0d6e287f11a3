"""The table of kinds: who can hear of one, whether it stays in the inbox, and whether it goes outside by default."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass

from config import ROOT

# The names of the files alone: how a channel sends is the queues' business, which workflow never imports.
_FOLDER = ROOT / "queues" / "channels"
CHANNELS = ("inbox", *sorted({each.name for each in pkgutil.iter_modules([str(_FOLDER)])} - {"inbox"}))
"""By which notifications reach people: one file a channel in queues/channels/."""

TOLD = ("rider", "clerk", "officer", "head", "supervisor", "admin")


@dataclass(frozen=True)
class Kind:
    """A kind of notification. `kept`: what one must act upon stands in the inbox, where nobody can say that it did not
    come; `outside`: whether it also goes by the other channels unless a person says otherwise."""

    name: str
    roles: tuple[str, ...]
    kept: bool
    outside: bool


TABLE = {
    kind.name: kind
    for kind in (
        Kind("progress", TOLD, kept=False, outside=True),
        Kind("points", ("rider",), kept=False, outside=True),
        # Whoever asked to be anonymous hears of every look behind it, and everybody of who could become them.
        Kind("privacy", TOLD, kept=True, outside=True),
        # A clerk gets up to 300 a day: as mail they would only hide what matters.
        Kind("work", ("clerk", "officer", "head", "supervisor"), kept=True, outside=False),
        Kind("requests", ("clerk", "supervisor"), kept=True, outside=True),
        Kind("deadlines", ("clerk", "officer", "head", "supervisor"), kept=True, outside=True),
        Kind("system", ("admin",), kept=True, outside=True),
    )
}
KINDS = tuple(TABLE)

BY_KEY = {
    "told.look": "privacy",
    "told.reward": "points",
    "told.joined.reward": "points",
    "told.lead.urge": "deadlines",
    "told.supervisors.look": "privacy",
    "told.supervisors.reset": "privacy",
    "told.supervisors.review": "deadlines",
}
BY_BEGINNING = {
    "told.clerks": "work",
    "told.lead": "work",
    "told.assisting": "work",
    "told.left": "work",
    "told.deciders": "requests",
    "told.supervisors": "requests",
    "told.deadline": "deadlines",
    "told.account": "privacy",
    "told.admin": "system",
}


def kind_of(key: str) -> str:
    """The kind of a notification, by its sentence's key; what is not named tells of progress."""
    return BY_KEY.get(key) or BY_BEGINNING.get(".".join(key.split(".")[:2]), "progress")


def allowed(kind: str, channel: str, wanted: bool | None) -> bool:
    """Whether a kind goes by a channel for a person who asked for it (None: said nothing)."""
    row = TABLE[kind]
    if channel == "inbox":
        return row.kept or wanted is not False
    return row.outside if wanted is None else wanted
