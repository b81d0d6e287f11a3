"""The definitions that tickets run on: unaltered, and as the paths that a history may take."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection, select

from models import Definition
from workflow.audit.findings import Findings, Tally, found
from workflow.engine import DefinitionError, Lifecycle, parse

Paths = dict[tuple[str, str], str]
"""`(action, from state) -> to state`."""


@dataclass
class Definitions:
    """What the stored definitions allow, by their id; `paying` are the actions that post points."""

    paths: dict[int, Paths] = field(default_factory=dict)
    paying: set[str] = field(default_factory=set)

    def read(self, connection: Connection, tally: Tally) -> Findings:
        """Read all of them; a finding for each that is not the text it was stored with."""
        query = select(Definition.id, Definition.kind, Definition.version, Definition.text, Definition.sha256)
        for row in connection.execute(query.order_by(Definition.id)):
            tally.add("definitions", 1)
            if hashlib.sha256(row.text.encode()).hexdigest() != row.sha256:
                yield found("definition_altered", kind=row.kind, version=row.version)
            try:
                lifecycle = _parsed(row.text)
            except DefinitionError:
                yield found("definition_broken", kind=row.kind, version=row.version)
                continue
            self.paths[row.id] = {
                (name, start): end
                for name, transition in lifecycle.transitions.items()
                for start, end in transition.targets.items()
            }
            self.paying |= {name for name, each in lifecycle.transitions.items() if "pay_points" in each.effects}


@lru_cache(maxsize=32)
def _parsed(text: str) -> Lifecycle:
    return parse(text)[0]
