"""Phones behind a network that loses, doubles, delays and cuts 30 % of what they send: each report is there once."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from PIL import Image
from sqlalchemy import func, select

from models import Photo, Ticket
from stage import books
from stage.bad_network import FAULTS, BadNetwork
from stage.callers import Answer, Caller, Callers, Lost
from stage.house import House
from stage.photos import patchwork
from stage.stage import Stage
from stage.traffic import MATTER, PLACE, RIDERS, Ride

SHARE = 0.3
AT_ONCE = 16
PHOTOS = 2
TRIES = 200


@dataclass
class Phone:
    """One report that a phone means to send, whatever it takes."""

    rider: str
    key: str
    shots: tuple[bytes, ...]
    fields: dict[str, str]
    number: str = ""
    told: set[str] = field(default_factory=set)
    """The numbers that it was ever told."""


def run(stage: Stage) -> None:
    count = stage.size(100, 500)
    with House(stage.new_folder("house"), stage.new_database()) as house:
        callers = Callers(house)
        proxy = BadNetwork(house.address, SHARE, random.Random(stage.seed))
        proxy.start()
        stage.held.callback(proxy.stop)
        far = {name: Caller(proxy.address, name, callers[name].token) for name in RIDERS}
        phones = [_phone(stage, number) for number in range(count)]
        sender = _Sender(far)
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(sender.send, phones))
        seconds = time.monotonic() - began
        house.wait_for(lambda: not proxy.busy, "through the proxy", 120)
        books.drain(house, 120)
        with house.database.reading() as session:
            tickets = session.scalar(select(func.count(Ticket.id))) or 0
            photos = session.scalar(select(func.count(Photo.id)).where(Photo.ticket_id.is_not(None))) or 0
            spare = session.scalar(select(func.count(Photo.id)).where(Photo.ticket_id.is_(None))) or 0
        files = sum(1 for path in (house.folder / "files").glob("[!.]*/*") if path.is_file())
        with ThreadPoolExecutor(4) as pool:
            unlike = sum(pool.map(lambda phone: _unlike(callers[phone.rider], phone), phones))
        found = books.read(house, [Ride(phone.key, phone.rider, phone.number, ["open"]) for phone in phones])
    stage.figure("phones", count)
    stage.figure("all sent after", seconds, "s")
    stage.figure("requests", proxy.happened.total())
    broken = proxy.happened.total() - proxy.happened["none"]
    stage.figure("of them disturbed", 100 * broken / proxy.happened.total(), "%", least=20, most=40)
    for fault in FAULTS:
        stage.figure(fault, proxy.happened[fault], least=1)
    stage.figure("phones that never got through", sum(not phone.number for phone in phones), exactly=0)
    stage.figure("phones that were told two numbers", sum(len(phone.told) > 1 for phone in phones), exactly=0)
    stage.figure("tickets", tickets, exactly=count)
    stage.figure("photos of tickets", photos, exactly=PHOTOS * count)
    stage.figure("photos that are not what was sent", unlike, exactly=0)
    stage.figure("photos without a ticket", spare, exactly=0)
    stage.figure("files, two a photo", files, exactly=2 * PHOTOS * count)
    stage.figure("unexpected answers", len(sender.troubles), exactly=0)
    found.show(stage.figures)
    stage.say(f"answers: {dict(sorted(sender.statuses.items()))}")
    for line in sender.troubles[:5]:
        stage.say(line)


def _phone(stage: Stage, number: int) -> Phone:
    shots = tuple(patchwork(number * PHOTOS + each, (1200, 900)) for each in range(PHOTOS))
    fields = {
        "category": MATTER,
        "description": f"第{number}部手机：路边垃圾成堆。",
        "latitude": str(PLACE[0] + stage.random.uniform(-0.002, 0.002)),
        "longitude": str(PLACE[1] + stage.random.uniform(-0.002, 0.002)),
    }
    return Phone(RIDERS[number % len(RIDERS)], str(uuid.UUID(int=stage.random.getrandbits(128))), shots, fields)


class _Sender:
    def __init__(self, far: dict[str, Caller]) -> None:
        self.statuses: Counter[int] = Counter()
        self.troubles: list[str] = []
        self._far, self._lock = far, threading.Lock()

    def send(self, phone: Phone) -> None:
        """Until it is told 201, as the phone's queue does."""
        for _ in range(TRIES):
            answer = self._try(phone)
            if answer is not None and answer.status == 201:
                phone.number = str(answer.json["number"])
                phone.told.add(phone.number)
                return
            if answer is not None and answer.status not in (409, 429, 503):
                self.troubles.append(f"{answer.status} {answer.body[:200]!r}")
                return
            time.sleep(0.2)

    def _try(self, phone: Phone) -> Answer | None:
        try:
            headers = {"Idempotency-Key": phone.key, "Connection": "close"}
            answer = self._far[phone.rider].multipart("/reports", phone.fields, phone.shots, headers=headers)
        except Lost:
            answer = None
        with self._lock:
            self.statuses[answer.status if answer else 0] += 1
        return answer


def _unlike(rider: Caller, phone: Phone) -> int:
    """How many of a ticket's photos differ from what a clean upload of the same pictures gives."""
    clean = _surely(lambda: rider.upload("/uploads", *phone.shots)).json["items"]
    wanted = [_picture(rider, f"/uploads/{each['id']}") for each in clean]
    photos = _surely(lambda: rider.get(f"/tickets/{phone.number}")).json["photos"]
    got = [_picture(rider, f"/tickets/{phone.number}/photos/{each['id']}") for each in photos]
    return sum((Counter(wanted) - Counter(got)).values())


def _surely(ask: Callable[[], Answer]) -> Answer:
    """The answer; asked again where the connection had been closed while it rested."""
    for _ in range(TRIES):
        with contextlib.suppress(Lost):
            return ask()
    raise RuntimeError("no answer")


def _picture(rider: Caller, path: str) -> str:
    """The SHA-256 of a picture that comes whole."""
    answer = _surely(lambda: rider.get(path))
    assert answer.status == 200, answer.body[:200]
    with Image.open(io.BytesIO(answer.body)) as picture:
        picture.load()
    return hashlib.sha256(answer.body).hexdigest()
