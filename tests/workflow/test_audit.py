"""Whatever one row is made to say otherwise, the audit names it; and it says nothing of what is as it was written."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from models import Award, EventWords, Journal, Ticket
from models.base import canonical
from models.clock import now
from models.database import Database, database
from stage import cast, tampering
from stage.bulk import STEPS, finished_reports
from stage.tampering import add, alter, attack, findings, remove, rows, undone
from tests.conftest import a_city
from workflow import ledger
from workflow.audit import Tally, audit, snapshot
from workflow.engine.history import hash_content
from workflow.errors import Refused
from workflow.ledger import award as pay_award
from workflow.say import LOCALES

STATES = ("submitted", "rejected", "merged", "in_progress", "suspended", "confirmed", "rewarded", "rewarded", "closed")
UNSEEN = {("awards", "id"), ("accounts", "kind")}
"""A number that nothing refers to and no hash holds; and what the database's own rules let nobody change."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Reports in all kinds of states, with words, some of them erased, and points that were paid and taken back.

    Made once for all attacks, which leave nothing behind.
    """
    with a_city(request, tmp_path_factory.mktemp("audited")) as url:
        _live_in(url)
        yield url


def _live_in(url: str) -> None:
    database.connect(url)
    with database.writing() as session:
        tickets = [cast.a_ticket(session, state, rider) for state in STATES for rider in ("alice", "bob")]
        for ticket in tickets[:3]:
            cast.step(session, ticket, "comment")
        erased = session.scalars(select(EventWords).order_by(EventWords.event_id.desc())).first()
        assert erased is not None
        erased.words, erased.erased_at = None, now()
        journal = session.scalars(select(Journal).order_by(Journal.id)).first()
        assert journal is not None
        ledger.reverse(session, journal, actor=cast.person(session, "ada"), reason="照片与事实不符")
    database.engine.dispose()


@pytest.fixture
def house(house_url: str) -> Iterator[Database]:
    """The process's database, connected to what is attacked."""
    database.connect(house_url)
    yield database
    database.engine.dispose()


def keys(db: Database) -> list[str]:
    with snapshot(db) as connection:
        return [each.key for each in audit(connection, Tally())]


def test_it_says_nothing_of_what_is_as_it_was_written(house: Database) -> None:
    with snapshot(house) as connection:
        tally = Tally()
        assert list(audit(connection, tally)) == []
        counted = {name: len(rows(connection, name)) for name in tally.rows}
    assert tally.rows == counted


@pytest.mark.parametrize(
    "name", ["events", "event_words", "journal", "journal_words", "postings", "accounts", "awards"]
)
def test_it_finds_every_altered_column(house: Database, name: str) -> None:
    chance = random.Random(name)
    with attack(house) as connection:
        here = rows(connection, name)
        for column in [each.name for each in tampering.table(name).columns]:
            tried = 0
            for row in chance.sample(here, min(len(here), 12)):
                if (name, column) in UNSEEN or harmless(name, column, row):
                    continue
                with undone(connection):
                    if alter(connection, name, row, **{column: tampering.other(column, row[column])}):
                        tried += 1
                        found = findings(connection)
                        assert found, f"{name}.{column} of {row}"
                        assert all(each.sentence(locale) for each in found for locale in LOCALES)
                if tried == 2:
                    break
            assert tried or (name, column) in UNSEEN, f"{name}.{column} was never altered"


def harmless(name: str, column: str, row: dict[str, Any]) -> bool:
    """An erased text has no more words, and its salt serves nothing; an account that was never used has no number."""
    if name == "event_words" and row["words"] is None:
        return column in ("salt", "erased_at", "words")
    return name == "accounts" and column == "id" and row["seq"] == 0


def test_it_names_the_event_that_was_altered(house: Database) -> None:
    with attack(house) as connection:
        events = rows(connection, "events")
        series = {row["id"]: row["series"] for row in rows(connection, "tickets")}
        content = [name for name in events[0] if name not in ("id", "ticket_id", "seq")]
        for row in random.Random(7).sample(events, 12):
            column = random.Random(row["id"]).choice(content)
            with undone(connection):
                assert alter(connection, "events", row, **{column: tampering.other(column, row[column])})
                name = f"{series[row['ticket_id']]}-{row['ticket_id']:06d}"
                (first, *_) = findings(connection)
                assert (first.key, first.params) == ("event_altered", {"ticket": name, "seq": row["seq"]})


def test_it_finds_a_ticket_that_was_moved_past_the_engine(house: Database) -> None:
    with attack(house) as connection:
        for row in rows(connection, "tickets"):
            with undone(connection):
                alter(connection, "tickets", row, state="rewarded" if row["state"] != "rewarded" else "closed")
                assert [each.key for each in findings(connection)] == ["state_altered"]
            with undone(connection):
                alter(connection, "tickets", row, version=row["version"] + 1)
                assert [each.key for each in findings(connection)] == ["version_differs"]


@pytest.mark.parametrize("name", ["events", "event_words", "journal", "postings", "tickets", "accounts"])
def test_it_finds_every_missing_row(house: Database, name: str) -> None:
    with attack(house) as connection:
        for row in rows(connection, name)[:40]:
            with undone(connection):
                remove(connection, name, row)
                assert findings(connection), row


def test_it_finds_a_paid_award_that_is_missing(house: Database) -> None:
    with attack(house) as connection:
        for row in rows(connection, "awards"):
            with undone(connection):
                remove(connection, "awards", row)
                said = [each.key for each in findings(connection)]
                assert said == (["journal_without_award"] if row["state"] == "paid" else [])


def test_it_finds_added_rows(house: Database) -> None:
    with attack(house) as connection:
        event = next(row for row in rows(connection, "events") if row["words_hash"] is None)
        words, journal = rows(connection, "event_words")[0], rows(connection, "journal")[0]
        posting, ticket = rows(connection, "postings")[-1], rows(connection, "tickets")[0]
        paid = next(row for row in rows(connection, "awards") if row["state"] == "paid")
        added = [
            ("events", event | {"id": 9001, "seq": 900}, "events_missing"),
            ("event_words", words | {"event_id": event["id"]}, "words_added"),
            ("event_words", words | {"event_id": 9001}, "words_stray"),
            ("journal", journal | {"id": 9001, "key": "award:1:1:1"}, "journal_altered"),
            ("postings", posting | {"id": 9001, "seq": posting["seq"] + 1, "journal_id": 9001}, "posting_stray"),
            ("tickets", ticket | {"id": 9001, "public_id": "another"}, "history_missing"),
            ("accounts", {"id": 9001, "kind": "rider", "user_id": 9001, "balance": 0, "seq": 0}, "account_misfit"),
            ("awards", paid | {"id": 9001, "user_id": 9001}, "award_altered"),
        ]
        for name, row, key in added:
            with undone(connection):
                add(connection, name, row)
                assert key in [each.key for each in findings(connection)], (name, key)


def test_a_chain_recomputed_from_a_forged_event_on_still_breaks_the_rules(house: Database) -> None:
    """Right hashes do not make a step right that the definition does not know."""
    with attack(house) as connection:
        row = next(each for each in rows(connection, "events") if each["action"] == "open")
        last = [each for each in rows(connection, "events") if each["ticket_id"] == row["ticket_id"]][-1]
        forged = last | {"id": last["id"] + 5000, "seq": last["seq"] + 1, "action": "reward", "words_hash": None}
        forged |= {"from_state": last["to_state"], "to_state": "rewarded", "previous_hash": last["hash"]}
        content = [
            forged[name] for name in (
                "ticket_id", "seq", "at", "actor_id", "actor_role", "actor_unit_id", "action", "from_state",
                "to_state", "details", "public", "words_hash", "previous_hash",
            )
        ]  # fmt: skip
        content[2] = forged["at"].isoformat(timespec="microseconds")
        add(connection, "events", forged | {"hash": hash_content("report", *content)})
        alter(connection, "tickets", {"id": row["ticket_id"]}, version=forged["seq"], state="rewarded")
        assert [each.key for each in findings(connection)] == ["event_forbidden"]


def test_it_finds_a_definition_that_was_altered(house: Database) -> None:
    with attack(house) as connection:
        (row,) = rows(connection, "definitions")
        with undone(connection):
            alter(connection, "definitions", row, text=row["text"].replace("officer in_lead", "rider"))
            assert "definition_altered" in [each.key for each in findings(connection)]
        with undone(connection):
            alter(connection, "definitions", row, text="states: [")
            assert {"definition_altered", "definition_broken"} <= {each.key for each in findings(connection)}
        with undone(connection):
            remove(connection, "definitions", row)
            assert "definition_missing" in [each.key for each in findings(connection)]


def test_it_finds_that_the_triggers_are_gone(house: Database) -> None:
    dialect = house.engine.dialect.name
    trigger = "events_no_update" if dialect == "sqlite" else "events_no_change ON events"
    with house.engine.connect() as connection:
        connection.execute(text(f"DROP TRIGGER {trigger}"))
        said = [(each.key, each.params) for each in audit(connection, Tally())]
        assert said == [("unguarded", {"table": "events"})]
        if dialect == "postgresql":
            connection.rollback()
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER events_no_change"))
            assert [each.key for each in audit(connection, Tally())] == ["unguarded"]


def test_it_survives_values_of_the_wrong_kind(house: Database) -> None:
    if house.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL keeps no text in a column of numbers")
    wrong = {
        "events": ("ticket_id", "seq", "at", "actor_id", "details", "public"),
        "postings": ("journal_id", "account_id", "amount", "seq", "balance_after"),
        "journal": ("ticket_id", "at", "reason"),
        "accounts": ("balance", "seq"),
        "awards": ("ticket_id", "day", "points"),
        "event_words": ("words", "salt"),
    }
    with attack(house) as connection:
        for name, columns in wrong.items():
            row = next(each for each in rows(connection, name)[1:] if each.get("kind") != "debt")
            for column in columns:
                for value in ("'nonsense'", "x'ff00'", "2.5"):
                    with undone(connection):
                        (key,) = tampering.table(name).primary_key.columns
                        connection.execute(
                            text(f"UPDATE {name} SET {column} = {value} WHERE {key.name} = {row[key.name]}")
                        )
                        assert findings(connection), (name, column, value)


def test_an_altered_reservation_is_not_paid(db: Database) -> None:
    with db.writing() as session:
        ticket = cast.a_ticket(session, "resolved")
        number = ticket.id
    with db.writing() as session:
        session.execute(update(Award).where(Award.ticket_id == number).values(points=1000))
    with snapshot(db) as connection:
        assert [each.key for each in audit(connection, Tally())] == ["award_altered"]
    with db.writing() as session, pytest.raises(Refused) as refused:
        pay_award(session, session.scalars(select(Award).where(Award.ticket_id == number)).one())
    assert refused.value.key == "ledger.altered"
    assert refused.value.sentence("en")


def test_it_reads_many_at_a_time(db: Database) -> None:
    with db.writing() as session:
        finished_reports(session, 450)
    with snapshot(db) as connection:
        assert list(audit(connection, tally := Tally())) == []
    assert tally.rows["events"] == 450 * len(STEPS)
    with db.writing() as session:
        session.execute(update(Ticket).where(Ticket.id == 300).values(state="closed"))
    assert keys(db) == ["state_altered"]


texts = st.text(st.characters(exclude_categories=["Cs"]))
hexes = st.text("0123456789abcdef", min_size=64, max_size=64)
numbers = st.integers(0, 2**31 - 1)


@given(
    st.tuples(
        texts, numbers, numbers, texts, st.none() | numbers, texts, st.none() | numbers, texts, texts, texts, texts,
        st.booleans(), st.none() | hexes, hexes,
    )
)  # fmt: skip
def test_what_is_hashed_is_canonical_json(content: tuple[Any, ...]) -> None:
    moment = "2026-11-27T08:00:00.000000+00:00"
    content = (*content[:3], moment, *content[4:])
    assert hash_content(*content) == hashlib.sha256(canonical([1, *content]).encode()).hexdigest()
