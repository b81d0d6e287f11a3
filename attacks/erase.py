"""A rider full of marks takes everything along, leaves, and is looked for in tables, files, Redis, logs and mails."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy import MetaData, Table, select, update

from attacks.marked_rider import OTHER, SAID, WAIT_SECONDS, MarkedRider, Program, Visitor, held
from models import Outbox, User
from models.clock import now
from stage import books
from stage.browser import SESSION
from stage.house import House
from stage.mail_server import MailServer
from stage.servers_files import ServersFiles, count_values, scrub
from stage.stage import Stage
from stage.traces import Marks, in_files, in_redis, in_rows, keys
from stage.traffic import CLERK, OFFICER

SECRETS = {
    "password_hash", "phone_hash", "phone_encrypted", "token_hash", "storage_key", "routing", "salt", "reason",
}  # fmt: skip
"""What is not handed out: it opens something, finds somebody, or is another's."""
THROUGH = {
    "event_words": ("event_id", "events"), "act_words": ("act_id", "acts"), "postings": ("account_id", "accounts"),
}  # fmt: skip
"""Tables that are a person's through another."""
DESKS = ("/desk/tickets", "/inbox", "/account")


def run(stage: Stage) -> None:
    server = MailServer()
    server.start()
    stage.held.callback(server.stop)
    mail = {"SMTP_URL": server.url, "MAIL_FROM": "whistle@example.org"}
    with House(stage.new_folder("house"), stage.new_database(), **mail) as house:
        rider = MarkedRider(house, stage.random)
        rider.live()
        marks = Marks(rider.marks)
        before = list(in_rows(house.database, marks))
        stage.figure("words of theirs in the tables, before", len(_words(before, rider)), exactly=len(SAID))
        stage.figure("places in the tables with a mark, before", len(before), least=30)
        own = ServersFiles(stage.postgres, house.database, marks) if stage.database == "postgresql" else None
        if own is not None:
            count_values(house.database)
            stage.figure("places in PostgreSQL's data files, before", len(list(own.in_data())), least=16)
            stage.figure("places in its log of writes, before", len(list(own.in_wal())), least=16)
        else:
            stage.figure("places in files with a mark, before", len(list(_files(stage, marks))), least=16)
        stage.figure("files of their pictures, before", len(_kept(house, rider)), exactly=2 * len(rider.pictures))
        _taken_along(stage, house, rider)
        letters = len(server.letters)
        _leave(stage, house, rider)
        _look(stage, house, rider, marks)
        if own is not None:
            _look_at_server(stage, house, own)
        late = [marks.within(letter.as_bytes()) for letter in server.letters[letters:]]
        stage.figure("letters to them while alive", server.recipients.count(rider.words["email"]), least=3)
        stage.figure("letters to them afterwards, or with a mark", sum(map(bool, late)), exactly=0)
        _works_on(stage, house, rider)


def _taken_along(stage: Stage, house: House, rider: MarkedRider) -> None:
    """The export of the page and that of the command, held against what the tables say whose they are."""
    rider.browser.get("/account")
    answer = held(rider.browser.send("/account/export", {"export_password": rider.words["password"]}), 200)
    with ZipFile(io.BytesIO(answer.body)) as archive:
        tables = {name[:-5]: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
        pictures = [name for name in archive.namelist() if name.startswith("photos/")]
    owned, missing = 0, []
    for table, row in _owned(house, rider.number):
        owned += 1
        missing += _missing(table, row, tables.get(table.name, []))
    text = json.dumps(tables, ensure_ascii=False)
    said = {word for field, word in rider.words.items() if field in SAID and field != OTHER} | {rider.phone}
    stage.figure("rows of theirs in the tables", owned, least=60)
    stage.figure("rows and columns missing in the export", len(missing), exactly=0)
    stage.figure("words of theirs missing in the export", sum(word not in text for word in said), exactly=0)
    stage.figure("pictures in the export", len(pictures), exactly=len(rider.pictures))
    stage.figure("secrets in the export", sum(each in text for each in rider.hashes if len(each) > 64), exactly=0)
    for line in missing[:5]:
        stage.say(line)


def _owned(house: House, number: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Every row that refers to the person, by the database's own foreign keys, or that hangs on such a row."""
    known = MetaData()
    known.reflect(house.database.engine)
    found: dict[str, set[Any]] = {}
    with house.database.engine.connect() as connection:
        for table in known.sorted_tables:
            mine = [table.c.id == number] if table.name == "users" else []
            people = [(column, key.column.table.name) for column in table.columns for key in column.foreign_keys]
            mine += [column == number for column, table_name in people if table_name == "users"]
            if table.name in THROUGH:
                column, other = THROUGH[table.name]
                mine = [table.c[column].in_(found.get(other, set()))]
            for condition in mine:
                for row in connection.execute(select(table).where(condition)).mappings():
                    found.setdefault(table.name, set()).add(row.get("id"))
                    yield table, dict(row)


def _missing(table: Table, row: dict[str, Any], handed: list[dict[str, Any]]) -> list[str]:
    """What of a row is not in the export: all of it, or a column; of a reference to another nothing is said."""
    names = [column.name for column in table.primary_key.columns]
    same = [each for each in handed if all(each.get(name) == row[name] for name in names if name in each)]
    if not same:
        return [f"{table.name} {[row[name] for name in names]}"]
    references = {column.name for column in table.columns if column.foreign_keys}
    plain = {name: value for name, value in row.items() if name not in SECRETS | references}
    wrong = [name for name, value in plain.items() if not _alike(value, same[0].get(name))]
    return [f"{table.name} {[row[name] for name in names]}: {name}" for name in wrong]


def _alike(stored: Any, handed: Any) -> bool:
    """Numbers are equal; texts, moments and what is JSON are at least there."""
    return bool(stored == handed) if isinstance(stored, int) else (stored is None) == (handed is None)


def _leave(stage: Stage, house: House, rider: MarkedRider) -> None:
    """By the page, with workers killed meanwhile; whom a clerk entered by telephone, by the command."""
    name, handed = rider.words[OTHER], stage.folder / "handed.zip"
    house.command("export", rider.other_phone, str(handed))
    with ZipFile(handed) as archive:
        stage.figure("their name in the command's export", name in archive.read("users.json").decode(), exactly=1)
    handed.unlink()
    rider.browser.get("/account/leave")
    fields = {"password": rider.words["password"], "let_go": "1"}
    began = time.monotonic()
    held(rider.browser.send("/account/leave", fields), 303)
    for _ in range(stage.size(3, 12)):
        time.sleep(stage.random.uniform(0, 0.3))
        for worker in ("worker1", "worker2"):
            house.kill(worker)
    house.wait_for(lambda: _is_erased(house, rider.number), "erased")
    books.drain(house, WAIT_SECONDS)
    stage.figure("erased, with workers killed, after", time.monotonic() - began, "s", most=90)
    with house.database.reading() as session:
        other = session.scalars(select(User.id).where(User.name == name)).one()
    house.command("erase", rider.other_phone, "--name", name, "--let-go")
    house.wait_for(lambda: _is_erased(house, other), "erased as well")
    books.drain(house, WAIT_SECONDS)


def _look(stage: Stage, house: House, rider: MarkedRider, marks: Marks) -> None:
    """At once, and after what comes within the day: the second look, and the file written anew."""
    rows = list(in_rows(house.database, marks))
    stage.figure("places in the tables with a mark", len(rows), exactly=0)
    stage.figure("marks in files at once, before the file is written anew", len(list(_files(stage, marks))))
    with house.database.writing() as session:
        waits = update(Outbox).where(Outbox.topic.in_(("erase_person", "scrub")), Outbox.done_at.is_(None))
        session.execute(waits.values(due=now()))
    books.drain(house, WAIT_SECONDS)
    rows, files = list(in_rows(house.database, marks)), list(_files(stage, marks))
    redis = list(in_redis(house.redis(), marks))
    stage.figure("places in the tables with a mark, a day later", len(rows), exactly=0)
    stage.figure("places in files and logs with a mark, a day later", len(files), exactly=0)
    stage.figure("files of their pictures", len(_kept(house, rider)), exactly=0)
    stage.figure("keys in Redis, read", keys(house))
    stage.figure("keys in Redis with a mark", len(redis), exactly=0)
    for line in (*rows[:8], *files[:8], *redis[:4]):
        stage.say(line)


def _look_at_server(stage: Stage, house: House, own: ServersFiles) -> None:
    """In PostgreSQL's own files: what an administrator does by docs/operations.md leaves nothing there."""
    stage.figure("places in PostgreSQL's data files, until they are written anew", len(list(own.in_data())))
    stage.figure("places in its log of writes, until that is written over", len(list(own.in_wal())))
    began = time.monotonic()
    scrub(house.environment["DATABASE_URL"])
    stage.figure("docs/scrub.sql took", time.monotonic() - began, "s")
    found = {"data files": list(own.in_data()), "log of writes": list(own.in_wal()), "log": list(own.in_log())}
    for name, places in found.items():
        stage.figure(f"places in its {name}, after docs/scrub.sql", len(places), exactly=0)
        for line in places[:8]:
            stage.say(line)


def _files(stage: Stage, marks: Marks) -> Iterator[str]:
    """In all files of the house: storage, database and its log, digests, logs of every process. Those of PostgreSQL are
    looked at by themselves."""
    for folder in (each for each in stage.folder.iterdir() if each.name != "pg"):
        if folder.is_dir():
            yield from in_files(folder, marks)
        else:
            yield from (f"{folder.name}: {word}" for word in marks.within_file(folder))


def _kept(house: House, rider: MarkedRider) -> list[Path]:
    """The files of their pictures that are there."""
    return [path for key in rider.pictures for path in house.folder.rglob(f"{key}*") if path.is_file()]


def _works_on(stage: Stage, house: House, rider: MarkedRider) -> None:
    """Everything still verifies, everybody still works, and nobody comes in as the one who left."""
    stage.figure("status of `whistle audit`", house.command("audit", check=False).returncode, exactly=0)
    opened = failed = marked = 0
    for who in (CLERK, OFFICER, "supervisor", "admin", "rider2"):
        browser = Visitor(house.address)
        browser.sign_in(who)
        paths = [*DESKS[who == "rider2" :], *(f"/tickets/{number}" for number in rider.tickets)]
        paths += ["/admin/people", f"/admin/people/{rider.number}", "/admin/acts", "/supervisor"] * (who == "admin")
        for path in paths:
            page = browser.get(path)
            opened += page.status == 200
            failed += page.status >= (400 if who == "admin" else 500)
            marked += any(word.encode() in page.body for word in rider.marks)
    stage.figure("pages of others, opened", opened, least=40)
    stage.figure("pages that failed", failed, exactly=0)
    stage.figure("pages with a mark", marked, exactly=0)
    username, password = rider.words["login"], rider.words["password"]
    cookie = {SESSION: rider.tokens[1]}
    ways = [
        Visitor(house.address).sign_in(username, password).status == 303,
        Visitor(house.address).ask("GET", "/account", cookies=cookie).status == 200,
        rider.caller.get("/me").status == 200,
        Program(house.address, None).post("/tokens", {"username": username, "password": password}).status == 201,
    ]
    stage.figure("ways in that are still open", sum(ways), exactly=0)


def _is_erased(house: House, number: int) -> bool:
    with house.database.reading() as session:
        return session.get_one(User, number).erased_at is not None


def _words(places: list[str], rider: MarkedRider) -> set[str]:
    return {place.rpartition(": ")[2] for place in places} & {rider.words[field] for field in SAID}
