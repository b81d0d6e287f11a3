"""A mutant is what everybody calls who held the function before, and is gone when it is taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config import ROOT
from queues.dead_letters import waiting
from queues.jobs import find
from queues.relay import Handout, lease_seconds
from stage.mutation.trial import put
from workflow.report.relations import reporter

RELAY, LETTERS, RELATIONS = "queues/relay.py", "queues/dead_letters.py", "workflow/report/relations.py"
CHANNELS = "queues/jobs/channels.py"


def sends() -> object:
    """What the errand of a mail gives that nobody's server is to send: nothing."""
    errand = find("mail").errand
    assert errand is not None
    return errand(1, "1")  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("file", "function", "was", "now", "found"),
    [
        (RELAY, "lease_seconds", "min(5.0", "min(7.0", lambda: lease_seconds(0) == 7),
        (RELAY, "Handout.id", "{self.row}-", "{self.row}+", lambda: Handout(1, 2).id == "1+2"),
        (LETTERS, "waiting", "limit: int = 100", "limit: int = 7", lambda: waiting.__defaults__ == (7,)),
        (CHANNELS, "_sending", "            return\n", "            return 7\n", lambda: sends() == 7),
        (RELATIONS, "reporter", "ticket.reporter_id == user.id", "None", lambda: not reporter("", "")),
    ],
    ids=["a function", "a property", "a default", "what a function made", "what is decorated"],
)
def test_it_is_called_and_taken_back(
    file: str, function: str, was: str, now: str, found: Callable[[], bool]
) -> None:
    code = (ROOT / file).read_text(encoding="utf-8")
    put(file, function, code.replace(was, now))
    try:
        assert found()
    finally:
        put(file, function, code)
    assert lease_seconds(0) == 5
    assert Handout(1, 2).id == "1-2"
    assert waiting.__defaults__ == (100,)
    assert sends() is None
    with pytest.raises(AttributeError):
        reporter("", "")  # type: ignore[arg-type]
