"""The environment as typed values: a sentence for each setting that cannot be worked with."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT, ConfigError, Settings

PRODUCTION = {
    "WHISTLE_ENV": "production",
    "SECRET_KEY": "k" * 32,
    "BASE_URL": "https://whistle.example.org",
    "TRUSTED_HOSTS": "whistle.example.org",
}


def load(tmp_path: Path, **environ: str) -> Settings:
    return Settings.load({"DATA_DIR": str(tmp_path / "var"), **environ})


def test_nothing_said_gives_an_embedded_house(tmp_path: Path):
    settings = load(tmp_path)
    assert (settings.host, settings.port, settings.locale, settings.timezone) == (
        "127.0.0.1",
        8000,
        "zh",
        "Asia/Shanghai",
    )
    assert settings.database_url == f"sqlite:///{tmp_path}/var/whistle.db"
    assert settings.redis_url is None
    assert settings.redis_address == f"unix://{tmp_path}/var/run/redis.sock"
    assert settings.storage_url == (tmp_path / "var" / "files").as_uri()
    assert settings.city == ROOT / "cities" / "sip"
    assert (settings.demo, settings.production, settings.proxy_hops) == (None, False, 0)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.trusted_hosts == ()


def test_blank_counts_as_missing(tmp_path: Path):
    assert load(tmp_path, PORT=" ", DEMO="", REDIS_URL="", LOCALE="\t") == load(tmp_path)


@pytest.mark.parametrize(
    ("value", "demo", "history"), [("", None, True), ("1", True, True), ("people", True, False), ("0", False, False)]
)
def test_the_demo_comes_with_its_history_or_its_people_alone(
    tmp_path: Path, value: str, demo: bool | None, history: bool
):
    settings = load(tmp_path, DEMO=value)
    assert (settings.demo, settings.demo_history) == (demo, history)


@pytest.mark.parametrize(("cores", "given", "processes"), [(1, "", 1), (8, "", 2), (1, "4", 4)])
def test_two_web_processes_where_there_are_two_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int, given: str, processes: int
):
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: set(range(cores)), raising=False)
    assert load(tmp_path, WEB_CONCURRENCY=given).web_processes == processes


def test_relative_paths_count_from_the_projects_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.load({"DATA_DIR": "var", "SECRET_KEY": "x"}).data_dir == ROOT / "var"


@pytest.mark.parametrize("url", ["postgres://db/whistle", "postgresql://db/whistle", "postgresql+psycopg://db/whistle"])
def test_every_way_to_write_postgresql_is_psycopg(tmp_path: Path, url: str):
    assert load(tmp_path, DATABASE_URL=url).database_url == "postgresql+psycopg://db/whistle"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight thousand"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "８０００"),
        ("WORKERS", "0"),
        ("WEB_THREADS", "-1"),
        ("WORKER_MEGABYTES", "12"),
        ("WEB_CONCURRENCY", "many"),
        ("PROXY_HOPS", "1.5"),
        ("LOCALE", "fr"),
        ("TIMEZONE", "Asia/Suzhou"),
        ("TIMEZONE", "Asia"),
        ("TIMEZONE", "../etc/passwd"),
        ("DEMO", "yes"),
        ("WHISTLE_ENV", "prod"),
        ("CITY", "cities/atlantis"),
        ("DATABASE_URL", "mysql://root@localhost/whistle"),
        ("DATABASE_URL", "whistle.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://localhost:port/0"),
        ("STORAGE_URL", "ftp://files"),
        ("STORAGE_URL", "s3://"),
        ("SMTP_URL", "mail.example.org"),
        ("TILE_URL", "https://tiles.example.org/map.png"),
        ("BASE_URL", "whistle.example.org"),
        ("BASE_URL", "https://whistle.example.org/app"),
        ("BASE_URL", "https://me:pass@whistle.example.org"),
        ("SECURITY_CONTACT", "security@example.org"),
        ("SECURITY_CONTACT", "mailto:a@b.org\nExpires: never"),
        ("SIGN_IN_STAFF", "4h"),
        ("SIGN_IN_RIDER", "90d,30d"),
        ("SIGN_IN_TOKEN", "1m,30d"),
        ("SIGN_IN_RIDER", "30d,401d"),
        ("SIGN_IN_RIDER", "30 days,90 days"),
    ],
)
def test_a_broken_setting_is_named_in_both_languages(tmp_path: Path, name: str, value: str):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **{name: value})
    zh, en = str(caught.value).split(" / ", 1)
    assert name in zh
    assert name in en
    assert any("一" <= letter <= "鿿" for letter in zh)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "STORAGE_URL", "SMTP_URL"])
def test_no_sentence_repeats_a_password(tmp_path: Path, name: str):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, **{name: "gopher://user:hunter2@example.org"})
    assert "hunter2" not in str(caught.value)


def test_nothing_secret_is_shown(tmp_path: Path):
    settings = load(tmp_path, SECRET_KEY="hunter2hunter2", DATABASE_URL="postgresql://u:hunter2@db/w")
    assert "hunter2" not in repr(settings)


# Production


def test_production_takes_what_it_needs(tmp_path: Path):
    settings = load(tmp_path, **PRODUCTION)
    assert settings.production
    assert settings.demo is False


@pytest.mark.parametrize("name", ["SECRET_KEY", "BASE_URL", "TRUSTED_HOSTS"])
def test_production_refuses_to_start_without(tmp_path: Path, name: str):
    with pytest.raises(ConfigError, match=name):
        load(tmp_path, **{**PRODUCTION, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "k" * 31), ("TRUSTED_HOSTS", "other.example.org"), ("DEMO", "1"), ("DEMO", "people"),
        ("BASE_URL", "http://whistle.example.org"),
    ],
)
def test_production_refuses(tmp_path: Path, name: str, value: str):
    with pytest.raises(ConfigError, match=name):
        load(tmp_path, **{**PRODUCTION, name: value})


def test_a_trusted_domain_covers_its_hosts(tmp_path: Path):
    assert load(tmp_path, **{**PRODUCTION, "TRUSTED_HOSTS": ".example.org"}).production


# The secret key


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path):
    key = load(tmp_path).secret_key
    assert len(key) >= 32
    assert load(tmp_path).secret_key == key
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path):
    code = "import sys; sys.stdin.read(); from config import Settings; print(Settings.load().secret_key)"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"DATA_DIR": str(tmp_path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin
        process.stdin.close()
    keys = set()
    for process in started:
        with process:
            assert process.stdout
            keys.add(process.stdout.read())
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64


def test_a_key_that_is_too_short_to_be_one_is_refused(tmp_path: Path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_key").write_text("half\n")
    with pytest.raises(ConfigError, match="secret_key"):
        load(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "var").write_text("a file")
    with pytest.raises(ConfigError, match=f"{tmp_path}/var .*DATA_DIR"):
        load(tmp_path)


def test_no_folder_is_made_where_none_is_needed(tmp_path: Path):
    outside = {"DATABASE_URL": "postgresql://db/w", "REDIS_URL": "redis://cache", "STORAGE_URL": "s3://bucket"}
    load(tmp_path, **outside, SECRET_KEY="x")
    assert not (tmp_path / "var").exists()


# The embedded server's socket


def test_a_path_too_long_for_a_socket_gets_a_short_one_of_its_own(tmp_path: Path):
    deep = [Settings.load({"DATA_DIR": str(tmp_path / ("d" * 120) / name)}) for name in ("a", "b", "a")]
    sockets = [str(settings.redis_socket) for settings in deep]
    assert all(len(socket.encode()) <= 107 for socket in sockets)
    assert sockets[0] == sockets[2] != sockets[1]
