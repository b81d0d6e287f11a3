"""Mixed load for minutes: memory stays within a tenth of what it was once warm, no file and no connection is leaked."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from urllib.parse import urlencode

from stage import books
from stage.callers import PASSWORD, Callers, Line, Lost
from stage.house import House
from stage.large_photos import large_photos
from stage.stage import Stage
from stage.traffic import CLERK, OFFICER, RIDERS, Traffic, picture
from stage.usage import Usage, usage

MOST_MORE = 1.1
WARM_SECONDS = 30.0
"""Of load before the minutes that count, and of each process's life before it does: by then it has done everything a
few times."""
SAMPLE_SECONDS = 2.0
LEAST_SAMPLES = 9
"""Of a process that is held against itself: the median of its first third against that of its last."""
SETTLE_SECONDS = 7.0
"""Longer than gunicorn keeps an idle connection open."""
PAGES = {RIDERS[0]: ("/my", "/report", "/points", "/inbox"), CLERK: ("/", "/inbox"), OFFICER: ("/", "/account")}
LISTS = ("/tickets", "/tickets?limit=5", "/me", "/categories", "/units", "/notifications")
PAUSE_SECONDS = 0.1
POOLED = 4
"""What a pool may have opened since: it holds as many connections as ever were used at once."""
LARGE_SHARE = 0.03
"""Of what is sent and read: photos as large as are taken."""


class Readers:
    """People who open pages and lists, and send photos that nobody uses, large ones among them."""

    def __init__(self, house: House, seed: int, shots: dict[str, bytes]) -> None:
        self._shots = shots
        self.statuses: Counter[int] = Counter()
        self._callers, self._address = Callers(house), house.address
        self._cookies = {name: self._sign_in(name) for name in PAGES}
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(random.Random(seed + number),), daemon=True)
            for number in range(3)
        ]

    def start(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(60)

    def _sign_in(self, name: str) -> str:
        body = urlencode({"username": name, "password": PASSWORD}).encode()
        headers = {"Origin": self._address, "Content-Type": "application/x-www-form-urlencoded"}
        answer = Line(self._address).ask("POST", "/sign-in", body, headers)
        cookies = [each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or ()]
        return next(each for each in cookies if each.startswith("whistle_session="))

    def _read(self, chance: random.Random) -> None:
        line = Line(self._address)
        while not self._ending.wait(PAUSE_SECONDS):
            name = chance.choice(list(PAGES))
            try:
                if chance.random() < LARGE_SHARE:
                    kind = chance.choice(list(self._shots))
                    form = f"image/{kind.lower()}"
                    status = self._callers[name].upload("/uploads", self._shots[kind], kind=form).status
                elif chance.random() < 0.2:
                    shot = picture(chance.getrandbits(32), (1600, 1200))
                    status = self._callers[name].upload("/uploads", shot).status
                elif chance.random() < 0.5:
                    status = self._callers[name].get(chance.choice(LISTS)).status
                else:
                    cookie = {"Cookie": self._cookies[name]}
                    status = line.ask("GET", chance.choice(PAGES[name]), None, cookie).status
            except Lost:
                status = 0
            self.statuses[status] += 1


class Watch:
    """Memory of every process (MB), looked at all along, by part and number; `most` is that of all at one moment."""

    def __init__(self, house: House) -> None:
        self.samples: dict[tuple[str, int], list[float]] = defaultdict(list)
        self.most = 0.0
        self._house, self._ending = house, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> Watch:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._ending.set()
        self._thread.join(60)

    def grown(self) -> dict[str, float]:
        """By part: of its processes that were there for long, how much the last third of a life is above the first, as
        a factor."""
        found: dict[str, float] = {}
        for (name, _), samples in self.samples.items():
            seen = samples[round(WARM_SECONDS / SAMPLE_SECONDS) :]
            if len(seen) >= LEAST_SAMPLES:
                third = len(seen) // 3
                factor = statistics.median(seen[-third:]) / statistics.median(seen[:third])
                found[name] = max(found.get(name, 0.0), factor)
        return found

    def _look(self) -> None:
        while not self._ending.wait(SAMPLE_SECONDS):
            held = usage(self._house).memory
            self.most = max(self.most, sum(held.values()))
            for process, megabytes in held.items():
                self.samples[process].append(megabytes)


def run(stage: Stage) -> None:
    seconds, shots = stage.size(90, 300), large_photos(stage.seed)
    with House(stage.new_folder("house"), stage.new_database()) as house:
        rides, answers = [], Counter[int]()
        looks: list[Usage] = []
        watch = Watch(house).start()
        for number, lasts in enumerate((WARM_SECONDS, seconds)):
            traffic = Traffic(house, seed=stage.seed + number, pause=PAUSE_SECONDS).start()
            readers = Readers(house, stage.seed + number, shots).start()
            time.sleep(lasts)
            readers.stop()
            traffic.stop()
            books.drain(house, 120)
            if lasts == seconds:
                watch.stop()
            time.sleep(SETTLE_SECONDS)
            looks.append(usage(house))
            rides += traffic.rides
            answers += readers.statuses
            traffic.show(stage.figures)
        found = books.read(house, rides)
    warm, end = looks
    stage.figure("pages, lists and photos", answers.total(), least=seconds)
    # A connection that rested is closed, and a full gate says when to come again: neither is a fault of the server.
    stage.figure("of them to ask again (closed or 503)", answers[0] + answers[503])
    wrong = sum(count for status, count in answers.items() if status not in (0, 503) and not 200 <= status < 400)
    stage.figure("of them not well answered", wrong, exactly=0)
    stage.say(f"answers: {dict(sorted(answers.items()))}")
    replaced = [name for name, _ in warm.memory.keys() - end.memory.keys()]
    stage.figure("workers replaced, each after its share of jobs", sum(name.startswith("worker") for name in replaced))
    stage.figure("others replaced", sum(not name.startswith("worker") for name in replaced), exactly=0)
    before, after = _by_part(warm.memory), _by_part(end.memory)
    together = sum(before.values())
    stage.figure(f"memory of all at rest (warm {together:.1f})", sum(after.values()), "MB", most=MOST_MORE * together)
    grown = watch.grown()
    for name in sorted(before):
        # Redis is not ours, and 2 MB of which half is shared with whoever else runs one.
        most = MOST_MORE if name != "redis" else None
        stage.figure(
            f"memory of {name} at rest (warm {before[name]:.1f})", after[name], "MB", most=most and most * before[name]
        )
        stage.figure(f"under load, a process of {name} grew to", grown.get(name, 0.0), "times", most=most)
    stage.figure("parts of which no process was there for long", len(before.keys() - grown.keys()), exactly=0)
    stage.figure("memory of all at one moment, with what decodes", watch.most, "MB")
    before, after = _by_part(warm.files), _by_part(end.files)
    for name in sorted(before):
        stage.figure(f"open files of {name} (warm {before[name]:.0f})", after[name], most=before[name] + POOLED)
    if stage.database == "postgresql":
        stage.figure("connections to PostgreSQL, warm", warm.connections)
        stage.figure("connections more", end.connections - warm.connections, most=POOLED)
    found.show(stage.figures)


def _by_part(figures: Mapping[tuple[str, int], float]) -> dict[str, float]:
    """The figures of each part, all its processes together."""
    parts: dict[str, float] = defaultdict(float)
    for (name, _), figure in figures.items():
        parts[name] += figure
    return parts
