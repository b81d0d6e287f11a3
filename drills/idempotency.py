"""One Idempotency-Key sent a hundred times at once: one effect, all answers alike; other content is refused."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from models import Event, Outbox, Photo, Ticket
from models.database import Database
from stage.callers import Answer, Caller, Callers
from stage.house import House
from stage.photos import patchwork
from stage.stage import Stage
from stage.traffic import MATTER, PLACE

AT_ONCE = 100
PATIENCE = 100
PAUSE_SECONDS = 0.2
AGAIN = (409, 503)
"""Still in work, or the database was busy for too long: asked again until it is answered."""


@dataclass
class Round:
    """What came back to one key."""

    answers: list[Answer] = field(default_factory=list)
    again: Counter[int] = field(default_factory=Counter)


def run(stage: Stage) -> None:
    rounds = stage.size(4, 20)
    statuses: Counter[int] = Counter()
    again: Counter[int] = Counter()
    unlike = effects = others = 0
    with House(stage.new_folder("house"), stage.new_database()) as house:
        callers = Callers(house)
        for number in range(rounds):
            key = str(uuid.UUID(int=stage.random.getrandbits(128)))
            # Riders may send so many reports a day: each round has a rider of its own.
            caller = callers[f"rider{number + 1}"]
            fields = _fields(stage)
            # Every other round brings a picture, which takes its time.
            photos = (patchwork(number),) if number % 2 else ()
            before = _effects(house.database)
            found = _at_once(caller, key, fields, photos)
            after = _effects(house.database)
            statuses.update(answer.status for answer in found.answers)
            again.update(found.again)
            seen = {(answer.body, answer.headers["ETag"], answer.headers["Location"]) for answer in found.answers}
            unlike += len(seen) - 1
            expected = {"tickets": 1, "events": 1, "photos": len(photos), "routed": 1}
            effects += {name: after[name] - before[name] for name in expected} != expected
            for changed in ({**fields, "description": "别的事。"}, {**fields, "latitude": fields["latitude"] + 0.0001}):
                others += _send(caller, key, changed, photos).status != 422
            others += _send(caller, key, fields, (patchwork(1000 + number),)).status != 422
            effects += _effects(house.database) != after
    stage.figure("rounds of a hundred at once", rounds, least=rounds)
    stage.figure("answers 201", statuses[201], exactly=rounds * AT_ONCE)
    stage.figure("other answers", statuses.total() - statuses[201], exactly=0)
    stage.figure("told that it is still in work", again[409])
    stage.figure("told that the house is busy", again[503])
    stage.figure("rounds with another effect than one", effects, exactly=0)
    stage.figure("answers unlike the first", unlike, exactly=0)
    stage.figure("other content under the key that was not 422", others, exactly=0)
    for status in statuses:
        stage.say(f"{status}: {statuses[status]}")


def _fields(stage: Stage) -> dict[str, Any]:
    latitude = PLACE[0] + stage.random.uniform(-0.002, 0.002)
    longitude = PLACE[1] + stage.random.uniform(-0.002, 0.002)
    return {"category": MATTER, "description": "路边垃圾成堆。", "latitude": latitude, "longitude": longitude}


def _at_once(caller: Caller, key: str, fields: dict[str, Any], photos: tuple[bytes, ...]) -> Round:
    """A hundred connections, each of which asks until it is answered."""
    found, lock, start = Round(), threading.Lock(), threading.Barrier(AT_ONCE)

    def ask(_: int) -> None:
        start.wait(30)
        answer = _send(caller, key, fields, photos)
        patience = PATIENCE
        while answer.status in AGAIN and patience:
            with lock:
                found.again[answer.status] += 1
            patience -= 1
            time.sleep(PAUSE_SECONDS)
            answer = _send(caller, key, fields, photos)
        with lock:
            found.answers.append(answer)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, range(AT_ONCE)))
    return found


def _send(caller: Caller, key: str, fields: dict[str, Any], photos: tuple[bytes, ...]) -> Answer:
    headers = {"Idempotency-Key": key}
    if not photos:
        return caller.call("POST", "/reports", fields, headers=headers)
    texts = {name: str(value) for name, value in fields.items()}
    return caller.multipart("/reports", texts, photos, headers=headers)


def _effects(database: Database) -> dict[str, int]:
    """How much there is of what one report makes."""
    counted = {
        "tickets": select(func.count(Ticket.id)),
        "events": select(func.count(Event.id)).where(Event.action == "open"),
        "photos": select(func.count(Photo.id)),
        "routed": select(func.count(Outbox.id)).where(Outbox.topic == "route_report"),
    }
    with database.reading() as session:
        return {name: session.scalar(query) or 0 for name, query in counted.items()}
