"""The answers of the calls, as the OpenAPI document describes them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Role = Literal["rider", "clerk", "officer", "head", "supervisor", "guard", "admin"]
Item = TypeVar("Item")
Positive = Annotated[int, Field(ge=1)]


class Output(BaseModel):
    """Base of all that goes out: no field beyond those described."""

    model_config = ConfigDict(extra="forbid")


class Listed(Output, Generic[Item]):
    """A page of a list; `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        return f"ListOf{params[0].__name__.removesuffix('Out')}"


class FieldError(Output):
    field: str
    message: str


class ProblemOut(Output):
    """An error (RFC 9457). `detail` is a sentence in the language that was asked for; `errors` only with 422."""

    type: str
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    errors: list[FieldError] | None = None


class TokenOut(Output):
    token: str
    expires_at: datetime


class RoleOut(Output):
    role: Role
    unit: str


class MeOut(Output):
    username: str | None
    name: str
    locale: Literal["zh", "en"]
    roles: list[RoleOut]


class CategoryOut(Output):
    code: str
    scheme: str
    group: str
    name: str
    photo_required: bool
    points: Annotated[int, Field(ge=0)]
    limit: LimitOut


class LimitOut(Output):
    """How long a department has, in minutes of office hours (`working`) or of the clock (`calendar`)."""

    minutes: Positive
    counts: Literal["working", "calendar"]


class UnitOut(Output):
    code: str
    name: str
    kind: Literal["city", "street", "community", "grid", "department"]
    parent: str | None


class Named(Output):
    code: str
    name: str


class PhotoOut(Output):
    id: str
    kind: Literal["before", "after"]
    width: Positive
    height: Positive
    url: str


class PhotosOut(Output):
    items: list[PhotoOut]


class ReporterOut(Output):
    name: str
    phone_tail: str | None


class HandlerOut(Output):
    name: str


class PointsOut(Output):
    pending: int
    paid: int


class OptionOut(Output):
    value: str
    title: str


class NeedOut(Output):
    field: str
    type: Literal["text", "longtext", "date", "number", "boolean", "choice", "choices", "ticket", "photos"]
    required: bool
    title: str
    options: list[OptionOut] | None = None


class PermittedOut(Output):
    name: str
    title: str
    needs: list[NeedOut]


class TicketOut(Output):
    """A ticket, as the caller may see it."""

    number: str
    state: str
    state_title: str
    workflow: str
    category: Named | None
    description: str | None
    latitude: float
    longitude: float
    datum: Literal["wgs84", "gcj02", "bd09"]
    accuracy_m: float | None
    address: str | None
    unit: Named | None
    department: Named | None
    assisting: list[Named]
    priority: Literal["normal", "urgent"]
    reporter: ReporterOut | None
    handler: HandlerOut | None
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    due_why: str | None
    overdue: bool
    photos: list[PhotoOut]
    points: PointsOut
    version: Positive


class DuplicateOut(Output):
    """A ticket that is probably about the same matter: how far away, how many hours earlier."""

    number: str
    metres: Annotated[int, Field(ge=0)]
    hours: float


class SuggestionsOut(Output):
    """What the router found: codes of the likely category and department with the reporter's words that speak for
    the category, likely duplicates, and numbers of other tickets that carry the same picture."""

    category: str | None
    words: list[str]
    group: str | None
    department: str | None
    duplicates: list[DuplicateOut]
    same_picture: list[str]


class TicketShown(TicketOut):
    """A ticket with what the caller may do to it now; `suggestions` for its street alone."""

    permitted: list[PermittedOut]
    suggestions: SuggestionsOut | None


class TicketGone(Output):
    """A ticket that the caller no longer sees after what they did."""

    number: str
    state: str


class ActorOut(Output):
    role: str
    name: str | None


class EventOut(Output):
    at: datetime
    actor: ActorOut
    action: str
    from_: Annotated[str | None, Field(alias="from")]
    to: str
    sentence: str
    details: dict[str, Any]


class NearbyOut(Output):
    """What a rider may know of another's report."""

    id: str
    group: str | None
    state: str
    age_minutes: Annotated[int, Field(ge=0)]
    distance_m: Annotated[int, Field(ge=0)]
    thumb: str | None = None


class NotificationOut(Output):
    id: int
    at: datetime
    sentence: str
    ticket: str | None
    read: bool


class Inbox(Listed[NotificationOut]):
    unread: Annotated[int, Field(ge=0)]


class Cap(Output):
    earned: int
    cap: int | None


class EntryOut(Output):
    at: datetime
    points: int
    reason: str
    ticket: str | None


class PointsSummary(Output):
    items: list[EntryOut]
    balance: int
    pending: int
    today: Cap
    month: Cap


class Health(Output):
    status: Literal["ok"]


class Ready(Output):
    """Each part `ok` or what ails it; `warnings` names what the city lacks to work, and what else ails the house."""

    database: str
    redis: str
    worker: str
    relay: str
    warnings: list[str]
