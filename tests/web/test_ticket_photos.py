"""A ticket's photos over HTTP: who sees which, who may add some, and what they prove."""

from __future__ import annotations

from models.database import Database
from stage.photos import picture, upload
from tests.web.conftest import People, number_of
from tests.web.test_problems import holds


def test_photos_are_served_to_who_sees_the_ticket(people: People, db: Database) -> None:
    number = number_of(db, "assigned")
    sent = people.alice.ask("POST", f"/tickets/{number}/photos", **upload(picture(3000, 2000), kind="before"))
    assert sent.status_code == 201
    photo = sent.json["items"][0]
    assert (photo["kind"], photo["width"], photo["height"]) == ("before", 1600, 1067)
    for who in (people.alice, people.carol, people.erin, people.sam):
        full, thumb = who.get(photo["url"]), who.get(photo["url"] + "?size=thumb")
        assert full.content_type == thumb.content_type == "image/jpeg"
        assert 0 < len(thumb.data) < len(full.data)
        assert full.headers["X-Content-Type-Options"] == "nosniff"
        assert full.headers["Cache-Control"].startswith("private")
    for who in (people.bob, people.dave, people.mona):
        holds(who.get(photo["url"]), 404)
        holds(who.ask("POST", f"/tickets/{number}/photos", **upload(picture())), 404)
    holds(people.sam.ask("POST", f"/tickets/{number}/photos", **upload(picture())), 403)
    holds(people.alice.get(photo["url"] + "?size=huge"), 422, "size")
    holds(people.alice.ask("POST", f"/tickets/{number}/photos", **upload(picture(), kind="during")), 422, "kind")
    other = number_of(db)
    holds(people.alice.get(f"/tickets/{other}/photos/{photo['id']}"), 404)


def test_an_internal_comment_stays_among_staff(people: People, db: Database) -> None:
    number = number_of(db, "assigned")
    upload_id = people.carol.ask("POST", "/uploads", **upload(picture())).json["items"][0]["id"]
    told = people.carol.move(number, "comment", note="内部的话", internal=True, photos=[upload_id])
    assert told.status_code == 200, told.text
    url = f"/tickets/{number}/photos/{upload_id}"
    assert people.erin.get(url).status_code == 200
    holds(people.alice.get(url), 404)
    assert upload_id not in people.alice.get(f"/tickets/{number}").text
    assert "内部的话" not in people.alice.get(f"/tickets/{number}/events").text
    assert "内部的话" in people.erin.get(f"/tickets/{number}/events").text


def test_what_has_ended_takes_no_more_pictures(people: People, db: Database) -> None:
    number = number_of(db, "withdrawn")
    holds(people.alice.post(f"/tickets/{number}/photos", **upload(picture())), 409)


def test_a_reporters_picture_proves_no_work(people: People, db: Database) -> None:
    number = number_of(db, "in_progress")
    holds(people.alice.post(f"/tickets/{number}/photos", **upload(picture(), kind="after")), 422, "kind")
    before = people.erin.post(f"/tickets/{number}/photos", **upload(picture(), kind="before")).json["items"][0]["id"]
    holds(people.erin.move(number, "resolve", note="x", photos=[before]), 422, "photos")
    after = people.erin.post(f"/tickets/{number}/photos", **upload(picture(), kind="after")).json["items"][0]["id"]
    assert people.erin.move(number, "resolve", note="x", photos=[after]).status_code == 200
    assert people.carol.move(number, "rework", reason="x").status_code == 200
    holds(people.erin.move(number, "resolve", note="x", photos=[after]), 422, "photos")
