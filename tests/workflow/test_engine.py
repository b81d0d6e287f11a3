"""The engine by itself, on a lifecycle that is not a report's."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Membership, Outbox, Ticket
from models.base import canonical
from models.clock import now
from models.database import Database
from stage.cast import a_ticket, fields, person
from tests.workflow.permits import PERMIT, Permit, PermitEvent, PermitWords, a_permit, asked, loufeng, office
from workflow.actors import SYSTEM, Actor
from workflow.engine import fire, permitted
from workflow.engine.history import hash_event, hash_words, replay
from workflow.engine.machines import machinery_of
from workflow.engine.permission import role_in
from workflow.errors import Forbidden, Invalid, NotFound, Problem, Refused, Stale

ENGINE = Path(__file__).parents[2] / "workflow" / "engine"


@pytest.fixture
def session(session: Session) -> Iterator[Session]:
    with office(session):
        yield session


def history(session: Session, permit: Permit) -> list[PermitEvent]:
    query = select(PermitEvent).where(PermitEvent.subject_id == permit.id).order_by(PermitEvent.seq)
    return list(session.scalars(query))


def test_it_moves_what_is_not_a_report(session: Session) -> None:
    permit = asked(session)
    event = fire(permit, "give", {"note": " 收好 "}, actor=person(session, "carol"))
    assert (permit.state, permit.version, permit.stamps) == ("given", 2, 1)
    assert permit.updated_at == event.at
    assert (event.actor_role, event.actor_unit_id) == ("clerk", loufeng(session).id)
    assert (event.action, event.from_state, event.to_state) == ("give", "asked", "given")
    assert session.get_one(PermitWords, event.id).words == {"note": "收好"}
    events = history(session, permit)
    assert [each.seq for each in events] == [1, 2]
    assert replay(machinery_of(session, permit).lifecycle, events) == "given"
    assert session.scalars(select(Outbox.ref).where(Outbox.topic == "tell_permit")).all() == [str(event.id)]


def test_what_people_write_is_not_in_the_chain_and_yet_proved_by_it(session: Session) -> None:
    permit = asked(session)
    event = fire(permit, "give", note="收好", actor=person(session, "carol"))
    words = session.get_one(PermitWords, event.id)
    assert json.loads(event.details) == {"stamps": 1}
    assert event.words_hash == hash_words(words.salt, canonical({"note": "收好"}))
    first = history(session, permit)[0]
    content = [
        1, "permit", permit.id, 2, event.at.isoformat(timespec="microseconds"), event.actor_id, "clerk",
        event.actor_unit_id, "give", "asked", "given", event.details, True, event.words_hash, first.hash,
    ]  # fmt: skip
    assert event.hash == hashlib.sha256(canonical(content).encode()).hexdigest() == hash_event("permit", event)
    assert (first.previous_hash, event.previous_hash) == ("", first.hash)
    words.words, words.erased_at = None, now()
    session.flush()
    assert hash_event("permit", event) == event.hash


def test_a_replay_tells_what_does_not_follow(session: Session) -> None:
    permit = asked(session)
    fire(permit, "give", note="好", actor=SYSTEM)
    lifecycle, events = machinery_of(session, permit).lifecycle, history(session, permit)
    with pytest.raises(ValueError, match="event 2 starts from asked, but the ticket was new"):
        replay(lifecycle, events[1:])
    session.expunge(events[1])
    events[1].to_state = "asked"
    with pytest.raises(ValueError, match="give does not lead from asked to asked"):
        replay(lifecycle, events)


@pytest.mark.parametrize(
    ("who", "name", "given", "problem"),
    [
        ("carol", "bless", {}, NotFound),
        ("carol", "_enter", {}, NotFound),
        ("alice", "give", {"note": "好"}, Forbidden),
        ("dave", "give", {"note": "好"}, Forbidden),
        ("carol", "ask", {}, Forbidden),
        ("alice", "ask", {}, Refused),
        ("carol", "give", {}, Invalid),
        ("carol", "give", {"note": "好!"}, Refused),
        ("carol", "give", {"note": "好", "actor": 1}, Invalid),
        ("carol", "give", {"note": "ink"}, OSError),
    ],
)
def test_what_fails_changes_nothing(
    session: Session, who: str, name: str, given: dict[str, Any], problem: type[Exception]
) -> None:
    permit = asked(session)
    before = (permit.state, permit.version, permit.stamps, permit.updated_at)
    with pytest.raises(problem), session.begin_nested():
        fire(permit, name, given, actor=person(session, who))
    session.expire_all()
    assert (permit.state, permit.version, permit.stamps, permit.updated_at) == before
    assert len(history(session, permit)) == 1
    assert session.scalars(select(Outbox).where(Outbox.topic == "tell_permit")).all() == []


def test_a_guard_is_asked_before_anything_is_filled_in(session: Session) -> None:
    carol = person(session, "carol")
    permit = a_permit(session, carol, loufeng(session))
    fire(permit, "ask", actor=carol)
    with pytest.raises(Forbidden):
        fire(permit, "give", actor=carol)
    assert {each.name for each in permitted(permit, carol)} == {"fill"}


def test_who_is_disabled_may_nothing(session: Session) -> None:
    permit, carol = asked(session), person(session, "carol")
    assert {each.name for each in permitted(permit, carol)} == {"fill", "give"}
    carol.disabled_at = now()
    assert permitted(permit, carol) == []
    with pytest.raises(Forbidden):
        fire(permit, "give", note="好", actor=carol)


def test_it_says_what_each_transition_needs(session: Session) -> None:
    permit = asked(session, stamps=1)
    fill, give = permitted(permit, person(session, "carol"))
    assert (give.name, give.title.en) == ("give", "Give")
    assert [(need.field, need.type, need.required) for need in give.needs] == [("note", "longtext", True)]
    needs = {need.field: need for need in fill.needs}
    assert [value for value, _ in needs["colour"].options or []] == ["red", "blue"]
    assert [(value, title.zh) for value, title in needs["size"].options or []] == [("s", "小")]
    assert {name for name, need in needs.items() if need.required} == {"seal"}
    assert needs["word"].options is None
    assert (needs["word"].type, needs["word"].title.zh) == ("text", "词")
    assert (needs["stars"].type, needs["stars"].title.en) == ("number", "Stars")
    assert needs["colours"].options == needs["colour"].options


def test_who_may_what_is_its_person_its_office_and_the_system(session: Session) -> None:
    """Each by a name of its own, and a role elsewhere is none here."""
    permit = asked(session)
    transitions = machinery_of(session, permit).lifecycle.transitions
    alice, carol, dave, erin = (person(session, each) for each in ("alice", "carol", "dave", "erin"))

    def may(name: str, actor: Actor) -> tuple[str, Membership | None] | None:
        return role_in(PERMIT, transitions[name], permit, actor)

    def roles(name: str) -> list[str | None]:
        found = [may(name, each) for each in (alice, carol, dave, erin, person(session, "mallory"))]
        return [each and each[0] for each in found]

    assert roles("fill") == ["rider", "clerk", None, None, None]
    assert roles("give") == [None, "clerk", None, None, None]
    assert may("give", carol) == ("clerk", carol.memberships[0])
    assert may("fill", alice) == ("rider", None)
    assert may("give", SYSTEM) == ("system", None)
    assert may("fill", SYSTEM) is None
    carol.memberships.insert(0, Membership(role="clerk", unit=dave.memberships[0].unit))
    session.flush()
    assert may("give", carol) == ("clerk", carol.memberships[1])
    alice.disabled_at = now()
    assert roles("fill") == [None, "clerk", None, None, None]


def test_nothing_may_be_done_to_what_is_over(session: Session) -> None:
    permit, carol = asked(session), person(session, "carol")
    fire(permit, "give", note="好", actor=carol)
    assert permitted(permit, carol) == permitted(permit, person(session, "alice")) == []


def test_only_a_writing_session_moves_anything(session: Session) -> None:
    permit = asked(session)
    reader = Session(session.connection(), join_transaction_mode="create_savepoint")
    with reader, pytest.raises(RuntimeError, match="only a writing session"):
        fire(reader.get_one(Permit, permit.id), "give", note="好", actor=SYSTEM)
    with pytest.raises(RuntimeError, match="belongs to a session"):
        fire(Permit(), "give", actor=SYSTEM)
    with pytest.raises(RuntimeError, match="belongs to a session"):
        permitted(Permit(), SYSTEM)


def test_who_saw_an_older_version_is_told_so(session: Session) -> None:
    permit, carol = asked(session), person(session, "carol")
    for seen in ([], [0], [2, 3]):
        with pytest.raises(Stale):
            fire(permit, "give", note="好", actor=carol, if_version=seen)
    with pytest.raises(Forbidden):
        fire(permit, "give", note="好", actor=person(session, "dave"), if_version=[0])
    fire(permit, "give", note="好", actor=carol, if_version=[1, 7])
    assert permit.version == 2


def test_who_comes_second_is_told_who_did_what(session: Session) -> None:
    permit = asked(session)
    fire(permit, "give", note="好", actor=person(session, "carol"))
    with pytest.raises(Refused) as caught:
        fire(permit, "give", note="好", actor=person(session, "carl"))
    assert "娄葑街道" in caught.value.sentence("zh")
    assert "Loufeng Street" in caught.value.sentence("en")
    assert "“Give” by Loufeng" in caught.value.sentence("en")
    for locale in ("zh", "en"):
        assert "Carol" not in caught.value.sentence(locale)


FACTS = ("facts", "name", "fields", "subject", "session", "if_version", "self", "")


@pytest.mark.parametrize("field", FACTS)
def test_no_name_of_a_field_reaches_the_engine_itself(session: Session, field: str) -> None:
    permit = asked(session)
    with pytest.raises(Invalid) as caught:
        fire(permit, "give", {"note": "好", field: {"stamps": 99}}, actor=person(session, "carol"))
    assert caught.value.errors == {field: ("field.unknown", {})}


@pytest.mark.parametrize("city_url", ["postgresql"], indirect=True)
def test_what_was_read_before_the_lock_is_read_again(db: Database) -> None:
    """A session that looked at a ticket's requests earlier decides on what they are once it has the lock."""
    with db.writing() as session:
        ticket = a_ticket(session, "assigned")
        fire(ticket, "request_extension", fields(session, "request_extension"), actor=person(session, "erin"))
    with db.writing() as session:
        mine = session.get_one(Ticket, ticket.id)
        waiting = mine.open_request("extension")
        assert waiting is not None
        with db.writing() as another:
            theirs = another.get_one(Ticket, ticket.id)
            fire(theirs, "refuse_extension", reason="不必", actor=person(another, "carl"))
        with pytest.raises(Problem) as caught:
            fire(mine, "grant_extension", until=waiting.day.isoformat(), actor=person(session, "carol"))
        assert caught.value.key == "refused.no_extension"


def test_nothing_but_the_engine_moves_a_state() -> None:
    """Awards have a state as well, of which the points take care."""
    found = set()
    root = ENGINE.parents[1]
    for folder in ("models", "workflow", "queues", "web"):
        for file in (root / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                for target in node.targets if isinstance(node, ast.Assign) else []:
                    for each in target.elts if isinstance(target, ast.Tuple) else [target]:
                        if isinstance(each, ast.Attribute) and each.attr in ("state", "version"):
                            found.add((file.relative_to(root).as_posix(), ast.unparse(each)))
    award = {
        ("workflow/report/joining.py", "award.state"),
        ("workflow/personal/erasing.py", "award.state"),
        ("workflow/ledger.py", "due.state"),
        ("models/ledger.py", "award.state"),
    }
    award |= {("workflow/points/awards.py", "row.state"), ("workflow/points/awards.py", "each.state")}
    assert found - award == {
        ("workflow/engine/machines.py", "move.subject.state"), ("workflow/engine/firing.py", "self.state"),
    }  # fmt: skip


def test_the_engine_knows_nothing_of_reports() -> None:
    for file in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            named += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for each in named:
                assert not each.startswith(("workflow.report", "models.tickets", "workflow.points")), (file.name, each)
                assert each != "models", f"{file.name} takes all models"
