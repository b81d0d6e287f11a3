"""Tickets in lists, over HTTP: who sees which, how they are filtered, sorted and paged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from models import Unit
from models.clock import now
from models.database import Database
from stage.cast import LOUFENG, a_report
from tests.web.conftest import People, Person, number_of
from tests.web.test_problems import holds


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json["items"]]


def test_lists_hold_what_one_may_see(people: People, db: Database) -> None:
    mine, other, assigned = number_of(db), number_of(db, rider="bob"), number_of(db, "assigned", "bob")
    assert numbers(people.alice.get("/tickets")) == [mine]
    assert numbers(people.bob.get("/tickets")) == [assigned, other]
    assert numbers(people.carol.get("/tickets")) == [assigned, other, mine]
    assert numbers(people.erin.get("/tickets")) == [assigned]
    assert numbers(people.frank.get("/tickets")) == [assigned]
    assert numbers(people.sam.get("/tickets")) == [assigned, other, mine]
    for nobody in (people.dave, people.mona, people.gus):
        assert numbers(nobody.get("/tickets")) == []
    holds(people.mallory.get("/tickets"), 403)


def test_filters(people: People, db: Database) -> None:
    with db.writing() as session:
        far = a_report(session, "alice", latitude=31.40, longitude=120.70, description="Broken LAMP_post 100% 路灯")
        far.unit = session.scalars(select(Unit).where(Unit.code == "weiting")).one()
        far.category = None
        far = far.number
    near, assigned = number_of(db, address="星湖街88号"), number_of(db, "in_progress", "bob")
    sam = people.sam

    def found(query: str) -> set[str]:
        return set(numbers(sam.get(f"/tickets?{query}")))

    everything = {far, near, assigned}
    assert found("") == everything
    assert found("state=submitted") == {far, near}
    assert found("unit=weiting") == {far}
    assert found("unit=sip") == everything
    assert found("department=enforcement") == {assigned}
    assert found("department=municipal") == set()
    assert found("category=06010") == {near, assigned}
    assert found("q=lamp_POST") == {far}
    assert found("q=lamp%25post") == set()
    assert found("q=100%25") == {far}
    assert found("q=路灯") == {far}
    assert found("q=湖街8") == {near}
    assert found(f"q={near[-6:]}") == {near}
    assert found(f"q={near.lower()}") == {near}
    assert found(f"near={LOUFENG[0]},{LOUFENG[1]},30") == {near, assigned}
    assert found("near=31.40,120.70,30") == {far}
    assert found("near=31.35,120.68,20000") == everything
    assert found("overdue=true") == set()
    assert found("overdue=false") == everything
    assert found("mine=true") == set()
    assert set(numbers(people.erin.get("/tickets?mine=true"))) == {assigned}
    assert set(numbers(people.alice.get("/tickets?mine=true"))) == {far, near}
    with time_machine.travel(now() + timedelta(days=20)):
        late = Person(people.app, "sam")
        assert set(numbers(late.get("/tickets?overdue=true"))) == everything
        assert set(numbers(late.get("/tickets?overdue=true&state=in_progress"))) == {assigned}


def test_filters_by_time(people: People, db: Database) -> None:
    made = {}
    for moment in ("2026-11-09T15:59:59+00:00", "2026-11-09T16:00:00+00:00", "2026-11-10T15:59:59+00:00"):
        with time_machine.travel(moment, tick=False):
            made[moment] = number_of(db)
    first, second, third = made.values()
    sam = people.sam

    def found(query: str) -> set[str]:
        return set(numbers(sam.get(f"/tickets?{query}")))

    # A day is the city's, which begins at 16:00 UTC.
    assert found("since=2026-11-10") == {second, third}
    assert found("until=2026-11-09") == {first}
    assert found("since=2026-11-10&until=2026-11-10") == {second, third}
    assert found("since=2026-11-09T16:00:00Z") == {second, third}
    assert found("since=2026-11-10T00:00:00%2B08:00") == {second, third}
    assert found("since=2026-11-10T00:00:00+08:00") == {second, third}
    assert found("until=2026-11-09T16:00:00Z") == {first, second}


@pytest.mark.parametrize("sort", ["due", "-created"])
def test_pages_hold_everything_once(people: People, db: Database, sort: str) -> None:
    with time_machine.travel("2026-11-10T02:00:00+00:00", tick=False):
        same = [number_of(db) for _ in range(3)]
    made = [*same, number_of(db, "suspended"), number_of(db, "triaged"), number_of(db, "rejected"), number_of(db)]
    query, seen, pages = f"/tickets?limit=3&sort={sort}", [], 0
    cursor = ""
    while True:
        answer = people.sam.get(query + cursor)
        seen += numbers(answer)
        pages += 1
        if answer.json["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json['next_cursor']}"
    assert sorted(seen) == sorted(made)
    assert pages == 3
    assert seen == numbers(people.sam.get(f"/tickets?sort={sort}"))
    if sort == "due":
        dues = [people.sam.get(f"/tickets/{number}").json["due_at"] for number in seen]
        known = [due for due in dues if due is not None]
        assert known == sorted(known)
        assert dues == known + [None] * (len(dues) - len(known))
    other = "-created" if sort == "due" else "due"
    holds(people.sam.get(f"/tickets?limit=3&sort={other}{cursor}"), 422, "cursor")


def test_a_cursor_is_ours_or_refused(crowd: People, sqlite_db: Database) -> None:
    for _ in range(2):
        number_of(sqlite_db)
    cursor = crowd.sam.get("/tickets?limit=1").json["next_cursor"]
    assert crowd.sam.get(f"/tickets?limit=1&cursor={cursor}").status_code == 200
    for broken in (cursor[:-1], cursor + "A", cursor[::-1], "A" * len(cursor), cursor.swapcase()):
        holds(crowd.sam.get(f"/tickets?limit=1&cursor={broken}"), 422, "cursor")
    holds(crowd.sam.get(f"/notifications?cursor={cursor}"), 422, "cursor")


def test_events_come_in_pages_too(crowd: People, sqlite_db: Database) -> None:
    number = number_of(sqlite_db, "in_progress")
    first = crowd.carol.get(f"/tickets/{number}/events?limit=3").json
    assert [each["action"] for each in first["items"]] == ["open", "triage", "assign"]
    rest = crowd.carol.get(f"/tickets/{number}/events?limit=3&cursor={first['next_cursor']}").json
    assert [each["action"] for each in rest["items"]] == ["accept"]
    assert rest["next_cursor"] is None
