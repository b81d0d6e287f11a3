"""Each part made ill in turn: /readyz and /metrics say which one it is, and that it is well again."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, text, update

from models import Outbox, User
from models.clock import now
from models.migrations import head
from models.outbox import later
from queues.probe import ask
from queues.run import MOST_RUNS
from queues.worker import BUSY_BEAT_SECONDS
from stage.callers import Line
from stage.house import House, standing_still
from stage.mail_server import MailServer
from stage.proxy import Proxy
from stage.redis_server import RedisServer
from stage.s3_server import CREDENTIALS, S3Server
from stage.skew import Clocks
from stage.small_disk import SmallDisk
from stage.stage import Stage
from workflow import notices

TOLD_SECONDS = 30.0
MISSED_SECONDS = BUSY_BEAT_SECONDS + 15.0
"""A worker that hangs in a job is missed later than one that waited."""
HELD = timedelta(minutes=5)
ANSWERED_SECONDS = 8.0
DISK_MEGABYTES = 16
WORKERS = ("worker1", "worker2")
AHEAD_SECONDS = 300.0
LATER = "421 4.3.0 later"

Samples = dict[str, float]
Said = Callable[[Samples], bool]


@dataclass
class Ailment:
    """`ill`: what /readyz names beside `ok`; `said`: whether the samples of /metrics tell it."""

    name: str
    fault: contextlib.AbstractContextManager[object]
    said: Said
    ill: set[str] = field(default_factory=set)
    seconds: float = TOLD_SECONDS


@dataclass
class Patient:
    """A house and all that it stands on."""

    stage: Stage
    house: House
    redis: RedisServer
    mail: MailServer
    clocks: Clocks
    storage: contextlib.AbstractContextManager[object]
    """Away for the length of the block."""

    def ailments(self) -> Iterator[Ailment]:
        """One after the other, the worst last."""
        queue = {"redis", "worker", "relay"}
        yield Ailment("storage away", self.storage, _down("storage"))
        yield Ailment("workers hanging", self._hanging(*WORKERS), _down("worker"), {"worker"}, MISSED_SECONDS)
        yield Ailment("relay hanging", self._hanging("relay"), _down("relay"), {"relay"})
        yield Ailment("backlog", self._backlog(), partial(_above, "whistle_outbox_oldest_seconds", 60))
        yield Ailment("Redis away", self.redis.away(), _down("redis"), queue)
        yield Ailment("Redis hanging", self.redis.frozen(), _down("redis"), queue)
        yield Ailment("relay's clock fast", self._fast("relay"), partial(_ahead, "relay"))
        yield Ailment("workers' clocks fast", self._fast(*WORKERS), partial(_ahead, "worker"))
        yield Ailment("mail put off", self._mail_refusing(), partial(_above, "whistle_outbox_failing{mail}", 0))
        yield Ailment("dead letter", self._dead_letter(), partial(_above, "whistle_outbox_dead", 0))
        yield Ailment("digest late", self._late("digest"), partial(_late, "digest"))
        yield Ailment("schema old", self._old_schema(), _down("schema"), {"database"})
        if self.stage.database == "postgresql":
            yield Ailment("PostgreSQL hanging", self._postgres_hanging(), _down("database"), {"database"})
            yield Ailment("PostgreSQL away", self.stage.postgres.away(), _down("database"), {"database"})

    @contextlib.contextmanager
    def _hanging(self, *names: str) -> Iterator[None]:
        with standing_still([self.house.pid(name) for name in names]):
            yield

    @contextlib.contextmanager
    def _backlog(self) -> Iterator[None]:
        held = now() + HELD
        with self._row("purge", due=now() - timedelta(minutes=5), lease=held, held_until=held):
            yield

    @contextlib.contextmanager
    def _fast(self, *names: str) -> Iterator[None]:
        self.clocks.set(**dict.fromkeys(names, AHEAD_SECONDS))
        yield
        self.clocks.set(**dict.fromkeys(names, 0.0))

    @contextlib.contextmanager
    def _mail_refusing(self) -> Iterator[None]:
        self.mail.data[:] = [LATER] * 1000
        with self.house.database.writing() as session:
            admin = session.scalars(select(User).where(User.username == "admin")).one()
            notices.set_address(session, admin, "admin@example.org")
        # Of a dead letter administrators are told, by mail too.
        with self._dead_letter():
            yield
        self.mail.data.clear()
        with self.house.database.writing() as session:
            session.execute(update(Outbox).where(Outbox.topic == "mail").values(due=now(), lease=None))

    @contextlib.contextmanager
    def _dead_letter(self) -> Iterator[None]:
        with self._row("no_such_topic", runs=MOST_RUNS - 1):
            yield

    @contextlib.contextmanager
    def _row(self, topic: str, **values: object) -> Iterator[None]:
        with self.house.database.writing() as session:
            number = later(session, topic, "")
            session.execute(update(Outbox).where(Outbox.id == number).values(**values))
        yield
        with self.house.database.writing() as session:
            if found := session.get(Outbox, number):
                session.delete(found)

    @contextlib.contextmanager
    def _late(self, topic: str) -> Iterator[None]:
        waits, held = update(Outbox).where(Outbox.topic == topic, Outbox.done_at.is_(None)), now() + HELD
        with self.house.database.writing() as session:
            session.execute(waits.values(due=now() - timedelta(hours=2), lease=held, held_until=held))
        yield
        with self.house.database.writing() as session:
            session.execute(waits.values(lease=None, held_until=None))

    @contextlib.contextmanager
    def _old_schema(self) -> Iterator[None]:
        self._say_schema("0001")
        yield
        self._say_schema(head())

    def _say_schema(self, revision: str) -> None:
        with self.house.database.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})

    @contextlib.contextmanager
    def _postgres_hanging(self) -> Iterator[None]:
        with standing_still(self.stage.postgres.processes()):
            yield


def run(stage: Stage) -> None:
    """On SQLite the photos lie on a small disk that gets full, on PostgreSQL in a bucket that goes away."""
    with contextlib.ExitStack() as held:
        url, storage = _disk(stage, held) if stage.database == "sqlite" else _bucket(held)
        redis, mail, clocks = RedisServer(stage.new_folder("redis")), MailServer(), Clocks(stage.new_folder("clocks"))
        redis.start()
        held.callback(redis.stop)
        mail.start()
        held.callback(mail.stop)
        house = held.enter_context(
            House(
                stage.new_folder("house"),
                stage.new_database(),
                REDIS_URL=redis.url,
                STORAGE_URL=url,
                SMTP_URL=mail.url,
                SECRET_KEY=secrets.token_hex(32),
                **CREDENTIALS,
                **clocks.environment(),
            )
        )
        _hold_commands(stage, house)
        for ailment in Patient(stage, house, redis, mail, clocks, storage).ailments():
            _try(stage, house, ailment)


def _disk(stage: Stage, held: contextlib.ExitStack) -> tuple[str, contextlib.AbstractContextManager[object]]:
    disk = held.enter_context(SmallDisk(stage.folder / "files", DISK_MEGABYTES))

    @contextlib.contextmanager
    def full() -> Iterator[None]:
        disk.fill()
        yield
        disk.clear()

    return disk.folder.as_uri(), full()


def _bucket(held: contextlib.ExitStack) -> tuple[str, contextlib.AbstractContextManager[object]]:
    server = S3Server()
    held.callback(server.stop)
    proxy = Proxy(server.port)
    return server.url(proxy.port), proxy.away()


def _hold_commands(stage: Stage, house: House) -> None:
    """What commands leave for the metrics to tell."""
    before = samples(house)
    stage.figure("backups told before the first", int(before["whistle_last_backup_timestamp_seconds"]), exactly=0)
    for name, words in (("backup", (str(stage.folder / "backup"),)), ("audit", ())):
        house.command(name, *words)
        age = time.time() - samples(house)[f"whistle_last_{name}_timestamp_seconds"]
        stage.figure(f"age of the last {name} as told", age, "s", most=TOLD_SECONDS)


def _try(stage: Stage, house: House, ailment: Ailment) -> None:
    with ailment.fault:
        told = _wait(lambda: ailment.said(samples(house)) and ailing(house) >= ailment.ill, ailment.seconds)
        stage.figure(f"{ailment.name}: told after", told, "s", most=ailment.seconds)
        began = time.monotonic()
        samples(house)
        stage.figure(f"{ailment.name}: /metrics answered in", time.monotonic() - began, "s", most=ANSWERED_SECONDS)
        others = ailing(house) - ailment.ill
        stage.figure(f"{ailment.name}: others accused", len(others), exactly=0)
    well = _wait(lambda: house.is_well() and not ailment.said(samples(house)))
    stage.figure(f"{ailment.name}: well again after", well, "s", most=TOLD_SECONDS)


def _wait(told: Callable[[], bool], seconds: float = TOLD_SECONDS) -> float:
    """How long it took, at most twice what it may."""
    began = time.monotonic()
    while time.monotonic() - began < 2 * seconds and not told():
        time.sleep(0.2)
    return time.monotonic() - began


def samples(house: House) -> Samples:
    """What a scrape says of the house, as `name{label}`."""
    answer = Line(house.address).ask("GET", "/metrics", None, {})
    return {
        "".join([sample.name, *(f"{{{value}}}" for value in sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
        if not family.name.startswith("whistle_http")
    }


def ailing(house: House) -> set[str]:
    """The parts that /readyz says are not ok."""
    status, state = ask(house.settings, "/readyz?all=1", timeout_seconds=ANSWERED_SECONDS)
    ill = {name for name, said in state.items() if name != "warnings" and said != "ok"}
    return ill if (status == 503) == bool(ill) else {"an answer that contradicts itself"}


def _down(part: str) -> Said:
    return lambda all_of: all_of.get(f"whistle_part_up{{{part}}}") == 0


def _above(name: str, bound: float, all_of: Samples) -> bool:
    return all_of.get(name, 0) > bound


def _ahead(part: str, all_of: Samples) -> bool:
    return all_of.get(f"whistle_clock_ahead_seconds{{{part}}}", 0) > AHEAD_SECONDS / 2


def _late(topic: str, all_of: Samples) -> bool:
    return time.time() - all_of.get(f"whistle_periodic_next_run_timestamp_seconds{{{topic}}}", time.time()) > 3600
