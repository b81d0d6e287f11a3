"""One report of the demo's past, from who meets what to how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from models import User
from workflow.demo.matters import Matter
from workflow.demo.roads import Spot


@dataclass
class Story:
    """A report and what is to become of it.

    `fate`: solved, rejected, withdrawn, entered (by a clerk, for a rider who telephoned), merged or joined (into
    `leader`). `held`: the state in which it waits for whoever visits the demo.
    """

    number: int
    moment: datetime
    rider: User
    matter: Matter
    spot: Spot
    fate: str = "solved"
    leader: Story | None = None
    held: str = ""
    wants: str = ""
    anonymous: bool = False
    chance: Random = field(default_factory=Random)

    ticket_id: int = 0
    reached: str = ""
    sent_back: int = 0
    reworked: bool = False
    appealed: bool = False
    scene: str = ""
