"""Pictures that come with a form: kept first, so that a form that is not taken has not lost them."""

from __future__ import annotations

from sqlalchemy import select

from models import Photo, User
from web import pictures
from web.api.serializers.common import photo as told
from web.bodies import PageForm
from web.context import reading, storage, writing
from web.pages.ticket.actions import KEPT
from workflow.errors import Invalid
from workflow.pictures import keep, stored


class SomeRefused(Invalid):
    """Not all files of a form are pictures; `ids` are those that are, and are kept."""

    def __init__(self, wrong: Invalid, ids: list[str]) -> None:
        super().__init__(wrong.errors)
        self.ids = ids


def keep_pictures(form: PageForm) -> list[str]:
    """The ids of all pictures of a form: those that an earlier try kept, and those that came now, kept as uploads of
    their sender. Raises SomeRefused where a file is no picture."""
    ids = form.many(KEPT)
    if not form.pictures:
        return ids
    rendered, wrong = pictures.render_some(form.pictures)
    if rendered:
        with stored(storage(), rendered) as keys, writing() as (session, person):
            ids = [*ids, *(row.public_id for row in keep(session, person, rendered, keys))]
    if wrong is not None:
        raise SomeRefused(wrong, ids)
    return ids


def kept_pictures(person: User, ids: list[str]) -> list[dict[str, str]]:
    """What a form shows of the person's own uploads that it still holds."""
    mine = select(Photo).where(Photo.public_id.in_(ids), Photo.uploader_id == person.id, Photo.ticket_id.is_(None))
    found = {row.public_id: told(row) for row in reading().scalars(mine)} if ids else {}
    return [found[each] for each in ids if each in found]
