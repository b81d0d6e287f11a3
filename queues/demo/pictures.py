"""The demo's pictures: a scene is rendered once, as an upload would be, and stored at the end, once for each photo."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from models import Photo, User
from models.storage import Storage, new_key
from queues.demo.studio import Studio, Wanted
from workflow.alone import keep as remember
from workflow.demo.scenes import SCENES
from workflow.demo.scenes.canvas import HEIGHT, WIDTH
from workflow.photos import Rendered
from workflow.pictures import discard, full_key, keep, stored, thumb_key


class Album:
    """Pictures by scene. `scenes_of` says which suit a category; `take` makes a photo of one."""

    def __init__(self, session: Session, storage: Storage, studio: Studio, chance: Random) -> None:
        self._session, self._storage, self._studio, self._chance = session, storage, studio, chance
        self._keys: dict[Wanted, list[str]] = {}
        self._groups: dict[str, list[str]] = {}

    def know(self, groups: dict[str, str]) -> None:
        """The group of each category: a scene of the group does where there is none of the category."""
        for name, scene in SCENES.items():
            for code in scene.codes:
                if code in groups:
                    self._groups.setdefault(groups[code], []).append(name)
        self._group_of = groups

    def scene(self, code: str, chance: Random) -> str:
        """A scene of the category, or one of its group."""
        own = [name for name, scene in SCENES.items() if code in scene.codes]
        return chance.choice(own or self._groups.get(self._group_of.get(code, "")) or list(SCENES))

    def take(
        self, person: User, scene: str, moment: datetime, *, after: bool = False, variant: int = 0,
        place: tuple[float, float] | None = None,
    ) -> Photo:  # fmt: skip
        """A fresh upload of `person`, taken just before `moment`."""
        key, wanted = new_key(), (scene, after, variant)
        if wanted not in self._keys:
            self._keys[wanted] = []
            self._studio.want(wanted)
        self._keys[wanted].append(key)
        mark = f"{scene} {after} {variant} {self._chance.random()}".encode()
        # Some eighty pictures stand for thousands: with their own marks each would be said to repeat all the others.
        picture = Rendered(
            full=b"",
            thumb=b"",
            width=WIDTH,
            height=HEIGHT,
            sha256=hashlib.sha256(mark).hexdigest(),
            dhash=f"{self._chance.getrandbits(64):016x}",
            taken_at=moment - timedelta(seconds=self._chance.randrange(20, 240)),
            latitude=place[0] if place else None,
            longitude=place[1] if place else None,
        )
        photo = keep(self._session, person, [picture], [key])[0]
        # Its sender is about to name it by its id.
        remember(self._session, ("photos", photo.public_id), [photo])
        return photo

    def store(self) -> None:
        """Lay the files of all photos down; before the rows that name them commit."""
        drawn: dict[str, list[str]] = {}
        for wanted, picture in self._studio.pictures():
            with stored(self._storage, [picture]) as keys:
                drawn[keys[0]] = self._keys.pop(wanted)
        pairs = [(one, key) for one, keys in drawn.items() for key in keys]
        self._storage.copy([(name(one), name(key)) for one, key in pairs for name in (full_key, thumb_key)])
        for key in drawn:
            discard(self._storage, key)
