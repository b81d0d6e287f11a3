"""What Prometheus reads. Counted in every process and added up by whichever is asked (PROMETHEUS_MULTIPROC_DIR)."""

from __future__ import annotations

import hmac
import ipaddress
import os

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from queues.gauges import House
from web.action import public
from web.api.operation import METRICS, operation
from web.api.schemas.incoming import Probe
from web.context import settings
from workflow.errors import Unauthenticated

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FORWARDED = ("X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Host", "Via")

_registry = CollectorRegistry()
_requests = Counter(
    "whistle_http_requests", "Requests answered", ("method", "route", "status"), registry=_registry
)
_seconds = Histogram(
    "whistle_http_request_seconds",
    "How long an answer took",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_registry,
)
blueprint = Blueprint("metrics", __name__)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer. Routes are patterns, so that the number of series stays small."""
    _requests.labels(method if method in METHODS else "other", route or "none", str(status)).inc()
    _seconds.labels(route or "none").observe(seconds)


@blueprint.get("/metrics")
@public
@operation("metrics", query=Probe, answers={200: METRICS}, problems=(401,))
def show(query: Probe) -> Response:
    """Prometheus text, for this machine itself or whoever holds METRICS_TOKEN."""
    if not (_from_this_machine() or _has_token()):
        raise Unauthenticated
    registry = _registry
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    text = generate_latest(registry)
    # Asked of the house itself: every process would say the same.
    house = CollectorRegistry()
    house.register(House(settings()))
    return Response(text + generate_latest(house), content_type=CONTENT_TYPE_LATEST)


def _from_this_machine() -> bool:
    """By the connection itself: what a header says of the address is never believed, and a request that some proxy
    on this machine passed on is not this machine's."""
    if settings().proxy_hops or any(name in request.headers for name in FORWARDED):
        return False
    original = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    try:
        address = ipaddress.ip_address(original.get("REMOTE_ADDR") or "")
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _has_token() -> bool:
    wanted = settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return wanted is not None and hmac.compare_digest(given.encode(), wanted.encode())
