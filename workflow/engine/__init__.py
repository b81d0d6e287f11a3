"""The engine: declared, validated, versioned lifecycles, and the one function that moves anything through them.

It knows nothing of reports: what a definition may name is in a `Vocabulary` that the lifecycle's own code fills.
"""

from workflow.engine.definition import Lifecycle, parse
from workflow.engine.firing import fire, lock
from workflow.engine.move import Move
from workflow.engine.permission import Need, Permitted, permitted
from workflow.engine.source import DefinitionError
from workflow.engine.vocabulary import Vocabulary

__all__ = [
    "DefinitionError", "Lifecycle", "Move", "Need", "Permitted", "Vocabulary", "fire", "lock", "parse", "permitted",
]  # fmt: skip
