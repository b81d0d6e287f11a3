"""Another channel is one more file: it can be switched, and what is told goes by it; nothing else is changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from config import ROOT
from queues import channels
from workflow import notices

BELL = '''
from pathlib import Path

from queues.channels import Channel


def send(settings, note):
    with (settings.data_dir / "rung").open("a", encoding="utf-8") as file:
        file.write(f"{note.person.username} {note.kind} {note.sentence}\\n")


CHANNEL = Channel("bell", is_set_up=lambda settings: True, send=send)
'''
TOLD = """
import json, os, sys
from models.database import database
from queues.run import run
from sqlalchemy import select
from models import Outbox
from stage.cast import person
from workflow import notices, telling

database.connect(os.environ["DATABASE_URL"])
with database.writing() as session:
    alice = person(session, "alice")
    before = [each.on for each in notices.preferences(session, alice) if each.channel == "bell"]
    telling.write(session, alice.id, "event:1", "told.triage", {"number": "SIP-26-000001", "matter": "x"}, None)
    notices.switch(session, alice, {("progress", "bell"): False})
    telling.write(session, alice.id, "event:2", "told.triage", {"number": "SIP-26-000002", "matter": "x"}, None)
    notices.switch(session, alice, {("progress", "bell"): True})
with database.reading() as session:
    rows = list(session.scalars(select(Outbox.id).where(Outbox.topic == "bell")))
for row in rows:
    run(row)
print(json.dumps({"channels": list(notices.CHANNELS), "before": before, "rows": len(rows)}))
"""


def test_the_channels_are_the_files_of_the_folder() -> None:
    files = {path.stem for path in Path(channels.__file__).parent.glob("[a-z]*.py")}
    assert files == set(notices.CHANNELS) == {each.name for each in channels.found()}


def test_one_more_file_is_one_more_channel(tmp_path: Path, sqlite_template: Path) -> None:
    house = tmp_path / "house"
    for folder in ("config", "models", "workflow", "queues", "translations", "stage"):
        left = shutil.ignore_patterns("__pycache__", "files", "*.npz")
        shutil.copytree(ROOT / folder, house / folder, ignore=left)
    (house / "queues" / "channels" / "bell.py").write_text(BELL, encoding="utf-8")
    (tmp_path / "data").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "data" / "whistle.db")
    environ = os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'data' / 'whistle.db'}",
        "PYTHONPATH": str(house),
    }
    ran = subprocess.run(
        [sys.executable, "-c", TOLD], cwd=house, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["channels"] == ["inbox", "bell", "mail"]
    assert told["before"] == [True, True, True]
    assert told["rows"] == 1
    rung = (tmp_path / "data" / "rung").read_text(encoding="utf-8").splitlines()
    assert len(rung) == 1
    assert rung[0].startswith("alice progress SIP-26-000001")
