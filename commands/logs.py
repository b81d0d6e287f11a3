"""Commands answer with sentences; what the code logs beside is for standard error, and only when it matters."""

from __future__ import annotations

import io
import logging
import sys

import structlog


def quiet() -> None:
    """Let only warnings through, and write whatever the terminal's encoding can."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
