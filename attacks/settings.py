"""Twenty-odd broken production settings: every program refuses to start, names the setting, and prints no secret."""

from __future__ import annotations

import os
import subprocess
import sys

from config import ROOT
from stage.house import INHERITED, free_port
from stage.stage import Stage

DATABASES = ("sqlite",)
SECRET = "correct-horse-battery-staple-0123456789"  # noqa: S105  nobody's: it must not be printed
GOOD = {
    "WHISTLE_ENV": "production",
    "SECRET_KEY": SECRET,
    "BASE_URL": "https://whistle.example.org",
    "TRUSTED_HOSTS": "whistle.example.org",
}
BAD: tuple[tuple[str, str], ...] = (
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "short"),
    ("BASE_URL", ""),
    ("BASE_URL", "whistle.example.org"),
    ("BASE_URL", "http://whistle.example.org"),
    ("BASE_URL", "https://someone:" + SECRET + "@whistle.example.org"),
    ("BASE_URL", "https://whistle.example.org/path"),
    ("TRUSTED_HOSTS", ""),
    ("TRUSTED_HOSTS", "elsewhere.example.org"),
    ("DEMO", "1"),
    ("DEMO", "people"),
    ("DATABASE_URL", "mysql://whistle:" + SECRET + "@db/whistle"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("REDIS_URL", "http://localhost:6379"),
    ("STORAGE_URL", "ftp://files/"),
    ("STORAGE_URL", "s3://"),
    ("SMTP_URL", "mail.example.org"),
    ("MAIL_FROM", "nobody"),
    ("TILE_URL", "https://tiles.example.org/"),
    ("TIMEZONE", "Asia/Nowhere"),
    ("LOCALE", "fr"),
    ("CITY", "cities/nowhere"),
    ("PORT", "80000"),
    ("PROXY_HOPS", "many"),
    ("WORKERS", "0"),
    ("WHISTLE_ENV", "staging"),
    ("SIGN_IN_STAFF", "never"),
    ("SIGN_IN_RIDER", "90d,30d"),
)
PROGRAMS = {
    "serve": ("-m", "queues.serve"),
    "prepare": ("-m", "queues.prepare"),
    "web": ("-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"),
    "worker": ("-m", "queues.worker"),
    "relay": ("-m", "queues.relay"),
}
PATIENCE_SECONDS = 30


def run(stage: Stage) -> None:
    programs = stage.size({"serve": PROGRAMS["serve"], "web": PROGRAMS["web"]}, PROGRAMS)
    folder = stage.new_folder("house")
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    started, unnamed, told, traced = [], [], [], []
    for name, value in BAD:
        for program, words in programs.items():
            what = f"{program} with {name}={value!r}"
            environment = {**inherited, "DATA_DIR": str(folder), "PORT": str(free_port()), **GOOD, name: value}
            try:
                done = subprocess.run(
                    [sys.executable, *words],
                    cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                started.append(what)
                continue
            said = done.stdout + done.stderr
            started += [what] if done.returncode == 0 else []
            unnamed += [what] if name not in said else []
            told += [what] if SECRET in said else []
            traced += [what] if "Traceback" in said else []
    stage.figure("broken settings", len(BAD), least=20)
    stage.figure("starts tried", len(BAD) * len(programs))
    for label, found in {
        "that started all the same": started,
        "that did not name the setting": unnamed,
        "that printed a secret": told,
        "that printed a traceback": traced,
    }.items():
        stage.figure(label, len(found), exactly=0)
        for what in found[:5]:
            stage.say(what.replace(SECRET, "…"))
