"""How answers are written: JSON in UTF-8, moments in RFC 3339, versions as ETags."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from web.context import locale

ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')


def answer(body: Any, status: int = 200, *, etag: int | None = None, location: str | None = None) -> Response:
    """A JSON answer in the reader's language, which only its reader may keep."""
    return written(json.dumps(body, ensure_ascii=False, separators=(",", ":")), status, etag=etag, location=location)


def written(body: str, status: int, *, etag: int | None = None, location: str | None = None) -> Response:
    """An answer whose JSON is written already."""
    response = Response(body.encode(), status=status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Language"] = locale()
    if etag is not None:
        response.headers["ETag"] = f'"{etag}"'
    if location is not None:
        response.headers["Location"] = location
    return response


def nothing() -> Response:
    """204: done, and nothing to say."""
    return Response(status=204)


def listed(items: list[Any], next_cursor: str | None = None, **more: Any) -> Response:
    """A page of a list."""
    return answer({"items": items, "next_cursor": next_cursor, **more})


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, with a Z."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def moment_or_none(at: datetime | None) -> str | None:
    """As `moment`; null where there is none."""
    return None if at is None else moment(at)


def versions_expected() -> list[int] | None:
    """What `If-Match` allows: None for any version; weak tags count, since a version is one whatever the language."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    return [int(found) for found in ETAG.findall(header)]


def seen_already(version: int) -> bool:
    """Whether `If-None-Match` names this version."""
    header = request.headers.get("If-None-Match", "")
    return header.strip() == "*" or str(version) in ETAG.findall(header)


def unchanged(version: int) -> Response:
    """304: the caller has this version already."""
    response = Response(status=304)
    response.headers["ETag"] = f'"{version}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response
