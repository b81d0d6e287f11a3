"""Pictures that come with a form: kept first, so that a form that is not taken has not lost them."""

from __future__ import annotations

from sqlalchemy import select

from models import Photo, User
from web import pictures
from web.api.serializers.common import photo as told
from web.bodies import PageForm
from web.context import reading, storage, writing
from web.pages.ticket.actions import KEPT
from workflow.pictures import keep, stored


def keep_pictures(form: PageForm) -> list[str]:
    """The ids of all pictures of a form: those that an earlier try kept, and those that came now, kept as uploads of
    their sender. Raises Invalid for a file that is no picture; nothing of this form is kept then."""
    earlier = form.many(KEPT)
    if not form.pictures:
        return earlier
    rendered = pictures.render(form.pictures)
    with stored(storage(), rendered) as keys, writing() as (session, person):
        rows = keep(session, person, rendered, keys)
        return [*earlier, *(row.public_id for row in rows)]


def kept_pictures(person: User, ids: list[str]) -> list[dict[str, str]]:
    """What a form shows of the person's own uploads that it still holds."""
    mine = select(Photo).where(Photo.public_id.in_(ids), Photo.uploader_id == person.id, Photo.ticket_id.is_(None))
    found = {row.public_id: told(row) for row in reading().scalars(mine)} if ids else {}
    return [found[each] for each in ids if each in found]
