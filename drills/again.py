"""Every job run 2 times, 5 times and 8 times at once, in processes of their own: the state is that of once."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import delete, select

from models.clock import moved
from models.database import database
from models.outbox import Outbox, later
from queues import jobs
from queues.run import run as run_row
from stage.mail_server import MailServer
from stage.scene import Scene
from stage.stage import Stage
from stage.state import State, differences, files, state_of

FORK = multiprocessing.get_context("fork")
MORNING = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
"""When the scene is set: the jobs run sixty days later, and no run depends on today."""
PATIENCE_SECONDS = 60
ELSEWHERE = {"scrub": "sqlite"}
"""What has something to do on one kind of database only."""


def run(stage: Stage) -> None:
    server = MailServer()
    server.start()
    stage.held.callback(server.stop)
    url, folder = stage.new_database(), stage.new_folder("files")
    scene = Scene(url, folder, MORNING, SMTP_URL=server.url, MAIL_FROM="whistle@example.org")
    stage.figure("kinds of jobs without a scene", len(set(jobs.topics()) ^ scene.refs.keys()), exactly=0)
    drill = Again(stage, scene, folder, server)
    differing: list[str] = []
    for topic in sorted(scene.refs):
        differing += drill.compare(topic)
    stage.figure("jobs that left no trace", len(drill.idle), exactly=0)
    stage.figure("jobs compared", len(scene.refs))
    stage.figure("runs", drill.runs)
    stage.figure("states that differ from that of once", len(differing), exactly=0)
    stage.figure("ways of repeating a mail", len(drill.letters), exactly=3)
    stage.figure("of which sent one letter", drill.letters.count(1), exactly=3)
    for line in [*drill.idle, *differing][:10]:
        stage.say(line)


class Again:
    """Runs the jobs of a scene one by one, each on a copy of its database and of its data's `folder`."""

    def __init__(self, stage: Stage, scene: Scene, folder: Path, server: MailServer) -> None:
        self.stage, self.scene, self.files, self.server = stage, scene, folder, server
        self.kept = stage.folder / "kept_again"
        shutil.copytree(self.files, self.kept)
        self.runs = 0
        self.idle: list[str] = []
        """Jobs whose run changed nothing, so that nothing was compared."""
        self.letters: list[int] = []
        """How many came in of each way of repeating a mail, once among them."""

    def compare(self, topic: str) -> list[str]:
        """What differs, for this job, from the state that one run leaves."""
        once = self._state(topic, rows=1, times=1, at_once=1)
        self._count_letters(topic)
        self.look(topic, once)
        found: list[str] = []
        ways = {
            "2 times": (2, 1, 1), "5 times": (5, 1, 1), "8 at once": (8, 1, 8),
            "one row 5 times": (1, 5, 1), "one row 8 at once": (1, 8, 8),
        }  # fmt: skip
        for name, (rows, times, at_once) in ways.items():
            if jobs.find(topic).errand and rows > 1:
                # What is sent outside carries its row's number: two rows are two letters.
                continue
            again = self._state(topic, rows=rows, times=times, at_once=at_once)
            self._count_letters(topic)
            found += [f"{topic} {name}: {line}" for line in differences(once, again)]
        return found

    def _count_letters(self, topic: str) -> None:
        if topic == "mail":
            self.letters.append(len(self.server.letters))

    def look(self, topic: str, once: State | None = None) -> None:
        """Whether one run of this job changes anything but when it comes next."""
        once = once or self._state(topic, rows=1, times=1, at_once=1)
        changed = differences(self._state(topic, rows=0, times=0, at_once=1), once)
        next_run = f"'topic={topic}'"
        if ELSEWHERE.get(topic, self.stage.database) != self.stage.database:
            return
        if not [line for line in changed if not ("'outbox'" in line and next_run in line)]:
            self.idle.append(topic)

    def _state(self, topic: str, *, rows: int, times: int, at_once: int) -> State:
        copy = self.stage.copy_of(self.scene.url)
        self.server.letters.clear()
        shutil.rmtree(self.files)
        shutil.copytree(self.kept, self.files)
        database.connect(copy)
        with moved(self.scene.at), database.writing() as session:
            numbers = [later(session, topic, self.scene.refs[topic]) for _ in range(rows)] * times
        database.engine.dispose()
        for begin in range(0, len(numbers), at_once):
            self._run(numbers[begin : begin + at_once], self.scene.moment_of(topic))
        with database.writing() as session:
            session.execute(delete(Outbox).where(Outbox.topic == topic, Outbox.done_at.is_not(None)))
            undone = session.scalars(select(Outbox.last_error).where(Outbox.id.in_(numbers))).all()
        with database.reading() as session:
            state = state_of(session)
        database.engine.dispose()
        state.update(("undone", str(error)) for error in undone)
        state.update(files(self.files) + self.scene.beside_rows(copy, self.files))
        # Each that came in, and not each name of one: what two send at once has the same name.
        state.update(Counter(("letter", str(each["Message-ID"])) for each in self.server.letters))
        return state

    def _run(self, numbers: list[int], at: datetime) -> None:
        """Each in a process, all at the same moment."""
        together = FORK.Barrier(len(numbers))
        processes = [FORK.Process(target=_run_one, args=(number, at, together)) for number in numbers]
        for process in processes:
            process.start()
        for process in processes:
            process.join(PATIENCE_SECONDS)
            if process.exitcode != 0:
                process.kill()
                raise RuntimeError(f"a run ended with {process.exitcode}")
        self.runs += len(numbers)


def _run_one(number: int, at: datetime, together: Barrier) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    database.dispose_after_fork()
    together.wait(PATIENCE_SECONDS)
    with moved(at):
        run_row(number)
    os._exit(0)
