"""bin/whistle as a shell meets it: help everywhere, a sentence and a status for every failure, never a traceback."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from sqlalchemy import text

from commands import outbox
from commands.app import whistle
from models.database import database
from tests.commands.conftest import Process, Run
from tests.conftest import ROOT
from workflow.say import catalogue

WHISTLE = ROOT / "bin" / "whistle"


def every(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of each command and group."""
    yield path
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from every(inner, *path, name)


@pytest.mark.parametrize("path", list(every(whistle)), ids=" ".join)
def test_help_is_everywhere(bare: Run, path: tuple[str, ...]) -> None:
    """In the words of the language that this process was started in; see below for the other."""
    said = bare(*path, "--help").stdout
    assert said.startswith(f"Usage: whistle {' '.join(path)}".rstrip()) or said.startswith("用法：whistle")
    assert "--help" in said
    assert not re.search(r"Show this message|\[OPTIONS\].*\[选项\]", said)


def test_help_is_in_the_language_of_locale(process: Process, environment: Path) -> None:
    english = process("user", "create", "--help").stdout
    chinese = process("user", "create", "--help", LOCALE="zh").stdout
    assert english.startswith("Usage: whistle user create [OPTIONS] NAME")
    assert "[required]" in english
    assert chinese.startswith("用法：whistle user create [选项] NAME")
    assert "[必填]" in chinese
    assert not environment.exists(), "asking for help makes no folder"


def test_every_sentence_of_ours_is_there_in_both_languages() -> None:
    said = set()
    for file in [*(ROOT / "commands").glob("*.py")]:
        said |= set(re.findall(r'(?:told|tell|key=|help=told)\(?"([a-z_.]+)"', file.read_text(encoding="utf-8")))
    for locale in ("zh", "en"):
        assert {f"cli.{key}" for key in said if "." in key} <= set(catalogue(locale))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Commands"),
        (("user",), "Commands"),
        (("nonsense",), "There is no command nonsense."),
        (("user", "nonsense"), "There is no command nonsense."),
        (("audit", "--nonsense"), "There is no option --nonsense."),
        (("outbox", "show"), "ID is missing."),
        (("outbox", "show", "0x1"), "ID: “0x1” is not a whole number"),
        (("outbox", "list", "--limit"), "Option --limit is not used like this"),
        (("outbox", "list", "--state", "odd"), "--state: “odd” is not one of dead, waiting, all."),
        (("user", "create"), "NAME is missing."),
        (("digest", "extra"), "Wrong usage"),
    ],
)
def test_wrong_usage_is_a_sentence_and_status_2(bare: Run, words: tuple[str, ...], said: str) -> None:
    result = bare(*words, status=2)
    assert said in result.stderr or "命令" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "There is no database yet"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}, "The database cannot be opened"),
        ({"WHISTLE_ENV": "production"}, "SECRET_KEY"),
        ({"DATA_DIR": "/proc/nowhere"}, "/proc/nowhere"),
        ({"LOCALE": "fr"}, "LOCALE"),
    ],
)
def test_what_is_not_ready_is_a_sentence_and_status_1(
    bare: Run, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], said: str
) -> None:
    if "WHISTLE_ENV" in environ:
        monkeypatch.delenv("SECRET_KEY")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert said in bare("audit", status=1).stderr


def test_a_database_of_another_version_is_left_alone(small: Run) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
    assert "newer version" in small("user", "list", status=1).stderr
    with database.writing() as session:
        session.execute(text("DELETE FROM alembic_version"))
    assert "There is no database yet" in small("user", "list", status=1).stderr


def test_a_busy_database_is_a_sentence(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["models.database"], "BUSY_TIMEOUT_MS", 50)
    other = database.engine.execution_options(whistle_writes=True).connect()
    with other.begin():
        assert "busy or away" in small("user", "disable", "alice", status=1).stderr
    other.close()


def test_the_unexpected_is_told_without_a_traceback(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret 13800138000")

    monkeypatch.setattr(outbox.dead_letters, "dead", broken)
    said = small("outbox", "list", status=1).stderr
    assert "tell the maintainers" in said
    assert "ZeroDivisionError" in said
    assert "13800138000" not in said


def test_it_works_from_any_folder_and_through_a_link(process: Process, tmp_path: Path, environment: Path) -> None:
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    link = tmp_path / "w"
    link.symlink_to(WHISTLE)
    (tmp_path / "mine.yaml").write_text("kind: report\n")
    done = subprocess.run(
        [link, "workflow", "check", "mine.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("mine.yaml:1: ")


def test_without_a_venv_it_says_what_to_run_first(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    shutil.copy(WHISTLE, tmp_path / "bin" / "whistle")
    done = subprocess.run([tmp_path / "bin" / "whistle", "audit"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "run bin/serve first" in done.stderr


def test_who_stops_listening_is_no_error(small: Run) -> None:
    with database.writing() as session:
        session.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO users "
                "(username, name, locale, demo, created_at) SELECT 'many' || i, 'x', 'zh', 0, '2026-11-22' FROM n"
            )
        )
    listing = subprocess.Popen([WHISTLE, "user", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert listing.stdout is not None
    assert listing.stdout.readline()
    listing.stdout.close()
    assert listing.stderr is not None
    assert listing.stderr.read() == ""
    assert listing.wait(30) in (0, 1)


def at_a_terminal(*words: str) -> tuple[int, int]:
    """Start bin/whistle at a terminal of its own: its process and the terminal's other end."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(WHISTLE, [str(WHISTLE), *words])
    return child, terminal


def heard(terminal: int, until: str) -> str:
    """What the terminal shows, up to some words."""
    text, ends = "", time.monotonic() + 30
    while until not in text and time.monotonic() < ends:
        try:
            text += os.read(terminal, 4096).decode()
        except OSError:
            break
    assert until in text
    return text


def test_a_password_is_asked_for_twice_and_never_shown(small: Run) -> None:
    child, terminal = at_a_terminal("user", "create", "grace", "--role", "rider")
    shown = heard(terminal, "Password: ")
    for words, then in (
        ("a long secret", "Again: "), ("another one", "Password: "), ("a long secret", "Again: "),
        ("a long secret", "Made the account grace"),
    ):  # fmt: skip
        os.write(terminal, f"{words}\n".encode())
        shown += heard(terminal, then)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert "The two are not the same." in shown
    assert "secret" not in shown
    os.close(terminal)


def test_ctrl_c_is_quiet(small: Run) -> None:
    child, terminal = at_a_terminal("user", "create", "grace", "--role", "rider")
    heard(terminal, "Password: ")
    os.write(terminal, b"\x03")
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == 130
    os.close(terminal)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells how far a process has come")
def test_ctrl_c_is_quiet_while_it_is_still_starting(small: Run) -> None:
    starting = subprocess.Popen([WHISTLE, "audit"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    maps, ends = Path(f"/proc/{starting.pid}/maps"), time.monotonic() + 30
    while "sqlalchemy" not in maps.read_text() and time.monotonic() < ends:
        time.sleep(0.005)
    starting.send_signal(signal.SIGINT)
    _, said = starting.communicate(timeout=30)
    assert (starting.returncode, said) == (130, "")
