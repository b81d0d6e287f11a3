"""How far the demo has been loaded, for whoever waits at a terminal; elsewhere one line."""

from __future__ import annotations

import contextlib
import time
from types import TracebackType
from typing import Self, TextIO

from workflow.say import LOCALES, say

CELLS = 30
EVERY_SECONDS = 0.1


class Bar:
    """`with Bar(sys.stderr) as bar: bar(0.5)`.

    On a terminal it draws over its own line; nothing it does can fail a load.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn_at = 0.0
        self._terminal = stream.isatty()

    def __enter__(self) -> Self:
        self._write(" / ".join(say("demo.loading", locale) for locale in LOCALES) + "\n")
        return self

    def __call__(self, share: float) -> None:
        """Show that `share` of it is done, 0 to 1."""
        now = time.monotonic()
        if self._terminal and now - self._drawn_at >= EVERY_SECONDS:
            self._drawn_at = now
            self._draw(share)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._terminal:
            if kind is None:
                self._draw(1.0)
            self._write("\n")

    def _draw(self, share: float) -> None:
        full = round(share * CELLS)
        self._write(f"\r[{'█' * full}{'░' * (CELLS - full)}] {share * 100:3.0f} %")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, UnicodeError):
            self._stream.write(text)
            self._stream.flush()
