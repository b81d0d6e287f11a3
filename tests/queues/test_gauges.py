"""What /metrics hears of the house: each part, the outbox, the periodic jobs, the clocks, backups and audits."""

from __future__ import annotations

import os
import re
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from config import Settings
from models import migrations
from models.clock import moved, now
from models.database import database
from queues import health, periodic
from queues.gauges import House as Gauges
from queues.health import storage_is_well, warnings
from tests.queues.house import House
from workflow import last_done

UNREACHABLE = "s3://bucket/photos?endpoint_url=http://127.0.0.1:9"


@pytest.fixture
def settings(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "whistle")
    return Settings.load({"DATA_DIR": str(tmp_path / "var"), "REDIS_URL": house.server.url, "DATABASE_URL": house.url})


def told(settings: Settings) -> dict[str, float]:
    """Each sample of a scrape, as `name{label}`."""
    registry = CollectorRegistry()
    registry.register(Gauges(settings))
    return {
        "".join([sample.name, *(f"{{{value}}}" for value in sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
    }


def parts(settings: Settings) -> dict[str, float]:
    found = told(settings)
    return {name[16:-1]: value for name, value in found.items() if name.startswith("whistle_part_up{")}


def test_every_part_has_its_figure(house: House, settings: Settings) -> None:
    assert parts(settings) == {"database": 1, "schema": 1, "redis": 1, "worker": 0, "relay": 0, "storage": 1}
    house.relay().step()
    house.work_off()
    assert set(parts(settings).values()) == {1}


def test_while_redis_is_away_worker_and_relay_are_not_accused(house: House, settings: Settings) -> None:
    house.server.stop()
    assert parts(settings) == {"database": 1, "schema": 1, "redis": 0, "storage": 1}


def test_a_database_that_is_away_is_named_and_the_rest_is_told(house: House, settings: Settings) -> None:
    url = house.url if house.url.startswith("postgresql") else "sqlite:////nowhere/whistle.db"
    database.connect(re.sub(r"/whistle_\w+", "/no_such_database", url))
    assert parts(settings) == {"database": 0, "redis": 1, "worker": 0, "relay": 0, "storage": 1}
    assert "whistle_outbox_dead" not in told(settings)


@pytest.mark.parametrize(("stored", "well"), [("0001", 0), ("9999", 1)])
def test_an_older_database_is_ill_and_one_of_a_newer_version_is_not(
    house: House, settings: Settings, stored: str, well: int
) -> None:
    head = migrations.head()
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": stored})
    try:
        assert parts(settings)["schema"] == well
    finally:
        with database.writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": head})


def test_an_empty_database_is_there_and_not_prepared(small_house: House, tmp_path: Path) -> None:
    settings = Settings.load({"DATA_DIR": str(tmp_path / "var"), "REDIS_URL": small_house.server.url})
    database.connect(f"sqlite:///{tmp_path}/empty.db")
    assert parts(settings)["schema"] == 0
    with database.reading() as session:
        assert health.schema_ailment(session) == "health.unprepared"


def test_a_storage_that_is_away_is_named_in_time(settings: Settings) -> None:
    away = Settings.load({"DATA_DIR": str(settings.data_dir), "STORAGE_URL": UNREACHABLE})
    assert not storage_is_well(away)
    assert any("storage of the photos" in sentence for sentence in warnings(away, "en"))


def test_a_folder_that_cannot_be_written_is_no_storage(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    broken = Settings.load({"DATA_DIR": str(settings.data_dir), "STORAGE_URL": f"file://{tmp_path}/file/photos"})
    assert not storage_is_well(broken)
    assert told(broken)["whistle_free_bytes{files}"] > 0


def test_little_space_is_a_warning(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not list(warnings(settings, "en"))
    monkeypatch.setattr(health, "LOW_BYTES", 1 << 60)
    assert [sentence.partition(":")[0] for sentence in warnings(settings, "en")] == [
        "Little space is left where data lies",
        "Little space is left where files lies",
    ]


def test_a_disk_that_hangs_is_named_in_time_and_the_rest_is_told(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, ask = threading.Event(), health._room
    other = Settings.load({"DATA_DIR": str(settings.data_dir), "STORAGE_URL": f"file://{tmp_path}/elsewhere"})

    def hangs(folder: Path) -> int:
        return ask(folder) if folder == other.data_dir else int(go_on.wait(20))

    monkeypatch.setattr(health._rooms["files"], "ask", hangs)
    started = time.monotonic()
    try:
        assert list(warnings(other, "en")) == ["The disk where files lies does not answer."]
        found = told(other)
    finally:
        go_on.set()
    assert time.monotonic() - started < 5
    assert "whistle_free_bytes{files}" not in found
    assert found["whistle_free_bytes{data}"] > 0


def test_a_note_that_cannot_be_read_in_time_is_left_away(settings: Settings) -> None:
    for name in ("backup", "audit"):
        last_done.note(settings.data_dir, name, 3)
    file = settings.data_dir / "done" / "backup"
    file.unlink()
    os.mkfifo(file)  # whoever reads it waits for a writer
    found = told(settings)
    file.write_text("0\n")
    assert "whistle_last_backup_findings" not in found
    assert found["whistle_last_audit_findings"] == 3


def test_a_job_that_fails_counts_under_its_topic_until_it_is_done(house: House, settings: Settings) -> None:
    assert told(settings)["whistle_outbox_failing{mail}"] == 0
    (row,) = house.ask("mail", "1")
    with database.writing() as session:
        session.execute(text("UPDATE outbox SET last_error = 'the mail server said 421' WHERE id = :id"), {"id": row})
    assert told(settings)["whistle_outbox_failing{mail}"] == 1
    with database.writing() as session:
        session.execute(text("UPDATE outbox SET done_at = due WHERE id = :id"), {"id": row})
    assert told(settings)["whistle_outbox_failing{mail}"] == 0


def test_when_the_digest_is_due_is_told_and_zero_where_nobody_asked(house: House, settings: Settings) -> None:
    name = "whistle_periodic_next_run_timestamp_seconds{digest}"
    assert told(settings)[name] == 0
    periodic.plan()
    assert told(settings)[name] == pytest.approx(now().timestamp(), abs=60)


def test_a_fast_clock_is_told(house: House, settings: Settings) -> None:
    name = "whistle_clock_ahead_seconds{relay}"
    house.relay().step()
    assert told(settings)[name] == pytest.approx(0, abs=1)
    with moved(now() + timedelta(seconds=600)):
        house.relay().step()
    assert told(settings)[name] == pytest.approx(600, abs=1)


def test_the_last_backup_and_audit_are_told(settings: Settings) -> None:
    assert told(settings)["whistle_last_backup_timestamp_seconds"] == 0
    last_done.note(settings.data_dir, "backup")
    last_done.note(settings.data_dir, "audit", findings=3)
    found = told(settings)
    assert found["whistle_last_backup_timestamp_seconds"] > 1_700_000_000
    assert found["whistle_last_audit_findings"] == 3


def test_the_note_of_a_backup_spoils_no_backup(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    last_done.note(tmp_path / "file", "backup")
    assert last_done.last(tmp_path / "file", "backup") is None
