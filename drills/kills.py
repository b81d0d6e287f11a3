"""Workers, relays, web and Redis killed with -9 while reports arrive: nothing lost, nothing done twice."""

from __future__ import annotations

import signal
import time
from collections import Counter

from stage import books
from stage.house import House, signal_to
from stage.post import Post
from stage.stage import Stage
from stage.traffic import Traffic

PARTS = ("worker1", "worker2", "relay", "web", "redis")
DRAINED_SECONDS = 120.0


def run(stage: Stage) -> None:
    drill(stage, events=stage.size(800, 5000), least_kills=stage.size(25, 150), post=Post(stage))


def drill(stage: Stage, *, events: int, least_kills: int, post: Post | None = None) -> None:
    """So many events at least, and so many kills spread over them. With `post` people get letters; one whose sender was
    killed is sent again after a minute."""
    killed: Counter[str] = Counter()
    with House(stage.new_folder("house"), stage.new_database(), **(post.environment if post else {})) as house:
        if post:
            post.open(house)
        traffic = Traffic(house, seed=stage.seed).start()
        while (done := books.count_events(house.database)) < events or killed.total() < least_kills:
            # Spread over the work, so that each fault finds something to break.
            if killed.total() * events <= done * least_kills:
                killed.update(_kill(stage, house))
            time.sleep(stage.random.uniform(0.05, 0.3))
        last_fault = time.monotonic()
        traffic.stop()
        house.wait_for(house.is_well, "well")
        books.drain(house, 2 * DRAINED_SECONDS)
        drained = time.monotonic() - last_fault
        found = books.read(house, traffic.rides, post)
    stage.figure("events", found.events, least=events)
    stage.figure("kill -9", killed.total(), least=least_kills)
    stage.figure("acknowledged acts", traffic.acknowledged)
    stage.figure("of workers", workers := sum(killed[name] for name in PARTS if name.startswith("worker")))
    found.show(stage.figures, cut_off=workers)
    stage.figure("drained after the last fault", drained, "s", most=DRAINED_SECONDS)
    traffic.show(stage.figures)


def _kill(stage: Stage, house: House) -> list[str]:
    """Whose process was hit, if any: a part of chance, or one of those that the web has forked."""
    name = stage.random.choice(PARTS)
    pid = house.parts().get(name)
    if pid is None:
        return []
    if name == "web" and (forked := house.processes("web")[1:]) and stage.random.random() < 0.5:
        pid = stage.random.choice(forked)
    signal_to(pid, signal.SIGKILL)
    return [name]
