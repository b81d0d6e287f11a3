"""How one value of the environment is read, whichever setting it is of, and what is said when it cannot be used.

Start-up errors come before any catalogue is loaded, so each sentence says itself in both languages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent


class CannotStart(Exception):
    """Why Whistle does not start, for the person who started it: a sentence in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")


class ConfigError(CannotStart):
    """A setting that cannot be worked with."""


def path(value: str) -> Path:
    """An absolute path; a relative one counts from the project's folder."""
    return Path(os.path.normpath(ROOT / Path(value).expanduser()))


def whole(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = given.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
        raise ConfigError(
            f"{name} 应为 {low} 到 {high} 的整数，而不是“{value}”。",
            f"{name} must be a whole number from {low} to {high}, not '{value}'.",
        )
    return int(value)


def choice(given: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if value not in choices:
        raise ConfigError(
            f"{name} 只能是 {'、'.join(choices)}，而不是“{value}”。",
            f"{name} must be one of {', '.join(choices)}, not '{value}'.",
        )
    return value


def url(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    """The URL as given; its text is never repeated in an error, for it may hold a password."""
    value = given.get(name)
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        right = parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/")) and (parts.port or 1) > 0
    except ValueError:
        right = False
    if not right:
        starts = "、".join(f"{scheme}://" for scheme in schemes)
        raise ConfigError(
            f"{name} 应为以 {starts} 开头的完整地址。",
            f"{name} must be a whole URL that starts with {starts.replace('、', ' or ')}.",
        )
    return value
