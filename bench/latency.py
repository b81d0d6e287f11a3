"""How long after 201 a report is routed and its clerks are told, while 50 a second arrive."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select

from bench.load import load
from bench.reports import reports
from models import Notification, Outbox
from stage import books
from stage.house import House
from stage.stage import Stage

RATE = 50.0
DRAINED_SECONDS = 120.0


def run(stage: Stage) -> None:
    with House(stage.new_folder("house"), stage.new_database()) as house:
        port = int(house.port)
        load(port, reports(port, stage.random), 3.0, rate=10.0)  # everybody has imported what they need
        books.drain(house, DRAINED_SECONDS)
        told = load(port, reports(port, stage.random), stage.size(20.0, 60.0), rate=RATE, keep=True)
        stage.figure("reports that arrived", told.rate, "/s", least=0.9 * RATE, aim=RATE)
        stage.figure("answers that were none of success", told.failed, exactly=0)
        stage.figure("answered within, p95", 1000 * told.share(0.95), "ms")
        stage.figure("drained after the last", books.drain(house, DRAINED_SECONDS), "s")
        answered = {str(int(json.loads(body)["number"].rpartition("-")[2])): at for at, body in told.bodies}
        done = _done(house)
        heard = _heard(house)
    late = sorted(done[ref].timestamp() - at for ref, at in answered.items() if ref in done)
    stage.figure("reports", len(answered))
    stage.figure("never routed, or nobody told", len(answered.keys() - (done.keys() & heard)), exactly=0)
    stage.figure("routed and told after 201, p50", 1000 * late[len(late) // 2], "ms")
    stage.figure("routed and told after 201, p95", 1000 * late[int(len(late) * 0.95)], "ms", most=1000, aim=300)


def _done(house: House) -> dict[str, datetime]:
    """When each report was routed, by its id: told is in the same transaction, and this its last moment."""
    with house.database.reading() as session:
        query = select(Outbox.ref, Outbox.done_at).where(Outbox.topic == "route_report", Outbox.done_at.is_not(None))
        return {ref: at for ref, at in session.execute(query) if at is not None}


def _heard(house: House) -> set[str]:
    """Of which reports somebody was told."""
    with house.database.reading() as session:
        return {str(ticket) for ticket in session.scalars(select(Notification.ticket_id).distinct())}
