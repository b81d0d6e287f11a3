"""Whether the process lives, and whether what it needs is there."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from models.database import database
from queues.health import redis_state, schema_ailment, warnings
from queues.look import Look
from web.action import public
from web.api.answers import answer
from web.api.operation import operation
from web.api.schemas.incoming import Probe, ReadyQuery
from web.api.schemas.outgoing import Health, Ready
from web.context import locale, settings
from workflow.city.lacks import Lack, lacks
from workflow.say import say

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
@operation("healthz", query=Probe, answers={200: Health})
def live(query: Probe) -> Response:
    return answer({"status": "ok"})


@blueprint.get("/readyz")
@public
@operation("readyz", query=ReadyQuery, answers={200: Ready, 503: Ready})
def ready(query: ReadyQuery) -> Response:
    tongue = locale()
    try:
        ailment, lacking = _database()
    except (SQLAlchemyError, TimeoutError):
        ailment, lacking = "health.database_away", []
    state = {"database": say(ailment, tongue) if ailment else "ok"} | redis_state(settings(), tongue)
    wanted = state.values() if query.all else [state["database"]]
    told = [*(lack.sentence(tongue) for lack in lacking), *warnings(settings(), tongue)]
    return answer({**state, "warnings": told}, 200 if all(each == "ok" for each in wanted) else 503)


def _read() -> tuple[str | None, list[Lack]]:
    """What ails the database, and what the city in it lacks."""
    with database.reading() as session:
        ailment = schema_ailment(session)
        return ailment, [] if ailment else lacks(session)


_database = Look(_read)
