"""Everything dies again and again while work is done: no effect is missing, none is there twice."""

from __future__ import annotations

import random
import threading
import time

from queues import worker
from queues.relay import Relay
from tests.queues.house import House, until

KILLS = 24


def test_under_a_storm_of_kills_each_effect_happens_once(house: House) -> None:
    refs = [str(number) for number in range(150)]
    chance = random.Random(2026)

    def relay() -> None:
        Relay(house.relay().queue, longest_queue=40, lease_seconds=lambda attempts: 0.3).work(threading.Event())

    actions = [relay, lambda: worker.work(house.server.url), lambda: worker.work(house.server.url)]
    running = [house.process(action) for action in actions]
    for kill in range(KILLS):
        house.ask("test.effect", *refs[kill::KILLS])
        time.sleep(chance.uniform(0.01, 0.08))
        if kill % 6 == 5:
            house.server.client().flushall()
        victim = chance.randrange(3)
        running[victim].kill()
        running[victim].join()
        running[victim] = house.process(actions[victim])

    until(lambda: all(row.done_at or row.dead_at for row in house.rows()))
    for process in running:
        process.kill()
        process.join()
    assert house.effects() == dict.fromkeys(refs, 1)
    assert not [row.id for row in house.rows() if row.dead_at]
