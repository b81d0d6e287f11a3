"""`bin/bench pages`: how long the server takes for every page of the demo, with eight people at it.

Each reads a page, looks at it for half a second and opens the next. The server's own time comes from its log, by the
request's id, so that the network and the reader's end do not count. Two floors of the same run stand beside the pages:
`/healthz`, which asks nothing, and a loop of bare Python that takes 20 ms at its best, which shows what the machine
adds. Fails where a page's 95th percentile is over 50 ms. `--data FOLDER` measures a copy of a house that stands
already, instead of loading the demo first.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from bench.house import House
from bench.tour import Stop

CLIENTS = 8
ROUNDS = 4
PAUSE_SECONDS = 0.5
LIMIT_MS = 50.0
FLOOR = Stop("(floor) healthz", None, "/healthz")
LOOP_SECONDS = 0.020
LOOP = "(floor) a loop of 20 ms"


def main(data: Path | None = None, pause: float = PAUSE_SECONDS) -> int:
    """Exit status 0 where every page is quick enough, else 1; prints a line a page."""
    with tempfile.TemporaryDirectory(prefix="whistle-bench-") as folder:
        if data is not None:
            shutil.copytree(data, folder, dirs_exist_ok=True)
        with House(Path(folder)) as house:
            time.sleep(2)  # the second worker starts a little after the house is ready
            with multiprocessing.get_context("spawn").Pool(1) as aside:
                looping = aside.apply_async(_loops, (len(house.stops) * ROUNDS, pause))
                served = _walk(house, pause)
                times = _times(house, served) | {LOOP: looping.get()}
    print(f"{'page':36}{'n':>5}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}")
    slow = []
    for name, found in sorted(times.items(), key=lambda each: -_share(each[1], 0.95)):
        p95 = _share(found, 0.95)
        print(f"{name:36}{len(found):5}{statistics.median(found):9.1f}{p95:9.1f}{max(found):9.1f}")
        if p95 > LIMIT_MS and name != LOOP:
            slow.append(name)
    print(f"{CLIENTS} clients, {pause} s between pages; limit {LIMIT_MS:.0f} ms at p95; over it: {slow or 'none'}")
    return 1 if slow else 0


def _walk(house: House, pause: float) -> dict[str, str]:
    """Request id → page."""
    cookies: dict[str | None, str] = {each.person: house.cookie(each.person) for each in house.stops if each.person}
    served: dict[str, str] = {}
    host = urlsplit(house.address).netloc
    # Whatever is made once a process is made, and an address that only leads on gives way to the one it leads to.
    stops = [_led(http.client.HTTPConnection(host), each, cookies) for each in (*house.stops, FLOOR)]

    def client(number: int) -> None:
        chance = random.Random(number)
        connection = http.client.HTTPConnection(host)
        time.sleep(pause * number / CLIENTS)
        for _ in range(ROUNDS):
            for stop in chance.sample(stops, len(stops)):
                answer = _get(connection, stop, cookies)
                if answer.status not in (200, 404):
                    raise RuntimeError(f"{stop.name}: {answer.status}")
                served[answer.getheader("X-Request-ID", "")] = stop.name
                time.sleep(pause)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return served


def _led(connection: http.client.HTTPConnection, stop: Stop, cookies: dict[str | None, str]) -> Stop:
    answer = _get(connection, stop, cookies)
    return replace(stop, path=answer.getheader("Location", "")) if answer.status == 303 else stop


def _get(
    connection: http.client.HTTPConnection, stop: Stop, cookies: dict[str | None, str]
) -> http.client.HTTPResponse:
    headers = {"Accept": "text/html", "Accept-Language": "zh", "Accept-Encoding": "gzip"}
    if stop.person:
        headers["Cookie"] = f"whistle_session={cookies[stop.person]}"
    connection.request("GET", stop.path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def _times(house: House, served: dict[str, str]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for line in house.log.read_text(encoding="utf-8", errors="replace").splitlines():
        told = line.partition("| ")[2]
        if told.startswith('{"event": "request"'):
            about = json.loads(told)
            if about["request_id"] in served:
                found[served[about["request_id"]]].append(about["ms"])
    return found


def _loops(count: int, pause: float) -> list[float]:
    """What `count` runs of the same loop took, in ms, `pause` s between them; at its best it takes `LOOP_SECONDS`."""

    def run(steps: int) -> float:
        begun = time.perf_counter()
        for _ in range(steps):
            pass
        return time.perf_counter() - begun

    steps = 1_000_000
    steps = int(steps * LOOP_SECONDS / min(run(steps) for _ in range(20)))
    found = []
    for _ in range(count):
        time.sleep(pause)
        found.append(1000 * run(steps))
    return found


def _share(found: list[float], share: float) -> float:
    return sorted(found)[min(len(found) - 1, int(len(found) * share))]


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="bin/bench pages")
    options.add_argument("--data", type=Path, help="a data folder with the demo in it; a copy of it is measured")
    options.add_argument("--pause", type=float, default=PAUSE_SECONDS, help="seconds between two pages")
    sys.exit(main(**vars(options.parse_args())))
