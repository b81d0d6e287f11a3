"""What only an administrator decides on the command line, and says why: the two words for it go together."""

from __future__ import annotations

import click

from commands.points import LONGEST_REASON
from commands.spoken import told


def reason_of(reason: str | None, admin: str | None, both: str) -> str | None:
    """The reason in one line, None where nothing is to be decided. Raises UsageError; `both` says that one lacks."""
    reason = None if reason is None else " ".join(reason.split())
    if (reason is None) != (admin is None):
        raise click.UsageError(told(both), click.get_current_context())
    if reason is not None and not 0 < len(reason) <= LONGEST_REASON:
        raise click.UsageError(told("points.reason_length", most=LONGEST_REASON), click.get_current_context())
    return reason
