"""What is no request at all never reaches the application, and is answered as if it had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gunicorn.http.errors import InvalidRequestLine, LimitRequestHeaders, LimitRequestLine

from tests.web.conftest import settings_for
from web.headers import security
from web.server import refusal

SECRET = "GET /welcome/of-somebody HTTP/9"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidRequestLine(SECRET), 400),
        (LimitRequestLine(9000, 4094), 414),
        (LimitRequestHeaders("limit request headers fields size"), 431),
    ],
)
def test_it_has_the_headers_of_security_and_quotes_nothing(tmp_path: Path, error: Exception, status: int) -> None:
    settings = settings_for(f"sqlite:///{tmp_path}/none.db", tmp_path, LOCALE="en")
    head, _, body = refusal(settings, error).decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    assert first.startswith(f"HTTP/1.1 {status} ")
    told = dict(line.split(": ", 1) for line in lines)
    assert security(settings).items() <= told.items()
    assert told["Content-Length"] == str(len(body.encode()))
    assert told["Cache-Control"] == "no-store"
    assert json.loads(body)["status"] == status
    assert "welcome" not in head + body
