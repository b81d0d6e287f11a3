"""The application: what stands between the network and the views, put together."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from flask import Flask, Response, request, send_from_directory
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from config import Settings
from models.database import database
from models.storage import open_storage
from web import action, api, bodies, disclosure, headers, health, login, logs, metrics, openapi, pages, problems
from web.context import stop_reading
from web.keys import Keys
from workflow.errors import Problem
from workflow.pretended import hold_real

PROBES = ("health.live", "health.ready", "metrics.show")
STATIC = Path(__file__).resolve().parent / "static"
STATIC_SECONDS = 3600


def create_app(settings: Settings) -> Flask:
    """The WSGI application of `settings`; the database is connected by whoever runs it.

    Raises UndeclaredRoute where a route does not say what it does.
    """
    app = Flask(__name__, static_folder=None)
    app.request_class = bodies.Request
    keys = Keys(settings)
    app.config.update(
        SECRET_KEY=keys.flask,
        MAX_CONTENT_LENGTH=bodies.BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=bodies.FORM_FIELD_BYTES,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    app.url_map.merge_slashes = False
    app.extensions.update(
        whistle_settings=settings, whistle_keys=keys, whistle_storage=open_storage(settings.storage_url)
    )
    logs.register(app, behind_proxy=settings.proxy_hops > 0)
    headers.register(app, settings)
    problems.register(app)
    login.register(app)
    app.before_request(_hold_host(settings))
    if settings.production:
        app.before_request(_hold_real(settings))
    app.before_request(action.guard)
    app.teardown_appcontext(_release)
    api.register(app)
    for blueprint in (health.blueprint, metrics.blueprint, openapi.blueprint):
        app.register_blueprint(blueprint)
    pages.register(app)
    app.add_url_rule("/static/<path:filename>", "static", _static, methods=["GET"])
    app.add_url_rule("/.well-known/security.txt", "security_txt", disclosure.show, methods=["GET"])
    action.hold_declared(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    return app


def _hold_host(settings: Settings) -> Any:
    def hold() -> None:
        # A probe asks by whatever address it has.
        if request.endpoint in PROBES or not settings.trusted_hosts:
            return
        if not host_is_trusted(request.headers.get("Host"), list(settings.trusted_hosts)):
            raise Problem("problem.host")

    return hold


def _hold_real(settings: Settings) -> Any:
    """For a database that was away when the web came up (`wsgi.py`): asked until it has answered once."""
    found = Event()

    def hold() -> None:
        if request.endpoint in PROBES or found.is_set():
            return
        with suppress(SQLAlchemyError), database.reading() as session:
            hold_real(session, settings)
            found.set()

    return hold


@action.public
def _static(filename: str) -> Response:
    return send_from_directory(STATIC, filename, max_age=STATIC_SECONDS)


def _release(_error: BaseException | None) -> None:
    stop_reading()
