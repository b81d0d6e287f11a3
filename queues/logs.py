"""One JSON line an event on standard output, shaped as the web's; what runs beside the web has no other voice."""

from __future__ import annotations

import logging

import structlog


def speak() -> None:
    """Configure the logs of this process; called once by what is started as a part of its own."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
