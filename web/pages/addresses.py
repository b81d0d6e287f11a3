"""Addresses that a form or a link names to go on to."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from flask import Response, redirect


def own_address(wanted: str | None) -> str | None:
    """An address of ours, as a path, or None: never somebody else's site, whichever way a browser would read it."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return None
    if "\\" in wanted or not wanted.isprintable():
        return None
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else wanted


def go(where: str) -> Response:
    """Let the browser get another page, after a form too."""
    return cast(Response, redirect(where, 303))
