"""One JSON line a request, with its id; no names, numbers, tokens or query strings."""

from __future__ import annotations

import contextlib
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, has_request_context, request

from web import metrics

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_line = structlog.processors.JSONRenderer(ensure_ascii=False)
_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)


def log(event: str, **facts: Any) -> None:
    """Write one line to standard output; when nobody reads it any more, the house goes on without a log."""
    if has_request_context():
        facts = {"request_id": g.get("request_id"), **facts}
    line = str(_line(None, event, dict(_stamp(None, event, {"event": event, **facts}))))
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def register(app: Flask, *, behind_proxy: bool) -> None:
    """Give every request an id, and a line and a measurement when it is answered.

    A proxy's own `X-Request-ID` is kept where there is a proxy that we trust.
    """

    def begin() -> None:
        given = request.headers.get("X-Request-ID", "") if behind_proxy else ""
        g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        route = request.url_rule.rule if request.url_rule is not None else ""
        response.headers["X-Request-ID"] = g.get("request_id", "")
        metrics.observe(request.method, route, response.status_code, seconds)
        log(
            "request",
            method=request.method,
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            bytes=response.content_length,
        )
        return response

    app.before_request(begin)
    app.after_request(end)
