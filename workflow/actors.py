"""Who acts: a person, or the system where a rule or a clock says so. Passed along, never looked up."""

from __future__ import annotations

from dataclasses import dataclass

from models.people import Membership, User


@dataclass(frozen=True)
class System:
    """The system itself. It has no memberships: only what a definition grants to `system`."""

    id: None = None
    memberships: tuple[Membership, ...] = ()
    locale: str = "zh"


SYSTEM = System()
Actor = User | System
