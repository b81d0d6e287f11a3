"""What a rider may choose from: a few large groups, and within each its matters, the usual ones first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from workflow import directory


@dataclass(frozen=True)
class Matter:
    """A category as a rider chooses it: what it pays, and whether it needs a photo."""

    code: str
    name: str
    points: int
    photo: bool


@dataclass(frozen=True)
class Group:
    """A large group with its matters."""

    code: str
    name: str
    icon: str
    usual: list[Matter]
    others: list[Matter]

    def has(self, code: str | None) -> bool:
        """Whether the matter of this code is one of the group."""
        return any(each.code == code for each in (*self.usual, *self.others))


def groups(session: Session, locale: str) -> list[Group]:
    """All groups that have a matter, in the city's order."""
    found: dict[str, Group] = {}
    rows = [row for row in directory.categories(session).values() if row.active]
    for row in sorted(rows, key=lambda row: (row.group.position, row.position, row.id)):
        its = row.group
        group = found.setdefault(its.code, Group(its.code, its.name(locale), its.icon, [], []))
        matter = Matter(row.code, row.name(locale), row.points, row.photo_required)
        (group.usual if row.usual else group.others).append(matter)
    return list(found.values())
