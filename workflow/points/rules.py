"""The city's rules about points: what is paid for what (`reward`), and how much at the most (`cap`)."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from workflow import directory


class Paying(NamedTuple):
    """What a rule of the city says, apart from its row."""

    id: int
    body: dict[str, Any]


def rules_of(session: Session, kind: str) -> dict[str, Paying]:
    """The active rules of a kind by their code, in the city's order."""
    return {each.code: Paying(each.id, each.body) for each in directory.rules(session, kind)}
