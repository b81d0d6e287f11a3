"""Where the API's calls are gathered."""

from __future__ import annotations

from flask import Blueprint

PREFIX = "/api/v1"
api = Blueprint("api", __name__, url_prefix=PREFIX)
