"""Parts restarted in turn under load, again and again, the web by a new generation: no answer is lost on the way."""

from __future__ import annotations

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import product

from stage import books
from stage.callers import Answer, Line, Lost
from stage.house import House
from stage.photos import patchwork
from stage.post import Post
from stage.stage import Stage
from stage.traffic import RIDERS, Traffic

PARTS = ("web", "worker1", "relay", "worker2")
"""A rolling restart is one of each: SIGHUP has gunicorn replace one generation of its processes by the next; the others
end at SIGTERM when what they do is done, and the supervisor starts them again."""
CLOSE = {"Connection": "close"}
ACTS = 10
DRAINED_SECONDS = 120.0


class Knocking:
    """Somebody who asks something again and again, each time on a new connection: no answer is the server's fault."""

    def __init__(self, ask: Callable[[], Answer], pause: float) -> None:
        self.answers: Counter[int] = Counter()
        """By status; 0 for none."""
        self.slowest = 0.0
        self._ask, self._pause = ask, pause
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._knock, daemon=True)

    def start(self) -> Knocking:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    @property
    def broken(self) -> int:
        return sum(count for status, count in self.answers.items() if not 200 <= status < 300 and status != 503)

    def _knock(self) -> None:
        while not self._ending.wait(self._pause):
            began = time.monotonic()
            try:
                self.answers[self._ask().status] += 1
            except Lost:
                self.answers[0] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


def run(stage: Stage) -> None:
    rolls, post = stage.size(2, 20), Post(stage)
    with House(stage.new_folder("house"), stage.new_database(), **post.environment) as house:
        post.open(house)
        traffic = Traffic(house, seed=stage.seed).start()
        rider, shot = traffic.callers[RIDERS[0]], patchwork(stage.seed, (2400, 1800))
        knocking = Knocking(lambda: Line(house.address).ask("GET", "/healthz", None, CLOSE), 0.1).start()
        # Long enough on the way to be met by a restart.
        sending = Knocking(lambda: rider.upload("/uploads", shot, Connection="close"), 0.3).start()
        acts: list[int] = []
        for _, name in product(range(rolls), PARTS):
            before = traffic.acknowledged
            _restart(house, name)
            traffic.wait_for_acts(house, ACTS)
            acts.append(traffic.acknowledged - before)
        knocking.stop()
        sending.stop()
        traffic.stop()
        house.wait_for(house.is_well, "well")
        drained = books.drain(house, 2 * DRAINED_SECONDS)
        found = books.read(house, traffic.rides, post)
    stage.figure("rolling restarts, of each part in turn", rolls, exactly=stage.size(2, 20))
    stage.figure("parts restarted", len(acts), exactly=rolls * len(PARTS))
    stage.figure("acts acknowledged around each, at least", min(acts), least=ACTS)
    # A connection that rests between two requests is closed with its process: its client asks again.
    stage.figure("requests on open connections asked again", traffic.statuses[0])
    stage.figure("of which broken off once they were sent", traffic.broken_off, exactly=0)
    for name, each in (("calls", knocking), ("photos", sending)):
        stage.figure(f"{name} on new connections", each.answers.total(), least=len(acts))
        stage.figure(f"{name} refused or broken off", each.broken, exactly=0)
        stage.figure(f"{name} put off with 503", each.answers[503], exactly=0)
        stage.figure("slowest of them", each.slowest, "s")
    found.show(stage.figures)
    stage.figure("drained after", drained, "s", most=DRAINED_SECONDS)
    traffic.show(stage.figures)


def _restart(house: House, name: str) -> None:
    """Restart a part in order, and wait until its successor runs."""
    if name == "web":
        old = set(house.processes("web")[1:])
        house.kill("web", signal.SIGHUP)
        house.wait_for(lambda: old.isdisjoint(found := house.processes("web")[1:]) and found, "a new generation", 60)
        return
    gone = house.kill(name, signal.SIGTERM)
    house.wait_for(lambda: house.parts().get(name, gone) != gone, f"started again: {name}", 60)
