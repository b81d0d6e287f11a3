"""The bodies and query strings that calls take."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from web.api.schemas.base import Flag, Input, Moment, MomentOrDay, Number, PublicId, RowId, Text, Whole, wrong
from workflow.errors import Invalid

Datum = Literal["wgs84", "gcj02", "bd09"]
Latitude = Annotated[float, Number(-90, 90)]
Longitude = Annotated[float, Number(-180, 180)]
Metres = Annotated[float, Number(0, 100_000)]
Limit = Annotated[int, Whole(1, 100)]
Code = Annotated[str, Text(48)]
Username = Annotated[str, Text(64)]
Password = Annotated[str, Text(1024, strip=False)]
Name = Annotated[str, Text(64)]
Phone = Annotated[str, Text(40)]
Description = Annotated[str, Text(2000)]
Address = Annotated[str, Text(200)]
Words = Annotated[str, Text(100)]
Cursor = Annotated[str, Text(400)]
PhotoIds = Annotated[list[PublicId], Field(max_length=9)]


class TokenIn(Input):
    """A name and a password."""

    username: Username
    password: Password


def _object(value: Any) -> Any:
    # In a form, an object comes as its JSON text.
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise wrong("input.object") from None
    return value


class OnBehalfOf(Input):
    """The person for whom a clerk enters a report."""

    phone: Phone
    name: Name | None = None


class ReportIn(Input):
    """A report. One of category and description is needed, a photo where the category asks for one, and a place: the
    first photo's own counts where none is given."""

    category: Code | None = None
    description: Description | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    datum: Datum = "wgs84"
    accuracy_m: Metres | None = None
    address: Address | None = None
    taken_at: Moment | None = None
    anonymous: Flag = False
    photos: PhotoIds = []
    on_behalf_of: Annotated[OnBehalfOf, BeforeValidator(_object)] | None = None


class JoinIn(Input):
    """Pictures of the same matter."""

    photos: PhotoIds = []


class UploadIn(Input):
    """Nothing but pictures."""


class PhotoIn(Input):
    """What the pictures show; without it, `after` from a department and `before` from anyone else."""

    kind: Literal["before", "after"] | None = None


class ReadIn(Input):
    """Which notifications were read: `ids`, or all."""

    ids: Annotated[list[RowId], Field(min_length=1, max_length=1000)] | None = None
    all: Flag | None = None

    def hold(self) -> None:
        if (self.ids is None) == (self.all is not True):
            raise Invalid({"ids": ("input.ids_or_all", {}), "all": ("input.ids_or_all", {})})


class Page(Input):
    """How much of a list, and from where on."""

    limit: Limit = 50
    cursor: Cursor | None = None


class EventsQuery(Page):
    """As a page; a ticket's history rarely needs a second one."""

    limit: Limit = 100


class TicketsQuery(Page):
    """Which tickets, in which order."""

    state: Code | None = None
    unit: Code | None = None
    department: Code | None = None
    category: Code | None = None
    overdue: Flag | None = None
    mine: Flag | None = None
    q: Words | None = None
    near: Words | None = None
    since: MomentOrDay | None = None
    until: MomentOrDay | None = None
    sort: Literal["due", "-created"] = "-created"


class NearbyQuery(Input):
    """Where somebody stands, and what they are about to report."""

    lat: Latitude
    lng: Longitude
    group: Code
    datum: Datum = "wgs84"


class PictureQuery(Input):
    """How large a picture."""

    size: Literal["thumb"] | None = None


class Probe(Input):
    """A probe may say whatever it likes."""

    model_config = ConfigDict(extra="ignore")


class ReadyQuery(Probe):
    """Whether everything must be ready, or the database alone."""

    all: Flag = False
