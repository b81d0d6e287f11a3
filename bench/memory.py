"""What the whole house holds in memory under load, each shared page counted once (PSS)."""

from __future__ import annotations

import re
import time
from collections import Counter
from itertools import repeat
from pathlib import Path
from threading import Thread

from bench.lists import JSON, PAGE
from bench.load import load, message
from bench.servers import sign_in
from stage.house import House
from stage.stage import Stage
from stage.traffic import CLERK, Traffic

PSS = re.compile(r"^Pss: +(\d+) kB$", re.MULTILINE)
SAMPLE_SECONDS = 1.0


def run(stage: Stage) -> None:
    most: Counter[str] = Counter()
    with House(stage.new_folder("house"), stage.new_database()) as house:
        traffic = Traffic(house, seed=stage.seed).start()
        reader = Thread(target=_read, args=(int(house.port), stage.size(40.0, 240.0)), daemon=True)
        reader.start()
        while reader.is_alive():
            time.sleep(SAMPLE_SECONDS)
            most = max(most, _held(house), key=lambda each: each.total())
        traffic.stop()
    for name, kilobytes in sorted(most.items()):
        stage.figure(name, kilobytes / 1000, "MB")
    stage.figure("web, workers, relay and Redis together", most.total() / 1000, "MB", most=700, aim=500)
    stage.figure("reports meanwhile", len(traffic.rides), least=1)
    traffic.show(stage.figures)


def _read(port: int, seconds: float) -> None:
    """Four clerks who read lists for so long."""
    headers = sign_in(port, CLERK)
    requests = [message("GET", path, headers=headers | {"Accept": kind}) for _, path, kind in (JSON, PAGE)]
    load(port, [repeat(request) for request in requests * 2], seconds)


def _held(house: House) -> Counter[str]:
    """Kilobytes by part."""
    held: Counter[str] = Counter()
    for name in house.parts():
        for pid in house.processes(name):
            try:
                found = PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
            except OSError:
                continue  # it has just ended, and another takes its place
            held[name] += int(found[1]) if found else 0
    return held
