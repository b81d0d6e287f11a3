"""The application: what stands between the network and the views, put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from flask import Flask, Response, redirect, request, send_from_directory, url_for
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from config import Settings
from models.storage import open_storage
from web import action, api, bodies, headers, health, login, logs, metrics, openapi, problems
from web.context import stop_reading
from web.keys import Keys
from workflow.errors import Problem

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
    app.before_request(action.guard)
    app.teardown_appcontext(_release)
    api.register(app)
    for blueprint in (health.blueprint, metrics.blueprint, openapi.blueprint):
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", _home, methods=["GET"])
    app.add_url_rule("/static/<path:filename>", "static", _static, methods=["GET"])
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


@action.public
def _home() -> Response:
    """Where a browser that is given the bare address finds what there is."""
    return cast(Response, redirect(url_for("openapi.show_page")))


@action.public
def _static(filename: str) -> Response:
    return send_from_directory(STATIC, filename, max_age=STATIC_SECONDS)


def _release(_error: BaseException | None) -> None:
    stop_reading()
