"""「我也遇到」: what others reported here already, as much of it as anyone may know, and joining them."""

from __future__ import annotations

from datetime import timedelta

from flask import Response
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from models import Ticket
from models.clock import now
from web import pictures
from web.action import action
from web.api.answers import answer, listed
from web.api.blueprint import api
from web.api.operation import PICTURE, operation
from web.api.schemas.incoming import JoinIn, NearbyQuery
from web.api.schemas.outgoing import Listed, NearbyOut
from web.api.serializers.public import nearby as told
from web.context import actor, reading, storage, writing
from workflow.errors import Invalid, NotFound
from workflow.pictures import keep, stored
from workflow.places import to_wgs84
from workflow.report import joining


@api.get("/nearby")
@action("nearby.list")
@operation("nearby_list", query=NearbyQuery, answers={200: Listed[NearbyOut]})
def list_nearby(query: NearbyQuery) -> Response:
    session = reading()
    if not joining.open_group(session, query.group):
        raise Invalid.field("group", "input.unknown_value", value=query.group)
    latitude, longitude = to_wgs84(query.lat, query.lng, query.datum)
    found = joining.nearby(session, latitude, longitude, query.group, except_of=actor())
    return listed([told(each) for each in found])


@api.get("/nearby/<public_id>/thumb")
@action("nearby.list")
@operation("nearby_thumb", answers={200: PICTURE}, problems=(404,))
def show_thumb(public_id: str) -> Response:
    since = now() - timedelta(hours=joining.NEARBY_HOURS)
    ticket = reading().scalar(
        select(Ticket).where(
            Ticket.public_id == public_id, Ticket.state.in_(joining.OPEN), Ticket.created_at >= since
        )
    )
    thumb = joining.public_view(ticket, now(), 0).thumb if ticket is not None else None
    if thumb is None:
        raise NotFound
    return pictures.show(thumb, thumb=True)


@api.post("/nearby/<public_id>/join")
@action("nearby.join")
@operation(
    "nearby_join",
    json=JoinIn,
    form=JoinIn,
    files="photos",
    body_optional=True,
    answers={200: NearbyOut},
    problems=(404, 409, 429),
)
def join_nearby(public_id: str, body: JoinIn, files: list[FileStorage]) -> Response:
    rendered = pictures.render(files)
    with stored(storage(), rendered) as keys, writing() as (session, person):
        rows = keep(session, person, rendered, keys)
        found = joining.join(session, person, public_id, [*body.photos, *(row.public_id for row in rows)])
        shown = told(found)
    return answer(shown)
