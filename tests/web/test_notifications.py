"""The inbox: newest first, read one by one or all at once, and nobody else's."""

from __future__ import annotations

from sqlalchemy import select

from models import Notification, Ticket
from models.clock import now
from models.database import Database
from stage.cast import a_report, person
from tests.web.conftest import People
from tests.web.test_problems import holds


def tell(db: Database, who: str, count: int) -> list[int]:
    """So many rows in a person's inbox; their ids."""
    with db.writing() as session:
        ticket = session.scalars(select(Ticket)).first() or a_report(session)
        reader = person(session, who)
        rows = [
            Notification(
                user_id=reader.id, cause=f"{who}{number}", key="photo.too_many", params={"maximum": number},
                ticket_id=ticket.id if number % 2 else None, created_at=now(),
            )
            for number in range(count)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def test_newest_first_in_the_readers_language(people: People, db: Database) -> None:
    ids = tell(db, "alice", 5)
    told = people.alice.get("/notifications?limit=2").json
    assert [each["id"] for each in told["items"]] == [ids[4], ids[3]]
    assert told["unread"] == 5
    assert told["items"][0] == told["items"][0] | {"sentence": "At most 4 photos.", "ticket": None, "read": False}
    assert told["items"][1]["ticket"].startswith("SIP-")
    rest = people.alice.get(f"/notifications?cursor={told['next_cursor']}").json
    assert [each["id"] for each in rest["items"]] == ids[2::-1]
    assert rest["next_cursor"] is None
    assert people.bob.get("/notifications").json == {"items": [], "next_cursor": None, "unread": 0}


def test_they_are_read(people: People, db: Database) -> None:
    ids = tell(db, "alice", 4)
    others = tell(db, "bob", 1)
    answer = people.alice.post("/notifications/read", {"ids": ids[:2]})
    assert (answer.status_code, answer.data) == (204, b"")
    assert people.alice.post("/notifications/read", {"ids": ids[:1]}).status_code == 204
    assert people.alice.get("/notifications").json["unread"] == 2
    holds(people.alice.post("/notifications/read", {"ids": [ids[3], others[0]]}), 422, "ids")
    holds(people.alice.post("/notifications/read", {"ids": [999_999]}), 422, "ids")
    assert people.alice.get("/notifications").json["unread"] == 2
    assert people.alice.post("/notifications/read", {"all": True}).status_code == 204
    assert people.alice.get("/notifications").json["unread"] == 0
    assert people.bob.get("/notifications").json["unread"] == 1


def test_what_to_read_is_said_one_way(crowd: People) -> None:
    for body in ({}, {"all": False}, {"ids": [1], "all": True}):
        holds(crowd.alice.post("/notifications/read", body), 422, "ids", "all")
    holds(crowd.alice.post("/notifications/read", {"ids": []}), 422, "ids")
    holds(crowd.alice.post("/notifications/read", {"ids": ["1"]}), 422, "ids.0")
    holds(crowd.alice.post("/notifications/read", {"ids": [True]}), 422, "ids.0")
    holds(crowd.alice.post("/notifications/read", {"ids": [0]}), 422, "ids.0")
    holds(crowd.alice.post("/notifications/read", {"ids": [10**30]}), 422, "ids.0")
    holds(crowd.alice.post("/notifications/read", {"all": 1}), 422, "all")
