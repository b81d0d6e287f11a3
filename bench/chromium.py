"""The browser that this machine has, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}


def find() -> str | None:
    """Where the browser is: CHROMIUM names it, else one of the usual names on PATH; None where there is none."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for found in map(shutil.which, NAMES) if found), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser without a window. Raises FileNotFoundError where there is none."""
    path = find()
    if path is None:
        raise FileNotFoundError("no Chromium: apt install chromium fonts-noto-cjk, or set CHROMIUM")
    # Its sandbox needs a user of its own, which root is not.
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=[*alone, *QUIET])
        yield launched
        launched.close()
