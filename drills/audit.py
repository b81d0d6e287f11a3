"""The audit finds each altered, added and missing row, and every end that was cut off, and reads fast enough."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from models import EventWords, Journal
from models.clock import now
from models.database import Database
from stage import cast
from stage.bulk import finished_reports
from stage.stage import Stage
from stage.tampering import add, alter, attack, findings, other, remove, rows, table, undone
from stage.town import town
from workflow import ledger
from workflow.audit import Tally, audit, snapshot
from workflow.audit.against import against
from workflow.digests import Digest, export

STATES = ("submitted", "rejected", "merged", "in_progress", "suspended", "confirmed", "rewarded", "rewarded", "closed")
TABLES = ("events", "events", "event_words", "journal", "postings", "accounts", "awards", "tickets", "definitions")
PROVEN = {"tickets": ("id", "state", "version", "definition_id"), "definitions": ("id", "text", "sha256")}
"""What a history proves of a ticket and needs of a definition; of the ledger and of histories it is all columns but
UNSEEN."""
UNSEEN = {("awards", "id"), ("accounts", "kind")}
"""A number that nothing refers to and no hash holds, and what the database's own rules let nobody change."""
DAY = date(2026, 11, 27)
LEAST_ROWS_A_SECOND = 100_000
TRIES = 3
FORGERIES = 500
Row = dict[str, Any]


@dataclass
class Forgery:
    """One row that says otherwise than it did, is gone, or was not there."""

    verb: str
    table: str
    what: str


def run(stage: Stage) -> None:
    reports, cuts = stage.size(6000, 50_000), stage.size(20, 60)
    with town(stage) as db:
        _live(db)
        with snapshot(db) as connection:
            digest = export(connection, stage.new_folder("digests"), DAY)
        done: Counter[str] = Counter()
        missed: list[Forgery] = []
        with attack(db) as connection:
            stage.figure("findings before any forgery", len(findings(connection)), exactly=0)
            here = {name: rows(connection, name) for name in set(TABLES)}
            while done.total() < FORGERIES:
                with undone(connection):
                    forgery = _forge(stage, connection, here)
                    if forgery is not None:
                        done[forgery.verb] += 1
                        missed += [] if findings(connection) else [forgery]
            unseen = _cut(stage, connection, digest, here, cuts)
            stage.figure("findings after all was put back", len(findings(connection)), exactly=0)
        stage.figure("forgeries", done.total(), least=FORGERIES)
        for verb in sorted(done):
            stage.figure(f"rows {verb}", done[verb], least=1)
        stage.figure("forgeries that the audit did not find", len(missed), exactly=0)
        stage.figure("ends cut off", 2 * cuts, least=2 * cuts)
        stage.figure("ends cut off that the digest did not show", unseen, exactly=0)
        for each in missed[:10]:
            stage.say(f"{each.table} {each.verb}: {each.what[:200]}")
    with town(stage) as db:
        _measure(stage, db, reports)


def _live(db: Database) -> None:
    """Reports in all kinds of states, with words, one of them erased, and points that were paid and taken back."""
    with db.writing() as session:
        tickets = [cast.a_ticket(session, state, rider) for state in STATES for rider in ("alice", "bob")]
        for ticket in tickets[:3]:
            cast.step(session, ticket, "comment")
        erased = session.scalars(select(EventWords).order_by(EventWords.event_id.desc()).limit(1)).one()
        erased.words, erased.erased_at = None, now()
        journal = session.scalars(select(Journal).order_by(Journal.id).limit(1)).one()
        ledger.reverse(session, journal, actor=cast.person(session, "ada"), reason="照片与事实不符")


def _forge(stage: Stage, connection: Connection, here: dict[str, list[Row]]) -> Forgery | None:
    """One forgery by chance; None where it would change nothing that counts, or the database does not let it happen."""
    name = stage.random.choice(TABLES)
    row = stage.random.choice(here[name])
    verb = stage.random.choices(("altered", "missing", "added"), (6, 2, 1))[0]
    if verb == "altered":
        columns = PROVEN.get(name) or tuple(each.name for each in table(name).columns)
        column = stage.random.choice(columns)
        if (name, column) in UNSEEN or _harmless(name, column, row):
            return None
        value = other(column, row[column])
        if name == "tickets" and column == "state":
            value = "rewarded" if row["state"] != "rewarded" else "closed"
        if not alter(connection, name, row, **{column: value}):
            return None
        return Forgery(verb, name, f"{column} of {row}")
    if verb == "missing":
        if (name == "awards" and row["state"] != "paid") or (name == "definitions" and len(here[name]) > 1):
            return None
        remove(connection, name, row)
        return Forgery(verb, name, str(row))
    added = _another(name, row, here)
    if added is None:
        return None
    add(connection, name, added)
    return Forgery(verb, name, str(added))


def _harmless(name: str, column: str, row: Row) -> bool:
    """An erased text has no more words, and its salt serves nothing; an account that was never used has no number."""
    if name == "event_words" and row["words"] is None:
        return column in ("salt", "erased_at", "words")
    return name == "accounts" and column == "id" and row["seq"] == 0


def _another(name: str, row: Row, here: dict[str, list[Row]]) -> Row | None:
    """A row like this one that was never written by the product."""
    if name == "events":
        last = max(each["seq"] for each in here[name] if each["ticket_id"] == row["ticket_id"])
        return row | {"id": 9001, "seq": last + 1}
    if name == "event_words":
        bare = [each["id"] for each in here["events"] if each["words_hash"] is None]
        return row | {"event_id": bare[row["event_id"] % len(bare)]}
    if name == "journal":
        return row | {"id": 9001, "key": f"award:{row['ticket_id']}:{row['rule_id']}:9001", "reverses_id": None}
    if name == "postings":
        last = max(each["seq"] for each in here[name] if each["account_id"] == row["account_id"])
        return row | {"id": 9001, "seq": last + 1, "journal_id": 9001}
    if name == "accounts":
        return row | {"id": 9001, "kind": "rider", "user_id": 9001, "balance": 0, "seq": 0}
    if name == "awards":
        return row | {"id": 9001, "user_id": 9001}
    if name == "tickets":
        return row | {"id": 9001, "public_id": "another"}
    return None


def _cut(stage: Stage, connection: Connection, digest: Digest, here: dict[str, list[Row]], count: int) -> int:
    """Cut ends off as a clever forger does, so that what is left fits; how many the digest did not show."""
    unseen = 0
    for _ in range(count):
        with undone(connection):
            _cut_history(connection, stage.random.choice(here["tickets"]), here)
            unseen += not list(against(connection, digest))
        with undone(connection):
            _cut_account(connection, stage.random.choice([row for row in here["accounts"] if row["seq"]]), here)
            unseen += not list(against(connection, digest))
    return unseen


def _cut_history(connection: Connection, ticket: Row, here: dict[str, list[Row]]) -> None:
    """Take the last event away, and let its ticket be where it was before."""
    last = max((row for row in here["events"] if row["ticket_id"] == ticket["id"]), key=lambda row: row["seq"])
    for words in here["event_words"]:
        if words["event_id"] == last["id"]:
            remove(connection, "event_words", words)
    remove(connection, "events", last)
    if last["seq"] == 1:
        remove(connection, "tickets", ticket)
    else:
        alter(connection, "tickets", ticket, state=last["from_state"], version=last["seq"] - 1)


def _cut_account(connection: Connection, account: Row, here: dict[str, list[Row]]) -> None:
    """Take the last movement of an account away, with both its sides, and let the accounts hold what is left."""
    theirs = [row for row in here["postings"] if row["account_id"] == account["id"]]
    journal = max(theirs, key=lambda row: row["seq"])["journal_id"]
    for posting in here["postings"]:
        if posting["journal_id"] == journal:
            remove(connection, "postings", posting)
            whose = next(row for row in here["accounts"] if row["id"] == posting["account_id"])
            alter(connection, "accounts", whose, balance=whose["balance"] - posting["amount"], seq=whose["seq"] - 1)
    remove(connection, "journal", next(row for row in here["journal"] if row["id"] == journal))


def _measure(stage: Stage, db: Database, reports: int) -> None:
    """How fast it reads a large database, the best of a few: others use this machine as well."""
    with db.writing() as session:
        finished_reports(session, reports)
    best, tally, said = 0.0, Tally(), 0
    for _ in range(TRIES):
        tally = Tally()
        with snapshot(db) as connection:
            began = time.perf_counter()
            said += len(list(audit(connection, tally)))
            best = max(best, tally.total / (time.perf_counter() - began))
    stage.figure("rows of a large database", tally.total, least=19 * reports)
    stage.figure("findings in them", said, exactly=0)
    stage.figure("rows read a second", best, least=LEAST_ROWS_A_SECOND)
