"""`whistle backup` and `whistle restore`: everything there, everything whole, or nothing and a sentence."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from sqlalchemy import create_engine, delete, inspect, make_url, select, text

from commands import backup
from commands.databases import Sqlite
from config import Settings
from models import Photo, Ticket
from models.database import Database, database
from models.storage import open_storage
from queues.preflight import hold_alone
from stage import cast
from tests.commands.conftest import NewHouse, Run, a_photo
from tests.conftest import ROOT, PostgresServer
from workflow.last_done import last
from workflow.pictures import discard, full_key


def manifest(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "manifest.json").read_text())
    return found


def test_what_was_backed_up_comes_back(db: Database, run: Run, environment: Path, tmp_path: Path, new_house: NewHouse):
    key, folder = a_photo(), tmp_path / "kept"
    run("digest")
    kept = open_storage(Settings.load().storage_url).get(full_key(key))
    said = run("backup", str(folder)).stdout
    assert "2 files of photos, 1 digests" in said
    assert "SECRET_KEY is not in it" in said
    assert last(environment, "backup") is not None
    assert not (folder / "secret_key").exists()
    assert folder.stat().st_mode & 0o777 == 0o700
    with db.writing() as session:
        cast.a_ticket(session)
    other = new_house()
    assert "2 files of photos, 1 digests. Start Whistle" in run("restore", str(folder)).stdout
    assert open_storage(Settings.load().storage_url).get(full_key(key)) == kept
    assert len(list((other / "digests").iterdir())) == 1
    assert "Nothing found" in run("audit").stdout
    database.connect(Settings.load().database_url)
    with database.writing() as session:
        assert [each.state for each in session.scalars(select(Ticket))] == ["rewarded"]
        cast.a_ticket(session)
    assert "not empty" in run("restore", str(folder), status=1).stderr


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an empty bucket on a real S3 server on loopback, less the prefix."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "whistle")
    endpoint = f"http://{host}:{port}"
    boto3.session.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="kept")
    yield f"s3://kept/{{}}?endpoint_url={endpoint}&region=us-east-1"
    server.stop()


def test_photos_come_from_a_bucket_and_go_to_another(
    small: Run, bucket: str, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STORAGE_URL", bucket.format("one"))
    key = a_photo()
    assert "2 files of photos" in small("backup", str(tmp_path / "kept")).stdout
    kept = open_storage(bucket.format("one")).get(full_key(key))
    monkeypatch.setenv("STORAGE_URL", bucket.format("other"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other/whistle.db")
    assert "2 files of photos" in small("restore", str(tmp_path / "kept")).stdout
    assert open_storage(bucket.format("other")).get(full_key(key)) == kept


def test_the_key_of_the_data_folder_is_in_it(
    db: Database, run: Run, environment: Path, tmp_path: Path, new_house: NewHouse, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("SECRET_KEY")
    folder, key = tmp_path / "kept", Settings.load().secret_key
    assert "The secret key is in it" in run("backup", str(folder)).stdout
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    other = new_house()
    run("restore", str(folder))
    assert Settings.load().secret_key == key
    assert (other / "secret_key").stat().st_mode & 0o777 == 0o600


def test_another_key_is_refused_before_anything_is_touched(
    db: Database, run: Run, environment: Path, tmp_path: Path, new_house: NewHouse, monkeypatch: pytest.MonkeyPatch
):
    a_photo()
    run("backup", str(tmp_path / "kept"))
    other = new_house()
    monkeypatch.setenv("SECRET_KEY", "t" * 40)
    assert "another key" in run("restore", str(tmp_path / "kept"), status=1).stderr
    assert not [path for path in other.rglob("*") if path.is_file()]


def test_a_backup_that_is_not_whole_is_refused(
    db: Database, run: Run, environment: Path, tmp_path: Path, new_house: NewHouse
):
    a_photo()
    folder = tmp_path / "kept"
    run("backup", str(folder))
    other = new_house()
    for name in [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]:
        whole = (folder / name).read_bytes()
        for bad in (whole[:-1], whole[:-2] + b"!!", None):
            (folder / name).unlink()
            if bad is not None:
                (folder / name).write_bytes(bad)
            assert f"no whole backup: {name}" in run("restore", str(folder), status=1).stderr
            (folder / name).write_bytes(whole)
    assert not [path for path in other.rglob("*") if path.is_file()]
    run("restore", str(folder))


@pytest.mark.parametrize("change", [{"files": {"../secret_key": [0, ""]}}, {"format": 2}, {"files": []}, {"odd": 1}])
def test_a_manifest_that_is_none_is_refused(small: Run, tmp_path: Path, change: dict[str, object]):
    small("backup", str(tmp_path / "kept"))
    (tmp_path / "kept" / "manifest.json").write_text(json.dumps(manifest(tmp_path / "kept") | change))
    assert "no whole backup" in small("restore", str(tmp_path / "kept"), status=1).stderr


def test_it_comes_from_this_version_and_for_this_kind_of_database(
    small: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    small("backup", str(tmp_path / "kept"))
    whole = manifest(tmp_path / "kept")
    (tmp_path / "kept" / "manifest.json").write_text(json.dumps(whole | {"schema": "from-the-future"}))
    assert "newer version" in small("restore", str(tmp_path / "kept"), status=1).stderr
    (tmp_path / "kept" / "manifest.json").write_text(json.dumps(whole | {"database": "postgresql"}))
    assert "is of postgresql" in small("restore", str(tmp_path / "kept"), status=1).stderr


def test_nothing_is_restored_where_a_whistle_runs(
    small: Run, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    small("backup", str(tmp_path / "kept"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    with hold_alone(environment):
        assert "is running" in small("restore", str(tmp_path / "kept"), status=1).stderr
    assert not (tmp_path / "empty.db").exists()


def test_it_goes_into_a_new_folder(small: Run, tmp_path: Path):
    (tmp_path / "there").mkdir()
    assert "is there already" in small("backup", str(tmp_path / "there"), status=1).stderr
    assert "nowhere" in small("backup", str(tmp_path / "nowhere" / "kept"), status=1).stderr


def test_a_disk_that_is_full_leaves_nothing_behind(small: Run, environment: Path, tmp_path: Path):
    """A limit on the size of files stands for the disk: first the database does not fit, then a photo."""
    rows = tmp_path / "whistle.db"
    for room in (rows.stat().st_size // 2, 20 * 1024 * 1024):
        if room > rows.stat().st_size:
            key = a_photo()
            path = environment / "files" / key[:2] / full_key(key)
            path.write_bytes(bytes(room + 1))

        def limit(room: int = room) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        done = subprocess.run(
            [ROOT / "bin" / "whistle", "backup", tmp_path / "kept"], capture_output=True, text=True, check=False,
            preexec_fn=limit,
        )  # fmt: skip
        assert done.returncode == 1
        assert "cannot be" in done.stderr
        assert "Traceback" not in done.stderr
        assert not list(tmp_path.glob("*kept*"))


def test_a_file_that_was_gone_before_is_named_and_fails(small: Run, environment: Path, tmp_path: Path):
    key = a_photo()
    a_photo(2)
    discard(open_storage(Settings.load().storage_url), key)
    said = small("backup", str(tmp_path / "kept"), status=1).stdout
    assert "2 files of photos had been gone" in said
    assert manifest(tmp_path / "kept")["missing"] == [f"{key}.jpg", f"{key}-thumb.jpg"]


class Forgetting(Sqlite):
    """A database in which what its copy names is forgotten before the files are copied."""

    def copy(self, folder: Path) -> list[str]:
        keys = list(super().copy(folder))
        with database.writing() as session:
            session.execute(delete(Photo))
        for key in keys:
            discard(open_storage(Settings.load().storage_url), key)
        return keys


def test_what_is_forgotten_meanwhile_is_not_missing(small: Run, environment: Path, tmp_path: Path):
    a_photo()
    (tmp_path / "kept").mkdir()
    settings = Settings.load()
    assert backup.take(settings, Forgetting(make_url(settings.database_url)), tmp_path / "kept").missing == []


def test_programs_of_postgresql_that_are_missing_or_old_are_said(
    postgres: PostgresServer, postgres_template: str, environment: Path, tmp_path: Path, bare: Run,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    monkeypatch.setenv("DATABASE_URL", postgres_template)
    monkeypatch.setattr("commands.databases.PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "There is no pg_dump" in bare("backup", str(tmp_path / "kept"), status=1).stderr
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    (tmp_path / "pg_dump").chmod(0o755)
    assert "pg_dump is of version 9" in bare("backup", str(tmp_path / "kept"), status=1).stderr
    (tmp_path / "pg_dump").write_text(
        "#!/bin/sh\n[ $1 = --version ] && echo 'pg_dump (PostgreSQL) 99.1' && exit\necho 'pg_dump: full' >&2; exit 1\n"
    )
    assert "cannot be backed up: pg_dump: full" in bare("backup", str(tmp_path / "kept"), status=1).stderr
    assert not list(tmp_path.glob("*kept*"))
    engine = create_engine(postgres_template)
    assert inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'")) == 0
    engine.dispose()
