"""Whether the process lives, and whether what it needs is there."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from models.database import database
from queues.health import redis_state
from web.action import public
from web.api.answers import answer
from web.api.operation import operation
from web.api.schemas.incoming import Probe, ReadyQuery
from web.api.schemas.outgoing import Health, Ready
from web.context import locale, settings
from workflow.city.lacks import lacks
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
    state, warnings = {"database": "ok"}, list[str]()
    try:
        with database.reading() as session:
            session.execute(select(1))
            warnings = [lack.sentence(tongue) for lack in lacks(session)]
    except SQLAlchemyError:
        state["database"] = say("problem.busy", tongue)
    state |= redis_state(settings(), tongue)
    wanted = state.values() if query.all else [state["database"]]
    return answer({**state, "warnings": warnings}, 200 if all(each == "ok" for each in wanted) else 503)
