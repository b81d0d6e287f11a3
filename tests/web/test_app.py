"""What stands around every view: declared actions, headers, hosts, ids, probes and metrics."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.web.conftest import MakeApp, People, forget_throttles
from web import action
from web.action import UndeclaredRoute, hold_declared

HTTPS = {"BASE_URL": "https://whistle.example.org", "TRUSTED_HOSTS": "whistle.example.org"}


def test_a_route_without_an_action_keeps_it_from_starting(make_app: MakeApp) -> None:
    site = make_app()
    hold_declared(site)
    for name in ("undeclared", "bare"):
        site.add_url_rule(f"/{name}", name, lambda: "")
    with pytest.raises(UndeclaredRoute) as caught:
        hold_declared(site)
    assert str(caught.value) == "declare @action or @public for: /bare (bare), /undeclared (undeclared)"


def test_an_action_that_nobody_was_granted_is_nobodys(make_app: MakeApp) -> None:
    app = make_app()
    view = action.action("secret.read")(lambda: "")
    assert action.action_of(view) == "secret.read"
    app.add_url_rule("/api/v1/secret", "secret", view)
    people = People(app)
    assert people.ada.get("/secret").status_code == 403
    assert people.nobody.get("/secret").status_code == 401


def test_every_answer_carries_the_headers(crowd: People) -> None:
    for path in ("/healthz", "/api/v1/me", "/api/v1/nothing-here", "/api/v1/docs"):
        headers = crowd.nobody.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert re.fullmatch(r"[0-9a-f]{16}", headers["X-Request-ID"])
        assert "Strict-Transport-Security" not in headers
        assert headers["Cache-Control"]


def test_tls_and_tiles_are_reflected(make_app: MakeApp) -> None:
    app = make_app(**HTTPS, TILE_URL="https://{s}.tiles.example.org/{z}/{x}/{y}.png")
    headers = app.test_client().get("/healthz", headers={"Host": "whistle.example.org"}).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "https://*.tiles.example.org" in headers["Content-Security-Policy"]


def test_foreign_hosts_are_refused_but_probes_are_not(make_app: MakeApp) -> None:
    client = make_app(**HTTPS).test_client()
    refused = client.get("/api/v1/categories", headers={"Host": "evil.example.com"})
    assert (refused.status_code, refused.content_type) == (400, "application/problem+json")
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/api/v1/categories", headers={"Host": "whistle.example.org"}).status_code == 200


def test_a_request_is_one_line_without_anything_personal(crowd: People, capsys: pytest.CaptureFixture[str]) -> None:
    token = crowd.alice.headers["Authorization"].split()[1]
    capsys.readouterr()
    crowd.alice.get("/tickets?q=13800138000")
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert told["event"] == "request"
    assert told["route"] == "/api/v1/tickets"
    assert told["status"] == 200
    assert told["request_id"]
    assert not {"13800138000", token, "alice", "Alice"} & set(re.split(r"[^A-Za-z0-9_-]", line))


def test_a_proxys_request_id_is_kept_only_behind_one(make_app: MakeApp) -> None:
    sent = {"X-Request-ID": "proxy-id-12345"}
    assert make_app().test_client().get("/healthz", headers=sent).headers["X-Request-ID"] != "proxy-id-12345"
    behind = make_app(PROXY_HOPS="1").test_client()
    assert behind.get("/healthz", headers=sent).headers["X-Request-ID"] == "proxy-id-12345"
    assert behind.get("/healthz", headers={"X-Request-ID": "a\tb c"}).headers["X-Request-ID"] != "a\tb c"


def test_it_lives(crowd: People) -> None:
    assert crowd.nobody.get("/healthz").json == {"status": "ok"}
    assert crowd.nobody.get("/healthz?anything=1").status_code == 200


def test_ready_needs_the_database_and_all_needs_all(crowd: People) -> None:
    told = crowd.nobody.get("/readyz")
    assert told.status_code == 200
    assert told.json["database"] == "ok"
    assert set(told.json) == {"database", "redis", "worker", "relay", "warnings"}
    assert told.json["redis"].startswith("Redis does not answer")
    assert any("has no officer" in warning for warning in told.json["warnings"])
    assert crowd.nobody.get("/readyz?all=1").status_code == 503


def test_not_ready_without_the_database(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    from models.database import database

    client = make_app().test_client()

    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(database, "reading", away)
    told = client.get("/readyz")
    assert told.status_code == 503
    assert told.json is not None
    assert told.json["database"] != "ok"


def test_a_database_of_an_older_version_is_named_as_that(make_app: MakeApp) -> None:
    from models.database import database

    client = make_app().test_client()
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    told = client.get("/readyz", headers={"Accept-Language": "en"})
    assert told.status_code == 503
    assert told.json is not None
    assert told.json["database"].startswith("The database is of an older version")


def test_a_database_that_hangs_is_told_in_time(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.database import database

    client, go_on = make_app().test_client(), threading.Event()

    @contextmanager
    def hanging() -> Iterator[Session]:
        go_on.wait(30)
        with Session(database.engine) as session:
            yield session

    monkeypatch.setattr(database, "reading", hanging)
    began = time.monotonic()
    told = client.get("/readyz", headers={"Accept-Language": "en"})
    metrics = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"}).text
    assert time.monotonic() - began < 10
    go_on.set()
    assert (told.status_code, told.json and told.json["database"]) == (503, "The database does not answer.")
    assert 'whistle_part_up{part="database"} 0.0' in metrics


def test_metrics_are_for_this_machine(make_app: MakeApp) -> None:
    client = make_app().test_client()
    client.get("/healthz")
    told = client.get("/metrics", environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert told.status_code == 200
    assert 'whistle_http_requests_total{method="GET",route="/healthz",status="200"}' in told.text
    assert "whistle_outbox_waiting" in told.text
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::ffff:127.0.0.1"}).status_code == 200
    for address in ("10.0.0.9", "", "fe80::1", "not an address"):
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 401


@pytest.mark.parametrize("hops", ["0", "1"])
def test_metrics_believe_no_header(make_app: MakeApp, hops: str) -> None:
    client = make_app(PROXY_HOPS=hops).test_client()
    for name in ("X-Forwarded-For", "X-Real-Ip", "Forwarded"):
        forged = {name: "for=127.0.0.1" if name == "Forwarded" else "127.0.0.1"}
        outside = client.get("/metrics", headers=forged, environ_base={"REMOTE_ADDR": "10.0.0.9"})
        assert outside.status_code == 401
        passed_on = client.get("/metrics", headers=forged, environ_base={"REMOTE_ADDR": "127.0.0.1"})
        assert passed_on.status_code == 401


def test_metrics_are_for_whoever_holds_the_token(make_app: MakeApp) -> None:
    client = make_app(METRICS_TOKEN="a-token-for-prometheus").test_client()
    remote = {"REMOTE_ADDR": "10.0.0.9"}
    right = {"Authorization": "Bearer a-token-for-prometheus"}
    assert client.get("/metrics", headers=right, environ_base=remote).status_code == 200
    wrong = {"Authorization": "Bearer another"}
    assert client.get("/metrics", headers=wrong, environ_base=remote).status_code == 401


def test_static_files_are_anyones_and_the_docs_stay_inside(crowd: People) -> None:
    page = crowd.nobody.get("/api/v1/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "style=" not in page.text
    for address in re.findall(r'(?:src|href)="(/[^"#]+)"', page.text):
        assert crowd.nobody.client.get(address).status_code == 200
    assert 'lang="en"' in page.text


def test_a_closed_output_stops_nothing(crowd: People, monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, _text: str) -> None:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    assert crowd.nobody.get("/healthz").status_code == 200


def test_counters_of_the_sign_in_are_over_some_day(crowd: People) -> None:
    wrong = {"username": "alice", "password": "wrong password"}
    told = [crowd.nobody.post("/tokens", wrong).status_code for _ in range(11)]
    assert told == [401] * 10 + [429]
    from models.database import database

    forget_throttles(database)
    assert crowd.nobody.post("/tokens", wrong).status_code == 401


def test_the_bare_address_leads_to_what_there_is(site: Flask) -> None:
    answer = site.test_client().get("/")
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_no_other_cookie_takes_the_place_of_the_token(people: People) -> None:
    forged = {"Cookie": "remember_token=1|x; session=x; no;cookie=1|x; \"no;cookie\"=1|x"}
    assert people.alice.get("/me", headers=forged).json["username"] == "alice"
    assert people.nobody.get("/me", headers=forged).status_code == 401
