"""Values that an administrator may set, held against what they may be."""

from __future__ import annotations

from typing import Any

from workflow.errors import Invalid

Errors = dict[str, tuple[str, dict[str, Any]]]


def hold_whole(errors: Errors, field: str, value: Any, low: int, high: int) -> None:
    """Note where `value` is no whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int):
        errors[field] = ("input.whole", {})
    elif value < low:
        errors[field] = ("input.at_least", {"ge": low})
    elif value > high:
        errors[field] = ("input.at_most", {"le": high})


def hold_flag(errors: Errors, field: str, value: Any) -> None:
    """Note where `value` is neither True nor False."""
    if not isinstance(value, bool):
        errors[field] = ("input.flag", {})


def hold_choice(errors: Errors, field: str, value: Any, choices: tuple[str, ...]) -> None:
    """Note where `value` is none of `choices`."""
    if value not in choices:
        errors[field] = ("input.choice", {"expected": ", ".join(choices)})


def hold_name(errors: Errors, field: str, value: Any, longest: int) -> None:
    """Note where `value` is no line of 1 to `longest` characters that can be seen."""
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= longest or not value.isprintable():
        errors[field] = ("name.wrong", {"most": longest})


def refuse(errors: Errors) -> None:
    """Raise Invalid where anything was noted."""
    if errors:
        raise Invalid(errors)
