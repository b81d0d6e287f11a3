"""Ways around the front door to a report that is none of one's business: search, filters, counts, cursors, photo
addresses, notifications, nearby, and what errors say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

from sqlalchemy import select

from attacks.cells import ABOUT, Cast, Somebody, Told
from models import Notification
from models.storage import open_storage
from stage import books
from stage.access_matrix import PLACE, UNKNOWN, Things, report, without_names

Question = Callable[[], Told]
Probe = tuple[str, Question, Question | None, bool]
"""What is asked; the same about something that there is not, where that must be answered alike; and whether the
question names the report itself, so that its number in the answer tells nothing."""
LISTS = ("/api/v1/tickets", "/desk/tickets", "/desk/tickets/marks.json")
COUNTED = (
    "/api/v1/tickets", "/api/v1/tickets?limit=1", "/api/v1/tickets?overdue=true", "/api/v1/notifications",
    "/api/v1/me", "/api/v1/me/points", "/desk/tickets?view=all", "/desk/tickets?state=assigned",
    "/desk/tickets/marks.json", "/supervisor", "/supervisor/bouncing", "/supervisor/decisions", "/supervisor/overdue",
    "/inbox", "/my", "/points", "/account", "/report", "/desk/entry",
)  # fmt: skip
"""Whatever shows how many there are of something."""
CHANCE = re.compile(r'just now|\d+ (?:s|min|minutes?|seconds?|h|hours?)\b(?: ago)?|name="once" value="[^"]+"')
"""How long ago something was, which is another by the minute, and the key of a form that is sent once."""
MORE = 4
"""Reports that come meanwhile."""


def probes(cast: Cast, bearer: Somebody, cookie: Somebody, thing: Things, whose: str) -> Iterator[Probe]:
    """Everything that somebody may ask about a report that they may not see."""
    yield from _lists(bearer, cookie, thing, whose)
    yield from _cursors(cast, bearer)
    yield from _addresses(bearer, thing)
    yield from _errors(bearer, thing)
    yield from _others(cast, bearer, thing)


def _lists(bearer: Somebody, cookie: Somebody, thing: Things, whose: str) -> Iterator[Probe]:
    """Searches and filters that would hit it."""
    street, department = ("loufeng", "enforcement") if whose == "here" else ("weiting", "municipal")
    words = ABOUT[whose]
    for query in (
        f"q={words[:5]}", "q=" + quote("垃圾"), f"unit={street}", f"department={department}", "state=assigned",
        "category=06010", "near=31.305,120.655,100000", "sort=due&limit=100", "since=2020-01-01",
        f"unit={street}&department={department}&state=assigned",
    ):  # fmt: skip
        for path in LISTS:
            who = bearer if path.startswith("/api/") else cookie
            yield f"{path}?{query}", _get(who, f"{path}?{query}"), None, False
    for name in (thing.number, words):
        yield f"search {name}", _get(bearer, f"/api/v1/tickets?q={name}"), _get(bearer, "/api/v1/tickets?q=zqno"), True
    if bearer.username in ("alice", "bob"):
        place = f"lat={PLACE['latitude']}&lng={PLACE['longitude']}&group=rubbish"
        yield "nearby", _get(bearer, f"/api/v1/nearby?{place}"), None, False


def _cursors(cast: Cast, bearer: Somebody) -> Iterator[Probe]:
    """The cursors of somebody who sees more, and of another inbox."""
    for path, query in (("/api/v1/tickets", "limit=1"), ("/api/v1/notifications", "limit=1")):
        for seer in ("cleo", "sam", "ada"):
            cursor = (cast.bearer(seer).get(f"{path}?{query}").answer.json or {}).get("next_cursor")
            if cursor:
                yield f"{path} by {seer}'s cursor", _get(bearer, f"{path}?limit=100&cursor={cursor}"), None, False


def _addresses(bearer: Somebody, thing: Things) -> Iterator[Probe]:
    """Its pictures, by every address that a picture has."""
    mine = (bearer.get("/api/v1/tickets?limit=1").answer.json or {}).get("items") or [{"number": UNKNOWN.number}]
    for photo, none in ((thing.photo, UNKNOWN.photo), (thing.upload, UNKNOWN.upload)):
        for size in ("", "?size=thumb"):
            for pattern in (f"/api/v1/tickets/{mine[0]['number']}/photos/%s{size}", f"/api/v1/uploads/%s{size}"):
                yield pattern % photo, _get(bearer, pattern % photo), _get(bearer, pattern % none), True
            one, other = (f"/api/v1/tickets/{each}/photos/{photo}{size}" for each in (thing.number, UNKNOWN.number))
            yield one, _get(bearer, one), _get(bearer, other), True


def _errors(bearer: Somebody, thing: Things) -> Iterator[Probe]:
    """What is said about it when it is named in another's stead."""
    foreign, unknown = f"/api/v1/tickets/{thing.number}", f"/api/v1/tickets/{UNKNOWN.number}"
    for name, fields in (
        ("triage", {"category": "06010"}), ("merge", {"into": UNKNOWN.number}), ("nonsense", {}), ("accept", {}),
        ("reward", {}), ("comment", {"note": "x", "internal": True}), ("resolve", {}), ("assign", {"department": "x"}),
    ):  # fmt: skip
        path = f"/transitions/{name}"
        yield foreign + path, _post(bearer, foreign + path, fields), _post(bearer, unknown + path, fields), True
    mine = (bearer.get("/api/v1/tickets?limit=1").answer.json or {}).get("items") or []
    for each in mine:
        own = f"/api/v1/tickets/{each['number']}/transitions"
        for name, field in (("merge", "into"), ("comment", "photos"), ("reopen", "photos"), ("resolve", "photos")):
            named = {"note": "x", "reason": "x"}
            one = thing.number if field == "into" else [thing.upload]
            other = UNKNOWN.number if field == "into" else [UNKNOWN.upload]
            yield (
                f"{name} with its {field}",
                _post(bearer, f"{own}/{name}", {**named, field: one}),
                _post(bearer, f"{own}/{name}", {**named, field: other}),
                True,
            )
    yield (
        "a report with its picture",
        _post(bearer, "/api/v1/reports", {**PLACE, "photos": [thing.upload]}),
        _post(bearer, "/api/v1/reports", {**PLACE, "photos": [UNKNOWN.upload]}),
        True,
    )


def _others(cast: Cast, bearer: Somebody, thing: Things) -> Iterator[Probe]:
    """Lines of another's inbox."""
    with cast.house.database.reading() as session:
        lines = session.scalars(select(Notification.id).where(Notification.id == thing.notification)).all()
    for line in lines:
        yield (
            "another's line",
            _post(bearer, "/api/v1/notifications/read", {"ids": [line]}),
            _post(bearer, "/api/v1/notifications/read", {"ids": [UNKNOWN.notification]}),
            True,
        )


def changed(cast: Cast, names: list[str]) -> tuple[int, list[str]]:
    """How many lists and counts were compared before and after reports came that these people may not see, and those
    that are not the same."""
    before = {(name, path): _shown(cast, name, path) for name in names for path in COUNTED}
    storage = open_storage(cast.house.settings.storage_url)
    with cast.house.database.writing() as session:
        for _ in range(MORE):
            report(session, storage, "bob", "weiting", "municipal", "", description=ABOUT["there"])
    books.drain(cast.house, 60)
    moved = []
    for (name, path), shown in before.items():
        now_shown = _shown(cast, name, path)
        if name != "bob" and now_shown != shown:
            lines = zip(shown[1].splitlines(), now_shown[1].splitlines(), strict=False)
            moved.append(f"{name} {path}: {next((pair for pair in lines if pair[0] != pair[1]), 'longer')}")
    return len(before), moved


def _shown(cast: Cast, name: str, path: str) -> tuple[int, str]:
    told = (cast.bearer if path.startswith("/api/") else cast.cookie)(name).get(path)
    return told.status_code, CHANCE.sub("…", without_names(told))


def _get(who: Somebody, path: str) -> Question:
    return lambda: who.get(path)


def _post(who: Somebody, path: str, fields: Mapping[str, object]) -> Question:
    return lambda: who.post(path, json=fields)
