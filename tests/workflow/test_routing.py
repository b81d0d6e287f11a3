"""Where a report goes, and why."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import Area, Event, Photo, Ticket, Unit
from models.database import Database
from stage.cast import LOUFENG, person, photo
from workflow import directory, routing
from workflow.engine import fire, lock
from workflow.errors import Invalid
from workflow.report.opening import NewReport, open_report
from workflow.routing_explained import explain

AWAY = (30.0, 119.0)
MANHOLE = "01001"


def sent(session: Session, **about: object) -> Ticket:
    rider = person(session, str(about.pop("rider", "alice")))
    values = {"category": "06010", "latitude": LOUFENG[0], "longitude": LOUFENG[1]} | about
    return open_report(session, rider, NewReport(**values))


def routed(session: Session, **about: object) -> Ticket:
    ticket = lock(session, Ticket, [sent(session, **about).id]).popitem()[1]
    routing.route(session, ticket)
    return ticket


def test_it_finds_the_community_and_by_it_the_street(db: Database) -> None:
    with db.writing() as session:
        ticket = routed(session)
        assert ticket.unit.kind == "community"
        assert ticket.unit.path.startswith("sip/loufeng/")
        assert ticket.routing["inside"] is True


def test_outside_every_area_it_lies_in_the_citys_inbox(db: Database) -> None:
    with db.writing() as session:
        ticket = routed(session, latitude=AWAY[0], longitude=AWAY[1])
        assert ticket.unit.code == "sip"
        assert ticket.state == "submitted"


def test_every_vertex_of_every_street_belongs_to_a_street(db: Database) -> None:
    with db.reading() as session:
        streets = session.scalars(select(Area).join(Unit).where(Unit.kind == "street")).all()
        for area in streets:
            for lng, lat in area.geometry["coordinates"][0]:
                unit = routing.unit_at(session, lat, lng)
                assert unit.kind != "city", (lat, lng)


def test_a_hole_belongs_to_what_lies_around(db: Database) -> None:
    with db.writing() as session:
        south, west = LOUFENG[0] - 0.0005, LOUFENG[1] - 0.0005
        north, east = south + 0.001, west + 0.001
        hole = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        inside = routing.unit_at(session, *LOUFENG)
        area = session.get_one(Area, inside.id)
        area.geometry = {**area.geometry, "coordinates": [*area.geometry["coordinates"], hole]}
        routing.city(session).loaded_at = datetime(2031, 1, 1, tzinfo=ZoneInfo("UTC"))
        session.flush()
        assert routing.unit_at(session, *LOUFENG).code == "loufeng"
        assert routing.unit_at(session, south, west).id == inside.id  # the hole's edge is still the community's


@pytest.mark.parametrize(
    ("text", "code"),
    [("路边一堆垃圾没人管", "06010"), ("电动车推上楼充电", "L0001"), ("井盖没了很危险", "01003"), ("天气真好", None)],
)
def test_it_guesses_the_category_by_words(db: Database, text: str, code: str | None) -> None:
    with db.writing() as session:
        ticket = routed(session, category=None, description=text)
        assert ticket.routing["category"] == code
        assert ticket.category is None
        assert bool(ticket.routing["words"]) == (code is not None)
        assert (ticket.routing["department"] is None) == (code is None)


def test_it_finds_likely_duplicates_by_place_time_and_group(db: Database) -> None:
    with db.writing() as session:
        with time_machine.travel("2026-11-16T02:00Z", tick=False):
            old = routed(session)
        with time_machine.travel("2026-11-20T01:00Z", tick=False):
            near = routed(session, latitude=LOUFENG[0] + 0.0002, rider="bob")
            far = routed(session, latitude=LOUFENG[0] + 0.01, rider="bob")
            other = routed(session, category="01037", rider="bob")
        with time_machine.travel("2026-11-20T03:00Z", tick=False):
            ticket = routed(session)
        numbers = [each["number"] for each in ticket.routing["duplicates"]]
        assert numbers == [near.number]
        assert ticket.routing["duplicates"][0]["metres"] in range(20, 25)
        assert ticket.routing["duplicates"][0]["hours"] == 2.0
        assert not {old.number, far.number, other.number} & set(numbers)


def test_of_a_place_where_hundreds_report_the_nearest_of_the_newest_are_shown(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as session, time_machine.travel("2026-11-20T01:00Z", tick=False) as clock:
        crowd = []
        for _ in range(4):
            crowd.append(routed(session, latitude=LOUFENG[0] + 0.0001 * len(crowd)).number)
            clock.shift(60)
        monkeypatch.setattr(routing, "_NEARBY", routing._NEARBY.limit(3))
        monkeypatch.setattr(routing, "MOST_DUPLICATES", 2)
        found = routed(session)
        assert [each["number"] for each in found.routing["duplicates"]] == crowd[1:3]


def test_of_the_city_it_asks_only_whether_it_is_the_same(db: Database) -> None:
    with db.writing() as session:
        for _ in range(2):
            routed(session, category=None, description="路边一堆垃圾没人管")
        number = sent(session, category=None, description="路边一堆垃圾没人管").id
    asked: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        asked.append(statement)

    with db.writing() as session:
        ticket = lock(session, Ticket, [number])[number]
        directory.bring(session, ticket)
        event.listen(db.engine, "before_cursor_execute", note)
        routing.route(session, ticket)
        event.remove(db.engine, "before_cursor_execute", note)
        assert ticket.routing["category"] == "06010"
    tables = {name for each in asked for name in re.findall(r"(?:FROM|JOIN|UPDATE) (\w+)", each)}
    assert tables == {"tickets", "attachments"}
    assert sum(each.startswith("UPDATE") for each in asked) == 1


def test_it_notices_the_same_picture(db: Database) -> None:
    with db.writing() as session:
        first = routed(session, photos=[photo(session, person(session, "alice"), sha256="a" * 64)])
        session.scalars(select(Photo)).one().dhash = "1" * 16
        again = routed(session, rider="bob", photos=[photo(session, person(session, "bob"), sha256="a" * 64)])
        assert again.routing["same_picture"] == [first.number]


def test_a_picture_of_nothing_is_not_taken_for_another_one(db: Database) -> None:
    with db.writing() as session:
        routed(session, photos=[photo(session, person(session, "alice"), sha256="a" * 64)])
        again = routed(session, rider="bob", photos=[photo(session, person(session, "bob"), sha256="b" * 64)])
        assert again.routing["same_picture"] == []


def test_a_rule_triages_and_assigns_as_the_system(db: Database) -> None:
    with db.writing() as session:
        ticket = routed(session, category=MANHOLE, photos=[photo(session, person(session, "alice"))])
        assert (ticket.state, ticket.priority) == ("triaged", "urgent")
        done = session.scalars(select(Event).where(Event.subject_id == ticket.id, Event.action == "triage")).one()
        assert (done.actor_role, done.actor_id) == ("system", None)
        assert "井盖" in done.details
        assert routing.apply_rules(session, ticket, "assign") is not None
        assert ticket.department.code == "municipal"


def test_no_rule_acts_without_a_photo_or_outside(db: Database) -> None:
    with db.writing() as session:
        assert routed(session, category=MANHOLE).state == "submitted"
        away = {"latitude": AWAY[0], "longitude": AWAY[1], "photos": [photo(session, person(session, "alice"))]}
        assert routed(session, category=MANHOLE, **away).state == "submitted"


def test_what_a_person_moved_meanwhile_stays_where_they_put_it(db: Database) -> None:
    with db.writing() as session:
        ticket = sent(session)
        fire(ticket, "triage", actor=person(session, "cleo"), category="06010", unit="weiting")
        routing.route(session, ticket)
        assert ticket.unit.code == "weiting"


def test_it_explains_itself(db: Database) -> None:
    with db.reading() as session:
        said = explain(session, *LOUFENG, "06010", None, "zh")
        assert "娄葑街道" in said[0]
        assert any("综合执法局" in each for each in said)
        english = explain(session, *AWAY, None, "井盖没了", "en")
        assert "inbox" in english[0]
        assert any("manhole" in each.lower() for each in english)
        with pytest.raises(Invalid):
            explain(session, *LOUFENG, "99999", None, "zh")


def test_the_areas_are_read_once_a_process_and_again_when_the_city_changes(db: Database) -> None:
    with db.writing() as one, db.reading() as other:
        assert routing.area_index(one) is routing.area_index(other)
        before = len(routing.area_index(one))
    with db.writing() as session:
        query = select(Unit).join(Area, Area.unit_id == Unit.id).where(Unit.kind == "community")
        session.scalars(query.order_by(Unit.id)).first().active = False
        session.flush()
        assert len(routing.area_index(session)) == before - 1, "who changes it sees the change"
        with db.reading() as other:
            assert len(routing.area_index(other)) == before, "others see it once it is committed"
    with db.reading() as after:
        assert len(routing.area_index(after)) == before - 1
