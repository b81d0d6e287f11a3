"""The pictures that a house has stored, held against its rows and against what it acknowledged."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Photo, Ticket
from models.clock import moved, now
from models.database import Database
from models.storage import NotStored, Storage
from stage.figures import Figures
from stage.traffic import Ride
from workflow.pictures import discard, full_key, thumb_key, unnamed

LATER = timedelta(hours=24, minutes=1)


@dataclass
class Pictures:
    """`half`: rows without their whole files. `lost`: acknowledged reports without their pictures. `some`: reports with
    a part of theirs. `orphans`: files that no row names."""

    rows: int = 0
    half: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    some: list[str] = field(default_factory=list)
    orphans: set[str] = field(default_factory=set)

    def show(self, figures: Figures) -> None:
        """Hold them against what must be: nothing of it. Files too many harm nobody for a day."""
        figures.figure("pictures", self.rows, least=1)
        figures.figure("pictures without their whole files", len(self.half), exactly=0)
        figures.figure("acknowledged reports without their pictures", len(self.lost), exactly=0)
        figures.figure("reports with a part of their pictures", len(self.some), exactly=0)
        figures.figure("files that no row names", len(self.orphans))
        for line in [*self.half, *self.lost, *self.some][:10]:
            figures.say(line)


def read_pictures(database: Database, storage: Storage, rides: list[Ride], each: int) -> Pictures:
    """Compare everything; every report was sent with `each` pictures. Nobody may write meanwhile."""
    found = Pictures()
    with database.reading() as session:
        rows = list(session.scalars(select(Photo)))
        found.rows = len(rows)
        found.half = troubles(storage, rows)
        counts = _counts(session)
        acknowledged = {ride.number for ride in rides if "open" in ride.acknowledged}
        found.lost = [f"{number}" for number in acknowledged if counts.get(number or "") != each]
        found.some = [f"{number} has {count}" for number, count in counts.items() if count != each]
        named = {name(row.storage_key) for row in rows for name in (full_key, thumb_key)}
        found.orphans = set(storage.keys()) - named
    return found


def sweep_a_day_later(database: Database, storage: Storage) -> int:
    """What the house's own job does when a day has passed; how many pictures it took away."""
    with moved(now() + LATER), database.reading() as session:
        keys = unnamed(session, storage)
    for key in keys:
        discard(storage, key)
    storage.sweep()
    return len(keys)


def _counts(session: Session) -> Counter[str]:
    """How many pictures each ticket was reported with, by its number."""
    counts = Counter({ticket.number: 0 for ticket in session.scalars(select(Ticket))})
    reported = select(Ticket).join(Photo, Photo.ticket_id == Ticket.id).where(Photo.kind == "before")
    for ticket in session.execute(reported.with_only_columns(Photo.id, Ticket)):
        counts[ticket[1].number] += 1
    return counts


def troubles(storage: Storage, rows: Iterable[Photo]) -> list[str]:
    """What is wrong with the rows' files: a picture that is missing, broken or of another size than its row says."""
    found = []
    for row in rows:
        for name in (full_key(row.storage_key), thumb_key(row.storage_key)):
            try:
                picture = Image.open(io.BytesIO(storage.get(name)))
                picture.load()
            except (NotStored, OSError) as error:
                found.append(f"{name}: {error!r}")
                continue
            if name == full_key(row.storage_key) and picture.size != (row.width, row.height):
                found.append(f"{name}: {picture.size}")
    return found
