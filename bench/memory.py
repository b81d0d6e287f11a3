"""What the whole house holds in memory under load, each shared page counted once (PSS), with what decodes photos."""

from __future__ import annotations

import contextlib
import time
from collections import Counter, defaultdict
from itertools import cycle, repeat
from threading import Event, Thread

from bench.lists import JSON, PAGE
from bench.load import load, message
from bench.servers import sign_in
from stage.callers import Caller, Lost
from stage.house import House
from stage.large_photos import SIZES, large_photos
from stage.stage import Stage
from stage.traffic import CLERK, RIDERS, Traffic
from stage.usage import pss

SAMPLE_SECONDS = 0.1
"""A heavy photo is decoded within a second, by a process that is gone then."""
PAUSE_SECONDS = 0.5


def run(stage: Stage) -> None:
    most: dict[str, float] = {}
    with House(stage.new_folder("house"), stage.new_database()) as house:
        traffic = Traffic(house, seed=stage.seed).start()
        reader = Thread(target=_read, args=(int(house.port), stage.size(40.0, 240.0)), daemon=True)
        reader.start()
        ending, sent = Event(), Counter[tuple[str, int]]()
        rider, shots = traffic.callers[RIDERS[0]], large_photos(stage.seed)
        sender = Thread(target=_send, args=(rider, shots, ending, sent), daemon=True)
        sender.start()
        while reader.is_alive():
            time.sleep(SAMPLE_SECONDS)
            most = max(most, _held(house), key=lambda each: sum(each.values()))
        ending.set()
        sender.join()
        traffic.stop()
    for name, megabytes in sorted(most.items()):
        stage.figure(name, megabytes, "MB")
    stage.figure("web, workers, relay and Redis together", sum(most.values()), "MB", most=700, aim=500)
    for name in SIZES:
        stage.figure(f"large photos taken meanwhile, {name}", sent[name, 201], least=1)
    wrong = sum(count for (_, status), count in sent.items() if status not in (201, 503))
    stage.figure("large photos not well answered", wrong, exactly=0)
    stage.figure("reports meanwhile", len(traffic.rides), least=1)
    traffic.show(stage.figures)


def _read(port: int, seconds: float) -> None:
    """Four clerks who read lists for so long."""
    headers = sign_in(port, CLERK)
    requests = [message("GET", each.path, headers=headers | {"Accept": each.kind}) for each in (JSON, PAGE)]
    load(port, [repeat(request) for request in requests * 2], seconds)


def _send(rider: Caller, shots: dict[str, bytes], ending: Event, sent: Counter[tuple[str, int]]) -> None:
    """Somebody whose photos are large, one after the other; each answer by its status, 0 for none."""
    for name in cycle(shots):
        if ending.wait(PAUSE_SECONDS):
            return
        kind = f"image/{name.lower()}"
        try:
            sent[name, rider.upload("/uploads", shots[name], kind=kind, Connection="close").status] += 1
        except Lost:
            sent[name, 0] += 1


def _held(house: House) -> dict[str, float]:
    """Megabytes by part."""
    held: dict[str, float] = defaultdict(float)
    for name in house.parts():
        for pid in house.family(name):
            with contextlib.suppress(OSError):  # it has just ended
                held[name] += pss(pid)
    return held
