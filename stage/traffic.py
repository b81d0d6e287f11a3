"""Reports and what follows them, from a few threads, with a note of everything that the house has acknowledged."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stage.callers import Answer, Callers, Front, Lost
from stage.figures import Figures
from stage.house import PATIENCE_SECONDS, House
from stage.photos import patchwork

PLACE = (31.305, 120.655)
MATTER = "06010"
RIDERS = ("rider1", "rider2", "rider3")
CLERK, OFFICER = "clerk.loufeng", "officer.enforcement"
PAUSE_SECONDS = 0.2
"""Before something that was not answered is tried again."""


@dataclass
class Ride:
    """A report on its way; `acknowledged` are the acts that got an answer of success."""

    key: str
    rider: str
    number: str | None = None
    acknowledged: list[str] = field(default_factory=list)
    done: bool = False


def live_in(house: House, *, seed: int, acts: int, threads: int = 4) -> Traffic:
    """The traffic that has brought the house so many acts at least, and has stopped."""
    traffic = Traffic(house, seed=seed, threads=threads).start()
    traffic.wait_for_acts(house, acts)
    traffic.stop()
    return traffic


class Traffic:
    """`start`, let happen what shall happen, `stop`; then look at `rides`, `statuses` and `troubles`.

    Each thread leads reports from the rider's phone to their confirmation, with a `pause` (seconds) between two
    steps, those of the `backlog` first; not `routed`, it sends reports alone; not `confirmed`, it leaves them when
    they are resolved. Each report has so many `photos`. What got no answer, or 503, is asked again: reports under the
    same key, transitions after a look at the ticket.
    """

    def __init__(
        self,
        front: Front,
        *,
        seed: int,
        threads: int = 4,
        pause: float = 0.0,
        routed: bool = True,
        photos: int = 0,
        confirmed: bool = True,
        backlog: list[Ride] | None = None,
    ) -> None:
        self.callers = Callers(front)
        self.rides: list[Ride] = []
        self.statuses: Counter[int] = Counter()
        """Every answer's status; 0 for none."""
        self.broken_off = 0
        """Of those without an answer: what had been sent, and not found its connection closed."""
        self.acknowledged = 0
        self.creating: list[float] = []
        """The seconds that each report and each upload took that was answered by 201."""
        self._seed = seed
        self._pause = pause
        self._routed = routed
        self._photos = photos
        self._confirmed = confirmed
        self._backlog = backlog or []
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(threads)]
        self.troubles: list[str] = []
        """What no trial expects: a 4xx, an exception."""

    def start(self) -> Traffic:
        for name in (*RIDERS, CLERK, OFFICER):
            self.callers.sign_in(name)
        for thread in self._threads:
            thread.start()
        return self

    def stop(self, seconds: float = 60.0) -> None:
        """Let each thread finish the report that it is at."""
        self._ending.set()
        for thread in self._threads:
            thread.join(seconds)
            if thread.is_alive():
                self.troubles.append("a thread did not come to its end")

    def wait_for_acts(self, house: House, acts: int, seconds: float = PATIENCE_SECONDS) -> float:
        """Wait until so many more are acknowledged; the seconds that it took. Raises NotInTime."""
        began, wanted = time.monotonic(), self.acknowledged + acts
        house.wait_for(lambda: self.acknowledged >= wanted, "reached by the traffic", seconds)
        return time.monotonic() - began

    def show(self, figures: Figures) -> None:
        """Hold the answers against what must be: 503 with a promise is an answer, any other 5xx is not."""
        broken = sum(count for status, count in self.statuses.items() if status >= 500 and status not in (503, 507))
        figures.figure("answers", sum(self.statuses.values()))
        figures.figure("answers of 503, to ask again", self.statuses[503])
        figures.figure("answers of 500 and the like", broken, exactly=0)
        figures.figure("unexpected answers", len(self.troubles), exactly=0)
        for line in self.troubles[:5]:
            figures.say(line)

    def _work(self, number: int) -> None:
        chance = random.Random(self._seed * 1000 + number)
        while not self._ending.is_set():
            try:
                self._lead(self._next(chance), chance)
            except Exception as error:
                self.troubles.append(repr(error))
                time.sleep(PAUSE_SECONDS)

    def _next(self, chance: random.Random) -> Ride:
        try:
            ride = self._backlog.pop()
        except IndexError:
            ride = Ride(key=str(uuid.UUID(int=chance.getrandbits(128))), rider=chance.choice(RIDERS))
        self.rides.append(ride)
        return ride

    def _lead(self, ride: Ride, chance: random.Random) -> None:
        """One report from where it is to its end."""
        if ride.number is None and not (self._report(ride, chance) and self._routed):
            return
        while not ride.done and self._step(ride, chance):
            time.sleep(self._pause)

    def _report(self, ride: Ride, chance: random.Random) -> bool:
        """Whether it was taken."""
        latitude = PLACE[0] + chance.uniform(-0.002, 0.002)
        longitude = PLACE[1] + chance.uniform(-0.002, 0.002)
        fields = {"category": MATTER, "description": "路边垃圾成堆。", "latitude": latitude, "longitude": longitude}
        headers = {"Idempotency-Key": ride.key}
        rider = self.callers[ride.rider]
        shots = tuple(patchwork(chance.getrandbits(32)) for _ in range(self._photos))
        words = {name: str(value) for name, value in fields.items()}

        def send() -> Answer:
            if shots:
                return rider.multipart("/reports", words, shots, headers=headers)
            return rider.call("POST", "/reports", fields, headers=headers)

        answer = self._create(send)
        if answer is None:
            return False
        ride.number = str(answer.json["number"])
        self._note(ride, "open")
        return True

    def _step(self, ride: Ride, chance: random.Random) -> bool:
        """The next transition; whether there is more to do."""
        seen = self._insist(lambda: self.callers[ride.rider].get(f"/tickets/{ride.number}"), (200,))
        if seen is None:
            return False
        state, unit = seen.json["state"], seen.json["unit"]
        if state == "submitted" and (unit is None or unit["code"] == "sip"):
            time.sleep(0.05)  # not routed yet
            return not self._ending.is_set()
        if state == "submitted":
            self._fire(ride, CLERK, "triage", category=MATTER)
        elif state == "triaged":
            self._fire(ride, CLERK, "assign", department="enforcement")
        elif state == "assigned":
            self._fire(ride, OFFICER, "accept")
        elif state == "in_progress":
            shot = patchwork(chance.getrandbits(32))
            photo = self._create(lambda: self.callers[OFFICER].upload("/uploads", shot))
            if photo is not None:
                self._fire(ride, OFFICER, "resolve", note="已清运。", photos=[photo.json["items"][0]["id"]])
        elif state == "resolved" and self._confirmed:
            self._fire(ride, ride.rider, "confirm", rating=5)
        else:
            ride.done = True
        return True

    def _fire(self, ride: Ride, who: str, name: str, **fields: Any) -> None:
        """Once; what got no answer is looked at by the next step. 409: it had been carried out without an answer."""
        answer = self._try(lambda: self.callers[who].fire(str(ride.number), name, **fields))
        if answer is not None and answer.ok:
            self._note(ride, name)
        elif answer is not None and answer.status not in (409, 503):
            self.troubles.append(f"{name} of {ride.number}: {answer.status} {answer.body[:200]!r}")
        if answer is None or not answer.ok:
            time.sleep(PAUSE_SECONDS)

    def _create(self, ask: Callable[[], Answer]) -> Answer | None:
        def timed() -> Answer:
            began = time.monotonic()
            answer = ask()
            if answer.status == 201:
                self.creating.append(time.monotonic() - began)
            return answer

        return self._insist(timed, (201,))

    def _insist(self, ask: Any, wanted: tuple[int, ...]) -> Answer | None:
        """The answer, asked for until there is one; None, and a trouble, where none of use came."""
        patience = 300
        while patience > 0:
            answer = self._try(ask)
            if answer is not None and answer.status in wanted:
                return answer
            if answer is not None and answer.status not in (409, 503, 507):
                self.troubles.append(f"{answer.status} {answer.body[:200]!r}")
                return None
            if self._ending.is_set():
                patience = min(patience, 100)
            patience -= 1
            time.sleep(PAUSE_SECONDS)
        self.troubles.append("asked again and again, and never answered")
        return None

    def _try(self, ask: Any) -> Answer | None:
        try:
            answer: Answer = ask()
        except Lost as lost:
            self.statuses[0] += 1
            self.broken_off += lost.sent
            return None
        self.statuses[answer.status] += 1
        return answer

    def _note(self, ride: Ride, action: str) -> None:
        ride.acknowledged.append(action)
        self.acknowledged += 1
