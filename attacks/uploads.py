"""Hundreds of hostile pictures sent to the running server: no 5xx, no mark in what comes out, no process of 400 MB."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Self

from PIL import Image

from attacks.pictures import MARKER, WORD, Hostile, bombs, hostile
from stage.callers import Answer, Caller, Callers, Lost, form
from stage.house import House
from stage.stage import Stage

RIDER = "rider1"
LIMIT_MB = 400
LOOK_SECONDS = 0.03
AT_ONCE = 4
LARGE = ("jpeg of 50", "jpeg of 48", "webp of 25", "png of 25", "heic of 50")
NAMES = ("../../etc/passwd", "photo.svg", "a" * 300 + ".jpg", "shell.php", f"{WORD}.jpg", "x\u202egpj.exe", "")
SIGNS = (MARKER, MARKER.decode().encode("utf-16le"), MARKER.decode().encode("utf-16be"))
PEAK = re.compile(r"VmHWM:\s+(\d+)")


def run(stage: Stage) -> None:
    count = stage.size(300, 3000)
    statuses: Counter[int] = Counter()
    broken: list[str] = []
    marked: list[str] = []
    shown = sent = 0
    with House(stage.new_folder("house"), stage.new_database()) as house:
        caller = Callers(house)[RIDER]
        with Watch(house) as watch:
            for number, (what, data) in enumerate(hostile(stage.random, count)):
                answer = _send(caller, number, data)
                statuses[answer.status] += 1
                sent += 1
                if answer.status >= 500:
                    broken.append(f"{what}: {answer.status} {answer.body[:120]!r}")
                if answer.status == 201:
                    for photo in _photos(answer):
                        for path in (photo, f"{photo}?size=thumb"):
                            picture = caller.get(path)
                            shown += 1
                            marked += [f"{what}: {path} {why}" for why in _wrong(picture)]
            _many(caller, stage, statuses, broken)
            lost = _together(caller, statuses, broken)
        kept = _kept(house)
        marked += [f"stored {file.name}" for file in kept if any(sign in file.read_bytes() for sign in SIGNS)]
        log = house.log.read_bytes()
    stage.figure("hostile uploads", sent, least=300)
    stage.figure("that were taken and drawn anew", statuses[201])
    stage.figure("pictures that came out, read", shown, least=80)
    stage.figure("pictures stored, read", len(kept), least=80)
    stage.figure("large ones at once that waited too long", lost)
    stage.figure("answers of 5xx", len(broken), exactly=0)
    stage.figure("pictures with a mark or with metadata", len(marked), exactly=0)
    stage.figure("marks in the log", log.count(MARKER), exactly=0)
    stage.figure("largest peak of a web process", max(watch.web.values()), "MB", most=LIMIT_MB)
    stage.figure("processes that decoded what is heavy, seen", len(watch.decoders), least=5)
    stage.figure("largest peak of one", max(watch.decoders.values(), default=0), "MB", most=LIMIT_MB)
    for line in (*broken[:5], *marked[:5]):
        stage.say(line)


def _send(caller: Caller, number: int, data: bytes) -> Answer:
    """Under changing names and kinds, to both of the calls that take pictures."""
    kind = ("image/jpeg", "image/svg+xml", "text/html", "application/octet-stream")[number % 4]
    if number % 5 == 4:
        place = {"category": "06010", "latitude": "31.305", "longitude": "120.655"}
        return caller.multipart("/reports", place, (data,), kind=kind)
    content_type, body = form({}, (data,), kind)
    body = body.replace(b'filename="0.jpg"', f'filename="{NAMES[number % len(NAMES)]}"'.encode(), 1)
    return caller.call("POST", "/uploads", body, headers={"Content-Type": content_type})


def _photos(answer: Answer) -> list[str]:
    if "items" in answer.json:
        return [f"/uploads/{each['id']}" for each in answer.json["items"]]
    return [f"/tickets/{answer.json['number']}/photos/{each['id']}" for each in answer.json["photos"]]


def _wrong(picture: Answer) -> list[str]:
    """What is wrong with a picture that came out: it is a JPEG of nothing but what draws it."""
    if picture.status != 200 or picture.headers["Content-Type"] != "image/jpeg":
        return [f"{picture.status} {picture.headers['Content-Type']}"]
    found = ["has the mark" for sign in SIGNS if sign in picture.body]
    at = 2
    while picture.body[at + 1] != 0xDA:
        kind = picture.body[at + 1]
        if kind == 0xFE or 0xE1 <= kind <= 0xEF:
            found.append(f"has a segment {kind:x}")
        at += 2 + int.from_bytes(picture.body[at + 2 : at + 4], "big")
    if not picture.body.endswith(b"\xff\xd9"):
        found.append("goes on after its end")
    return found


def _many(caller: Caller, stage: Stage, statuses: Counter[int], broken: list[str]) -> None:
    """More files, and longer bodies, than one call takes."""
    small: list[Hostile] = [each for each in hostile(stage.random, 0) if len(each[1]) < 30_000]
    for files in ([data for _, data in small[:9]], [data for _, data in small[:60]], [bytes(15_000_000)] * 9):
        try:
            answer = caller.upload("/uploads", *files)
        except Lost:  # far too long a body is not read to its end: the line is cut while it is still being sent
            statuses[413] += 1
            continue
        statuses[answer.status] += 1
        if answer.status >= 500:
            broken.append(f"{len(files)} at once: {answer.status}")


def _together(caller: Caller, statuses: Counter[int], broken: list[str]) -> int:
    """Everything that is large, as fast as it comes; how many got no answer before the caller gave up."""
    large = [each for each in bombs() if each[0].startswith(LARGE)]

    def send(each: Hostile) -> Answer | None:
        with contextlib.suppress(Lost):
            return caller.upload("/uploads", each[1])
        return None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, large * 2))
    for answer in answers:
        if answer is not None:
            statuses[answer.status] += 1
            broken += [f"beside others: {answer.status}"] if answer.status >= 500 else []
    return answers.count(None)


class Watch(Thread):
    """Looks all the time, within `with`, at the web's processes and at those that decode for them: `web` and `decoders`
    are their peaks in MB."""

    def __init__(self, house: House) -> None:
        super().__init__(daemon=True)
        self.web: dict[int, float] = {}
        self.decoders: dict[int, float] = {}
        self._first, self._ended = house.pid("web"), Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            for pid in _below(self._first):
                with contextlib.suppress(OSError):  # it has ended meanwhile
                    decodes = b"photo_apart" in Path(f"/proc/{pid}/cmdline").read_bytes()
                    found = PEAK.search(Path(f"/proc/{pid}/status").read_text())
                    peaks = self.decoders if decodes else self.web
                    if found:
                        peaks[pid] = max(peaks.get(pid, 0), int(found[1]) / 1024)


def _below(pid: int) -> Iterator[int]:
    """A process and all that its threads have started."""
    yield pid
    with contextlib.suppress(OSError):
        for task in list(Path(f"/proc/{pid}/task").iterdir()):
            for word in (task / "children").read_text().split():
                yield from _below(int(word))


def _kept(house: House) -> list[Path]:
    """Everything in the house's folder that is a picture."""
    files = [file for file in house.folder.rglob("*.jpg") if file.is_file()]
    for file in files:
        with Image.open(file) as picture:
            picture.verify()
    return files
