"""Sending a report: as JSON and as a form, once however often it is sent, with pictures that are really looked at."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from models import City, Photo, Ticket, User
from models.database import Database
from models.storage import StorageUnavailable
from stage.cast import LOUFENG
from stage.photos import picture, upload
from tests.web.conftest import People, forget_throttles
from tests.web.sending import PLACE, TEXTS, count, files_in, keyed
from tests.web.test_problems import holds
from web import pictures as shown
from workflow import pictures
from workflow.throttle import Limit


def test_a_report_is_answered_with_its_ticket(people: People) -> None:
    answer = people.alice.post("/reports", PLACE | {"description": " 路口垃圾 ", "accuracy_m": 12, "address": "星湖街"})
    assert answer.status_code == 201
    told = answer.json
    assert answer.headers["Location"] == f"/api/v1/tickets/{told['number']}"
    assert answer.headers["ETag"] == '"1"'
    assert told["state"] == "submitted"
    assert told["description"] == "路口垃圾"
    assert told["category"]["code"] == "06010"
    assert told["reporter"] == {"name": "Alice", "phone_tail": None}
    assert (told["latitude"], told["longitude"], told["datum"]) == (*LOUFENG, "wgs84")
    assert told["created_at"].endswith("Z")
    assert people.alice.get(answer.headers["Location"]).json["number"] == told["number"]


def test_coordinates_come_in_any_datum_and_go_out_in_one(crowd: People) -> None:
    told = crowd.alice.report(latitude=31.3032, longitude=120.6593, datum="gcj02")
    assert told["datum"] == "gcj02"
    assert 100 < 111_195 * abs(told["latitude"] - 31.3032) < 700


def test_a_form_takes_the_same_fields_and_pictures(people: People, tmp_path: Path) -> None:
    answer = people.alice.ask(
        "POST",
        "/reports",
        **upload(picture(), picture(colour="blue"), **TEXTS, anonymous="true", taken_at="2026-11-20T08:00:00+08:00"),
    )
    assert answer.status_code == 201, answer.text
    told = answer.json
    assert [each["kind"] for each in told["photos"]] == ["before", "before"]
    assert told["reporter"] is None
    shown = people.alice.get(told["photos"][0]["url"])
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert len(files_in(tmp_path)) == 4


def test_uploads_are_used_once_by_their_uploader(people: People) -> None:
    ids = [each["id"] for each in people.alice.ask("POST", "/uploads", **upload(picture(), picture())).json["items"]]
    holds(people.bob.post("/reports", PLACE | {"photos": ids[:1]}), 422, "photos")
    told = people.alice.report(photos=ids[:1])
    assert [each["id"] for each in told["photos"]] == ids[:1]
    holds(people.alice.post("/reports", PLACE | {"photos": ids[:1]}), 422, "photos")
    form = people.alice.ask("POST", "/reports", data={**TEXTS, "photos": ids[1]}, content_type="multipart/form-data")
    assert form.status_code == 201
    assert [each["id"] for each in form.json["photos"]] == ids[1:]


def test_one_of_category_and_description_and_a_needed_photo(crowd: People) -> None:
    place = {"latitude": LOUFENG[0], "longitude": LOUFENG[1]}
    holds(crowd.alice.post("/reports", place), 422, "category", "description")
    assert crowd.alice.post("/reports", place | {"description": "井盖丢了"}).status_code == 201
    holds(crowd.alice.post("/reports", place | {"category": "06042"}), 422, "photos")


def exif_photo() -> bytes:
    """A photo that knows where and when it was taken."""
    file = io.BytesIO()
    image = Image.new("RGB", (64, 48), "green")
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 18.0, 18.0), 3: "E", 4: (120.0, 39.0, 18.0)})
    exif.get_ifd(0x8769).update({0x9003: "2026:11:20 08:30:00", 0x9011: "+08:00"})
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_a_photos_own_place_and_time_count_where_none_is_sent(crowd: People, sqlite_db: Database) -> None:
    answer = crowd.alice.ask("POST", "/reports", **upload(exif_photo(), category="06010"))
    assert answer.status_code == 201, answer.text
    assert answer.json["latitude"] == pytest.approx(31.305)
    assert answer.json["longitude"] == pytest.approx(120.655)
    with sqlite_db.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        assert ticket.taken_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    served = crowd.alice.get(answer.json["photos"][0]["url"]).data
    assert b"Exif" not in served
    assert Image.open(io.BytesIO(served)).getexif() == {}
    holds(crowd.alice.ask("POST", "/reports", **upload(picture(), category="06010")), 422, "latitude", "longitude")


@pytest.mark.parametrize(
    "bad",
    [b"", b"not a photo", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:200], b"\xff\xd8\xff" + b"\0" * 100],
)
def test_a_bad_picture_is_named_and_nothing_is_stored(
    crowd: People, sqlite_db: Database, tmp_path: Path, bad: bytes
) -> None:
    body = {"data": TEXTS | {"photos": [(io.BytesIO(picture()), "good.jpg"), (io.BytesIO(bad), "坏图.jpg")]}}
    told = holds(crowd.alice.ask("POST", "/reports", **body, content_type="multipart/form-data"), 422, "photos")
    assert "坏图.jpg" in told["errors"][0]["message"]
    assert count(sqlite_db, Ticket) == count(sqlite_db, Photo) == 0
    assert files_in(tmp_path) == []


def test_a_picture_of_over_15_mb_and_a_tenth_one_are_refused(crowd: People, tmp_path: Path) -> None:
    large = picture() + b"\0" * (15 * 1024 * 1024)
    told = holds(crowd.alice.ask("POST", "/uploads", **upload(large)), 422, "photos")
    assert "15" in told["errors"][0]["message"]
    holds(crowd.alice.ask("POST", "/uploads", **upload(*[picture(8, 8)] * 10)), 422, "photos")
    holds(crowd.alice.ask("POST", "/uploads", data={}, content_type="multipart/form-data"), 422, "photos")
    other = {"data": {"photos": (io.BytesIO(picture()), "a.jpg"), "more": (io.BytesIO(b"x"), "b.jpg")}}
    holds(crowd.alice.ask("POST", "/uploads", **other, content_type="multipart/form-data"), 422, "more")
    assert files_in(tmp_path) == []


def test_files_go_where_the_row_does_not_come(crowd: People, sqlite_db: Database, tmp_path: Path) -> None:
    refused = crowd.alice.ask("POST", "/reports", **upload(picture(), **TEXTS | {"category": "99999"}))
    holds(refused, 422, "category")
    assert count(sqlite_db, Photo) == 0
    assert files_in(tmp_path) == []


def test_a_storage_that_is_away_is_503(site: Flask, crowd: People, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: object) -> None:
        raise StorageUnavailable("disk full")

    monkeypatch.setattr(site.extensions["whistle_storage"], "put", away)
    refused = crowd.alice.ask("POST", "/reports", **upload(picture(), **TEXTS))
    holds(refused, 503)
    assert refused.headers["Retry-After"]
    assert crowd.alice.get("/tickets").json["items"] == []


def test_no_picture_is_rendered_inside_a_transaction(
    crowd: People, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    render = shown.inspect_and_render

    def watched(*given: Any, **how: Any) -> Any:
        seen.append(sqlite_db.engine.pool.checkedout())  # type: ignore[attr-defined]
        return render(*given, **how)

    monkeypatch.setattr(shown, "inspect_and_render", watched)
    number = crowd.alice.report()["number"]
    for path in ("/reports", "/uploads", f"/tickets/{number}/photos"):
        assert crowd.alice.ask("POST", path, **upload(picture(), **(TEXTS if path == "/reports" else {}))).json
    assert seen == [0, 0, 0]


def test_pictures_past_the_hours_limit_are_not_even_decoded(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is refused has cost as much as what is kept: both count, before anything is done with them."""
    decoded: list[str] = []
    render = shown.inspect_and_render

    def watched(data: bytes, name: str, **how: Any) -> Any:
        decoded.append(name)
        return render(data, name, **how)

    monkeypatch.setattr(shown, "inspect_and_render", watched)
    monkeypatch.setattr(pictures, "PICTURES", Limit("pictures", 5, 60))
    first = people.alice.ask("POST", "/reports", **upload(picture(), **TEXTS), **keyed("k"))
    for _ in range(2):
        holds(people.alice.ask("POST", "/uploads", **upload(b"no picture")), 422, "photos")
    kept = len(files_in(tmp_path))
    for _ in range(2):
        holds(people.alice.ask("POST", "/uploads", **upload(picture(), picture(), picture())), 429)
    assert (len(decoded), len(files_in(tmp_path))) == (3, kept)
    assert people.alice.ask("POST", "/uploads", **upload(picture(), picture())).status_code == 201
    for path in ("/uploads", "/reports"):
        holds(people.alice.ask("POST", path, **upload(picture(), **(TEXTS if path == "/reports" else {}))), 429)
    assert len(decoded) == 5
    # What was acknowledged is answered again, and others are not held up.
    assert people.alice.ask("POST", "/reports", **upload(picture(), **TEXTS), **keyed("k")).data == first.data
    assert people.bob.ask("POST", "/uploads", **upload(picture())).status_code == 201


def test_a_clerk_enters_a_report_for_a_rider(people: People, db: Database) -> None:
    told = people.carol.report(on_behalf_of={"phone": "138 0013 8000", "name": "王师傅"})
    assert told["reporter"] == {"name": "王师傅", "phone_tail": "8000"}
    assert people.carol.report(on_behalf_of={"phone": "+8613800138000"})["reporter"]["name"] == "王师傅"
    with db.reading() as session:
        rider = session.scalars(select(User).where(User.phone_tail == "8000")).one()
        assert rider.username is None
        assert b"13800138000" not in (rider.phone_encrypted or b"")
    form = people.carol.ask(
        "POST",
        "/reports",
        data=TEXTS | {"on_behalf_of": '{"phone": "13900139000"}'},
        content_type="multipart/form-data",
    )
    assert form.status_code == 201, form.text
    assert form.json["reporter"]["phone_tail"] == "9000"
    holds(people.alice.post("/reports", PLACE | {"on_behalf_of": {"phone": "13800138000"}}), 403)
    wrong = people.carol.post("/reports", PLACE | {"on_behalf_of": {"phone": "12"}})
    holds(wrong, 422, "on_behalf_of.phone")
    holds(people.carol.post("/reports", PLACE | {"on_behalf_of": "13800138000"}), 422, "on_behalf_of")
    holds(people.carol.post("/reports", PLACE | {"on_behalf_of": {"name": "x"}}), 422, "on_behalf_of.phone")


def test_nobody_sends_more_than_sixty_an_hour_but_in_the_demo(people: People, db: Database) -> None:
    with db.writing() as session:
        city = session.scalars(select(City)).one()
        settings = dict(city.settings)
        settings["governance"] = settings["governance"] | {"reports_per_hour": 3}
        city.settings = settings
    sent = [people.alice.post("/reports", PLACE) for _ in range(4)]
    assert [each.status_code for each in sent] == [201, 201, 201, 429]
    holds(sent[3], 429)
    assert 3500 < int(sent[3].headers["Retry-After"]) <= 3600
    assert people.bob.post("/reports", PLACE).status_code == 201
    numbers = [PLACE | {"on_behalf_of": {"phone": f"1380013800{each}"}} for each in range(4)]
    assert [people.carol.post("/reports", each).status_code for each in numbers] == [201, 201, 201, 429]
    with db.reading() as session:
        assert session.scalar(select(func.count()).where(User.phone_hash.is_not(None))) == 3, "nor is one looked up"
    forget_throttles(db)
    assert people.alice.post("/reports", PLACE).status_code == 201
    with db.writing() as session:
        session.scalars(select(City)).one().demo = True
    assert [people.alice.post("/reports", PLACE).status_code for _ in range(5)] == [201] * 5
