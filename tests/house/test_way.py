"""Over HTTP alone: a report with a photo, sent twice with one key, from sent to rewarded."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from stage.photos import picture
from tests.house.conftest import House

LOUFENG = {"latitude": "31.305", "longitude": "120.655"}


def photo(colour: str) -> tuple[str, bytes, str]:
    return "photo.jpg", picture(colour=colour), "image/jpeg"


def send(house: House, who: str, key: str, colour: str = "red") -> Any:
    about = {"category": "06010", "description": "垃圾堆在路边没人管", **LOUFENG}
    files = [("photos", photo(colour))]
    return house.call(who, "POST", "/reports", data=about, files=files, headers={"Idempotency-Key": key})


def move(house: House, who: str, number: str, name: str, **fields: Any) -> dict[str, Any]:
    answer = house.call(who, "POST", f"/tickets/{number}/transitions/{name}", json=fields)
    assert answer.status_code == 200, answer.text
    moved: dict[str, Any] = answer.json()
    return moved


def test_it_goes_from_sent_to_rewarded(house: House) -> None:
    first, again = send(house, "rider1", "one"), send(house, "rider1", "one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert send(house, "rider1", "one", "blue").status_code == 422
    number = first.json()["number"]

    def routed() -> Any:
        answer = house.call("clerk.loufeng", "GET", f"/tickets/{number}")
        return answer.json() if answer.status_code == 200 else None

    seen = house.eventually(routed)
    assert {each["name"] for each in seen["permitted"]} == {"triage", "reject", "merge", "comment"}
    assert seen["reporter"]["name"]
    before = seen["photos"][0]["url"]

    move(house, "clerk.loufeng", number, "triage", category="06010")
    for stranger in ("rider2", "clerk.weiting", "officer.enforcement", "officer.market", "gate1"):
        foreign = house.call(stranger, "GET", f"/tickets/{number}")
        unknown = house.call(stranger, "GET", "/tickets/SIP-26-999999")
        assert (foreign.status_code, foreign.content) == (404, unknown.content)
        assert house.call(stranger, "GET", before.removeprefix("/api/v1")).status_code == 404
    assert house.call(None, "GET", f"/tickets/{number}").status_code == 401

    move(house, "clerk.loufeng", number, "assign", department="enforcement")
    theirs = house.call("officer.enforcement", "GET", f"/tickets/{number}")
    assert theirs.json()["reporter"] is None
    name = seen["reporter"]["name"]
    assert name not in theirs.text
    assert name not in house.call("officer.enforcement", "GET", f"/tickets/{number}/events").text
    assert house.call("officer.market", "GET", f"/tickets/{number}").status_code == 404
    move(house, "officer.enforcement", number, "accept")
    refused = house.call("officer.enforcement", "POST", f"/tickets/{number}/transitions/resolve", json={"note": "清"})
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["photos"]
    upload = house.call("officer.enforcement", "POST", "/uploads", files=[("photos", photo("green"))])
    after = upload.json()["items"][0]["id"]
    done = move(house, "officer.enforcement", number, "resolve", note="已清理", photos=[after])
    assert [each["kind"] for each in done["photos"]] == ["before", "after"]
    thumb = house.call("rider1", "GET", f"/tickets/{number}/photos/{after}", params={"size": "thumb"})
    assert max(Image.open(io.BytesIO(thumb.content)).size) <= 400
    move(house, "rider1", number, "confirm", rating=5)

    def rewarded() -> Any:
        ticket = house.call("rider1", "GET", f"/tickets/{number}").json()
        return ticket if ticket["state"] == "rewarded" else None

    assert house.eventually(rewarded)["points"] == {"pending": 0, "paid": 10}
    points = house.call("rider1", "GET", "/me/points").json()
    assert (points["balance"], [each["ticket"] for each in points["items"]]) == (10, [number])

    def told() -> Any:
        inbox = house.call("rider1", "GET", "/notifications").json()
        return inbox if len(inbox["items"]) >= 5 else None

    inbox = house.eventually(told)["items"]  # two workers deliver as they come, the inbox sorts
    assert [each["ticket"] for each in inbox] == [number] * 5
    assert "积分" in inbox[0]["sentence"]
    assert house.call("rider2", "GET", "/me/points").json()["balance"] == 0
    assert house.call("rider2", "GET", "/notifications").json()["items"] == []
    history = house.call("rider1", "GET", f"/tickets/{number}/events").json()["items"]
    steps = ["open", "triage", "assign", "accept", "resolve", "confirm", "reward"]
    assert [each["action"] for each in history] == steps
    assert house.stop() == 0
