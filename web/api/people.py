"""Who I am."""

from __future__ import annotations

from flask import Response

from web.action import action
from web.api.answers import answer
from web.api.blueprint import api
from web.api.operation import operation
from web.api.schemas.outgoing import MeOut
from web.context import actor


@api.get("/me")
@action("me.read")
@operation("me_show", answers={200: MeOut})
def show_me() -> Response:
    me = actor()
    roles = [{"role": each.role, "unit": each.unit.code} for each in me.memberships]
    return answer({"username": me.username, "name": me.name, "locale": me.locale, "roles": roles})
