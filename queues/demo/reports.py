"""How the demo's riders report: a place, mostly a photo and a few words, often without a category."""

from __future__ import annotations

from models import Ticket, User
from queues.demo.cast import ENGLISH
from queues.demo.offices import Offices
from queues.demo.plan import SILENT, UNSAID
from queues.demo.story import Story
from workflow.demo import words
from workflow.report.opening import NewReport, open_report

PHOTO = 0.78
INSIDE = ("L0001", "L0002", "06028", "08001")
"""Matters that are often told without a picture."""


def send(offices: Offices, story: Story) -> None:
    """Open the report of a story, or join its leader."""
    if story.fate == "joined":
        offices.meet(story)
        return
    offices.open(story, _open(offices, story))


def _open(offices: Offices, story: Story) -> Ticket:
    chance, category = story.chance, offices.categories[story.matter.code]
    entered = story.fate == "entered"
    unsaid = entered or (chance.random() < UNSAID and story.held in ("", "submitted"))
    latitude, longitude = story.spot.near(chance)
    sender: User = story.rider
    photos: list[str] = []
    if not entered:
        required = category.photo_required and not unsaid
        if required or chance.random() < (0.5 if story.matter.code in INSIDE else PHOTO):
            story.scene = offices.album.scene(story.matter.code, chance)
            moment = offices.clockwork.moment
            photo = offices.album.take(
                sender, story.scene, moment, variant=story.number % 2, place=(latitude, longitude)
            )
            photos = [photo.public_id]
    english = story.rider.username == ENGLISH
    text = words.report(story.matter, story.spot, chance, english=english)
    new = NewReport(
        category=None if unsaid else story.matter.code,
        description=None if not unsaid and photos and chance.random() < SILENT else text,
        latitude=latitude,
        longitude=longitude,
        accuracy_m=round(chance.uniform(4, 30), 1),
        address=story.spot.address if chance.random() < 0.85 else None,
        anonymous=story.anonymous and not entered,
        photos=photos,
    )
    if entered:
        # Told by telephone: a clerk of the city types it in, and the router finds its street.
        clerk = next(each for each in offices.cast.by_name.values() if each.has_role("clerk"))
        return open_report(offices.session, clerk, new, reporter=story.rider)
    return open_report(offices.session, sender, new)
