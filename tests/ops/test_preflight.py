"""What keeps Whistle from starting, each a sentence in both languages."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from config import ROOT, CannotStart, Settings
from queues.preflight import check_database, check_port, check_writable, hold_alone


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"端口 {port} 已被占用.* / Port {port} is in use"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_an_unknown_address_is_named():
    with pytest.raises(CannotStart, match="HOST"):
        check_port("no such host", 8000)


def test_an_address_of_another_machine_is_named():
    with pytest.raises(CannotStart, match=r"192\.0\.2\.1"):
        check_port("192.0.2.1", 8000)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "var").write_text("a file")
    with pytest.raises(CannotStart, match=f"{tmp_path}/var.*DATA_DIR"):
        check_writable(tmp_path / "var")
    check_writable(tmp_path / "new" / "var")


def test_a_second_supervisor_on_the_same_folder_is_refused(tmp_path: Path):
    code = f"from pathlib import Path; from queues.preflight import hold_alone; hold_alone(Path({str(tmp_path)!r}))"
    with hold_alone(tmp_path):
        second = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
        assert "A Whistle is running on" in second.stderr
        assert "CannotStart" in second.stderr
    hold_alone(tmp_path).close()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path):
    settings = Settings.load({"DATA_DIR": str(tmp_path)})
    check_database(settings)
    engine = create_engine(settings.database_url)
    check_database(settings)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        check_database(settings)
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999_from_the_future')"))
    engine.dispose()
    with pytest.raises(CannotStart, match=r"newer version \(9999_from_the_future\)"):
        check_database(settings)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    settings = Settings.load({"DATA_DIR": str(tmp_path)})
    (tmp_path / "whistle.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(CannotStart, match="cannot be opened: file is not a database"):
        check_database(settings)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"postgresql://whistle:hunter2@127.0.0.1:{port}/whistle"
    with pytest.raises(CannotStart, match="cannot be opened") as caught:
        check_database(Settings.load({"DATA_DIR": str(tmp_path), "DATABASE_URL": url}))
    assert "hunter2" not in str(caught.value)
