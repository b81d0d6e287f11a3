"""Workers, relays, web and Redis killed with -9 while reports arrive: nothing lost, nothing done twice."""

from __future__ import annotations

import signal
import time

from stage import books
from stage.house import House, signal_to
from stage.stage import Stage
from stage.traffic import Traffic

PARTS = ("worker1", "worker2", "relay", "web", "redis")
DRAINED_SECONDS = 120.0


def run(stage: Stage) -> None:
    drill(stage, events=stage.size(800, 5000), least_kills=stage.size(25, 150))


def drill(stage: Stage, *, events: int, least_kills: int) -> None:
    """So many events at least, and so many kills spread over them."""
    kills = 0
    with House(stage.new_folder("house"), stage.new_database()) as house:
        traffic = Traffic(house, seed=stage.seed).start()
        while (done := books.count_events(house.database)) < events or kills < least_kills:
            # Spread over the work, so that each fault finds something to break.
            if kills * events <= done * least_kills:
                kills += _kill(stage, house)
            time.sleep(stage.random.uniform(0.05, 0.3))
        last_fault = time.monotonic()
        traffic.stop()
        house.wait_for(house.is_well, "well")
        books.drain(house, 2 * DRAINED_SECONDS)
        drained = time.monotonic() - last_fault
        found = books.read(house, traffic.rides)
    stage.figure("events", found.events, least=events)
    stage.figure("kill -9", kills, least=least_kills)
    stage.figure("acknowledged acts", traffic.acknowledged)
    found.show(stage.figures)
    stage.figure("drained after the last fault", drained, "s", most=DRAINED_SECONDS)
    traffic.show(stage.figures)


def _kill(stage: Stage, house: House) -> int:
    """How many processes were hit: a part of chance, or one of those that the web has forked."""
    name = stage.random.choice(PARTS)
    pid = house.parts().get(name)
    if pid is None:
        return 0
    if name == "web" and (forked := house.processes("web")[1:]) and stage.random.random() < 0.5:
        pid = stage.random.choice(forked)
    signal_to(pid, signal.SIGKILL)
    return 1
