"""`python -m queues.probe`: whether this machine's web process lives, for a container's health check (exit 0 or 1)."""

from __future__ import annotations

import http.client
import json
import sys
from urllib.parse import urlsplit

from config import ConfigError, Settings


def ask(settings: Settings, path: str, timeout_seconds: float = 1.0) -> tuple[int, dict[str, object]]:
    """The status and the JSON body of our own `path`, asked on the loopback under a host name that we trust.

    (0, {}) when nobody answers in time; an empty body when it is no JSON object.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=timeout_seconds)
    try:
        connection.request("GET", path, headers={"Host": urlsplit(settings.base_url).netloc, "Connection": "close"})
        answer = connection.getresponse()
        status, body = answer.status, answer.read(65536)
    except (OSError, http.client.HTTPException):
        return 0, {}
    finally:
        connection.close()
    try:
        found = json.loads(body)
    except ValueError:
        found = {}
    return status, found if isinstance(found, dict) else {}


def main() -> int:
    try:
        status, _ = ask(Settings.load(), "/healthz", timeout_seconds=4.0)
    except ConfigError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
