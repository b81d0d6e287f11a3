"""What /metrics tells of the house beside its requests, asked anew at each scrape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from config import Settings
from models.database import database
from queues import dead_letters, health, periodic
from queues.look import Look
from workflow import last_done


@dataclass(frozen=True)
class Stored:
    """What the database says. `failing` by topic; `next_runs` of periodic jobs in seconds since 1970."""

    current: bool
    outbox: dead_letters.Figures
    failing: dict[str, int]
    next_runs: dict[str, float]


def _read() -> Stored | None:
    """None where the database is there and not one that this code can read."""
    with database.reading() as session:
        ailment = health.schema_ailment(session)
        if ailment == "health.unprepared":
            return None
        outbox, failing = dead_letters.figures(session), dead_letters.failing(session)
        return Stored(ailment is None, outbox, failing, periodic.next_runs(session))


_stored = Look(_read)
_noted = {name: Look(last_done.last, health.PATIENCE_SECONDS) for name in ("backup", "audit")}


class House(Collector):
    """The gauges of one house. A value that cannot be known is left away, never guessed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("whistle_part_up", "Whether a part is well (1) or ill (0)", labels=["part"])
        yield from self._database(up)
        yield from self._redis(up)
        up.add_metric(["storage"], health.storage_is_well(self.settings))
        yield up
        yield from self._machine()

    def _database(self, up: GaugeMetricFamily) -> Iterator[GaugeMetricFamily]:
        try:
            found = _stored()
        except (SQLAlchemyError, TimeoutError):
            up.add_metric(["database"], 0)
            return
        up.add_metric(["database"], 1)
        up.add_metric(["schema"], found is not None and found.current)
        if found is not None:
            yield from _outbox(found)

    def _redis(self, up: GaugeMetricFamily) -> Iterator[GaugeMetricFamily]:
        ahead = GaugeMetricFamily(
            "whistle_clock_ahead_seconds", "How far a part's clock is ahead of this web process's", labels=["part"]
        )
        try:
            found = health.beats(self.settings)
        except RedisError:
            up.add_metric(["redis"], 0)
            yield ahead
            return
        up.add_metric(["redis"], 1)
        for part, seconds in (("worker", found.worker), ("relay", found.relay)):
            up.add_metric([part], seconds is not None)
            if seconds is not None:
                ahead.add_metric([part], seconds)
        yield ahead

    def _machine(self) -> Iterator[GaugeMetricFamily]:
        free = GaugeMetricFamily("whistle_free_bytes", "Free space where DATA_DIR and photos lie", labels=["folder"])
        for folder, size in health.free_bytes(self.settings).items():
            if size is not None:
                free.add_metric([folder], size)
        yield free
        for name, look in _noted.items():
            try:
                done = look(self.settings.data_dir, name)
            except TimeoutError:
                continue
            yield GaugeMetricFamily(
                f"whistle_last_{name}_timestamp_seconds", f"When the last {name} of this DATA_DIR ended; 0: never",
                done.at if done else 0,
            )  # fmt: skip
            yield GaugeMetricFamily(
                f"whistle_last_{name}_findings", f"What the last {name} complained of", done.findings if done else 0
            )


def _outbox(found: Stored) -> Iterator[GaugeMetricFamily]:
    outbox = found.outbox
    yield GaugeMetricFamily("whistle_outbox_waiting", "Jobs that are due and not done", outbox.due)
    yield GaugeMetricFamily(
        "whistle_outbox_oldest_seconds", "How long the oldest due job has waited", outbox.oldest_due_seconds
    )
    yield GaugeMetricFamily("whistle_outbox_dead", "Jobs that were given up", outbox.dead)
    failing = GaugeMetricFamily(
        "whistle_outbox_failing", "Jobs that failed and will be tried again", labels=["topic"]
    )
    for topic, count in sorted(found.failing.items()):
        failing.add_metric([topic], count)
    yield failing
    runs = GaugeMetricFamily(
        "whistle_periodic_next_run_timestamp_seconds", "When a periodic job is due next; 0: nobody asked for it",
        labels=["topic"],
    )  # fmt: skip
    for topic, at in sorted(found.next_runs.items()):
        runs.add_metric([topic], at)
    yield runs
