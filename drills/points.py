"""Workers and relays killed at six exact points of every kind of job: one effect each."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

from sqlalchemy import func, select

from drills.again import Again
from models.clock import now
from models.outbox import Outbox, later
from queues import jobs
from stage import books
from stage.house import House
from stage.kill_points import POINTS, SENT, Orders
from stage.mail_server import MailServer
from stage.scene import LATER, Scene
from stage.stage import Stage
from stage.state import State, differences, files, state_of, timeless

DONE_SECONDS = 90.0
LIVES = (("leased", "taken", "begun", "committed"), ("written", "marked"))
"""Points that are tried in one house, with a row each of every kind. A mail is held for 55 seconds where its sender is
killed after it began: both of those points wait at once."""
DONE = select(func.count(Outbox.id)).where(Outbox.done_at.is_not(None))


def run(stage: Stage) -> None:
    server = MailServer()
    server.start()
    stage.held.callback(server.stop)
    folder = stage.new_folder("house")
    mail = {"SMTP_URL": server.url, "MAIL_FROM": "whistle@example.org"}
    scene = Scene(stage.new_database(), folder, datetime.now(UTC) - LATER, **mail)
    again = Again(stage, scene, folder, server)
    for topic in scene.refs:
        again.look(topic)
    drill = _Points(stage, scene, server, mail)
    once, _ = drill.lived_through(())
    differing: list[str] = []
    for points in LIVES:
        state, seconds = drill.lived_through(points)
        stage.figure(f"killed when {', '.join(points)}: done after", seconds, "s", most=DONE_SECONDS)
        differing += [f"{points}: {line}" for line in differences(timeless(once), timeless(state))]
    stage.figure("points of each kind of job", sum(map(len, LIVES)), exactly=len(POINTS))
    stage.figure("kinds of jobs", len(scene.refs), exactly=len(jobs.topics()))
    stage.figure("kinds that had nothing to do", len(again.idle), exactly=0)
    stage.figure("runs before there was an order to be killed", drill.early, exactly=0)
    stage.figure("kills", drill.kills, exactly=len(POINTS) * len(scene.refs))
    for life, sent in zip(((), *LIVES), drill.letters, strict=True):
        twice = len(SENT.intersection(life))
        said = f"killed when {', '.join(life)}" if life else "undisturbed"
        stage.figure(f"{said}: mails", sent.mails, least=max(len(life), 1))
        stage.figure("of which one letter came in", sent.times[1], exactly=sent.mails - twice)
        stage.figure("of which two of the same name came in", sent.times[2], exactly=twice)
        stage.figure("letters in all", sent.letters, exactly=sent.mails + twice)
    stage.figure("effects that differ from those of an undisturbed run", len(differing), exactly=0)
    for line in [*again.idle, *differing][:10]:
        stage.say(line)


@dataclass(frozen=True)
class _Sent:
    """How many mails there were to be sent, how many letters came in, and of how many of them so many of one name."""

    mails: int
    letters: int
    times: Counter[int]


class _Points:
    def __init__(self, stage: Stage, scene: Scene, server: MailServer, mail: dict[str, str]) -> None:
        self.stage, self.scene, self.server, self.mail = stage, scene, server, mail
        self.files, self.kept = stage.folder / "house" / "files", stage.folder / "kept"
        shutil.copytree(self.files, self.kept)
        self._houses = self.kills = self.early = 0
        self.letters: list[_Sent] = []
        """Of each life. Who was killed between sending and writing that down sends again, under the same name."""

    def lived_through(self, points: tuple[str, ...]) -> tuple[State, float]:
        """What is there once all jobs of the scene have run, each killed at each of the points, and the seconds that
        they took."""
        self._houses += 1
        self.server.letters.clear()
        shutil.rmtree(self.files)
        shutil.copytree(self.kept, self.files)
        # What was exported of another life contradicts this one, and a digest would rightly refuse.
        shutil.rmtree(self.files.parent / "digests", ignore_errors=True)
        orders = Orders(self.stage.new_folder(f"orders{self._houses}"))
        url = self.stage.copy_of(self.scene.url)
        environment = {**self.mail, **orders.environment(), "WORKERS": "4", "WEB_CONCURRENCY": "1"}
        house = House(self.files.parent, url, **environment)
        with house.database.writing() as session:
            # What comes every day would come at the start, before anybody is there to be killed.
            for each in jobs.periodic():
                later(session, each.topic, "", due=now() + timedelta(days=1))
            done = session.scalar(DONE)
        with house:
            with house.database.reading() as session:
                self.early += (session.scalar(DONE) or 0) - (done or 0)
            for topic, point in product(self.scene.refs, points):
                orders.give(topic, point)
            with house.database.writing() as session:
                for _, (topic, ref) in product(points or ("",), self.scene.refs.items()):
                    later(session, topic, ref)
            began = time.monotonic()
            house.wait_for(lambda: not orders.open(), "killed everywhere", DONE_SECONDS)
            self.kills += len(points) * len(self.scene.refs)
            books.drain(house, 2 * DONE_SECONDS)
            seconds = time.monotonic() - began
            house.stop()
            with house.database.reading() as session:
                state = state_of(session, but=("outbox",), times=False)
                state[("done long ago",)] = session.scalar(DONE.where(Outbox.done_at < now() - timedelta(days=30))) or 0
                mails = session.scalar(select(func.count(Outbox.id)).where(Outbox.topic == "mail"))
        names = Counter(str(letter["Message-ID"]) for letter in self.server.letters)
        self.letters.append(_Sent(mails or 0, names.total(), Counter(names.values())))
        state.update(files(self.files) + self.scene.beside_rows(url, self.files.parent))
        state.update({("letter", str(letter["To"]), str(letter["Subject"])): 1 for letter in self.server.letters})
        return state, seconds
