"""Parts restarted in turn under load, again and again, the web by a new generation: no answer is lost on the way."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field

from stage import books
from stage.callers import Line, Lost
from stage.house import House
from stage.stage import Stage
from stage.traffic import Traffic

PARTS = ("web", "worker1", "web", "relay", "worker2")
"""In turn: SIGHUP has gunicorn replace one generation of its processes by the next; the others end at SIGTERM when what
they do is done, and the supervisor starts them again."""
DRAINED_SECONDS = 120.0


@dataclass
class Knocking:
    """Somebody who asks for `/healthz` on a new connection, ten times a second."""

    address: str
    answers: int = 0
    refused: int = 0
    slowest: float = 0.0
    _ending: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._knock, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _knock(self) -> None:
        while not self._ending.wait(0.1):
            began = time.monotonic()
            try:
                Line(self.address).ask("GET", "/healthz", None, {"Connection": "close"})
                self.answers += 1
            except Lost:
                self.refused += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


def run(stage: Stage) -> None:
    restarts = stage.size(5, 20)
    with House(stage.new_folder("house"), stage.new_database()) as house:
        traffic, knocking = Traffic(house, seed=stage.seed).start(), Knocking(house.address)
        knocking.start()
        acts: list[int] = []
        for number in range(restarts):
            before = traffic.acknowledged
            _restart(house, PARTS[number % len(PARTS)])
            _wait_for_acts(house, traffic, before + 10)
            acts.append(traffic.acknowledged - before)
        knocking.stop()
        traffic.stop()
        house.wait_for(house.is_well, "well")
        drained = books.drain(house, 2 * DRAINED_SECONDS)
        found = books.read(house, traffic.rides)
    stage.figure("restarts", restarts, least=4)
    stage.figure("acts acknowledged around each, at least", min(acts), least=10)
    # A connection that rests between two requests is closed with its process: its client asks again.
    stage.figure("requests on open connections asked again", traffic.statuses[0])
    stage.figure("new connections", knocking.answers, least=restarts * 5)
    stage.figure("of them refused or broken", knocking.refused, exactly=0)
    stage.figure("slowest of them", knocking.slowest, "s")
    found.show(stage.figures)
    stage.figure("drained after", drained, "s", most=DRAINED_SECONDS)
    traffic.show(stage.figures)


def _wait_for_acts(house: House, traffic: Traffic, count: int) -> None:
    house.wait_for(lambda: traffic.acknowledged >= count, "reached by the traffic")


def _restart(house: House, name: str) -> None:
    """Restart a part in order, and wait until its successor runs."""
    if name == "web":
        old = set(house.processes("web")[1:])
        house.kill("web", signal.SIGHUP)
        house.wait_for(lambda: old.isdisjoint(found := house.processes("web")[1:]) and found, "a new generation", 60)
        return
    gone = house.kill(name, signal.SIGTERM)
    house.wait_for(lambda: house.parts().get(name, gone) != gone, f"started again: {name}", 60)
