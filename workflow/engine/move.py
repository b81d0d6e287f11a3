"""One firing of a transition, as guards, checks and effects see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from models.people import Membership
from workflow.actors import Actor
from workflow.engine.definition import Lifecycle, Transition

if TYPE_CHECKING:
    from workflow.engine.vocabulary import Vocabulary


@dataclass
class Move:
    """Who does what to which subject. `given` is what came in, `details` the same once read and found right.

    `facts` go into the event beside the details: what the system found out or decided, never what people wrote.
    """

    session: Session
    subject: Any
    vocabulary: Vocabulary
    lifecycle: Lifecycle
    name: str
    actor: Actor
    role: str
    membership: Membership | None
    at: datetime
    given: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.from_state: str = self.subject.state
        self.to_state: str = self.transition.targets[self.from_state]

    @property
    def transition(self) -> Transition:
        """The definition of what is being done."""
        return self.lifecycle.transitions[self.name]
