"""Opening a report: from what was sent to a submitted ticket, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.categories import Category
from models.clock import now
from models.people import User
from models.tickets import Photo, Ticket
from workflow import directory, points
from workflow.alone import add
from workflow.city_settings import city
from workflow.engine import fire
from workflow.engine.machines import current
from workflow.errors import Forbidden, Invalid
from workflow.numbers import series
from workflow.places import to_wgs84
from workflow.report.photos import usable

MOST_PHOTOS = 9
FUTURE = timedelta(minutes=10)  # a phone's clock may be a little ahead


@dataclass(frozen=True)
class NewReport:
    """What a person sends. Degrees in `datum`; metres; moments in UTC; photos are ids of the sender's uploads.

    Without a place of its own (`latitude` and `longitude` None) the first photo's EXIF place counts, which is WGS-84;
    without `taken_at`, the earliest photo's.
    """

    category: str | None = None
    description: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    datum: str = "wgs84"
    accuracy_m: float | None = None
    address: str | None = None
    taken_at: datetime | None = None
    anonymous: bool = False
    photos: Sequence[str] = field(default_factory=tuple)


def open_report(session: Session, sender: User, new: NewReport, *, reporter: User | None = None) -> Ticket:
    """Open a report of `sender`, or of `reporter` on whose behalf `sender`, a clerk, enters it.

    Raises Invalid with every field that is missing or wrong. The caller commits.
    """
    if reporter is not None and not sender.has_role("clerk"):
        raise Forbidden()
    errors: dict[str, tuple[str, dict[str, object]]] = {}
    category = _category(session, new, errors)
    photos: list[Photo] = []
    if len(new.photos) > MOST_PHOTOS:
        errors["photos"] = ("photo.too_many", {"maximum": MOST_PHOTOS})
    else:
        try:
            photos = usable(session, new.photos, sender)
        except Invalid as error:
            errors |= error.errors
    if category is not None and category.photo_required and not new.photos:
        errors["photos"] = ("photo.required", {"category": {"zh": category.name("zh"), "en": category.name("en")}})
    place = _place(new, photos, errors)
    moment = now()
    plausible = (each.taken_at for each in photos if each.taken_at and each.taken_at <= moment + FUTURE)
    taken_at = new.taken_at or min(plausible, default=None)
    if new.taken_at is not None and new.taken_at > moment + FUTURE:
        errors["taken_at"] = ("report.future", {})
    if errors:
        raise Invalid(errors)
    ticket = _row(session, sender, new, reporter or sender, category, place, taken_at, moment)
    if photos:
        session.flush()  # the ticket itself, where it waits: its photos are no part of it to the unit of work
    for photo in photos:
        photo.ticket_id, photo.kind = ticket.id, "before"
    set_committed_value(ticket, "photos", photos)
    points.nothing_yet(session, ticket)
    fire(ticket, "open", actor=sender)
    return ticket


def _category(session: Session, new: NewReport, errors: dict[str, tuple[str, dict[str, object]]]) -> Category | None:
    if not new.category:
        if not new.description:
            errors["category"] = errors["description"] = ("report.category_or_description", {})
        return None
    category = directory.category(session, new.category)
    if category is None or not category.active:
        errors["category"] = ("report.unknown_category", {"code": new.category[:20]})
        return None
    return category


def _place(
    new: NewReport, photos: list[Photo], errors: dict[str, tuple[str, dict[str, object]]]
) -> tuple[float, float, str]:
    if new.latitude is not None and new.longitude is not None:
        latitude, longitude = to_wgs84(new.latitude, new.longitude, new.datum)
        return round(latitude, 7), round(longitude, 7), new.datum
    for photo in photos:
        if photo.latitude is not None and photo.longitude is not None and new.latitude is new.longitude:
            return photo.latitude, photo.longitude, "wgs84"
    for name in ("latitude", "longitude"):
        if getattr(new, name) is None:
            errors[name] = ("report.place", {})
    return 0.0, 0.0, new.datum


def _row(
    session: Session,
    sender: User,
    new: NewReport,
    reporter: User,
    category: Category | None,
    place: tuple[float, float, str],
    taken_at: datetime | None,
    moment: datetime,
) -> Ticket:
    latitude, longitude, datum = place
    ticket = Ticket(
        definition_id=current(session, Ticket.kind).id,
        series=series(session, moment),
        public_id=secrets.token_urlsafe(12),
        reporter_id=reporter.id,
        entered_by_id=None if reporter is sender else sender.id,
        anonymous=new.anonymous,
        description=new.description or None,
        latitude=latitude,
        longitude=longitude,
        datum=datum,
        accuracy_m=new.accuracy_m,
        address=new.address or None,
        taken_at=taken_at,
        created_at=moment,
        updated_at=moment,
        category=category,
        unit=directory.unit(session, city(session).code),
        # None of these is there yet: so nobody has to ask for them.
        assignments=[],
        requests=[],
        joins=[],
    )
    if category is not None and category.urgent:
        ticket.priority = "urgent"
    add(session, ticket)
    return ticket
