"""Where a list goes on: the place of its last row, signed, so that only what we gave out is taken back."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import Any

from web.context import keys
from workflow.errors import Invalid

SIGNATURE_BYTES = 16


def cursor(listing: str, *place: Any) -> str:
    """An opaque cursor for the list `listing` after the row at `place`."""
    data = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sign(listing, data) + data).decode().rstrip("=")


def place(listing: str, text: str, *types: type | tuple[type, ...]) -> list[Any]:
    """The place in a cursor of the same list. Raises Invalid naming `cursor`."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        signature, data = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if hmac.compare_digest(signature, _sign(listing, data)):
            values = json.loads(data)
            if len(values) == len(types) and all(map(isinstance, values, types)):
                return list(values)
    except (binascii.Error, ValueError):
        pass
    raise Invalid.field("cursor", "input.cursor")


def _sign(listing: str, data: bytes) -> bytes:
    return keys().sign(listing.encode() + b"\0" + data)
